// A short guided story: six steps through the main job, each with a button that prepares it.

import { fill, h } from "./dom.js";
import { fillComposer } from "./composer.js";
import { moveTo, setBot } from "./bar.js";
import { nextMonday } from "./jump.js";
import { channelsOf, hrefOf, nowMs, page, people, zone } from "./state.js";
import { dateKey } from "./time.js";

const box = document.getElementById("story");
const KEY = "asyncbot-story";
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DOWN_DAYS = 20;
const narrow = matchMedia("(max-width: 1099px)");
const state = { done: new Set(), isOpen: !narrow.matches, stoppedAt: null, awayAt: null, drawn: null, isRestored: false };

const STEPS = [
  {
    id: "create", title: "Make a rotation", label: "Write the command",
    text: () => `As ${admin()?.name}, the admin. Send the command, and a form opens: give it a name, pick the members in order, and choose a Monday as the first day.`,
    run: () => prepare("/rotation create"),
  },
  {
    id: "monday", title: "Let Monday 09:00 come", label: "Go to Monday 09:00",
    text: "The channel hears who is on duty, and that person gets a direct message with buttons. Switch to them to see it.",
    run: () => moveTo({ set: new Date(nextMonday(nowMs(), zone())).toISOString() }),
  },
  {
    id: "away", title: () => `${away()?.name} goes away`, label: "Write the command",
    text: "A whole week, the next one. Send the command: whose turn it becomes instead is said at once.",
    run: () => prepare(awayCommand()),
  },
  {
    id: "handoff", title: () => `See ${away()?.name} passed over`, label: "Go to the next handoff",
    text: "The next in order takes the turn, and the channel is told why.",
    run: () => moveTo({ to_next_handoff: true }),
  },
  {
    id: "stop", title: "Stop the bot", label: "Stop it",
    text: "As if its machine had gone down.", run: () => setBot(false),
  },
  {
    id: "back", title: "Start it three weeks later", label: () => (isDownLong() ? "Start it" : "Let 3 weeks pass"),
    text: "One announcement and one direct message say what was missed; nothing is repeated.",
    run: () => (isDownLong() ? setBot(true) : moveTo({ advance: "3w" })),
  },
];

// Draws the story again when something in it changed.
export function renderStory() {
  restore();
  watch();
  const current = STEPS.find((step) => !state.done.has(step.id)) ?? null;
  const signature = JSON.stringify([[...state.done], state.isOpen, isDownLong(), page.team, page.me === null]);
  box.hidden = page.me === null;
  if (signature === state.drawn) return;
  state.drawn = signature;
  document.getElementById("app").classList.toggle("story-closed", !state.isOpen);
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  fill(box, heading(current), state.isOpen ? h("ol", { class: "steps" }, STEPS.map((step) => item(step, step === current))) : null,
    state.isOpen && current === null ? h("p", { class: "story-end" }, "That is the whole main job. Switch to the others on the left to see what each of them was told.") : null);
  if (focused) box.querySelector(`[data-focus="${focused}"]`)?.focus();
}

// Hears what people did, and ticks the step that it was.
export function storyHears(what, answer) {
  const isRefused = answer?.error || answer?.response?.response_action === "errors";
  if (isRefused) return;
  if (what.submit && /create|rotation/.test(what.callback ?? "create")) tick("create");
  if (what.command && /^ooo\s+add\b/.test(what.text)) {
    state.awayAt ??= nowMs();
    tick("away");
  }
}

function watch() {
  const isRunning = page.sim.bot?.running;
  if (isRunning === false) {
    state.stoppedAt ??= nowMs();
    tick("stop");
  } else if (state.stoppedAt !== null && isRunning) {
    if (isDownLong()) tick("back");
    state.stoppedAt = null;
  }
  const posts = page.messages.filter((each) => each.is_bot && each.ephemeral_to === null);
  if (posts.some((each) => isDirect(each.channel) && isAboutDuty(each))) tick("monday");
  if (state.awayAt !== null && posts.some((each) => !isDirect(each.channel) && Number(each.ts) * 1000 > state.awayAt + MINUTE_MS)) tick("handoff");
}

// The welcome to whoever installs the app is a direct message too; the one to the person on duty has "Got it".
function isAboutDuty(message) {
  return JSON.stringify(message.blocks ?? []).includes("seen_duty");
}

function isDirect(id) {
  return page.sim.workspaces.some((space) => space.channels.some((each) => each.id === id && each.kind === "im"));
}

function isDownLong() {
  return state.stoppedAt !== null && nowMs() - state.stoppedAt > DOWN_DAYS * DAY_MS;
}

function tick(id) {
  if (state.done.has(id)) return;
  state.done.add(id);
  sessionStorage.setItem(KEY, JSON.stringify({ done: [...state.done], stoppedAt: state.stoppedAt, awayAt: state.awayAt, nowMs: nowMs() }));
}

// Takes up the story after a reload, unless the simulator began anew.
function restore() {
  if (state.isRestored) return;
  state.isRestored = true;
  const saved = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (saved === null || saved.nowMs > nowMs() + MINUTE_MS) return;
  state.done = new Set(saved.done);
  state.stoppedAt = saved.stoppedAt;
  state.awayAt = saved.awayAt;
}

function heading(current) {
  const count = `${state.done.size} of ${STEPS.length}`;
  const toggle = () => {
    state.isOpen = !state.isOpen;
    renderStory();
  };
  return h("div", { class: "story-head" },
    h("h2", {}, "Try this"), h("span", { class: "story-count" }, current === null ? "All done" : count),
    !state.isOpen && current !== null ? h("span", { class: "story-now" }, said(current.title)) : null,
    h("button", { type: "button", class: "btn quiet", "aria-expanded": String(state.isOpen), "data-focus": "toggle", "data-testid": "story-toggle", on: { click: toggle } }, state.isOpen ? "Hide" : "Show"));
}

function item(step, isCurrent) {
  const isDone = state.done.has(step.id);
  const run = async () => {
    if (narrow.matches) {
      state.isOpen = false;
      renderStory();
    }
    await step.run();
  };
  return h("li", { class: isDone ? "is-done" : isCurrent ? "is-current" : "", "aria-current": isCurrent ? "step" : null },
    h("h3", {}, said(step.title), isDone ? h("span", { class: "sr" }, " (done)") : null),
    h("p", {}, said(step.text)),
    h("button", { type: "button", class: isCurrent ? "btn primary" : "btn", "data-focus": step.id, "data-testid": `story-${step.id}`, on: { click: run } }, said(step.label)));
}

// Makes the admin act in a channel and writes `command` for them to send.
function prepare(command) {
  const user = admin().id;
  const isSomewhere = channelsOf(user).some((each) => each.id === page.place);
  location.hash = hrefOf({ me: user, place: isSomewhere ? page.place : channelsOf(user)[0]?.id });
  // The address takes effect in its own event; the composer is filled after it.
  setTimeout(() => fillComposer(command));
}

// Returns who leads through the story.
function admin() {
  return people().find((each) => each.admin) ?? people()[0];
}

// Returns who goes away in it: the second of the people, who is the second in most first rotations.
function away() {
  return people()[1] ?? people()[0];
}

function said(words) {
  return typeof words === "function" ? words() : words;
}

function awayCommand() {
  const from = nextMonday(nowMs() + DAY_MS, zone());
  return `/rotation ooo add @${away().name} ${dateKey(from, zone())} to ${dateKey(from + 6 * DAY_MS, zone())}`;
}
