// What the acting person does: each deed is one call, then a refresh, with refusals said plainly.

import * as api from "./api.js";
import { page } from "./state.js";
import { clearToasts, toast } from "./toast.js";

const listeners = { refresh: async () => {}, done: () => {} };

// Sets what happens after a deed: `refresh()` reads everything again, `done(what)` hears of it.
export function onDeeds({ refresh, done }) {
  Object.assign(listeners, { refresh, done });
}

// Lets the acting person do something; returns the simulator's answer, or null after saying why not.
export async function act(what, { quiet = false } = {}) {
  clearToasts();
  try {
    const answer = await api.act({ team: page.team, user: page.me, ...what });
    // Of a command that failed Slack tells in the channel.
    if (answer.error && !quiet && !what.command) toast(answer.error);
    await listeners.refresh();
    listeners.done(what, answer);
    return answer;
  } catch (error) {
    if (quiet) throw error;
    toast(error.message);
    return null;
  }
}

// Moves the clock; returns whether it moved.
export async function moveClock(body) {
  return tell(() => api.moveClock(body), { clock: body });
}

// Stops or starts the bot; returns whether it did.
export async function runBot(running) {
  return tell(() => api.runBot(running ? { running } : { running, how: "stop" }), { bot: running });
}

// Installs the app in the workspace as the acting person.
export async function install() {
  return tell(() => api.install(page.team, page.me), { install: true });
}

// Makes a small workspace to begin with, for a simulator that has none.
export async function makeSample() {
  const people = [
    { name: "Ana", tz: "Europe/Berlin", admin: true },
    { name: "Ben", tz: "Europe/London" },
    { name: "Cho", tz: "Asia/Seoul" },
  ];
  const channels = [{ name: "support" }, { name: "general" }];
  return tell(() => api.makeWorkspace({ name: "Sample", people, channels, install: page.sim.bot?.url != null }), {});
}

async function tell(call, what) {
  clearToasts();
  let answer = null;
  try {
    answer = await call();
  } catch (error) {
    toast(error.message);
  }
  await listeners.refresh();
  if (answer !== null) listeners.done(what, answer);
  return answer !== null;
}
