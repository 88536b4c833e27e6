//! Days, local times and instants as a plan's file writes them; stricter than the parsers beneath, so that a slip is a fault.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// Reads a day such as `2026-01-12`.
pub(super) fn parse_day(text: &str) -> Option<NaiveDate> {
    has_form(text, "0000-00-00").then(|| text.parse().ok())?
}

/// Reads a local time such as `2026-01-05T09:00`, with or without seconds.
pub(super) fn parse_local_time(text: &str) -> Option<NaiveDateTime> {
    let form = if has_form(text, "0000-00-00T00:00") {
        "%Y-%m-%dT%H:%M"
    } else if has_form(text, "0000-00-00T00:00:00") {
        "%Y-%m-%dT%H:%M:%S"
    } else {
        return None;
    };
    NaiveDateTime::parse_from_str(text, form).ok()
}

/// Reads an instant such as `2026-03-19T08:00:00Z`, with `Z` or an offset.
pub(super) fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    let is_long = text.len() > "0000-00-00T00:00:00".len() && text.is_ascii();
    let at = is_long.then(|| DateTime::parse_from_rfc3339(text).ok())??;
    has_form(&text[..10], "0000-00-00").then(|| at.to_utc())
}

/// Returns whether the text has a digit wherever the form has a `0`, and the form's own sign elsewhere.
fn has_form(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(is, wanted)| match wanted {
            b'0' => is.is_ascii_digit(),
            sign => is == sign,
        })
}
