// Block Kit's blocks as DOM nodes.

import { freshId, h } from "./dom.js";
import { makeElement, textObject } from "./elements.js";
import { plainText } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const MAKERS = { section, actions, context, divider: () => h("hr"), header, image, input, rich_text: richText, markdown };

// Returns the nodes of a list of blocks.
//
// `tools.onAct(block, element, value, node)` is called when a person decides; `tools.fields` collects the parts of every element that
// holds a value, as {blockId, actionId, element, read, wrapper}; `tools.standing(blockId, actionId)` gives what stood there before.
export function renderBlocks(blocks, tools) {
  return (blocks ?? []).map((block) => {
    const make = MAKERS[block.type];
    return make === undefined ? h("p", { class: "unknown" }, `A block of a kind this page does not know: ${block.type}`) : make(block, tools);
  });
}

// Returns {block_id: {action_id: value}} of all that stands in the fields.
export function valuesOf(fields) {
  const values = {};
  for (const field of fields) {
    if (["button", "overflow"].includes(field.element.type)) continue;
    values[field.blockId] = { ...values[field.blockId], [field.actionId]: field.read() };
  }
  return values;
}

function element(block, spec, tools, label = null) {
  const made = makeElement(spec, {
    label, channel: tools.channel, value: tools.standing?.(block.block_id, spec.action_id),
    onAct: (value, node) => (block.type !== "input" || block.dispatch_action) && tools.onAct?.(block, spec, value, node),
  });
  if (made === null) return { node: h("span", { class: "unknown" }, spec.type), read: () => null };
  tools.fields?.push({ blockId: block.block_id, actionId: spec.action_id, element: spec, ...made });
  return made;
}

function section(block, tools) {
  const body = h("div", { class: "section-body" });
  if (block.text) body.append(...textObject(block.text));
  if (block.fields) body.append(h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, textObject(field)))));
  if (!block.accessory) return h("div", { class: "section" }, body);
  const label = block.text?.text.slice(0, 120).replaceAll(/[*_~`]/g, "");
  const side = block.accessory.type === "image" ? pictureText(block.accessory) : element(block, block.accessory, tools, label).node;
  return h("div", { class: "section with-side" }, body, h("div", { class: "side" }, side));
}

function actions(block, tools) {
  return h("div", { class: "actions" }, block.elements.map((spec) => element(block, spec, tools, spec.placeholder?.text ?? "Choose").node));
}

function context(block) {
  return h("div", { class: "context" }, block.elements.map((spec) => (spec.type === "image" ? pictureText(spec) : h("div", {}, textObject(spec)))));
}

function header(block) {
  return h("h2", { class: "block-header" }, plainText(block.text.text));
}

function image(block) {
  return h("figure", { class: "picture" }, block.title ? h("figcaption", {}, plainText(block.title.text)) : null, pictureText(block));
}

// A picture comes from another server, which this page never asks; its words stand for it.
function pictureText(spec) {
  return h("span", { class: "picture-text", role: "img", "aria-label": spec.alt_text ?? "Picture" }, spec.alt_text ?? "Picture");
}

function markdown(block) {
  return h("div", { class: "section" }, plainText(block.text ?? ""));
}

function input(block, tools) {
  const made = element(block, block.element, tools);
  const ids = { hint: freshId("hint"), error: freshId("error"), control: freshId("control") };
  const label = [...plainText(block.label.text), block.optional ? h("span", { class: "optional" }, " optional") : null];
  const hint = block.hint ? h("p", { class: "hint", id: ids.hint }, plainText(block.hint.text)) : null;
  const error = h("p", { class: "field-error", id: ids.error, hidden: true });
  const describedBy = [hint ? ids.hint : null, ids.error].filter(Boolean).join(" ");
  const wrapper = made.isGroup
    ? h("fieldset", { class: "field", "data-testid": `field-${block.block_id}`, "aria-describedby": describedBy }, h("legend", {}, label), made.node, hint, error)
    : h("div", { class: "field", "data-testid": `field-${block.block_id}` }, h("label", { for: ids.control }, label), made.node, hint, error);
  if (!made.isGroup && made.control) {
    made.control.id = ids.control;
    made.control.setAttribute("aria-describedby", describedBy);
    if (!block.optional) made.control.setAttribute("aria-required", "true");
  }
  const field = tools.fields?.at(-1);
  if (field?.blockId === block.block_id) Object.assign(field, { wrapper, error, isRequired: !block.optional });
  return wrapper;
}
