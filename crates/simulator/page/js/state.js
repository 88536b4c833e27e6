// What the page knows: the last answers of the simulator, who acts and where they look. No DOM here.

export const page = {
  sim: null,
  messages: [],
  views: { modals: [], home: null },
  team: null,
  me: null,
  // A channel's id, "dm" for the direct messages with the bot, or "home".
  place: null,
  isOffline: false,
};

const READ_KEY = "asyncbot-read";
let read = JSON.parse(sessionStorage.getItem(READ_KEY) ?? "{}");

export const workspace = () => page.sim?.workspaces.find((each) => each.team === page.team) ?? null;
export const app = () => workspace()?.app ?? null;
export const people = () => (workspace()?.people ?? []).filter((person) => !person.is_bot);
export const person = (id) => workspace()?.people.find((each) => each.id === id) ?? null;
export const me = () => person(page.me);
export const zone = () => me()?.tz ?? "UTC";
export const nowMs = () => Date.parse(page.sim?.clock.now ?? 0);
export const botName = () => app()?.name ?? "Asyncbot";

// Returns the channels that `user` may read, without direct messages.
export function channelsOf(user) {
  return (workspace()?.channels ?? []).filter((each) => each.kind !== "im" && !each.archived && isReader(each, user));
}

// Returns the direct messages of `user` with the bot, or null before there are any.
export function dmOf(user) {
  return workspace()?.channels.find((each) => each.kind === "im" && each.user === user) ?? null;
}

export function channel(id) {
  return workspace()?.channels.find((each) => each.id === id) ?? null;
}

// Returns the channel that `user` looks at in `place`; null for the home and for direct messages not begun.
export function channelAt(place, user) {
  if (place === "dm") return dmOf(user);
  return channel(place);
}

// Returns what `user` sees in the channel, oldest first.
export function messagesIn(channelId, user) {
  return page.messages.filter((each) => each.channel === channelId && !each.deleted && (each.ephemeral_to === null || each.ephemeral_to === user));
}

// Returns how many messages of others `user` has not seen in the channel.
export function unreadIn(target, user) {
  const seen = Number(read[readKey(user, target.id)] ?? 0);
  return messagesIn(target.id, user).filter((each) => Number(each.ts) > seen && each.user !== user).length;
}

// Returns how many messages `user` has not seen that are meant for them: direct ones and those only they can see.
export function waitingFor(user) {
  const dm = dmOf(user);
  return dm === null ? 0 : unreadIn(dm, user);
}

// Notes that `user` has seen everything in the channel.
export function markRead(channelId, user) {
  const last = messagesIn(channelId, user).at(-1);
  if (last === undefined || read[readKey(user, channelId)] === last.ts) return;
  read[readKey(user, channelId)] = last.ts;
  sessionStorage.setItem(READ_KEY, JSON.stringify(read));
}

// Forgets what was seen when the simulator began anew, which shows in notes that lie ahead of its clock.
export function forgetOtherRuns() {
  const now = nowMs() / 1000 + 60;
  if (Object.values(read).some((ts) => Number(ts) > now)) read = {};
}

function isReader(target, user) {
  return target.members.includes(user) || (!target.private && seesPublicChannels(person(user)));
}

// Guests and people of another workspace see only the channels that they are in.
function seesPublicChannels(who) {
  return who !== null && who.home_team === null && !["guest", "single_channel_guest"].includes(who.rank);
}

// Returns what a person is here, beside a member, in a word; null for a member.
export function standingOf(who) {
  if (who.home_team !== null) return "another workspace";
  return { owner: "owner", admin: "admin", guest: "guest", single_channel_guest: "guest" }[who.rank] ?? null;
}

function readKey(user, channelId) {
  return `${page.team}/${user}/${channelId}`;
}

// Returns what mrkdwn needs to name people and channels for the one who looks.
export function mrkdwnContext() {
  return {
    me: page.me,
    nowMs: nowMs(),
    zone: zone(),
    personName: (id) => person(id)?.name ?? null,
    channelName: (id) => {
      const target = channel(id);
      return target !== null && isReader(target, page.me) ? target.name : null;
    },
    channelHref: (id) => hrefOf({ place: id }),
  };
}

// Returns the address of a person's view of a place; what is left out stays as it is.
export function hrefOf({ team = page.team, me: user = page.me, place = page.place }) {
  return `#/${[team, user, place].map((part) => encodeURIComponent(part ?? "")).join("/")}`;
}

// Takes who and where from the address, or the first sensible choice.
export function readAddress(hash) {
  const [team, user, place] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const workspaces = page.sim?.workspaces ?? [];
  page.team = (workspaces.find((each) => each.team === team) ?? workspaces[0])?.team ?? null;
  const known = people();
  page.me = (known.find((each) => each.id === user) ?? known.find((each) => each.admin) ?? known[0])?.id ?? null;
  const mine = channelsOf(page.me);
  const isKnown = place === "home" || place === "dm" || mine.some((each) => each.id === place);
  page.place = isKnown ? place : (mine[0]?.id ?? "home");
}
