// A field that takes several things in the order in which they are picked: chips, and a list to search.

import { fill, freshId, h, icon, ICONS } from "./dom.js";

// Returns {node, control, read}. `options` is [{value, label, note}], `limit` how many may be picked.
export function picker({ options, picked = [], placeholder = "Search…", limit = Infinity, label = null, onChange = () => {} }) {
  const known = new Map(options.map((each) => [each.value, each]));
  const state = { picked: picked.filter((value) => known.has(value)), active: -1, shown: [] };
  const listId = freshId("list");
  const chips = h("ol", { class: "chips", "aria-label": "Chosen, in order" });
  const list = h("ul", { class: "options", role: "listbox", id: listId, hidden: true });
  const input = h("input", {
    type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": listId,
    "aria-autocomplete": "list", "aria-label": label, placeholder,
  });
  const node = h("div", { class: "picker" }, chips, input, list);

  const open = () => {
    const words = input.value.trim().toLowerCase();
    const left = options.filter((each) => !state.picked.includes(each.value));
    state.shown = left.filter((each) => each.label.toLowerCase().includes(words));
    state.active = words === "" ? -1 : 0;
    list.hidden = false;
    show();
  };
  const close = () => {
    list.hidden = true;
    state.active = -1;
    show();
  };
  const show = () => {
    const items = state.shown.map((each, at) => h("li", {
      role: "option", id: `${listId}-${at}`, "aria-selected": String(at === state.active), "data-value": each.value,
      // Without this the field would lose the focus before the click arrives.
      on: { mousedown: (event) => event.preventDefault(), click: () => add(each.value) },
    }, each.label, each.note ? h("small", {}, each.note) : null));
    fill(list, items.length === 0 ? h("li", { class: "none" }, "Nobody and nothing left with that name") : items);
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (state.active === -1) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${listId}-${state.active}`);
    list.children[state.active]?.scrollIntoView({ block: "nearest" });
  };
  const changed = () => {
    fill(chips, state.picked.map((value, at) => chip(known.get(value), at, () => remove(value))));
    input.placeholder = state.picked.length === 0 ? placeholder : "Add another…";
    onChange([...state.picked]);
  };
  const add = (value) => {
    if (state.picked.length >= limit) return;
    state.picked.push(value);
    const wasTyped = input.value !== "";
    input.value = "";
    changed();
    // Who picks from the list picks more; who types a name types the next one.
    if (wasTyped) close();
    else open();
  };
  const remove = (value) => {
    state.picked = state.picked.filter((each) => each !== value);
    changed();
    input.focus();
  };
  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => (list.hidden ? open() : state.shown[state.active] && add(state.shown[state.active].value)),
    Backspace: () => input.value === "" && state.picked.length > 0 && remove(state.picked.at(-1)),
  };
  const move = (by) => {
    if (list.hidden) open();
    const count = state.shown.length;
    if (count > 0) state.active = (state.active + by + count) % count;
    show();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      // Closes the list only, not the dialog around it.
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key in keys) {
      if (event.key !== "Backspace") event.preventDefault();
      keys[event.key]();
    }
  });
  input.addEventListener("input", open);
  input.addEventListener("click", open);
  input.addEventListener("blur", close);
  fill(chips, state.picked.map((value, at) => chip(known.get(value), at, () => remove(value))));
  return { node, control: input, read: () => [...state.picked] };
}

function chip(option, at, remove) {
  return h("li", { class: "chip", "data-value": option.value },
    h("span", { class: "count", "aria-hidden": "true" }, at + 1), option.label,
    h("button", { type: "button", class: "quiet", "aria-label": `Remove ${option.label}`, on: { click: remove } }, icon(ICONS.close)));
}
