// Reads where somebody wants the clock to go: "3 weeks", "+36h", "mon 09:00", "tomorrow 8:30", "2026-06-08 09:00".

import { instantOf, wallClock } from "./time.js";

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MINUTES = { w: 10_080, d: 1440, h: 60, m: 1 };
const MORNING = { hour: 9, minute: 0 };

// Returns the body for the clock call, or null when the text is not understood.
export function parseJump(text, nowMs, zone) {
  const wanted = text.trim().toLowerCase().replace(/^(\+|to |in |until |next )\s*/, "");
  return duration(wanted) ?? moment(wanted, nowMs, zone);
}

function duration(text) {
  const pattern = /(\d+(?:\.\d+)?)\s*(w|d|h|m)[a-z]*\s*(?:,|and)?\s*/gy;
  let minutes = 0;
  let end = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    minutes += Number(match[1]) * MINUTES[match[2]];
    end = pattern.lastIndex;
  }
  return end === text.length && minutes >= 1 ? { advance: `${Math.round(minutes)}m` } : null;
}

function moment(text, nowMs, zone) {
  const match = /^(?:(\d{4})-(\d{2})-(\d{2})|(today|tomorrow|[a-z]{3,9}))?[\st]*(?:at\s+)?(?:(\d{1,2})[:.](\d{2}))?$/.exec(text);
  if (match === null || text === "") return null;
  const time = match[5] === undefined ? MORNING : { hour: Number(match[5]), minute: Number(match[6]) };
  if (time.hour > 23 || time.minute > 59) return null;
  const at = match[1] === undefined
    ? nextMoment(match[4], time, nowMs, zone)
    : instantOf(zone, { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]), ...time });
  return at === null ? null : { set: new Date(at).toISOString() };
}

// Returns the first instant after now that is on that day at that time.
function nextMoment(day, time, nowMs, zone) {
  const { year, month, day: today, weekday } = wallClock(nowMs, zone);
  const on = (days) => instantOf(zone, { year, month, day: today + days, ...time });
  if (day === undefined || day === "today") return on(0) > nowMs ? on(0) : on(1);
  if (day === "tomorrow") return on(1);
  const wanted = WEEKDAYS.indexOf(day.slice(0, 3));
  if (wanted === -1) return null;
  const days = (wanted - weekday + 7) % 7;
  return on(days) > nowMs ? on(days) : on(days + 7);
}

// Returns the next Monday, 09:00, after now in `zone`, in milliseconds.
export function nextMonday(nowMs, zone) {
  return nextMoment("mon", MORNING, nowMs, zone);
}
