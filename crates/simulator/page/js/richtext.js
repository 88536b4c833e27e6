// The rich_text block: what Slack's own editor writes.

import { h } from "./dom.js";
import { channelMention, link, personMention } from "./mrkdwn.js";
import { emoji } from "./emoji.js";
import { slackDate } from "./time.js";
import { mrkdwnContext } from "./state.js";

// Returns the block's node.
export function richText(block) {
  return h("div", { class: "section" }, (block.elements ?? []).map(part));
}

function part(element) {
  const items = element.elements ?? [];
  switch (element.type) {
    case "rich_text_list": return h(element.style === "ordered" ? "ol" : "ul", {}, items.map((item) => h("li", {}, (item.elements ?? []).map(piece))));
    case "rich_text_quote": return h("blockquote", {}, items.map(piece));
    case "rich_text_preformatted": return h("pre", {}, items.map(piece));
    default: return h("p", {}, items.map(piece));
  }
}

function piece(element) {
  const context = mrkdwnContext();
  switch (element.type) {
    case "user": return personMention(element.user_id, null, context);
    case "channel": return channelMention(element.channel_id, null, context);
    case "link": return styled(link(element.url, element.text ?? null), element.style);
    case "emoji": return document.createTextNode(emoji(element.name) ?? `:${element.name}:`);
    case "date": return document.createTextNode(slackDate(element.format ?? "", element.timestamp, context.nowMs, context.zone) ?? element.fallback ?? "");
    case "broadcast": return h("span", { class: "mention loud" }, `@${element.range}`);
    default: return styled(h("span", {}, (element.text ?? "").split("\n").flatMap((line, at) => (at === 0 ? [line] : [h("br"), line]))), element.style);
  }
}

function styled(node, style = {}) {
  const tags = { bold: "strong", italic: "em", strike: "del", code: "code" };
  return Object.keys(tags).filter((name) => style[name]).reduce((inner, name) => h(tags[name], {}, inner), node);
}
