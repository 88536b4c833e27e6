//! A cadence in the words of people.

use super::{Cadence, NthWeekday, Unit, Weekdays, day_name};
use chrono::{Datelike, Weekday};

/// Returns the rule as it is said in messages.
pub(super) fn in_words(cadence: &Cadence) -> String {
    let time = cadence.anchor.format("%H:%M");
    let days = cadence.weekdays.filter(|days| !days.is_empty() && days.len() < 7);
    match cadence.unit {
        Unit::Hour => format!("{}, counted from {time}", every(cadence)),
        Unit::Day => match days {
            None => format!("{} at {time}", every(cadence)),
            Some(days) if cadence.every == 1 => format!("{} at {time}", list_of(days)),
            Some(days) => {
                format!("every {} active days ({}) at {time}", cadence.every, list_of(days))
            }
        },
        Unit::Week => {
            let first = cadence.weekdays.and_then(|days| days.iter().next());
            let day = day_name(first.unwrap_or_else(|| cadence.anchor.weekday()));
            let only = days.map(|days| format!(" ({})", list_of(days))).unwrap_or_default();
            format!("{} on {day} at {time}{only}", every(cadence))
        }
        Unit::Month => format!("{} on the {} at {time}", every(cadence), day_of_month(cadence)),
    }
}

fn every(cadence: &Cadence) -> String {
    match cadence.every {
        1 => format!("every {}", cadence.unit.name()),
        every => format!("every {every} {}s", cadence.unit.name()),
    }
}

fn day_of_month(cadence: &Cadence) -> String {
    if let Some(NthWeekday { nth, day }) = cadence.nth_weekday {
        let nth = match nth {
            1 => "first",
            2 => "second",
            3 => "third",
            4 => "fourth",
            _ => "last",
        };
        return format!("{nth} {}", day_name(day));
    }
    let day = cadence.anchor.day();
    let ending = match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    let clamped = if day > 28 { " (or the month's last day)" } else { "" };
    format!("{day}{ending}{clamped}")
}

/// Returns "Monday to Friday" for days in a row, else "Monday, Wednesday and Friday".
pub(super) fn list_of(days: Weekdays) -> String {
    let listed: Vec<Weekday> = days.iter().collect();
    let in_a_row = listed.windows(2).all(|pair| pair[0].succ() == pair[1]);
    match listed.as_slice() {
        [] => String::new(),
        [only] => day_name(*only).into(),
        [first, .., last] if in_a_row && listed.len() > 2 => {
            format!("{} to {}", day_name(*first), day_name(*last))
        }
        [before @ .., last] => {
            let before: Vec<&str> = before.iter().map(|day| day_name(*day)).collect();
            format!("{} and {}", before.join(", "), day_name(*last))
        }
    }
}
