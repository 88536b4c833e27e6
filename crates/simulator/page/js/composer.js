// Where people type: a message, or a command that begins with a slash.

import { fill, h, icon, ICONS } from "./dom.js";
import { act } from "./deeds.js";
import { completions } from "./hints.js";
import { toSlack } from "./typed.js";
import { targetId } from "./messages.js";
import { app, botName, channelAt, page, people } from "./state.js";

const compose = document.getElementById("compose");
const SUGGESTIONS = ["/rotation create", "/rotation list", "/rotation who", "/rotation next", "/rotation ooo add tomorrow", "/rotation page", "/rotation calendar me", "/rotation help"];
const parts = {};
const state = { hints: [], active: -1, history: [], back: 0 };

// Builds the composer once; `renderComposer` keeps its label current.
export function buildComposer() {
  parts.list = h("ul", { class: "options hints", role: "listbox", id: "hints", "aria-label": "Suggestions", hidden: true });
  parts.input = h("input", {
    type: "text", id: "composer-text", "data-testid": "composer", autocomplete: "off", spellcheck: "true", enterkeyhint: "send", role: "combobox",
    "aria-expanded": "false", "aria-controls": "hints", "aria-autocomplete": "list", maxlength: 8000, on: { input: suggest, keydown: onKey, blur: hide, focus: suggest },
  });
  parts.send = h("button", { type: "submit", class: "btn primary send", "data-testid": "send", "aria-label": "Send" }, icon(ICONS.send));
  const chips = h("div", { class: "tries", role: "group", "aria-label": "Try" }, h("span", { "aria-hidden": "true" }, "Try"),
    SUGGESTIONS.map((text) => h("button", { type: "button", class: "try", on: { click: () => fillComposer(text) } }, text)));
  compose.hidden = true;
  fill(compose, chips, h("form", { class: "compose-form", on: { submit: (event) => { event.preventDefault(); send(); } } }, parts.list, parts.input, parts.send));
}

export function renderComposer() {
  compose.hidden = page.place === "home" || page.me === null;
  const target = channelAt(page.place, page.me);
  const label = page.place === "dm" ? `Message ${botName()}` : `Message #${target?.name ?? ""}`;
  parts.input.placeholder = `${label}, or type /`;
  parts.input.setAttribute("aria-label", label);
}

// Puts `text` into the composer for the person to look at and send.
export function fillComposer(text) {
  parts.input.value = text;
  parts.input.focus();
  parts.input.setSelectionRange(text.length, text.length);
  suggest();
}

async function send() {
  const text = parts.input.value.trim();
  if (text === "" || parts.input.getAttribute("aria-busy") === "true") return;
  hide();
  parts.input.setAttribute("aria-busy", "true");
  parts.input.value = "";
  const answer = await act(deedOf(text));
  parts.input.removeAttribute("aria-busy");
  if (answer === null && parts.input.value === "") parts.input.value = text;
  else state.history.push(text);
  state.back = 0;
}

function deedOf(text) {
  const channel = targetId();
  const match = /^(\/[\w-]+)(?:\s+([\s\S]*))?$/u.exec(text);
  if (match === null) return { say: { channel, text: toSlack(text, { isCommand: false }) } };
  return { command: match[1].toLowerCase(), text: toSlack(match[2] ?? "", { isCommand: true }), channel };
}

function suggest() {
  state.hints = completions(parts.input.value, { commands: app()?.commands ?? [], people: people() });
  state.active = -1;
  show();
}

function show() {
  parts.list.hidden = state.hints.length === 0;
  parts.input.setAttribute("aria-expanded", String(!parts.list.hidden));
  fill(parts.list, state.hints.map((hint, at) => h("li", {
    role: "option", id: `hint-${at}`, "aria-selected": String(at === state.active),
    on: { mousedown: (event) => event.preventDefault(), click: () => fillComposer(hint.insert) },
  }, h("code", {}, hint.label), hint.usage ? h("span", { class: "usage" }, hint.usage) : null, h("small", {}, hint.about))));
  if (state.active === -1) parts.input.removeAttribute("aria-activedescendant");
  else parts.input.setAttribute("aria-activedescendant", `hint-${state.active}`);
}

function hide() {
  state.hints = [];
  show();
}

function onKey(event) {
  const count = state.hints.length;
  if (event.key === "Escape" && count > 0) {
    hide();
  } else if (event.key === "Tab" && !event.shiftKey && count > 0 && state.hints[Math.max(state.active, 0)].insert !== parts.input.value) {
    event.preventDefault();
    fillComposer(state.hints[Math.max(state.active, 0)].insert);
  } else if (event.key === "Enter" && state.active >= 0) {
    event.preventDefault();
    fillComposer(state.hints[state.active].insert);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const by = event.key === "ArrowDown" ? 1 : -1;
    if (count > 0) {
      state.active = (state.active + by + count) % count;
      show();
    } else {
      recall(-by);
    }
  }
}

// Brings back what was sent before, as a shell does.
function recall(by) {
  state.back = Math.min(Math.max(state.back + by, 0), state.history.length);
  parts.input.value = state.history[state.history.length - state.back] ?? "";
}
