//! Times as a plan's file writes them; stricter than the parsers beneath, so that a slip is a fault.

use super::reader::{Faults, Fields};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, Timelike, Utc};

/// Reads the field with an instant, which must be there.
pub(super) fn read_instant(
    fields: &Fields,
    key: &str,
    faults: &mut Faults,
) -> Option<DateTime<Utc>> {
    let wanted = "an instant; write it as 2026-03-19T08:00:00Z";
    fields.require(key, faults)?.parsed(parse_instant, wanted, faults)
}

/// Reads `start` and `end`, which is later; `None` for an end that is left out or null.
pub(super) fn read_window(
    fields: &Fields,
    faults: &mut Faults,
) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    let start = read_instant(fields, "start", faults);
    let end = fields.has("end").then(|| read_instant(fields, "end", faults));
    let (start, end) = (start?, end.map_or(Some(None), |end| end.map(Some))?);
    if end.is_some_and(|end| end <= start) {
        faults.note(&fields.path_of("end"), "must be later than the start");
        return None;
    }
    Some((start, end))
}

/// Reads a time of day such as `09:00`, to the minute; seconds may be written where they are none, as TOML does.
pub(super) fn parse_time(text: &str) -> Option<NaiveTime> {
    let is_written = has_form(text, "00:00") || has_form(text, "00:00:00");
    let time: NaiveTime = is_written.then(|| text.parse().ok())??;
    (time.second() == 0 && time.nanosecond() == 0).then_some(time)
}

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

/// Reads an instant such as `2026-03-19T08:00:00Z`, with `Z` or an offset; parts of a second are dropped.
pub(super) fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    let is_long = text.len() > "0000-00-00T00:00:00".len() && text.is_ascii();
    let at = is_long.then(|| DateTime::parse_from_rfc3339(text).ok())??;
    has_form(&text[..10], "0000-00-00").then(|| at.to_utc().trunc_subsecs(0))
}

/// Returns whether the text has a digit wherever the form has a `0`, and the form's own sign elsewhere.
fn has_form(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(is, wanted)| match wanted {
            b'0' => is.is_ascii_digit(),
            sign => is == sign,
        })
}
