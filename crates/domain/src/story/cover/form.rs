//! The forms of a request for cover: which turn, and which part of it.

use crate::action::Field;
use crate::ids::{CoverRequestId, RotationId, UserId};
use crate::interval::Interval;
use crate::zone::Zone;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// The values of the modal in which cover is asked for, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskForm {
    /// The rotation.
    pub rotation: RotationId,
    /// The planned instant of the turn, and whose it is; `None` where none was chosen.
    pub turn: Option<(DateTime<Utc>, UserId)>,
    /// The part of it.
    pub span: Span,
}

/// The values of the modal in which a part is taken, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartForm {
    /// The request.
    pub request: CoverRequestId,
    /// The part of it.
    pub span: Span,
}

/// A part of a window on the wall clock of a rotation, unchecked; what is left out is the window's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first day, as `2026-06-08`.
    pub from: Option<String>,
    /// The time of that day, as `09:00`; `None` means its beginning.
    pub from_time: Option<String>,
    /// The last day.
    pub to: Option<String>,
    /// The time of that day; `None` means its end.
    pub to_time: Option<String>,
}

/// Returns the part of a window that was filled in; what sticks out is cut off.
///
/// # Errors
///
/// What is wrong, field by field, in plain words.
pub fn read_span(
    span: &Span,
    zone: &Zone,
    within: Interval,
) -> Result<Interval, Vec<(Field, String)>> {
    let mut faults = Vec::new();
    let from = match read_edge((&span.from, &span.from_time), Field::From) {
        Ok(edge) => {
            edge.map(|(day, time)| zone.instant_of(day.and_time(time.unwrap_or(NaiveTime::MIN))))
        }
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    let to = match read_edge((&span.to, &span.to_time), Field::To) {
        Ok(edge) => edge.map(|(day, time)| match time {
            Some(time) => zone.instant_of(day.and_time(time)),
            None => zone.instant_of((day + TimeDelta::days(1)).and_time(NaiveTime::MIN)),
        }),
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    let wanted = Interval::new(from.unwrap_or(within.start()), to.unwrap_or(within.end()));
    let Some(wanted) = wanted else {
        let is_own_end = to.is_some();
        return Err(vec![if is_own_end {
            (Field::To, String::from("That is not after the beginning."))
        } else {
            (Field::From, String::from(OUTSIDE))
        }]);
    };
    wanted.intersection(within).ok_or_else(|| vec![(Field::From, String::from(OUTSIDE))])
}

const OUTSIDE: &str = "That is outside of the time above. Leave it empty for all of it.";

/// A day with a time, where one was filled in.
type Edge = Option<(NaiveDate, Option<NaiveTime>)>;

/// Reads a day with a time; nothing where both were left out.
fn read_edge(
    (day, time): (&Option<String>, &Option<String>),
    field: Field,
) -> Result<Edge, (Field, String)> {
    let time = match time.as_deref() {
        None => None,
        Some(text) => Some(
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|_| (field, String::from("Please pick a time such as 09:00.")))?,
        ),
    };
    match (day.as_deref(), time) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err((field, String::from("Please pick the day as well."))),
        (Some(day), time) => match day.parse() {
            Ok(day) => Ok(Some((day, time))),
            Err(_) => Err((field, String::from("Please pick a day."))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{at, shown};

    /// Reads `day time day time` in Berlin within Monday 8 June 09:00 to Monday 15 June 09:00, `-` being left out.
    fn read(typed: &str) -> Result<String, Vec<Field>> {
        let mut words = typed.split(' ').map(|word| (word != "-").then(|| word.to_owned()));
        let mut next = || words.next().flatten();
        let span = Span { from: next(), from_time: next(), to: next(), to_time: next() };
        let within = Interval::new(at("2026-06-08T07:00Z"), at("2026-06-15T07:00Z")).unwrap();
        let read = read_span(&span, &Zone::parse("Europe/Berlin").unwrap(), within);
        read.map(|window| format!("{} {}", shown(window.start()), shown(window.end())))
            .map_err(|faults| faults.into_iter().map(|(field, _)| field).collect())
    }

    #[track_caller]
    fn check(typed: &str, from: &str, to: &str) {
        assert_eq!(read(typed), Ok(format!("{} {}", shown(at(from)), shown(at(to)))), "{typed}");
    }

    #[test]
    fn what_is_left_out_is_the_windows_own() {
        check("- - - -", "2026-06-08T07:00Z", "2026-06-15T07:00Z");
        check("2026-06-10 - - -", "2026-06-09T22:00Z", "2026-06-15T07:00Z");
        check("- - 2026-06-10 -", "2026-06-08T07:00Z", "2026-06-10T22:00Z");
        check("2026-06-10 09:00 2026-06-10 12:00", "2026-06-10T07:00Z", "2026-06-10T10:00Z");
    }

    #[test]
    fn what_sticks_out_is_cut_off() {
        check("2026-06-01 - 2026-06-08 -", "2026-06-08T07:00Z", "2026-06-08T22:00Z");
        check("2026-06-15 - 2026-07-08 -", "2026-06-14T22:00Z", "2026-06-15T07:00Z");
    }

    #[test]
    fn what_makes_no_sense_is_said_beside_its_field() {
        for (typed, field) in [
            ("2026-06-01 - 2026-06-02 -", Field::From),
            ("2026-06-16 - 2026-06-17 -", Field::From),
            ("2026-06-16 - - -", Field::From),
            ("2026-06-10 - 2026-06-09 -", Field::To),
            ("2026-06-10 09:00 2026-06-10 09:00", Field::To),
            ("- 09:00 - -", Field::From),
            ("- - - 09:00", Field::To),
            ("soon - - -", Field::From),
            ("- - 2026-06-10 late", Field::To),
        ] {
            assert_eq!(read(typed), Err(vec![field]), "{typed}");
        }
        assert_eq!(read("- 09:00 - 09:00"), Err(vec![Field::From, Field::To]));
    }
}
