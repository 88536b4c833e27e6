// The left side: the workspace, who acts, and where one can look.

import { fill, h, icon, ICONS } from "./dom.js";
import { avatar } from "./avatar.js";
import { botName, channelsOf, dmOf, hrefOf, me, nowMs, page, people, standingOf, unreadIn, waitingFor, workspace } from "./state.js";
import { zoneLabel } from "./time.js";

const rail = document.getElementById("rail");
const AT_A_GLANCE = 10;
let drawn = null;

// Draws the rail again when something in it changed.
export function renderRail() {
  const signature = JSON.stringify([page.team, page.me, page.place, workspace()?.channels, people(), counts()]);
  if (signature === drawn) return;
  drawn = signature;
  const focused = rail.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  fill(rail, heading(), acting(), conversations());
  if (focused) rail.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
}

function counts() {
  return [people().map((each) => waitingFor(each.id)), channelsOf(page.me).map((each) => unreadIn(each, page.me)), dmOf(page.me)?.id];
}

function heading() {
  const all = page.sim.workspaces;
  const name = all.length < 2 ? h("strong", { class: "workspace-name" }, workspace()?.name ?? "No workspace")
    : h("select", { "aria-label": "Workspace", class: "workspace-name", "data-testid": "workspace-switch", on: { change: (event) => go({ team: event.target.value, me: "", place: "" }) } },
      all.map((each) => h("option", { value: each.team, selected: each.team === page.team }, each.name)));
  return h("div", { class: "rail-head" }, name, h("button", { type: "button", class: "quiet close-rail", "aria-label": "Close the menu", on: { click: closeRail } }, icon(ICONS.close)));
}

function acting() {
  const known = people().filter((each) => !each.deleted || each.id === page.me);
  const select = h("select", { id: "person-switch", "data-testid": "person-switch", on: { change: (event) => go({ me: event.target.value }) } },
    known.map((each) => h("option", { value: each.id, selected: each.id === page.me }, standingOf(each) === null ? each.name : `${each.name} (${standingOf(each)})`)));
  const who = me();
  return h("div", { class: "acting" }, h("label", { for: "person-switch" }, "You are"),
    h("div", { class: "acting-card" }, who ? avatar(who.id, who.name) : null, h("div", {}, select, h("small", {}, who ? zoneLabel(nowMs(), who.tz) : ""))),
    known.length > AT_A_GLANCE ? null : h("ul", { class: "faces", "aria-label": "Switch to" }, known.map(face)));
}

function face(each) {
  const waiting = each.id === page.me ? 0 : waitingFor(each.id);
  const label = `${each.name}${waiting > 0 ? `, ${waiting} new` : ""}`;
  return h("li", {}, h("a", {
    href: hrefOf({ me: each.id, place: page.place }), title: label, "aria-label": label, "aria-current": each.id === page.me ? "true" : null, "data-testid": `person-${each.id}`,
  }, avatar(each.id, each.name), waiting > 0 ? h("span", { class: "dot" }, waiting) : null));
}

function conversations() {
  const dm = dmOf(page.me);
  return [
    h("h2", {}, "Channels"),
    h("ul", { class: "places" }, channelsOf(page.me).map((each) => item(each.id, each.private ? ICONS.lock : ICONS.hash, each.name, unreadIn(each, page.me), each.id))),
    h("h2", {}, botName()),
    h("ul", { class: "places" },
      item("dm", null, "Direct messages", dm === null ? 0 : unreadIn(dm, page.me), dm?.id ?? ""),
      item("home", ICONS.home, "App home", 0, "")),
  ];
}

function item(place, shape, name, unread, id) {
  return h("li", {}, h("a", {
    href: hrefOf({ place }), class: unread > 0 ? "unread" : null, "aria-current": place === page.place ? "page" : null,
    "data-testid": `conversation-${place}`, "data-conversation": id, on: { click: closeRail },
  }, shape === null ? avatar("", name, true) : icon(shape), h("span", { class: "name" }, name),
  unread > 0 ? h("span", { class: "dot" }, unread, h("span", { class: "sr" }, " new")) : null));
}

function go(target) {
  location.hash = hrefOf(target);
}

// Opens the rail where it is a drawer.
export function openRail() {
  document.getElementById("app").classList.add("rail-open");
  rail.querySelector("[data-testid=person-switch]")?.focus();
}

export function closeRail() {
  document.getElementById("app").classList.remove("rail-open");
}
