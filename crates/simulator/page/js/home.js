// The bot's home: a page of blocks that it keeps for each person.

import { fill, h } from "./dom.js";
import { renderBlocks, valuesOf } from "./blocks.js";
import { act } from "./deeds.js";
import { confirmed } from "./confirm.js";
import { botName, page } from "./state.js";

const home = document.getElementById("home");
let drawn = null;
let opened = null;

// Draws the home of the acting person; opening it is told to the bot once per visit.
export function renderHome() {
  const isHere = page.place === "home" && page.me !== null;
  home.hidden = !isHere;
  if (!isHere) {
    opened = null;
    return;
  }
  const visit = `${page.team}/${page.me}`;
  if (opened !== visit) {
    opened = visit;
    act({ open_home: true });
  }
  const view = page.views.home;
  const signature = `${visit}/${JSON.stringify(view)}`;
  if (signature === drawn) return;
  drawn = signature;
  const fields = [];
  if (view === null) fill(home, h("div", { class: "welcome" }, h("h2", {}, `${botName()} has not put anything here yet`), h("p", {}, "Its commands work in every channel: try ", h("code", {}, "/rotation"), ".")));
  else fill(home, renderBlocks(view.blocks, { fields, onAct: (block, element, value) => press(view, block, element, value, fields) }));
}

async function press(view, block, element, value, fields) {
  if (element.confirm && !(await confirmed(element.confirm))) return;
  await act({ click: { view_id: view.id, action_id: element.action_id, block_id: block.block_id, value, values: valuesOf(fields) } });
}
