// What a person typed, as Slack hands it on: escaped, with people and channels as ids.

import { encode } from "./mrkdwn.js";
import { people, workspace } from "./state.js";

// Returns the text with `@Name` and `#channel` as ids. In a command the id carries the name too, as Slack writes it there.
export function toSlack(text, { isCommand }) {
  const named = [
    ...people().map((each) => ({ sign: "@", name: each.name, id: each.id })),
    ...(workspace()?.channels ?? []).filter((each) => each.kind !== "im").map((each) => ({ sign: "#", name: each.name, id: each.id })),
  ].sort((a, b) => b.name.length - a.name.length);
  return text.split(/([@#])/).reduce((done, piece, at, pieces) => {
    if (at % 2 === 1) return done;
    if (at === 0) return encode(piece);
    const sign = pieces[at - 1];
    const found = /[\p{L}\p{N}]$/u.test(done) ? undefined : named.find((each) => each.sign === sign && isName(piece, each.name));
    if (found === undefined) return `${done}${sign}${encode(piece)}`;
    const label = isCommand ? `|${encode(found.name)}` : "";
    return `${done}<${sign}${found.id}${label}>${encode(piece.slice(found.name.length))}`;
  }, "");
}

function isName(piece, name) {
  return piece.toLowerCase().startsWith(name.toLowerCase()) && !/^[\p{L}\p{N}_-]/u.test(piece.slice(name.length));
}
