// Short notices at the edge of the page, for what was refused and what went wrong.

import { fill, h, icon, ICONS } from "./dom.js";

const SHOWN_MS = 9000;

// Shows `text`; the same text again only stays longer.
export function toast(text, kind = "error") {
  const place = document.getElementById("toasts");
  [...place.children].filter((each) => each.textContent === text).forEach((each) => each.remove());
  const node = h("div", { class: `toast ${kind}`, "data-testid": "toast" }, h("p", {}, text));
  node.append(h("button", { class: "quiet", type: "button", "aria-label": "Dismiss", on: { click: () => node.remove() } }, icon(ICONS.close)));
  place.append(node);
  while (place.children.length > 3) place.firstElementChild.remove();
  setTimeout(() => node.remove(), SHOWN_MS);
}

// Shows a lasting notice above the messages, or removes it where `text` is null. `action` is {label, run}.
export function notice(name, text, action = null) {
  const place = document.getElementById("notices");
  let node = place.querySelector(`[data-name="${name}"]`);
  if (text === null) {
    node?.remove();
    return;
  }
  if (node?.dataset.text === text) return;
  node?.remove();
  node = h("div", { class: "notice", role: "status", "data-name": name, "data-text": text }, h("p", {}, text));
  if (action !== null) node.append(h("button", { class: "btn", type: "button", on: { click: action.run } }, action.label));
  place.append(node);
}

// Takes away what was said about earlier deeds.
export function clearToasts() {
  fill(document.getElementById("toasts"));
}
