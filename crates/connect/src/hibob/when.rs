//! When an entry of `timeoff/whosout` is: from HiBob's nine types to spans.

use super::amount::{Day, Portion, day_of};
use super::entry::{Entry, first_of};
use chrono::{Datelike, Days, NaiveDate};
use domain::absence::{Amount, Half, Span};
use domain::source::{DateRange, SourceFault};
use domain::zone::Zone;
use serde_json::Value;

/// The days outside of which a date stands for "always": 1970 to 2199.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2199;

/// The most days of which a span says something one by one.
const LONGEST_DAY_BY_DAY: i64 = 731;

/// An entry on the calendar.
pub(super) struct Told {
    /// Its parts; none where the person works.
    pub(super) pieces: Vec<Piece>,
    /// The zone of their days.
    pub(super) zone: Zone,
}

/// A part of an entry.
pub(super) struct Piece {
    /// When it is.
    pub(super) span: Span,
    /// Whether whole days were taken because something was not understood.
    pub(super) is_flagged: bool,
}

/// The days of an entry.
#[derive(Clone, Copy)]
struct Dates {
    first: NaiveDate,
    last: Option<NaiveDate>,
    is_flagged: bool,
}

/// Returns when an entry is: its days are those of `zone`, the person's, unless it has clock times and a zone for them.
///
/// # Errors
///
/// [`SourceFault::Unreadable`] where not even its dates can be read.
pub(super) fn read(entry: &Entry, zone: &Zone, window: DateRange) -> Result<Told, SourceFault> {
    let kind = entry.get(&["type", "requestRangeType"]).and_then(Value::as_str).unwrap_or_default();
    let mut zone = zone.clone();
    let pieces = match kind.trim().to_lowercase().as_str() {
        "days" => days(entry, dates(entry, window)?, false),
        "openended" => days(entry, dates(entry, window)?, true),
        "hours" | "portiononrange" | "hoursonrange" | "percentageonrange" => {
            let day = day_of(|names| entry.get(names));
            pieces(day, dates(entry, window)?, &zone, window)
        }
        "differentdaydurations" => durations(entry, &zone, window)?,
        "specifichoursdaydurations" | "differentspecifichoursdaydurations" => {
            match entry.get(&["timeZone"]).map(|name| name.as_str().and_then(Zone::find)) {
                // Clock times of nobody knows where.
                Some(None) => vec![whole(dates(entry, window)?, true)],
                named => {
                    zone = named.flatten().unwrap_or(zone);
                    durations(entry, &zone, window)?
                }
            }
        }
        _ => vec![whole(dates(entry, window)?, true)],
    };
    Ok(Told { pieces, zone })
}

/// Whole days, except that the first may begin and the last may end at noon.
fn days(entry: &Entry, dates: Dates, may_be_open: bool) -> Vec<Piece> {
    let portion = |names: &[&str]| entry.get(names).map_or(Portion::AllDay, Portion::of);
    let start = portion(&["startPortion", "startDatePortion"]);
    let end = portion(&["endPortion", "endDatePortion"]);
    let is_strange = [start, end].iter().any(|at| matches!(at, Portion::Vacant | Portion::Unknown));
    let is_single = dates.last == Some(dates.first);
    let is_empty = is_single && (start, end) == (Portion::Afternoon, Portion::Morning);
    let is_missing = dates.last.is_none() && !may_be_open;
    if dates.is_flagged || is_empty {
        return vec![whole(dates, true)];
    }
    let (from_noon, until_noon) = (start == Portion::Afternoon, end == Portion::Morning);
    let span = match (start, end) {
        // One half day is sent with the same word at both ends.
        (Portion::Morning | Portion::AllDay, Portion::Morning) if is_single => {
            Span::half(dates.first, Half::Morning)
        }
        (Portion::Afternoon, Portion::Afternoon | Portion::AllDay) if is_single => {
            Span::half(dates.first, Half::Afternoon)
        }
        _ if is_single => Span::days(dates.first, dates.first),
        _ => Span::Days {
            first: dates.first,
            last: dates.last,
            from_noon,
            until_noon: until_noon && dates.last.is_some(),
        },
    };
    vec![Piece { span, is_flagged: is_strange || is_missing }]
}

/// What `durations` says of each day; if that cannot be read, whole days.
fn durations(entry: &Entry, zone: &Zone, window: DateRange) -> Result<Vec<Piece>, SourceFault> {
    let listed = entry.get(&["durations"]).and_then(Value::as_array).filter(|all| !all.is_empty());
    let Some(listed) = listed else {
        let day = day_of(|names| entry.get(names));
        return Ok(pieces(day, dates(entry, window)?, zone, window));
    };
    let mut all = Vec::new();
    for duration in listed {
        let Some(fields) = duration.as_object() else {
            return Ok(vec![whole(dates(entry, window)?, true)]);
        };
        let on = match first_of(fields, &["date"]).map(|date| date.as_str().and_then(parse_date)) {
            Some(Some(date)) => Dates { first: date, last: Some(date), is_flagged: false },
            Some(None) => return Ok(vec![whole(dates(entry, window)?, true)]),
            None => dates(entry, window)?,
        };
        let nested = fields.get("dayDuration").and_then(Value::as_object);
        let day = day_of(|names| {
            first_of(fields, names).or_else(|| nested.and_then(|nested| first_of(nested, names)))
        });
        // A day outside the window would be dropped anyway, and an answer may list very many.
        if on.first <= window.last && on.last.is_none_or(|last| window.first <= next(last)) {
            all.extend(pieces(day, on, zone, window));
        }
    }
    Ok(all)
}

/// The same on each of some days.
fn pieces(day: Day, dates: Dates, zone: &Zone, window: DateRange) -> Vec<Piece> {
    let is_flagged = dates.is_flagged || dates.last.is_none();
    let (first, last) = day_by_day(dates, window);
    let of_day = match day {
        Day::Working => return Vec::new(),
        Day::Whole => return vec![whole(dates, is_flagged)],
        Day::Unknown => return vec![whole(dates, true)],
        Day::Half(half) => {
            return vec![Piece { span: Span::Halves { first, last, half }, is_flagged }];
        }
        Day::Times { .. } => return times(day, (first, last), zone, window, is_flagged),
        Day::Minutes(minutes) => Amount::Minutes(minutes),
        Day::Thousandths(share) => Amount::Thousandths(share),
    };
    vec![Piece { span: Span::Part { first, last, of_day }, is_flagged }]
}

/// The same times on each of some days, as far as they are near the window.
fn times(
    day: Day,
    (first, last): (NaiveDate, NaiveDate),
    zone: &Zone,
    window: DateRange,
    is_flagged: bool,
) -> Vec<Piece> {
    let Day::Times { start, end, is_next_day } = day else { return Vec::new() };
    let near = first.max(window.first.pred_opt().unwrap_or(window.first));
    let until = last.min(window.last);
    near.iter_days()
        .take_while(|date| *date <= until)
        .take(usize::try_from(LONGEST_DAY_BY_DAY).unwrap_or(usize::MAX))
        .map(|date| {
            let end_date = if is_next_day { next(date) } else { date };
            let (start, end) =
                (zone.instant_of(date.and_time(start)), zone.instant_of(end_date.and_time(end)));
            // Where the clocks jump over all of it, nothing of it is left.
            if start < end {
                Piece { span: Span::Clock { start, end: Some(end) }, is_flagged }
            } else {
                Piece { span: Span::days(date, date), is_flagged: true }
            }
        })
        .collect()
}

fn whole(dates: Dates, is_flagged: bool) -> Piece {
    let Dates { first, last, .. } = dates;
    Piece { span: Span::Days { first, last, from_noon: false, until_noon: false }, is_flagged }
}

/// The first and the last day, close enough for a span that says something of each day: of a longer one those of this
/// year and the next, so that it changes once a year and not with every window.
fn day_by_day(dates: Dates, window: DateRange) -> (NaiveDate, NaiveDate) {
    let first = dates.first;
    let last = dates.last.unwrap_or_else(|| day(*YEARS.end(), 12, 31));
    if (last - first).num_days() < LONGEST_DAY_BY_DAY {
        return (first, last);
    }
    let year = window.first.year().clamp(*YEARS.start(), *YEARS.end() - 1);
    // What lies outside stays outside.
    let from = first.max(day(year, 1, 1));
    (from, last.min(day(year + 1, 12, 31)).max(from.min(last)))
}

fn dates(entry: &Entry, window: DateRange) -> Result<Dates, SourceFault> {
    let read = |name: &str| match entry.get(&[name]) {
        Some(text) => text.as_str().and_then(parse_date).map(Some).ok_or(SourceFault::Unreadable),
        None => Ok(None),
    };
    let (start, end) = (read("startDate")?, read("endDate")?);
    let dates = match (start, end, read("date")?) {
        (Some(first), last, _) => Dates { first, last, is_flagged: false },
        (None, None, Some(date)) => Dates { first: date, last: Some(date), is_flagged: false },
        (None, Some(last), _) => {
            Dates { first: last.min(window.first), last: Some(last), is_flagged: true }
        }
        (None, None, None) => return Err(SourceFault::Unreadable),
    };
    let is_inverted = dates.last.is_some_and(|last| last < dates.first);
    let (first, last) = match dates.last {
        Some(last) if is_inverted => (last, Some(dates.first)),
        last => (dates.first, last),
    };
    Ok(Dates {
        first: first.max(day(*YEARS.start(), 1, 1)).min(day(*YEARS.end(), 12, 31)),
        last: last
            .filter(|last| last.year() <= *YEARS.end())
            .map(|last| last.max(day(*YEARS.start(), 1, 1))),
        is_flagged: dates.is_flagged || is_inverted,
    })
}

/// Returns the date at the beginning of a text; what follows may be a time of day.
fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let is_date = date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let is_end = rest.is_empty() || rest.starts_with(['T', ' ']);
    date.parse().ok().filter(|_| is_date && is_end)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn next(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(date)
}
