// The list of messages. A message is drawn again only when something about it changed, so focus and half-made choices stay.

import { fill, h, icon, ICONS } from "./dom.js";
import { renderBlocks, valuesOf } from "./blocks.js";
import { mrkdwn } from "./mrkdwn.js";
import { act } from "./deeds.js";
import { fillComposer } from "./composer.js";
import { confirmed } from "./confirm.js";
import { avatar } from "./avatar.js";
import { botName, channelAt, dmOf, markRead, me, messagesIn, mrkdwnContext, nowMs, page, person, zone } from "./state.js";
import { dateKey, fullOf, longDayOf, nearDay, timeOf } from "./time.js";

const TOGETHER_S = 300;
const NEAR_END_PX = 120;
const log = document.getElementById("log");
const dismissed = new Set();
let shown = { key: null, nodes: new Map() };
let staysAtEnd = true;

// What takes room from the list later, such as the keyboard of a telephone, does not hide the newest message.
log.addEventListener("scroll", () => {
  staysAtEnd = isNearEnd();
});
new ResizeObserver(() => {
  if (staysAtEnd) log.scrollTop = log.scrollHeight;
}).observe(log);

// Draws the messages of the place that the acting person looks at.
export function renderMessages() {
  const target = channelAt(page.place, page.me);
  const key = `${page.team}/${page.me}/${page.place}`;
  const isElsewhere = key !== shown.key;
  const isAtEnd = isElsewhere || isNearEnd();
  if (isElsewhere) shown = { key, nodes: new Map() };
  const messages = target === null ? [] : messagesIn(target.id, page.me).filter((each) => !dismissed.has(dismissKey(each)));
  const focus = focusInLog();
  // A screen reader hears what arrives, not the whole history of a place that was just opened.
  log.setAttribute("aria-live", isElsewhere ? "off" : "polite");
  place(messages.length === 0 ? [welcome(target)] : rows(messages));
  focus?.();
  if (isAtEnd) log.scrollTop = log.scrollHeight;
  if (target !== null && document.visibilityState === "visible" && page.place !== "home") markRead(target.id, page.me);
}

function isNearEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
}

function rows(messages) {
  const wanted = [];
  const next = new Map();
  messages.forEach((message, at) => {
    const before = messages[at - 1];
    if (before === undefined || dayKey(before) !== dayKey(message)) {
      keep(next, wanted, `day-${dayKey(message)}`, nearDay(msOf(message), nowMs(), zone()), () => daySeparator(message));
    }
    const follows = before !== undefined && isSameVoice(before, message);
    keep(next, wanted, `message-${message.ts}-${message.ephemeral_to}`, JSON.stringify([message, follows, dateKey(nowMs(), zone())]), () => row(message, follows));
  });
  shown.nodes = next;
  return wanted;
}

function keep(next, wanted, key, signature, make) {
  const old = shown.nodes.get(key);
  const entry = old?.signature === signature ? old : { signature, node: make() };
  next.set(key, entry);
  wanted.push(entry.node);
}

// Puts the nodes in order without touching those that are already in their place.
function place(wanted) {
  const stay = new Set(wanted);
  for (const child of [...log.children]) if (!stay.has(child)) child.remove();
  wanted.forEach((node, at) => {
    if (log.children[at] !== node) log.insertBefore(node, log.children[at] ?? null);
  });
}

function row(message, follows) {
  const isMine = message.ephemeral_to !== null;
  const node = h("article", {
    class: `message ${isMine ? "ephemeral" : ""} ${follows ? "follows" : ""}`, "data-testid": "message", "data-ts": message.ts,
    "data-user": message.user, "data-ephemeral": String(isMine),
  });
  const name = message.user_name ?? person(message.user)?.name ?? message.user;
  const time = h("time", { datetime: new Date(msOf(message)).toISOString(), title: fullOf(msOf(message), zone()) }, timeOf(msOf(message), zone()));
  const meta = h("div", { class: "meta" }, h("strong", {}, name), message.is_bot ? h("span", { class: "badge" }, "app") : null, time,
    message.edited ? h("span", { class: "edited" }, "edited") : null);
  const body = h("div", { class: "body" }, content(message, node));
  fill(node, avatar(message.user, name, message.is_bot), h("div", { class: "column" },
    isMine ? onlyYou(message, node) : null, commandLine(message), threadMark(message), meta, body));
  return node;
}

function onlyYou(message, node) {
  const dismiss = () => {
    dismissed.add(dismissKey(message));
    node.remove();
    document.getElementById("composer-text")?.focus();
  };
  return h("p", { class: "only-you" }, icon(ICONS.eye), "Only visible to you", h("button", { type: "button", class: "quiet small", on: { click: dismiss } }, "Dismiss"));
}

function commandLine(message) {
  return message.command ? h("p", { class: "command-line" }, "answers ", h("code", {}, message.command)) : null;
}

function threadMark(message) {
  return message.thread_ts && message.thread_ts !== message.ts ? h("p", { class: "command-line" }, "in a thread") : null;
}

function content(message, node) {
  if (!message.blocks?.length) return mrkdwn(message.text ?? "", mrkdwnContext());
  const fields = [];
  const onAct = (block, element, value, control) => press(message, { block, element, value, fields }, control ?? node);
  return renderBlocks(message.blocks, { channel: message.channel, fields, onAct });
}

async function press(message, { block, element, value, fields }, control) {
  if (control.getAttribute("aria-busy") === "true") return;
  if (element.confirm && !(await confirmed(element.confirm))) return;
  control.setAttribute("aria-busy", "true");
  await act({ click: { channel: message.channel, ts: message.ts, action_id: element.action_id, block_id: block.block_id, value, values: valuesOf(fields) } });
  control.removeAttribute("aria-busy");
}

function daySeparator(message) {
  const ms = msOf(message);
  const near = nearDay(ms, nowMs(), zone());
  return h("div", { class: "day" }, h("span", {}, near === null ? longDayOf(ms, zone()) : `${near[0].toUpperCase()}${near.slice(1)}, ${longDayOf(ms, zone())}`));
}

function welcome(target) {
  if (page.place === "dm") {
    return h("div", { class: "welcome" }, h("h2", {}, `${botName()} and ${me()?.name ?? "you"}`),
      h("p", {}, `What ${botName()} tells only you arrives here: that you are on duty, and from when to when.`));
  }
  return h("div", { class: "welcome" }, h("h2", {}, `This is #${target?.name ?? ""}`),
    h("p", {}, `${botName()} passes a duty, such as answering support, from one person to the next, and passes over whoever is away.`),
    h("button", { type: "button", class: "btn primary", on: { click: () => fillComposer("/rotation create") } }, "Make a rotation"));
}

// Returns how to put the focus back where it was among the messages, or null when it was elsewhere.
function focusInLog() {
  const active = document.activeElement;
  const message = active?.closest?.("[data-testid=message]");
  if (!message || !log.contains(active) || !active.dataset.testid) return null;
  const path = `[data-ts="${CSS.escape(message.dataset.ts)}"] [data-testid="${CSS.escape(active.dataset.testid)}"]`;
  return () => document.activeElement === active || (log.querySelector(path) ?? log).focus();
}

function isSameVoice(before, message) {
  return before.user === message.user && before.ephemeral_to === message.ephemeral_to && message.ephemeral_to === null && !message.edited
    && dayKey(before) === dayKey(message) && Number(message.ts) - Number(before.ts) < TOGETHER_S && !message.command;
}

const msOf = (message) => Number(message.ts) * 1000;
const dayKey = (message) => dateKey(msOf(message), zone());
const dismissKey = (message) => `${message.channel}/${message.ts}/${message.ephemeral_to}`;

// Returns the id of the channel that a typed message goes to; direct messages are made on demand.
export function targetId() {
  return page.place === "dm" ? (dmOf(page.me)?.id ?? "dm") : page.place;
}
