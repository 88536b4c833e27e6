// Modals as dialogs: the browser keeps the focus inside, Escape closes, every error stands beside its field.

import { fill, freshId, h, icon, ICONS } from "./dom.js";
import { renderBlocks, valuesOf } from "./blocks.js";
import { plainText } from "./mrkdwn.js";
import { act } from "./deeds.js";
import { confirmed } from "./confirm.js";
import { page } from "./state.js";

const REQUIRED = "Please fill this in.";
// What is shown, by the view's id: {view, dialog, form, fields, alert}.
const open = new Map();

// Brings the dialogs in line with the views that the simulator says are open; only the top one is shown.
export function renderModals() {
  const views = page.views.modals;
  for (const [id, record] of open) {
    if (!views.some((view) => view.id === id)) remove(id, record);
  }
  for (const view of views) {
    const record = open.get(view.id);
    if (record === undefined) open.set(view.id, make(view));
    else update(record, view);
  }
  views.forEach((view, at) => setShown(open.get(view.id), at === views.length - 1));
}

function remove(id, record) {
  open.delete(id);
  record.dialog.close();
  record.dialog.remove();
  if (page.views.modals.length === 0) giveFocusBack();
}

// The browser gives the focus back without the caret, and a field without a caret takes no letters.
function giveFocusBack() {
  const back = document.activeElement === document.body ? document.getElementById("composer-text") : document.activeElement;
  back?.blur();
  back?.focus();
}

function setShown(record, isTop) {
  if (isTop && !record.dialog.open) {
    record.dialog.showModal();
    firstControl(record)?.focus();
  } else if (!isTop && record.dialog.open) {
    record.dialog.close();
  }
}

function make(view) {
  const title = freshId("modal");
  const record = { view, fields: [], alert: h("p", { class: "field-error whole", role: "alert", hidden: true }) };
  record.heading = h("h2", { id: title });
  record.body = h("div", { class: "modal-body" });
  record.footer = h("footer", {});
  record.form = h("form", { novalidate: true, on: { submit: (event) => { event.preventDefault(); submit(record); } } },
    h("header", {}, record.heading, h("button", { type: "button", class: "quiet", "aria-label": "Close", "data-testid": "modal-close", on: { click: () => close(record) } }, icon(ICONS.close))),
    record.body, record.alert, record.footer);
  record.dialog = h("dialog", { class: "modal", "aria-labelledby": title, "data-testid": "modal", on: { cancel: (event) => { event.preventDefault(); close(record); } } }, record.form);
  document.body.append(record.dialog);
  draw(record, new Map());
  return record;
}

function update(record, view) {
  const hasNewContent = view.hash !== record.view.hash || JSON.stringify(view.blocks) !== JSON.stringify(record.view.blocks);
  const hasNewErrors = JSON.stringify(view.errors) !== JSON.stringify(record.view.errors);
  record.view = view;
  if (hasNewContent) {
    draw(record, new Map(record.fields.map((field) => [`${field.blockId}/${field.actionId}`, field.read()])));
    if (!record.dialog.contains(document.activeElement)) firstControl(record)?.focus();
  }
  if (hasNewErrors) showErrors(record, view.errors ?? {});
}

// Draws the view; what stood in fields that are still there stays.
function draw(record, values) {
  const { view } = record;
  record.fields = [];
  record.dialog.dataset.callback = view.callback_id ?? "";
  fill(record.heading, plainText(view.title?.text ?? ""));
  fill(record.body, renderBlocks(view.blocks, {
    fields: record.fields,
    standing: (blockId, actionId) => values.get(`${blockId}/${actionId}`) ?? undefined,
    onAct: (block, element, value, control) => press(record, block, element, value, control),
  }));
  for (const field of record.fields.filter((each) => each.wrapper)) field.wrapper.addEventListener("input", () => showError(field, null));
  record.cancel = h("button", { type: "button", class: "btn", "data-testid": "modal-cancel", on: { click: () => close(record) } }, view.close?.text ?? "Cancel");
  record.submit = view.submit || record.fields.some((field) => field.wrapper)
    ? h("button", { type: "submit", class: "btn primary", "data-testid": "modal-submit" }, view.submit?.text ?? "Submit") : null;
  fill(record.footer, record.cancel, record.submit);
  showErrors(record, view.errors ?? {});
}

function firstControl(record) {
  return record.fields.find((field) => field.control && field.element.focus_on_load)?.control ?? record.fields.find((field) => field.control)?.control ?? record.cancel;
}

async function submit(record) {
  if (record.form.getAttribute("aria-busy") === "true") return;
  const missing = record.fields.filter((field) => field.isRequired && isEmpty(field.read()));
  if (missing.length > 0) {
    showErrors(record, Object.fromEntries(missing.map((field) => [field.blockId, REQUIRED])));
    return;
  }
  await busy(record, async () => {
    const answer = await act({ submit: { view_id: record.view.id, values: valuesOf(record.fields) } }, { quiet: true });
    if (answer.response?.response_action === "errors") showErrors(record, answer.response.errors ?? {});
    else if (answer.error) alertOf(record, answer.error);
  });
}

async function close(record) {
  await busy(record, () => act({ close: { view_id: record.view.id } }, { quiet: true }));
}

async function press(record, block, element, value, control) {
  if (element.confirm && !(await confirmed(element.confirm))) return;
  control?.setAttribute("aria-busy", "true");
  try {
    const click = { view_id: record.view.id, action_id: element.action_id, block_id: block.block_id, value, values: valuesOf(record.fields) };
    const answer = await act({ click }, { quiet: true });
    alertOf(record, answer.error ?? null);
  } catch (error) {
    alertOf(record, error.message);
  }
  control?.removeAttribute("aria-busy");
}

async function busy(record, run) {
  record.form.setAttribute("aria-busy", "true");
  alertOf(record, null);
  try {
    await run();
  } catch (error) {
    alertOf(record, error.message);
  }
  record.form.removeAttribute("aria-busy");
}

function alertOf(record, text) {
  record.alert.hidden = text === null;
  record.alert.textContent = text ?? "";
}

// Puts each error beside its field and the focus into the first wrong one.
function showErrors(record, errors) {
  let first = null;
  for (const field of record.fields.filter((each) => each.wrapper)) {
    const text = errors[field.blockId] ?? null;
    showError(field, text);
    first ??= text === null ? null : field.control;
  }
  first?.focus();
}

function showError(field, text) {
  field.error.hidden = text === null;
  field.error.textContent = text ?? "";
  field.wrapper.classList.toggle("wrong", text !== null);
  if (text === null) field.control?.removeAttribute("aria-invalid");
  else field.control?.setAttribute("aria-invalid", "true");
}

function isEmpty(value) {
  return value === null || value === undefined || value.length === 0;
}
