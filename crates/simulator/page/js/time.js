// Instants as people read them: on the simulator's clock, in the zone of the person who looks.

const DAY_MS = 86_400_000;
const formats = new Map();

function format(zone, options) {
  const key = `${zone}|${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    let made;
    try {
      made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
    } catch {
      // A zone that the browser does not know.
      made = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
    }
    formats.set(key, made);
  }
  return formats.get(key);
}

// Returns the wall clock of `ms` (milliseconds since 1970) in `zone` as numbers; `weekday` 0 is Sunday.
export function wallClock(ms, zone) {
  const options = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" };
  const parts = Object.fromEntries(format(zone, options).formatToParts(ms).map((part) => [part.type, Number(part.value)]));
  const { year, month, day, hour, minute, second } = parts;
  return { year, month, day, hour, minute, second, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

// Returns the instant (milliseconds) of a wall clock in `zone`; day and hour may overflow, as in "day 34".
export function instantOf(zone, { year, month, day, hour = 0, minute = 0 }) {
  const wanted = Date.UTC(year, month - 1, day, hour, minute);
  let guess = wanted;
  // The second round corrects a guess that fell on the other side of a change of the clocks.
  for (let round = 0; round < 2; round += 1) guess = wanted - offsetMs(guess, zone);
  return guess;
}

function offsetMs(ms, zone) {
  const wall = wallClock(ms, zone);
  const seconds = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  return seconds - Math.floor(ms / 1000) * 1000;
}

export const timeOf = (ms, zone) => format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
export const dayOf = (ms, zone) => format(zone, { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(ms).replace(",", "");
export const longDayOf = (ms, zone) => format(zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(ms);
export const fullOf = (ms, zone) => `${longDayOf(ms, zone)}, ${timeOf(ms, zone)}`;

// Returns "Berlin, GMT+2".
export function zoneLabel(ms, zone) {
  const part = format(zone, { timeZoneName: "shortOffset" }).formatToParts(ms).find((each) => each.type === "timeZoneName");
  const city = zone.split("/").pop().replaceAll("_", " ");
  return city === part?.value ? city : `${city}, ${part?.value ?? ""}`;
}

// Returns `2026-06-08` in `zone`.
export function dateKey(ms, zone) {
  const wall = wallClock(ms, zone);
  return `${wall.year}-${String(wall.month).padStart(2, "0")}-${String(wall.day).padStart(2, "0")}`;
}

// Returns "today", "yesterday", "tomorrow", or null.
export function nearDay(ms, nowMs, zone) {
  const days = Math.round((Date.parse(dateKey(ms, zone)) - Date.parse(dateKey(nowMs, zone))) / DAY_MS);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? null;
}

// Returns what Slack makes of a date token's format, such as `{date_short_pretty} at {time}`; null when a token is unknown.
export function slackDate(template, seconds, nowMs, zone) {
  const ms = seconds * 1000;
  let known = true;
  const text = template.replace(/\{(\w+)\}/g, (_, token) => {
    const value = dateToken(token, ms, nowMs, zone);
    if (value === null) known = false;
    return value ?? "";
  });
  return known ? text : null;
}

function dateToken(token, ms, nowMs, zone) {
  const pretty = token.endsWith("_pretty") ? nearDay(ms, nowMs, zone) : null;
  if (pretty !== null) return pretty;
  const wall = wallClock(ms, zone);
  switch (token.replace(/_pretty$/, "")) {
    case "date_num": return dateKey(ms, zone);
    case "date_slash": return dateKey(ms, zone).replaceAll("-", "/");
    case "date": return format(zone, { day: "numeric", month: "long", year: "numeric" }).format(ms);
    case "date_short": return format(zone, { day: "numeric", month: "short", year: "numeric" }).format(ms);
    case "date_long": return longDayOf(ms, zone);
    case "day_divider": return longDayOf(ms, zone);
    case "time": return timeOf(ms, zone);
    case "time_secs": return `${timeOf(ms, zone)}:${String(wall.second).padStart(2, "0")}`;
    case "ago": return ago(ms, nowMs);
    default: return null;
  }
}

// Returns "3 days ago" or "in 2 hours".
export function ago(ms, nowMs) {
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const seconds = Math.round((ms - nowMs) / 1000);
  for (const [unit, size] of [["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return words.format(seconds, "second");
}
