//! Times and halves of a day as they are typed: `14:00`, `2pm`, `noon`, `in the afternoon`.

use crate::absence::Half;

/// The minutes of a day by the clock.
pub(super) const MIDNIGHT: u32 = 24 * 60;

/// Noon, in minutes from midnight.
pub(super) const NOON: u32 = 12 * 60;

/// A part of a day as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayPart {
    /// Half of it.
    Half(Half),
    /// A time, in minutes from midnight, up to the midnight after it.
    At {
        /// The minutes.
        minutes: u32,
        /// Whether morning or afternoon was said with it.
        has_half: bool,
    },
    /// An hour that only the other side of a range makes a time: the `2` of `2-4pm`.
    Hour(u32),
}

/// Reads a part of a day from text in small letters with single spaces.
pub(super) fn read(text: &str) -> Option<DayPart> {
    let text = ["at ", "around ", "about ", "in the ", "the "]
        .iter()
        .find_map(|lead| text.strip_prefix(lead))
        .unwrap_or(text);
    match text {
        "morning" | "am" | "forenoon" => Some(DayPart::Half(Half::Morning)),
        "afternoon" | "pm" => Some(DayPart::Half(Half::Afternoon)),
        "noon" | "midday" => Some(DayPart::At { minutes: NOON, has_half: true }),
        "midnight" => Some(DayPart::At { minutes: MIDNIGHT, has_half: true }),
        _ => read_time(text),
    }
}

/// Returns the hour of a bare number, and that of a time, in the half that the other side of the range said.
pub(super) const fn in_half_of(hour: u32, other: u32) -> u32 {
    let is_afternoon = NOON <= other && other < MIDNIGHT;
    hour % 12 * 60 + if is_afternoon { NOON } else { 0 }
}

fn read_time(text: &str) -> Option<DayPart> {
    let (text, half) = split_half(text);
    let (hour, minute) = match text.split_once([':', 'h']) {
        Some((hour, "")) if text.ends_with('h') => (number(hour.trim_end())?, Some(0)),
        Some((hour, minute)) if minute.len() == 2 => (number(hour)?, Some(number(minute)?)),
        Some(_) => return None,
        None => (number(text)?, None),
    };
    let minutes = hour * 60 + minute.unwrap_or(0);
    if minute.is_some_and(|minute| minute > 59) {
        return None;
    }
    match half {
        Some(_) if !(1..=12).contains(&hour) => None,
        Some(half) => {
            let of_half = if half == Half::Afternoon { NOON } else { 0 };
            Some(DayPart::At { minutes: hour % 12 * 60 + minutes % 60 + of_half, has_half: true })
        }
        None if minute.is_none() => (1..=12).contains(&hour).then_some(DayPart::Hour(hour)),
        None => (minutes <= MIDNIGHT).then_some(DayPart::At { minutes, has_half: false }),
    }
}

/// Splits `2 pm`, `2pm`, `2 p.m.` into the number and the half.
fn split_half(text: &str) -> (&str, Option<Half>) {
    for (word, half) in [
        ("am", Half::Morning),
        ("a.m.", Half::Morning),
        ("a.m", Half::Morning),
        ("pm", Half::Afternoon),
        ("p.m.", Half::Afternoon),
        ("p.m", Half::Afternoon),
    ] {
        if let Some(number) = text.strip_suffix(word) {
            return (number.trim_end(), Some(half));
        }
    }
    (text.strip_suffix("o'clock").map_or(text, str::trim_end), None)
}

fn number(text: &str) -> Option<u32> {
    let is_number = matches!(text.len(), 1..=2) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_halves_are_read_as_people_type_them() {
        let at = |minutes, has_half| Some(DayPart::At { minutes, has_half });
        for (text, part) in [
            ("14:00", at(840, false)),
            ("at 9:30", at(570, false)),
            ("24:00", at(1440, false)),
            ("0:00", at(0, false)),
            ("14h30", at(870, false)),
            ("14h", at(840, false)),
            ("2pm", at(840, true)),
            ("2 pm", at(840, true)),
            ("2:30 p.m.", at(870, true)),
            ("12am", at(0, true)),
            ("12pm", at(720, true)),
            ("noon", at(720, true)),
            ("midnight", at(1440, true)),
            ("in the afternoon", Some(DayPart::Half(Half::Afternoon))),
            ("morning", Some(DayPart::Half(Half::Morning))),
            ("2", Some(DayPart::Hour(2))),
            ("2 o'clock", Some(DayPart::Hour(2))),
        ] {
            assert_eq!(read(text), part, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "", "24:01", "9:60", "13pm", "0am", "9:5", "123", "24", "13", "noonish", "٢",
            "14:00:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
