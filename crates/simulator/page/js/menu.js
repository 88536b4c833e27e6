// A button that opens a short list of things to do, with arrow keys.

import { freshId, h } from "./dom.js";

// Returns the node. `items` is [{label, run}].
export function menu({ label, content, items, testid = null }) {
  const id = freshId("menu");
  const list = h("ul", { class: "options menu", role: "menu", id, hidden: true });
  const button = h("button", {
    type: "button", class: "btn quiet", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id, "aria-label": label,
    "data-testid": testid,
  }, content);
  const node = h("div", { class: "menu-box" }, button, list);
  const entries = items.map((item) => h("li", { role: "none" }, h("button", {
    type: "button", role: "menuitem", tabindex: "-1", on: { click: () => { close(); item.run(); } },
  }, item.label)));
  list.append(...entries);
  const buttons = entries.map((each) => each.firstElementChild);
  const open = () => {
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    buttons[0]?.focus();
  };
  const close = () => {
    if (list.hidden) return;
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  };
  button.addEventListener("click", () => (list.hidden ? open() : close()));
  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      buttons[(at + by + buttons.length) % buttons.length].focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  node.addEventListener("focusout", (event) => {
    if (!node.contains(event.relatedTarget)) {
      list.hidden = true;
      button.setAttribute("aria-expanded", "false");
    }
  });
  return node;
}
