// What the composer suggests while somebody types a command or names a person.

const VERBS = [
  { verb: "create", usage: "[name]", about: "Make a rotation; a form opens" },
  { verb: "list", usage: "", about: "All rotations and who is on duty" },
  { verb: "who", usage: "[rotation]", about: "Who is on duty now" },
  { verb: "next", usage: "[rotation] [how many]", about: "Who comes next" },
  { verb: "ooo add", usage: "[@person] day [to day]", about: "Enter whole days away" },
  { verb: "ooo list", usage: "[@person]", about: "Absences still to come" },
  { verb: "ooo remove", usage: "[@person] [day]", about: "Take an absence back" },
  { verb: "help", usage: "", about: "What it can do" },
];
const ROTATION = "/rotation";
const INVITE = "/invite";
const ABOUT = { [ROTATION]: "Who is on duty, and when it changes", [INVITE]: "Take the bot into this channel" };

// Returns [{label, usage, about, insert}] for what stands in the composer; `insert` is the whole text that a choice leaves there.
export function completions(text, { commands, people }) {
  const mention = /(^|\s)@([\p{L}\p{N}._-]*)$/u.exec(text);
  if (mention !== null) return mentions(text, mention[2], people);
  if (!text.startsWith("/")) return [];
  const typed = text.toLowerCase().replace(/\s+/g, " ");
  if (!typed.includes(" ")) {
    return [...new Set([ROTATION, ...commands, INVITE])].filter((each) => each.startsWith(typed) && each !== typed)
      .map((each) => ({ label: each, usage: "", about: ABOUT[each] ?? "", insert: `${each} ` }))
      .concat(typed === ROTATION ? VERBS.map((each) => hint(each, text)) : []);
  }
  if (!typed.startsWith(`${ROTATION} `)) return [];
  const rest = typed.slice(ROTATION.length + 1);
  return VERBS.filter(({ verb }) => verb.startsWith(rest) || rest.startsWith(`${verb} `)).map((each) => hint(each, text));
}

function hint({ verb, usage, about }, text) {
  const whole = `${ROTATION} ${verb}`;
  const isTyped = text.toLowerCase().startsWith(`${whole} `);
  return { label: whole, usage, about, insert: isTyped ? text : `${whole}${usage === "" ? "" : " "}` };
}

function mentions(text, start, people) {
  const before = text.slice(0, text.length - start.length);
  return people.filter((each) => !each.deleted && each.name.toLowerCase().startsWith(start.toLowerCase()))
    .filter((each) => each.name.toLowerCase() !== start.toLowerCase()).slice(0, 8)
    .map((each) => ({ label: `@${each.name}`, usage: "", about: each.tz, insert: `${before}${each.name} ` }));
}
