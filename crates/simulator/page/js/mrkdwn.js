// Turns Slack's mrkdwn into DOM nodes. Every piece of text becomes a text node and only http, https and mailto become links.

import { h } from "./dom.js";
import { slackDate, fullOf } from "./time.js";
import { withEmoji } from "./emoji.js";

const LINE = {
  quote: /^(?:&gt;|>)\s?/,
  bullet: /^\s*[•◦▪-]\s+/,
  number: /^\s*(\d{1,4})[.)]\s+/,
};
const MARKS = { "*": "strong", _: "em", "~": "del" };
const WORD = /[\p{L}\p{N}]/u;

// Returns block-level nodes. `context` tells names: `personName(id)`, `channelName(id)`, `openChannel(id)`, `me`, `nowMs`, `zone`.
export function mrkdwn(text, context) {
  const nodes = [];
  text.split(/```([\s\S]+?)```/).forEach((piece, at) => {
    if (at % 2 === 1) nodes.push(h("pre", {}, decode(piece.replace(/^\n|\n$/g, ""))));
    else if (piece.trim() !== "") nodes.push(...paragraphs(piece.replace(/^\n|\n$/g, ""), context));
  });
  return nodes;
}

// Returns inline nodes for one line or several, with line breaks between.
export function inlineMrkdwn(text, context) {
  return withBreaks(text.split("\n"), context);
}

// Returns nodes for text that is never parsed but for emoji names.
export function plainText(text) {
  return text.split("\n").flatMap((line, at) => (at === 0 ? [withEmoji(line)] : [h("br"), withEmoji(line)]));
}

function paragraphs(text, context) {
  const nodes = [];
  let run = { kind: null, lines: [] };
  const close = () => {
    if (run.lines.length > 0) nodes.push(paragraph(run, context));
  };
  for (const line of text.split("\n")) {
    const kind = Object.keys(LINE).find((each) => LINE[each].test(line)) ?? "text";
    if (kind !== run.kind) {
      close();
      run = { kind, lines: [] };
    }
    run.lines.push(line);
  }
  close();
  return nodes;
}

function paragraph({ kind, lines }, context) {
  const bare = lines.map((line) => (kind === "text" ? line : line.replace(LINE[kind], "")));
  switch (kind) {
    case "quote": return h("blockquote", {}, withBreaks(bare, context));
    case "bullet": return h("ul", {}, bare.map((line) => h("li", {}, inline(line, context))));
    case "number":
      return h("ol", {}, bare.map((line, at) => h("li", { value: LINE.number.exec(lines[at])[1] }, inline(line, context))));
    default: return h("p", {}, withBreaks(bare, context));
  }
}

function withBreaks(lines, context) {
  return lines.flatMap((line, at) => (at === 0 ? inline(line, context) : [h("br"), ...inline(line, context)]));
}

function inline(text, context) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") nodes.push(...linked(plain, context));
    plain = "";
  };
  for (let at = 0; at < text.length;) {
    const piece = pieceAt(text, at, context);
    if (piece === null) {
      plain += text[at];
      at += 1;
    } else {
      flush();
      nodes.push(piece.node);
      at = piece.end;
    }
  }
  flush();
  return nodes;
}

// Returns the marked-up piece that begins at `at` and where it ends, or null where plain text goes on.
function pieceAt(text, at, context) {
  const sign = text[at];
  if (sign === "<") {
    const end = text.indexOf(">", at);
    return end === -1 ? null : { node: angle(text.slice(at + 1, end), context), end: end + 1 };
  }
  if (sign === "`") {
    const end = text.indexOf("`", at + 1);
    return end <= at + 1 ? null : { node: h("code", {}, decode(text.slice(at + 1, end))), end: end + 1 };
  }
  if (sign in MARKS) {
    const end = closing(text, at, sign);
    return end === -1 ? null : { node: h(MARKS[sign], {}, inline(text.slice(at + 1, end), context)), end: end + 1 };
  }
  return null;
}

// Returns where the mark that opens at `at` closes, or -1. A mark inside a word or next to a space is only a character.
function closing(text, at, sign) {
  const opens = !WORD.test(text[at - 1] ?? " ") && /\S/.test(text[at + 1] ?? " ") && text[at + 1] !== sign;
  if (!opens) return -1;
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === "<" || text[end] === "`") {
      const skip = text.indexOf(text[end] === "<" ? ">" : "`", end + 1);
      if (skip !== -1) end = skip;
    } else if (text[end] === sign && /\S/.test(text[end - 1]) && !WORD.test(text[end + 1] ?? " ")) {
      return end;
    }
  }
  return -1;
}

function angle(token, context) {
  const bar = token.indexOf("|");
  const target = bar === -1 ? token : token.slice(0, bar);
  const label = bar === -1 ? null : decode(token.slice(bar + 1));
  if (target.startsWith("@")) return personMention(target.slice(1), label, context);
  if (target.startsWith("#")) return channelMention(target.slice(1), label, context);
  if (target.startsWith("!date^")) return dateToken(target, label, context);
  if (target.startsWith("!")) return h("span", { class: "mention loud" }, label ?? `@${target.slice(1).split("^")[0]}`);
  return link(decode(target), label);
}

export function personMention(id, label, context) {
  const name = context.personName(id) ?? label ?? id;
  return h("span", { class: id === context.me ? "mention me" : "mention" }, `@${name}`);
}

export function channelMention(id, label, context) {
  const name = context.channelName(id) ?? (label || null);
  if (name === null) return h("span", { class: "mention" }, "#private-channel");
  return h("a", { class: "mention", href: context.channelHref(id) }, `#${name}`);
}

function dateToken(target, label, context) {
  const [, seconds, template = "", address] = target.split("^");
  const fallback = label ?? template;
  if (!/^-?\d{1,12}$/.test(seconds)) return document.createTextNode(fallback);
  const text = slackDate(decode(template), Number(seconds), context.nowMs, context.zone) ?? fallback;
  const node = h("time", { datetime: new Date(Number(seconds) * 1000).toISOString(), title: fullOf(Number(seconds) * 1000, context.zone) }, text);
  return address === undefined ? node : link(decode(address), text);
}

// Returns a link, or plain text where the address is not one that may be opened.
export function link(address, label) {
  if (!/^(https?:\/\/|mailto:)/i.test(address)) return document.createTextNode(label ?? address);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label ?? address.replace(/^mailto:/i, ""));
}

// Where the text is verbatim a bare address stays text.
function linked(text, context) {
  if (context.isVerbatim) return [withEmoji(decode(text))];
  return text.split(/(https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]'"])/).filter((piece) => piece !== "")
    .map((piece) => (/^https?:\/\//.test(piece) ? link(decode(piece), null) : withEmoji(decode(piece))));
}

// Returns the text with Slack's three entities as the characters they stand for.
export function decode(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

// Returns the text with the three characters escaped that Slack escapes.
export function encode(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
