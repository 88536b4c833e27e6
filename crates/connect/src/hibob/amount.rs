//! How much of a day somebody misses, in the ways in which HiBob says it.

use chrono::NaiveTime;
use domain::absence::Half;
use serde_json::Value;

/// The minutes of a day.
const MINUTES_A_DAY: f64 = 1440.0;

/// A part of a day, as HiBob names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Portion {
    AllDay,
    Morning,
    Afternoon,
    /// Somebody works that day.
    Vacant,
    Unknown,
}

impl Portion {
    /// Reads the name.
    pub(super) fn of(name: &Value) -> Self {
        let plain = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase()
        };
        match name.as_str().map(plain).as_deref() {
            Some("allday") => Self::AllDay,
            Some("morning") => Self::Morning,
            Some("afternoon") => Self::Afternoon,
            Some("vacant") => Self::Vacant,
            _ => Self::Unknown,
        }
    }
}

/// What somebody misses of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// Nothing.
    Working,
    /// All of it.
    Whole,
    /// Half of it.
    Half(Half),
    /// So many minutes, 1 to 1440, nobody knows when.
    Minutes(u32),
    /// So many thousandths, 1 to 1000, nobody knows when.
    Thousandths(u32),
    /// From a time to another, that day or the next.
    Times { start: NaiveTime, end: NaiveTime, is_next_day: bool },
    /// Something that we do not know.
    Unknown,
}

/// Returns what is said of a day; `get` finds the first of some fields that is there.
pub(super) fn day_of<'a>(get: impl Fn(&[&str]) -> Option<&'a Value>) -> Day {
    let (start, end) = (&["localStartTime", "startTime"], &["localEndTime", "endTime"]);
    let hours = &["hoursOnDate", "dailyHours", "hours"];
    let minutes = &["dailyMinutes", "minutes"];
    if let Some(name) = get(&["portion", "dayPortion"]) {
        match Portion::of(name) {
            Portion::AllDay => Day::Whole,
            Portion::Morning => Day::Half(Half::Morning),
            Portion::Afternoon => Day::Half(Half::Afternoon),
            Portion::Vacant => Day::Working,
            Portion::Unknown => Day::Unknown,
        }
    } else if let (Some(start), Some(end)) = (get(start), get(end)) {
        times(start, end).unwrap_or(Day::Unknown)
    } else if let Some(percentage) = get(&["percentageOfDay", "percentage"]) {
        share(percentage).unwrap_or(Day::Unknown)
    } else {
        amount(get(hours), get(minutes)).unwrap_or(Day::Unknown)
    }
}

fn times(start: &Value, end: &Value) -> Option<Day> {
    let (start, is_over) = time(start.as_str()?)?;
    let (end, is_midnight) = time(end.as_str()?)?;
    // From midnight to midnight is a day, and from any other time to the same one is nothing that anybody means.
    if is_over || (start == end && start != NaiveTime::MIN) {
        return None;
    }
    Some(Day::Times { start, end, is_next_day: is_midnight || end <= start })
}

/// Returns a time of day, and whether it is the midnight at its end.
fn time(text: &str) -> Option<(NaiveTime, bool)> {
    let text = text.trim();
    if ["24:00", "24:00:00"].contains(&text) {
        return Some((NaiveTime::MIN, true));
    }
    let read = |form| NaiveTime::parse_from_str(text, form).ok();
    read("%H:%M:%S%.f").or_else(|| read("%H:%M")).map(|time| (time, false))
}

fn share(percentage: &Value) -> Option<Day> {
    let percentage = number(percentage).filter(|percentage| (0.0..=100.0).contains(percentage))?;
    Some(match whole_number(percentage * 10.0) {
        0 if percentage == 0.0 => Day::Working,
        thousandths => Day::Thousandths(thousandths.max(1)),
    })
}

/// Hours with a fraction are all of it; beside whole hours, minutes below an hour are the rest and more are all of it.
fn amount(hours: Option<&Value>, minutes: Option<&Value>) -> Option<Day> {
    let read = |value: Option<&Value>| value.map_or(Some(0.0), number);
    if hours.is_none() && minutes.is_none() {
        return None;
    }
    let (hours, minutes) = (read(hours)?, read(minutes)?);
    if hours < 0.0 || minutes < 0.0 {
        return None;
    }
    let total = if hours.fract() != 0.0 {
        hours * 60.0
    } else if minutes < 60.0 {
        hours * 60.0 + minutes
    } else {
        minutes.max(hours * 60.0)
    };
    if total > MINUTES_A_DAY {
        return None;
    }
    Some(match whole_number(total) {
        0 if total == 0.0 => Day::Working,
        minutes => Day::Minutes(minutes.max(1)),
    })
}

/// Returns a number, which may be written as a text.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between none and those of a day"
)]
fn whole_number(number: f64) -> u32 {
    number.round() as u32
}
