// The line above the messages: where one is, and as whom.

import { fill, h, icon, ICONS } from "./dom.js";
import { avatar } from "./avatar.js";
import { openRail } from "./rail.js";
import { botName, channelAt, me, page, person } from "./state.js";

const place = document.getElementById("place");
const log = document.getElementById("log");
const NAMES_SHOWN = 6;

// Draws the line and names the message list after the place.
export function renderPlace() {
  const target = channelAt(page.place, page.me);
  const { title, note } = words(target);
  const shape = target?.private && page.place !== "dm" ? ICONS.lock : ICONS.hash;
  log.hidden = page.place === "home";
  log.setAttribute("aria-label", `Messages in ${title}`);
  document.title = `${title} · Asyncbot demo`;
  const signature = JSON.stringify([title, note, page.me]);
  if (place.dataset.drawn === signature) return;
  place.dataset.drawn = signature;
  const who = me();
  fill(place,
    h("div", { class: "place-name" }, h("h1", {}, page.place === "dm" || page.place === "home" ? avatar("", "", true) : icon(shape), title), h("p", {}, note)),
    who === null ? null : h("button", { type: "button", class: "as-whom", on: { click: openRail }, "aria-label": `You are ${who.name}. Switch person` }, avatar(who.id, who.name), h("span", {}, who.name)));
}

function words(target) {
  if (page.place === "home") return { title: `${botName()} home`, note: "What the bot keeps ready for you" };
  if (page.place === "dm") return { title: botName(), note: "Direct messages between you and the bot" };
  if (target === null) return { title: "No channel", note: "" };
  const names = target.members.map(person).filter((each) => each !== null && !each.is_bot).map((each) => each.name);
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : "";
  return { title: target.name, note: `${names.slice(0, NAMES_SHOWN).join(", ")}${more}` };
}
