//! Dates in people's words: `tomorrow`, `next Tuesday to Friday`, `24 Dec - 2 Jan`.

mod clock;
mod said;
mod when;

pub use when::parse_span;

use crate::refusal::Refusal;
use crate::zone::Zone;
use chrono::{DateTime, Datelike, Days, NaiveDate, Weekday};
use said::Said;

/// The longest text, in characters, that is read as a date or a range; nobody types more.
const LONGEST: usize = 120;

/// How long, in days, a range may become by being carried over the turn of the year.
///
/// `20 Jan - 10 Jan` is a slip of the fingers, not nearly a year.
const LONGEST_CARRIED: i64 = 183;

/// How far ahead, in years, a day and a month are looked for: 29 February can be eight years away.
const YEARS_AHEAD: i32 = 8;

/// Between the first and the last day of a range, the plainest first.
const SEPARATORS: [&str; 8] = [" until ", " till ", " through ", " to ", "..", "->", " - ", "-"];

/// Returns the day that a text means.
///
/// It reads `today`, `tomorrow`, `yesterday`, `Friday` (the coming one, today included), `next Tuesday` (of the week after
/// this one), `in 3 days`, `24 Dec`, `Dec 24th`, `24.12.`, `24 December 2026` and `2026-12-24`, in any case. A day and
/// month without a year mean the coming one, today included. `12/24` is not read, since half the world means another
/// day by it.
///
/// # Errors
///
/// [`Refusal::UnreadableDate`] for everything else, a weekday that does not go with its date included.
pub fn parse_date(text: &str, today: NaiveDate) -> Result<NaiveDate, Refusal> {
    let plain = plain_text(text);
    said::read(&plain)
        .and_then(|said| said.first_at_or_after(today, today).filter(|day| said.agrees_with(*day)))
        .ok_or_else(|| unreadable(text))
}

/// Returns the first and the last day, both inclusive, that a text means; a single date is both.
///
/// Between the two stands `to`, `until`, `till`, `through`, `..`, `->`, a dash or nothing, before them perhaps `from`;
/// `until Friday` begins today. The last day is looked for from the first one on: `next Tuesday to Friday` ends in the
/// same week, `24 Dec - 2 Jan` in the next year. What one side leaves out the other gives: `24-28 Dec`, `Dec 24 - 28`.
/// Days and months without a year mean the first such range that has not ended. `this week` and `next week` are ranges
/// as well.
///
/// # Errors
///
/// [`Refusal::UnreadableDate`] with the part that could not be read, [`Refusal::EndsBeforeItBegins`].
pub fn parse_range(text: &str, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Refusal> {
    let days = match said_of(text).map_err(|part| unreadable(&part))? {
        SaidRange::Week { is_next } => week(today, is_next),
        SaidRange::Days(from, to) => coming(from, to, today)
            .filter(|days| from.agrees_with(days.0) && to.agrees_with(days.1)),
    };
    match days {
        Some((from, to)) if from > to => Err(Refusal::EndsBeforeItBegins { from, to }),
        days => days.ok_or_else(|| unreadable(text)),
    }
}

/// Returns whether a text looks like a date, a range, or a part of either, whatever day it is.
#[must_use]
pub(crate) fn is_span_like(text: &str) -> bool {
    let some_day = parse_span(text, &Zone::utc(), DateTime::UNIX_EPOCH);
    is_date_like(text) || !matches!(some_day, Err(Refusal::UnreadableWhen { .. }))
}

/// Returns whether a text looks like a date or a range, whatever day it is.
#[must_use]
pub(crate) fn is_date_like(text: &str) -> bool {
    said_of(text).is_ok()
}

/// Returns whether a text looks like one day, whatever day it is.
#[must_use]
pub(crate) fn is_day_like(text: &str) -> bool {
    let said = said::read(&plain_text(text));
    said.is_some_and(|said| !matches!(said, Said::OfMonth { .. }))
}

/// A range as it was said; one day is a range from itself to itself.
enum SaidRange {
    Week { is_next: bool },
    Days(Said, Said),
}

/// Reads a range, or returns the part of the text that is not a date.
fn said_of(text: &str) -> Result<SaidRange, String> {
    let plain = plain_text(text);
    let plain = ["from ", "on ", "starting "]
        .iter()
        .find_map(|lead| plain.strip_prefix(lead))
        .unwrap_or(&plain);
    if let "this week" | "next week" = plain {
        return Ok(SaidRange::Week { is_next: plain == "next week" });
    }
    if let Some(said) = said::read(plain).filter(|said| !matches!(said, Said::OfMonth { .. })) {
        return Ok(SaidRange::Days(said, said));
    }
    let until = ["until ", "till "].iter().find_map(|lead| plain.strip_prefix(lead));
    if let Some(said) = until.and_then(said::read) {
        return Ok(SaidRange::Days(Said::FromToday(0), said));
    }
    splits(plain)
        .find_map(|(from, to)| said::complete(said::read(from)?, said::read(to)?))
        .or_else(|| two_days(plain))
        .map(|(from, to)| SaidRange::Days(from, to))
        .ok_or_else(|| unreadable_part(plain).unwrap_or(text).into())
}

/// Returns each way to cut the text into a first and a last day.
fn splits(plain: &str) -> impl Iterator<Item = (&str, &str)> {
    SEPARATORS.into_iter().flat_map(move |separator| {
        plain
            .match_indices(separator)
            .map(move |(at, found)| (plain[..at].trim(), plain[at + found.len()..].trim()))
    })
}

/// Reads two days with nothing but a space between them; each must name its month or weekday.
fn two_days(plain: &str) -> Option<(Said, Said)> {
    let is_whole = |said: &Said| !matches!(said, Said::OfMonth { .. });
    plain.match_indices(' ').find_map(|(at, _)| {
        let from = said::read(&plain[..at]).filter(is_whole)?;
        Some((from, said::read(&plain[at + 1..]).filter(is_whole)?))
    })
}

/// Returns the side of a plain separator that is not a date, where there is only one such side to blame.
fn unreadable_part(plain: &str) -> Option<&str> {
    let (from, to) = splits(plain).next()?;
    match (said::read(from).is_some(), said::read(to).is_some()) {
        (false, true) => Some(from),
        (true, false) => Some(to),
        _ => None,
    }
    .filter(|part| !part.is_empty())
}

/// Returns the first and last day of what was said on both sides, perhaps the wrong way round.
fn coming(from: Said, to: Said, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    match (from, to) {
        _ if from == to => from.first_at_or_after(today, today).map(|day| (day, day)),
        _ if from.has_no_year() && to.has_no_year() => coming_without_years(from, to, today),
        // The year stands on the last day only: the first day is the latest one before it.
        (_, Said::OfYear { year: Some(year), .. }) if from.has_no_year() => {
            let to = to.in_year(year)?;
            let from = [year, year - 1]
                .into_iter()
                .find_map(|year| from.in_year(year).filter(|from| *from <= to))?;
            Some((from, to))
        }
        _ => {
            let from = from.first_at_or_after(today, today)?;
            let last = to.first_at_or_after(from, today)?;
            let same_year = to.in_year(from.year()).filter(|_| to.has_no_year());
            Some((from, same_year.filter(|_| is_slip(from, last)).unwrap_or(last)))
        }
    }
}

/// Returns the first such range that has not ended.
fn coming_without_years(from: Said, to: Said, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let (first, last) = (today.year() - 1..=today.year() + YEARS_AHEAD)
        .filter_map(|year| from.in_year(year))
        .filter_map(|first| Some((first, to.first_at_or_after(first, today)?)))
        .find(|(_, last)| *last >= today)?;
    if !is_slip(first, last) {
        return Some((first, last));
    }
    let first = from.first_at_or_after(today, today)?;
    Some((first, to.in_year(first.year()).unwrap_or(last)))
}

/// Returns whether a range that was carried over the turn of the year became too long to be meant.
fn is_slip(first: NaiveDate, last: NaiveDate) -> bool {
    first.year() < last.year() && (last - first).num_days() > LONGEST_CARRIED
}

fn week(today: NaiveDate, is_next: bool) -> Option<(NaiveDate, NaiveDate)> {
    let sunday = today.week(Weekday::Mon).checked_last_day()?;
    if is_next {
        Some((sunday.succ_opt()?, sunday.checked_add_days(Days::new(7))?))
    } else {
        Some((today, sunday))
    }
}

/// Returns the text in small letters, with plain dashes and single plain spaces; empty where it is too long to be a date.
fn plain_text(text: &str) -> String {
    if text.chars().nth(LONGEST).is_some() {
        return String::new();
    }
    let plain: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '…' => '~',
            '→' => '>',
            other if other.is_whitespace() => ' ',
            other => other,
        })
        .collect();
    let plain = plain.replace('~', "..").replace('>', "->").replace("--", "-");
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").trim_matches([' ', '"', '“', '”', '\'']).into()
}

fn unreadable(text: &str) -> Refusal {
    Refusal::UnreadableDate { text: shown(text) }
}

/// Returns a text as an answer repeats it: on one line, and not all of it where it is long.
fn shown(text: &str) -> String {
    let mut shown: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = shown.char_indices().nth(60) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}
