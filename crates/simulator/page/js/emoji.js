// The emoji names that bots use most, as the characters they stand for.

const EMOJI = {
  alarm_clock: "⏰", arrow_right: "➡️", arrows_counterclockwise: "🔄", beach_with_umbrella: "🏖️", bell: "🔔", bust_in_silhouette: "👤",
  calendar: "📅", date: "📅", spiral_calendar_pad: "🗓️", eyes: "👀", fast_forward: "⏩", grey_question: "❔", hourglass: "⌛",
  information_source: "ℹ️", left_right_arrow: "↔️", mag: "🔍", no_entry: "⛔", no_entry_sign: "🚫", palm_tree: "🌴", pencil2: "✏️",
  point_right: "👉", question: "❓", repeat: "🔁", rotating_light: "🚨", sos: "🆘", sparkles: "✨", speech_balloon: "💬", tada: "🎉",
  thumbsup: "👍", "+1": "👍", turtle: "🐢", warning: "⚠️", wave: "👋", wastebasket: "🗑️", white_check_mark: "✅", heavy_check_mark: "✔️",
  x: "❌", zzz: "💤", rocket: "🚀", bulb: "💡", globe_with_meridians: "🌐", clock9: "🕘", pager: "📟", telephone_receiver: "📞",
};

// Returns the character, or null for a name that is not known.
export function emoji(name) {
  return EMOJI[name] ?? null;
}

// Returns the text with `:name:` replaced where the name is known.
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name) ?? whole);
}
