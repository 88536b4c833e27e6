// Block Kit's interactive elements. Each maker returns {node, control, read, isGroup}: `read()` gives what stands in it, in the form that the
// simulator's `act` takes, null when empty; `onAct(value)` is called when a person decides, where the element stands outside a form.

import { freshId, h, icon, ICONS } from "./dom.js";
import { mrkdwn, plainText } from "./mrkdwn.js";
import { picker } from "./picker.js";
import { menu } from "./menu.js";
import { nextMonday } from "./jump.js";
import { dateKey, dayOf } from "./time.js";
import { app, mrkdwnContext, nowMs, page, people, person, workspace, zone } from "./state.js";

const MAKERS = {
  button, overflow, checkboxes, radio_buttons: radioButtons,
  static_select: (element, tools) => oneOf(element, tools, staticOptions(element), element.initial_option?.value),
  external_select: (element, tools) => oneOf(element, tools, staticOptions(element), element.initial_option?.value),
  users_select: (element, tools) => oneOf(element, tools, peopleOptions(), element.initial_user),
  conversations_select: (element, tools) => oneOf(element, tools, conversationOptions(element), firstConversation(element, tools)),
  channels_select: (element, tools) => oneOf(element, tools, channelOptions(), element.initial_channel),
  multi_static_select: (element, tools) => several(element, tools, staticOptions(element), element.initial_options?.map((each) => each.value)),
  multi_external_select: (element, tools) => several(element, tools, staticOptions(element), element.initial_options?.map((each) => each.value)),
  multi_users_select: (element, tools) => several(element, tools, peopleOptions(), element.initial_users),
  multi_conversations_select: (element, tools) => several(element, tools, conversationOptions(element), element.initial_conversations),
  multi_channels_select: (element, tools) => several(element, tools, channelOptions(), element.initial_channels),
  datepicker,
  timepicker: (element, tools) => typed(element, tools, "time", element.initial_time),
  plain_text_input: textInput,
  number_input: (element, tools) => typed(element, tools, "text", element.initial_value, { inputmode: "decimal" }),
  email_text_input: (element, tools) => typed(element, tools, "email", element.initial_value),
  url_text_input: (element, tools) => typed(element, tools, "url", element.initial_value),
};

// Returns the element's parts, or null for one that is not known. `tools` is {onAct, value, label}: `value` overrides the initial one.
export function makeElement(element, tools) {
  const make = MAKERS[element.type];
  return make === undefined ? null : make(element, tools);
}

function button(element, { onAct }) {
  const node = h(element.url ? "a" : "button", {
    type: element.url ? null : "button", href: safeAddress(element.url), target: element.url ? "_blank" : null, rel: element.url ? "noopener noreferrer" : null,
    class: `btn ${element.style ?? ""}`, "data-testid": `button-${element.action_id}`, "aria-label": element.accessibility_label,
    on: { click: () => onAct(element.value, node) },
  }, plainText(element.text?.text ?? ""));
  return { node, control: node, read: () => null };
}

function overflow(element, { onAct }) {
  const items = (element.options ?? []).map((option) => ({ label: option.text?.text ?? "", run: () => onAct(option.value, node) }));
  const node = menu({ label: "More", content: icon(ICONS.more), items, testid: `button-${element.action_id}` });
  return { node, control: node.firstElementChild, read: () => null };
}

function oneOf(element, { onAct, value, label }, options, initial) {
  const chosen = value ?? initial ?? "";
  const groups = new Map();
  for (const option of options) groups.set(option.group, [...(groups.get(option.group) ?? []), option]);
  const item = (option) => h("option", { value: option.value, selected: option.value === chosen }, option.note ? `${option.label} – ${option.note}` : option.label);
  const node = h("select", { "aria-label": label, "data-testid": `select-${element.action_id}`, on: { change: () => onAct(node.value || null, node) } },
    h("option", { value: "", selected: chosen === "" }, element.placeholder?.text ?? "Choose…"),
    [...groups].map(([group, members]) => (group === undefined ? members.map(item) : h("optgroup", { label: group }, members.map(item)))));
  return { node, control: node, read: () => node.value || null };
}

function several(element, { onAct, value, label }, options, initial) {
  const made = picker({
    options, picked: value ?? initial ?? [], placeholder: element.placeholder?.text ?? "Search…", limit: element.max_selected_items ?? Infinity, label,
    onChange: (picked) => onAct(picked, made?.node),
  });
  return made;
}

function typed(element, { onAct, value, label }, type, initial, more = {}) {
  const node = h("input", {
    type, value: value ?? initial, placeholder: element.placeholder?.text, "aria-label": label, autocomplete: "off", ...more,
    on: { change: () => onAct(node.value || null, node) },
  });
  return { node, control: node, read: () => node.value.trim() || null };
}

// The browser's own field writes a date in the manner of its country; the words beside it leave no doubt.
function datepicker(element, tools) {
  const made = typed(element, tools, "date", element.initial_date);
  const words = h("small", { "aria-live": "polite" });
  const offers = nearDays().map(([label, day]) => h("button", { type: "button", class: "try", value: day, on: { click: () => choose(day) } }, label));
  const tell = () => {
    words.textContent = made.control.value ? dayOf(Date.parse(made.control.value), "UTC") : "";
    for (const offer of offers) offer.hidden = offer.value === made.control.value;
  };
  const choose = (day) => {
    made.control.value = day;
    for (const event of ["input", "change"]) made.control.dispatchEvent(new Event(event, { bubbles: true }));
    made.control.focus();
  };
  made.control.addEventListener("input", tell);
  tell();
  return { ...made, node: h("span", { class: "dated" }, made.control, words, h("span", { class: "offers" }, offers)) };
}

// The browser's calendar opens on the machine's own day, not on the simulator's, so the near days are offered by name.
function nearDays() {
  const today = dateKey(nowMs(), zone());
  const monday = dateKey(nextMonday(nowMs(), zone()), zone());
  return [["Today", today], ...(monday === today ? [] : [["Next Monday", monday]])];
}

function textInput(element, { onAct, value, label }) {
  const node = h(element.multiline ? "textarea" : "input", {
    type: element.multiline ? null : "text", rows: element.multiline ? 4 : null, placeholder: element.placeholder?.text, "aria-label": label,
    minlength: element.min_length, maxlength: element.max_length, autocomplete: "off", spellcheck: "false",
    on: { change: () => onAct(node.value || null, node) },
  });
  node.value = value ?? element.initial_value ?? "";
  return { node, control: node, read: () => node.value || null };
}

function checkboxes(element, { onAct, value }) {
  const chosen = value ?? element.initial_options?.map((each) => each.value) ?? [];
  const read = () => [...node.querySelectorAll("input:checked")].map((each) => each.value);
  const node = choices(element, "checkbox", (option) => chosen.includes(option.value), () => onAct(read(), node));
  return { node, control: node.querySelector("input"), read, isGroup: true };
}

function radioButtons(element, { onAct, value }) {
  const chosen = value ?? element.initial_option?.value;
  const read = () => node.querySelector("input:checked")?.value ?? null;
  const node = choices(element, "radio", (option) => option.value === chosen, () => onAct(read(), node));
  return { node, control: node.querySelector("input"), read, isGroup: true };
}

function choices(element, type, isChosen, onChange) {
  const name = freshId("choice");
  return h("div", { class: "choices" }, (element.options ?? []).map((option) => h("label", { class: "choice" },
    h("input", { type, name, value: option.value, checked: isChosen(option), on: { change: onChange } }),
    h("span", {}, textObject(option.text), option.description ? h("small", {}, textObject(option.description)) : null))));
}

function staticOptions(element) {
  const plain = (option, group) => ({ value: option.value, label: option.text?.text ?? option.value, note: option.description?.text, group });
  if (element.option_groups) return element.option_groups.flatMap((each) => each.options.map((option) => plain(option, each.label?.text)));
  return (element.options ?? []).map((option) => plain(option));
}

function peopleOptions() {
  const bot = person(app()?.bot_user);
  return [...people(), ...(bot === null ? [] : [bot])].filter((each) => !each.deleted)
    .map((each) => ({ value: each.id, label: each.name, note: each.is_bot ? "app" : null }));
}

function channelOptions() {
  return workspace().channels.filter((each) => each.kind === "public" && !each.archived).map((each) => ({ value: each.id, label: `#${each.name}` }));
}

function conversationOptions(element) {
  const kinds = element.filter?.include ?? ["public", "private", "im"];
  const isMine = (each) => each.kind === "public" || each.members.includes(page.me);
  return workspace().channels.filter((each) => !each.archived && kinds.includes(each.kind) && isMine(each))
    .map((each) => ({ value: each.id, label: each.kind === "im" ? app()?.name ?? each.name : `#${each.name}`, note: each.kind === "private" ? "private" : null }));
}

function firstConversation(element, tools) {
  return element.initial_conversation ?? (element.default_to_current_conversation ? tools.channel : undefined);
}

// Returns the nodes of a text object.
export function textObject(text) {
  if (!text) return [];
  return text.type === "mrkdwn" ? mrkdwn(text.text, { ...mrkdwnContext(), isVerbatim: text.verbatim === true }) : plainText(text.text);
}

function safeAddress(address) {
  return address && /^https?:\/\//i.test(address) ? address : null;
}
