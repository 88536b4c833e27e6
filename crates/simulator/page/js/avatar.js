// The picture beside a name: initials on a colour of the person's own, or the bot's mark.

import { h } from "./dom.js";
import { people } from "./state.js";

const HUES = 6;

// Returns the picture; it says nothing to a screen reader, for the name stands beside it.
export function avatar(id, name, isBot = false) {
  if (isBot) return h("img", { class: "avatar", src: "/assets/mark.svg", alt: "", width: 36, height: 36 });
  return h("span", { class: `avatar hue-${hue(id)}`, "aria-hidden": "true" }, initials(name));
}

function initials(name) {
  return name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
}

// Neighbours in the list of people differ.
function hue(id) {
  return Math.max(people().findIndex((each) => each.id === id), 0) % HUES;
}
