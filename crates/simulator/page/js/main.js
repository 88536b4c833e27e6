// Starts the page: reads what the simulator knows, draws it, and draws again after every change.

import * as api from "./api.js";
import { buildBar, renderBar } from "./bar.js";
import { buildComposer, renderComposer } from "./composer.js";
import { install, makeSample, onDeeds } from "./deeds.js";
import { renderHome } from "./home.js";
import { renderMessages } from "./messages.js";
import { renderModals } from "./modal.js";
import { renderPlace } from "./place.js";
import { closeRail, renderRail } from "./rail.js";
import { renderStory, storyHears } from "./story.js";
import { app, botName, forgetOtherRuns, page, readAddress } from "./state.js";
import { notice } from "./toast.js";

const RETRY_MS = 2000;
const TICK_MS = 5000;
let reading = null;
let isStale = false;

// Reads everything and draws it. Calls that come while it reads share one more reading.
async function refresh() {
  isStale = true;
  reading ??= (async () => {
    try {
      while (isStale) {
        isStale = false;
        await readAll();
      }
    } finally {
      reading = null;
    }
  })();
  await reading;
}

async function readAll() {
  try {
    page.sim = await api.readState();
    readAddress(location.hash);
    const { team, me } = page;
    const [messages, views] = await Promise.all([
      team === null ? { messages: [] } : api.readMessages(team),
      me === null ? { modals: [], home: null } : api.readViews(team, me),
    ]);
    page.messages = messages.messages;
    page.views = views;
    setOffline(null);
  } catch (error) {
    setOffline(error);
    return;
  }
  render();
}

function render() {
  forgetOtherRuns();
  renderBar();
  renderPlace();
  renderHome();
  // What takes room from the messages comes before them, for they are shown from their end.
  renderComposer();
  renderStory();
  renderNotices();
  renderMessages();
  renderRail();
  renderModals();
}

function renderNotices() {
  const isEmpty = page.sim.workspaces.length === 0;
  notice("empty", isEmpty ? "There is no workspace yet." : null, { label: "Make a small one", run: makeSample });
  const isMissing = !isEmpty && app() !== null && !app().installed;
  notice("install", isMissing ? `${botName()} is not installed in this workspace.` : null, { label: "Install it", run: install });
  notice("stopped", page.sim.bot?.running === false ? `${botName()} is stopped. Commands fail until it runs again; the clock can still be moved.` : null);
}

function setOffline(error) {
  page.isOffline = error !== null;
  notice("offline", error === null ? null : error.message);
}

// Follows the simulator's change counter for as long as the page is open.
async function follow() {
  let version = page.sim?.version ?? 0;
  for (;;) {
    try {
      const answer = await api.waitForChange(version);
      if (page.isOffline || answer.version !== version) await refresh();
      version = answer.version;
    } catch (error) {
      setOffline(error);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      version = 0;
    }
  }
}

// The clock of a demo ticks by itself, which is no change that the counter counts.
async function tick() {
  if (document.visibilityState !== "visible" || page.isOffline || reading !== null) return;
  try {
    const sim = await api.readState();
    page.sim.clock = sim.clock;
    page.sim.bot = sim.bot;
    renderBar();
  } catch {
    // The loop that follows the changes says it.
  }
}

async function start() {
  buildBar();
  buildComposer();
  onDeeds({ refresh, done: (what, answer) => { storyHears(what, answer); if (page.sim !== null) renderStory(); } });
  window.addEventListener("hashchange", refresh);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeRail());
  document.getElementById("skip").addEventListener("click", (event) => {
    // The address is the page's own; the link only moves the focus.
    event.preventDefault();
    document.getElementById("composer-text").focus();
  });
  document.getElementById("app").addEventListener("click", (event) => event.target.id === "app" && closeRail());
  await refresh();
  setInterval(tick, TICK_MS);
  follow();
}

start();
