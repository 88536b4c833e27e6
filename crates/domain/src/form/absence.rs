//! The modal in which an absence is entered, read, and the bounds of every absence, however it is entered.

use super::{kept, read_day};
use crate::absence::{Half, Span};
use crate::action::{AbsenceForm, Field};
use crate::interval::Interval;
use crate::refusal::Refusal;
use crate::zone::Zone;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// The code of "the start of the day", and of "the end of the day".
pub const WITH_DAY: &str = "day";

/// The code of "noon".
pub const AT_NOON: &str = "noon";

/// The code of "a time".
pub const AT_TIME: &str = "time";

/// The longest absence that can be entered at once, in days.
const LONGEST_ABSENCE: i64 = 366;

/// How far ahead, in days, an absence may begin.
const ABSENCE_REACH: i64 = 731;

/// Where in a day an absence begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Day,
    Noon,
    Time(NaiveTime),
}

/// Returns when the absence is that the modal describes; its days and times are those of `zone`.
///
/// # Errors
///
/// For each field that is missing or makes no sense a sentence that says what to do, in the order of the form.
pub fn read_absence_form(
    form: &AbsenceForm,
    zone: &Zone,
    now: DateTime<Utc>,
) -> Result<Span, Vec<(Field, String)>> {
    let mut errors = Vec::new();
    let from = read_day(given(form.from.as_ref()), "Choose the first day of the absence.");
    let from = kept(&mut errors, Field::From, from);
    let begins = (Field::FromPart, Field::FromTime, "begins");
    let begins = read_edge(&mut errors, (&form.from_part, &form.from_time), begins);
    let (to, ends) = if form.is_open {
        check_open(&mut errors, form);
        (from, Some(Edge::Day))
    } else {
        let to = given(form.to.as_ref()).or(given(form.from.as_ref()));
        let to = read_day(to, "Choose the last day of the absence, or leave it empty.");
        let to = if form.to.is_none() { to.ok() } else { kept(&mut errors, Field::To, to) };
        let ends = (Field::ToPart, Field::ToTime, "ends");
        (to, read_edge(&mut errors, (&form.to_part, &form.to_time), ends))
    };
    let (Some(from), Some(to), Some(begins), Some(ends)) = (from, to, begins, ends) else {
        return Err(errors);
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    let span = if form.is_open {
        Ok(open(zone, from, begins))
    } else {
        span_of((from, begins), (to, ends), zone)
    };
    span.and_then(|span| check_absence(&span, zone, now).map(|()| span)).map_err(|refusal| {
        let field = match refusal {
            Refusal::TooFarAway => Field::From,
            Refusal::TooLong if form.is_open => Field::From,
            Refusal::TimesEndBeforeTheyBegin if matches!(ends, Edge::Time(_)) => Field::ToTime,
            Refusal::TimesEndBeforeTheyBegin | Refusal::TimeIsOver => Field::ToPart,
            _ if given(form.to.as_ref()).is_none() => Field::From,
            _ => Field::To,
        };
        vec![(field, refusal.to_string())]
    })
}

/// Checks when an absence is, however it was entered.
///
/// # Errors
///
/// [`Refusal::EndsBeforeItBegins`], [`Refusal::AlreadyOver`] where it ended before today, [`Refusal::TimeIsOver`] where it
/// ended today, [`Refusal::TooLong`] above 366 days, [`Refusal::TooFarAway`] where it begins more than two years ahead. One
/// without an end may have begun 366 days ago.
pub fn check_absence(span: &Span, zone: &Zone, now: DateTime<Utc>) -> Result<(), Refusal> {
    let today = zone.date_of(now);
    let (from, to) = span.dates(zone);
    check_days(from, to.unwrap_or(today.max(from)), today)?;
    let ends_at = match span {
        Span::Halves { .. } => span.windows(zone).last().map(Interval::end),
        _ => span.bounds(zone).1,
    };
    if ends_at.is_some_and(|end| end <= now) { Err(Refusal::TimeIsOver) } else { Ok(()) }
}

fn check_days(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
    if to < from {
        Err(Refusal::EndsBeforeItBegins { from, to })
    } else if to < today {
        Err(Refusal::AlreadyOver)
    } else if (from - today).num_days() > ABSENCE_REACH {
        Err(Refusal::TooFarAway)
    } else if (to - from).num_days() >= LONGEST_ABSENCE {
        Err(Refusal::TooLong)
    } else {
        Ok(())
    }
}

/// Says what stands in the way of an end that nobody knows.
fn check_open(errors: &mut Vec<(Field, String)>, form: &AbsenceForm) {
    let why = "Leave this empty, or clear “No end known” below.";
    let is_given = |text: &Option<String>| given(text.as_ref()).is_some();
    if is_given(&form.to) {
        errors.push((Field::To, why.to_owned()));
    }
    if is_given(&form.to_time) {
        errors.push((Field::ToTime, why.to_owned()));
    }
}

/// Reads where in a day something begins or ends: a time counts where nothing else was chosen.
fn read_edge(
    errors: &mut Vec<(Field, String)>,
    (part, time): (&Option<String>, &Option<String>),
    (of_part, of_time, verb): (Field, Field, &str),
) -> Option<Edge> {
    let time = given(time.as_ref()).map(read_clock);
    let edge = match (given(part.as_ref()).unwrap_or(WITH_DAY), time) {
        (WITH_DAY | AT_TIME, Some(Some(time))) => Ok(Edge::Time(time)),
        (WITH_DAY, None) => Ok(Edge::Day),
        (AT_NOON, None) => Ok(Edge::Noon),
        (AT_NOON, Some(_)) => {
            Err((of_time, String::from("Clear the time, or choose “At a time” above.")))
        }
        (AT_TIME, None) => Err((of_time, format!("Choose the time at which it {verb}."))),
        (WITH_DAY | AT_TIME, Some(None)) => {
            Err((of_time, String::from("Choose a time such as 14:00.")))
        }
        _ => Err((of_part, format!("Choose where in the day it {verb}."))),
    };
    edge.map_err(|fault| errors.push(fault)).ok()
}

fn read_clock(text: &str) -> Option<NaiveTime> {
    (text.len() == 5).then(|| NaiveTime::parse_from_str(text, "%H:%M").ok())?
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn open(zone: &Zone, from: NaiveDate, begins: Edge) -> Span {
    match begins {
        Edge::Time(time) => Span::Clock { start: zone.instant_of(from.and_time(time)), end: None },
        Edge::Day | Edge::Noon => {
            let from_noon = begins == Edge::Noon;
            Span::Days { first: from, last: None, from_noon, until_noon: false }
        }
    }
}

fn span_of(
    (from, begins): (NaiveDate, Edge),
    (to, ends): (NaiveDate, Edge),
    zone: &Zone,
) -> Result<Span, Refusal> {
    if to < from {
        return Err(Refusal::EndsBeforeItBegins { from, to });
    }
    if !matches!(begins, Edge::Time(_)) && !matches!(ends, Edge::Time(_)) {
        let (from_noon, until_noon) = (begins == Edge::Noon, ends == Edge::Noon);
        return match (from == to, from_noon, until_noon) {
            (_, false, false) => Ok(Span::days(from, to)),
            (true, true, true) => Err(Refusal::TimesEndBeforeTheyBegin),
            (true, true, false) => Ok(Span::half(from, Half::Afternoon)),
            (true, false, true) => Ok(Span::half(from, Half::Morning)),
            (false, ..) => Ok(Span::Days { first: from, last: Some(to), from_noon, until_noon }),
        };
    }
    let instant = |day: NaiveDate, edge, of_day| {
        let local = match edge {
            Edge::Day => day.and_time(NaiveTime::MIN).checked_add_signed(of_day),
            Edge::Noon => day.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::hours(12)),
            Edge::Time(time) => Some(day.and_time(time)),
        };
        local.map(|local| zone.instant_of(local))
    };
    let start = instant(from, begins, TimeDelta::zero());
    let end = instant(to, ends, TimeDelta::days(1));
    match start.zip(end) {
        Some((start, end)) if start < end => Ok(Span::Clock { start, end: Some(end) }),
        Some(_) => Err(Refusal::TimesEndBeforeTheyBegin),
        None => Err(Refusal::TooFarAway),
    }
}
