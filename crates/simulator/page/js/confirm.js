// Asks before something is done that a button marks as worth a second look.

import { freshId, h } from "./dom.js";
import { plainText } from "./mrkdwn.js";
import { textObject } from "./elements.js";

// Returns whether the person said yes. `spec` is Slack's confirmation object.
export function confirmed(spec) {
  return new Promise((resolve) => {
    const title = freshId("confirm");
    const decide = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const yes = h("button", { type: "button", class: `btn ${spec.style === "danger" ? "danger" : "primary"}`, "data-testid": "confirm-yes", on: { click: () => decide(true) } }, spec.confirm?.text ?? "Yes");
    const no = h("button", { type: "button", class: "btn", "data-testid": "confirm-no", on: { click: () => decide(false) } }, spec.deny?.text ?? "Cancel");
    const dialog = h("dialog", { class: "modal confirm", "aria-labelledby": title, "data-testid": "confirm", on: { cancel: (event) => { event.preventDefault(); decide(false); } } },
      h("h2", { id: title }, plainText(spec.title?.text ?? "Are you sure?")),
      h("div", { class: "modal-body" }, textObject(spec.text)),
      h("footer", {}, no, yes));
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}
