// Builds DOM nodes. Text only ever becomes a text node, so nothing that a person typed can become markup.

const SVG = "http://www.w3.org/2000/svg";

// Returns an element. `props` holds attributes; `on` holds listeners; false, null and undefined leave an attribute out.
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...flat(children));
  return node;
}

// Returns an icon drawn with one path on a grid of 24 units.
export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export const ICONS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  hash: "M9 4L7 20M17 4l-2 16M4 9h16M3.5 15h16",
  home: "M4 11l8-7 8 7M6 10v10h12V10",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
  send: "M4 12l16-8-5 16-3.5-6.5L4 12z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  turn: "M5 13.5a7 7 0 0 1 12-6L19.5 10M19.5 5v5h-5M19 10.5a7 7 0 0 1-12 6L4.5 14M4.5 19v-5h5",
  check: "M5 12.5l4.5 4.5L19 7.5",
};

// Replaces what `parent` holds.
export function fill(parent, ...children) {
  parent.replaceChildren(...flat(children));
}

// Returns the list without holes, nested lists opened.
function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

let counter = 0;

// Returns an id that no other element of this page has.
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
