// The bar at the top: the simulator's clock, the ways to move it, and the bot's switch.

import { fill, h, icon, ICONS } from "./dom.js";
import { moveClock, runBot } from "./deeds.js";
import { parseJump } from "./jump.js";
import { openRail } from "./rail.js";
import { botName, nowMs, page, zone } from "./state.js";
import { dayOf, timeOf, zoneLabel } from "./time.js";
import { toast } from "./toast.js";

const bar = document.getElementById("bar");
const NOT_UNDERSTOOD = "Write how far or until when, such as 3 weeks, 36 hours, monday 09:00 or 2026-06-08 09:00.";
const parts = {};
let isMoving = false;

// Builds the bar once; `renderBar` keeps it current.
export function buildBar() {
  parts.day = h("span", { class: "clock-day" });
  parts.time = h("span", { class: "clock-time" });
  parts.zone = h("span", { class: "clock-zone" });
  parts.clock = h("div", { class: "clock", "data-testid": "clock", role: "timer", "aria-label": "The clock of this workspace" }, parts.day, parts.time, parts.zone);
  parts.hour = jumpButton("+1 h", "advance-hour", "One hour on", { advance: "1h" });
  parts.dayOn = jumpButton("+1 day", "advance-day", "One day on", { advance: "24h" });
  parts.handoff = jumpButton("Next handoff", "advance-handoff", "On to the next handoff", { to_next_handoff: true });
  parts.text = h("input", { type: "text", id: "jump", placeholder: "such as 3 weeks", list: "jumps", autocomplete: "off", "data-testid": "advance-custom", "aria-label": "Move the clock by or to" });
  parts.go = h("button", { type: "submit", class: "btn", "data-testid": "advance-custom-go" }, "Go");
  parts.form = h("form", { class: "jump", id: "jump-form", on: { submit: (event) => { event.preventDefault(); jump(); } } }, parts.text,
    h("datalist", { id: "jumps" }, ["3 weeks", "12 hours", "monday 09:00", "tomorrow 08:00"].map((value) => h("option", { value }))), parts.go);
  parts.other = h("button", { type: "button", class: "btn other", "aria-expanded": "false", "aria-controls": "jump-form", on: { click: toggleJump } }, "Other…");
  parts.moves = h("div", { class: "moves", role: "group", "aria-label": "Move the clock" }, parts.hour, parts.dayOn, parts.handoff, parts.other, parts.form);
  parts.bot = h("button", { type: "button", role: "switch", class: "bot-switch", "data-testid": "bot-switch", on: { click: toggleBot } });
  parts.moves.hidden = true;
  parts.bot.hidden = true;
  fill(bar, h("button", { type: "button", class: "btn quiet menu-button", "aria-label": "Open the menu", on: { click: openRail } }, icon(ICONS.menu)),
    parts.clock, parts.bot, parts.moves, h("div", { class: "progress", "aria-hidden": "true" }));
}

// Shows the time, what can be moved and whether the bot runs.
export function renderBar() {
  const { clock, bot } = page.sim;
  parts.day.textContent = dayOf(nowMs(), zone());
  parts.time.textContent = timeOf(nowMs(), zone());
  parts.zone.textContent = zoneLabel(nowMs(), zone());
  parts.clock.dataset.now = clock.now;
  parts.moves.hidden = !clock.manual;
  const next = bot?.next_handoff_at ? Date.parse(bot.next_handoff_at) : null;
  parts.handoff.title = next === null ? "On to the next handoff" : `On to ${dayOf(next, zone())}, ${timeOf(next, zone())}`;
  const isHosted = bot?.hosted ?? (bot?.running !== null && bot?.running !== undefined);
  parts.bot.hidden = !isHosted;
  if (isHosted) showBot(bot.running);
}

function showBot(isRunning) {
  if (parts.bot.getAttribute("aria-checked") === String(isRunning)) return;
  parts.bot.setAttribute("aria-checked", String(isRunning));
  parts.bot.title = isRunning ? `Stop ${botName()}` : `Start ${botName()}`;
  fill(parts.bot, h("span", { class: "track", "aria-hidden": "true" }), h("span", { class: "bot-name" }, botName()), h("span", { class: "bot-state" }, isRunning ? "running" : "stopped"));
}

function jumpButton(label, testid, title, body) {
  return h("button", { type: "button", class: "btn", "data-testid": testid, title, on: { click: () => moveTo(body) } }, label);
}

// Where the screen is narrow the field waits behind a button.
function toggleJump() {
  const isOpen = parts.form.classList.toggle("is-open");
  parts.other.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) parts.text.focus();
}

async function jump() {
  const body = parseJump(parts.text.value, nowMs(), zone());
  if (body === null) {
    toast(NOT_UNDERSTOOD);
    parts.text.focus();
  } else if (await moveTo(body)) {
    parts.text.value = "";
  }
}

// Moves the clock and shows that it moves; returns whether it did.
export async function moveTo(body) {
  if (isMoving) return false;
  return busily(() => moveClock(body));
}

// Stops or starts the bot and shows that it takes a moment.
export async function setBot(running) {
  return busily(() => runBot(running));
}

async function toggleBot() {
  if (!isMoving) await setBot(!page.sim.bot.running);
}

async function busily(run) {
  isMoving = true;
  bar.classList.add("moving");
  bar.setAttribute("aria-busy", "true");
  const did = await run();
  bar.classList.remove("moving");
  bar.removeAttribute("aria-busy");
  isMoving = false;
  return did;
}
