//! From stored absences to what counts: united, with what people say about themselves before what a source says.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::absence::{Absence, AbsenceBook, Availability, Known, PartDay, Span, whole_days};
use domain::interval::Interval;
use domain::rules::Rules;
use store::AbsenceRecord;

/// Returns the book of absences in a rotation with these rules.
pub(crate) fn book_of<'a>(
    absences: impl IntoIterator<Item = &'a AbsenceRecord>,
    rules: &Rules,
) -> AbsenceBook {
    let mut known = Known::default();
    for record in absences {
        if record.is_available {
            let user = || record.user.clone();
            let windows = windows_of(record).into_iter();
            known.available.extend(
                windows
                    .filter_map(|(start, end)| Interval::new(start, end.unwrap_or_else(at_last)))
                    .map(|window| Availability { user: user(), window }),
            );
            continue;
        }
        let mut amounts = record.span.amounts().peekable();
        if amounts.peek().is_some() {
            let zone = record.zone();
            known.part_days.extend(amounts.map(|(date, amount)| PartDay {
                user: record.user.clone(),
                date,
                window: Some(whole_days(&zone, date, date)),
                amount,
            }));
        }
        let of_kind = if record.source.is_synced() { &mut known.synced } else { &mut known.manual };
        of_kind.extend(instants(record));
    }
    AbsenceBook::of(known, &rules.zone, rules.duty_hours.as_ref())
}

/// Returns the times of an absence; none where only an amount is known.
pub(crate) fn instants(record: &AbsenceRecord) -> Vec<Absence> {
    let absence = |(start, end)| Absence { user: record.user.clone(), start, end };
    windows_of(record).into_iter().map(absence).collect()
}

/// Returns whether taking an absence into a book that is there gives the book that would be made of all of them.
pub(crate) fn only_adds(record: &AbsenceRecord) -> bool {
    !record.is_available && !record.source.is_synced() && !matches!(record.span, Span::Part { .. })
}

fn windows_of(record: &AbsenceRecord) -> Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    match record.span {
        Span::Part { .. } => Vec::new(),
        Span::Halves { .. } => {
            let windows = record.span.windows(&record.zone());
            windows.map(|window| (window.start(), Some(window.end()))).collect()
        }
        // What was worked out when it was stored is what the days were then.
        Span::Days { .. } | Span::Clock { .. } => vec![(record.starts_at, record.ends_at)],
    }
}

/// Returns an instant that no plan reaches.
fn at_last() -> DateTime<Utc> {
    NaiveDateTime::MAX.and_utc() - TimeDelta::days(1)
}
