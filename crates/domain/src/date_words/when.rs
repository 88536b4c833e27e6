//! When somebody is away, in people's words: `tomorrow morning`, `today 14:00-16:00`, `from Monday on`.

use super::clock::{self, DayPart, MIDNIGHT, NOON, in_half_of};
use super::said::{self, Said};
use super::{coming, parse_range, plain_text, shown, splits};
use crate::absence::{Half, Span};
use crate::refusal::Refusal;
use crate::zone::Zone;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// How long, in minutes, a time that runs over midnight may be without its second day being named.
const LONGEST_NIGHT: u32 = 12 * 60;

/// The most words that say a part of a day.
const MOST_WORDS: usize = 3;

/// How long ago, in days, what has no end may have begun without its year being named: a third of a year.
///
/// Until then the day that is past is at least twice as near as the coming one.
const LONGEST_BEGUN: i64 = 122;

/// What stands before a beginning and says nothing more.
const LEADS: [&str; 6] = ["starting from ", "starting ", "from ", "on ", "as of ", "since "];

/// What says that nobody knows the end.
const OPEN_ENDS: [&str; 14] = [
    "until further notice",
    "till further notice",
    "with no end known",
    "with open end",
    "and no end known",
    "no end known",
    "without end",
    "open-ended",
    "open ended",
    "open end",
    "indefinitely",
    "onwards",
    "onward",
    "on",
];

/// What says that the same half of each day is meant.
const EACH_HALF: [(&str, Half); 10] = [
    ("in the mornings", Half::Morning),
    ("every morning", Half::Morning),
    ("each morning", Half::Morning),
    ("all mornings", Half::Morning),
    ("mornings", Half::Morning),
    ("in the afternoons", Half::Afternoon),
    ("every afternoon", Half::Afternoon),
    ("each afternoon", Half::Afternoon),
    ("all afternoons", Half::Afternoon),
    ("afternoons", Half::Afternoon),
];

/// Returns when somebody is away: whole days, halves, clock times in `zone`, or what has no end.
///
/// Whole days are those of [`parse_range`]. A half or a time may stand on either side of a range: `24 Dec afternoon to 2
/// Jan morning`, `tomorrow 2pm to 4pm`, `from 24 Dec 14:00 to 27 Dec 09:00`; the day that one side leaves out is that of
/// the other, or today. `mornings 9 Mar to 13 Mar` is the same half of each day. `from Monday on` and `24 Dec until further
/// notice` have no end; without a year they begin on the day that is past where that is near, after `since` always, on the
/// latest weekday as well. `tomorrow from 14:00` lasts until the end of that day, and `22:00 to 02:00` runs over midnight.
///
/// # Errors
///
/// [`Refusal::UnreadableWhen`] for everything else, [`Refusal::UntilWhen`] for one time alone,
/// [`Refusal::EndsBeforeItBegins`] and [`Refusal::TimesEndBeforeTheyBegin`].
pub fn parse_span(text: &str, zone: &Zone, now: DateTime<Utc>) -> Result<Span, Refusal> {
    let today = zone.date_of(now);
    let part = match parse_range(text, today) {
        Ok((first, last)) => return Ok(Span::days(first, last)),
        Err(Refusal::UnreadableDate { text }) => text,
        Err(refusal) => return Err(refusal),
    };
    let plain = plain_text(text).replace(',', " ");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = if plain.contains("between ") {
        plain.replace("between ", "").replace(" and ", " to ")
    } else {
        plain
    };
    let around = Around { zone, today };
    let read = around
        .halves_of_each_day(&plain)
        .or_else(|| around.rest_of_day(&plain))
        .or_else(|| around.open(&plain))
        .or_else(|| around.range(&plain))
        .or_else(|| around.one(&plain));
    read.unwrap_or_else(|| {
        // A part that says nothing at all is the one to blame.
        let is_part = points(&plain_text(&part)).next().is_none();
        let text = if is_part { part } else { shown(text) };
        Err(Refusal::UnreadableWhen { text })
    })
}

/// An end of a range, or a range of one day.
#[derive(Clone, Copy, Debug)]
struct Point {
    day: Option<Said>,
    part: Option<DayPart>,
    /// Whether the day was said after its part, as in `4pm tomorrow`.
    is_day_last: bool,
}

/// Where and when something is said.
struct Around<'a> {
    zone: &'a Zone,
    today: NaiveDate,
}

type Read = Option<Result<Span, Refusal>>;

impl Around<'_> {
    fn halves_of_each_day(&self, plain: &str) -> Read {
        let (days, half) = EACH_HALF.iter().find_map(|(words, half)| {
            let days = plain.strip_prefix(words).or_else(|| plain.strip_suffix(words))?;
            Some((days.trim().trim_start_matches("of ").trim_end_matches(" in the"), *half))
        })?;
        match parse_range(days, self.today) {
            Ok((first, last)) => Some(Ok(Span::Halves { first, last, half })),
            Err(Refusal::UnreadableDate { .. }) => None,
            Err(refusal) => Some(Err(refusal)),
        }
    }

    /// Reads `tomorrow from 14:00`, `today after 3pm`, `after 3pm`.
    fn rest_of_day(&self, plain: &str) -> Read {
        let plain = ["onwards", "onward", "on"]
            .iter()
            .find_map(|word| plain.strip_suffix(word)?.strip_suffix(' '))
            .unwrap_or(plain);
        let (day, time) = [" from ", " after ", " starting at ", " starting "]
            .iter()
            .find_map(|word| plain.split_once(word))
            .or_else(|| plain.strip_prefix("after ").map(|time| ("today", time)))?;
        let day = said::read(without_lead(day)).filter(is_whole);
        points(time).find_map(|point| {
            let is_time = matches!(point.part, Some(DayPart::At { .. }));
            let day = if point.day.is_some() { point.day } else { day };
            let from = Point { day: Some(day?), ..point };
            let end = Point { day: from.day, part: None, is_day_last: false };
            is_time.then(|| self.between(from, end))?
        })
    }

    fn open(&self, plain: &str) -> Read {
        let begins = OPEN_ENDS.iter().find_map(|words| plain.strip_suffix(words))?;
        let begins = begins.trim_end_matches(" and").trim();
        if begins.is_empty() {
            let is_word_alone = plain == "on" || plain.starts_with("onward");
            return (!is_word_alone).then_some(Ok(open_from(self.today, false)));
        }
        let is_since = begins.starts_with("since ");
        points(without_lead(begins)).find_map(|point| {
            let day = self.first_day_of(point, is_since)?;
            match point.part {
                None => Some(Ok(open_from(day, false))),
                Some(DayPart::Half(half)) => Some(Ok(open_from(day, half == Half::Afternoon))),
                Some(DayPart::At { minutes, .. }) => {
                    let start = self.instant(day, minutes % MIDNIGHT)?;
                    Some(Ok(Span::Clock { start, end: None }))
                }
                Some(DayPart::Hour(_)) => None,
            }
        })
    }

    fn range(&self, plain: &str) -> Read {
        let until = ["until ", "till ", "before "].iter().find_map(|lead| plain.strip_prefix(lead));
        if let Some(until) = until {
            let from = Point { day: Some(Said::FromToday(0)), part: None, is_day_last: false };
            return points(until).find_map(|to| self.between(from, to));
        }
        let before = plain.replace(" before ", " until ");
        let plain = without_lead(&before);
        splits(plain).find_map(|(from, to)| {
            let to = without_lead(to);
            points(without_lead(from))
                .find_map(|from| points(to).find_map(|to| self.between(from, to)))
        })
    }

    fn one(&self, plain: &str) -> Read {
        let plain = without_lead(plain);
        let plain = plain.strip_prefix("this ").unwrap_or(plain);
        points(plain).find_map(|point| match point.part? {
            DayPart::Half(half) => Some(Ok(Span::half(self.day_of(point)?, half))),
            DayPart::At { .. } => self.day_of(point).map(|_| Err(Refusal::UntilWhen)),
            DayPart::Hour(_) => None,
        })
    }

    /// Returns what lies between two ends, at least one of which is not a whole day.
    fn between(&self, from: Point, to: Point) -> Read {
        if from.part.is_none() && to.part.is_none() {
            return None;
        }
        let (begins, ends) = with_hours(from.part, to.part)?;
        let today = Said::FromToday(0);
        let first = from.day.or(to.day.filter(|_| to.is_day_last)).unwrap_or(today);
        let (first, last) = said::complete(first, to.day.unwrap_or(first))?;
        let (first_day, last_day) = coming(first, last, self.today)?;
        if !first.agrees_with(first_day) || !last.agrees_with(last_day) {
            return None;
        }
        if last_day < first_day {
            return Some(Err(Refusal::EndsBeforeItBegins { from: first_day, to: last_day }));
        }
        let is_clock = |part| matches!(part, Some(DayPart::At { .. }));
        if !is_clock(begins) && !is_clock(ends) {
            return Some(halves(first_day, last_day, (begins, ends)));
        }
        let (start, end) = (minutes_of(begins, true), minutes_of(ends, false));
        let is_night = first_day == last_day
            && to.day.is_none()
            && end <= start
            && MIDNIGHT + end - start <= LONGEST_NIGHT;
        let last_day = if is_night { last_day.succ_opt()? } else { last_day };
        let (start, end) = (self.instant(first_day, start)?, self.instant(last_day, end)?);
        Some(if start < end {
            Ok(Span::Clock { start, end: Some(end) })
        } else {
            Err(Refusal::TimesEndBeforeTheyBegin)
        })
    }

    /// Returns the day on which something without end begins: it may have begun, since it has not ended.
    fn first_day_of(&self, point: Point, is_since: bool) -> Option<NaiveDate> {
        let said = point.day.unwrap_or(Said::FromToday(0));
        let is_near = |day: NaiveDate| (self.today - day).num_days() <= LONGEST_BEGUN;
        said.last_at_or_before(self.today)
            .filter(|day| is_since || (said.has_no_year() && is_near(*day)))
            .filter(|day| said.agrees_with(*day))
            .or_else(|| self.day_of(point))
    }

    fn day_of(&self, point: Point) -> Option<NaiveDate> {
        let said = point.day.unwrap_or(Said::FromToday(0));
        let day = said.first_at_or_after(self.today, self.today);
        day.filter(|day| said.agrees_with(*day))
    }

    /// Returns the instant so many minutes after midnight by the clock.
    fn instant(&self, day: NaiveDate, minutes: u32) -> Option<DateTime<Utc>> {
        let local = day.and_time(NaiveTime::MIN);
        let local = local.checked_add_signed(TimeDelta::minutes(minutes.into()))?;
        Some(self.zone.instant_of(local))
    }
}

/// Returns what an end of a range can mean, the plainest first.
fn points(text: &str) -> impl Iterator<Item = Point> + use<> {
    let point = |day, part, is_day_last| Point { day, part, is_day_last };
    let words: Vec<&str> = text.split(' ').collect();
    let mut found = Vec::new();
    found.extend(said::read(text).map(|day| point(Some(day), None, false)));
    found.extend(clock::read(text).map(|part| point(None, Some(part), false)));
    for count in 1..=MOST_WORDS.min(words.len().saturating_sub(1)) {
        let (day, part) = words.split_at(words.len() - count);
        let read = said_day(&day.join(" ")).zip(clock::read(&part.join(" ")));
        found.extend(read.map(|(day, part)| point(Some(day), Some(part), false)));
        let (part, day) = words.split_at(count);
        let read = said_day(&day.join(" ")).zip(clock::read(&part.join(" ")));
        found.extend(read.map(|(day, part)| point(Some(day), Some(part), true)));
    }
    found.into_iter()
}

/// Reads the day beside a part of it, without the words that join the two.
fn said_day(text: &str) -> Option<Said> {
    let text = ["at", "from", "in the", "in", "on"]
        .iter()
        .find_map(|word| text.strip_suffix(word)?.strip_suffix(' '))
        .unwrap_or(text);
    said::read(text.strip_prefix("on ").unwrap_or(text))
}

fn without_lead(text: &str) -> &str {
    LEADS.iter().find_map(|lead| text.strip_prefix(lead)).unwrap_or(text)
}

const fn is_whole(said: &Said) -> bool {
    !matches!(said, Said::OfMonth { .. })
}

const fn open_from(first: NaiveDate, from_noon: bool) -> Span {
    Span::Days { first, last: None, from_noon, until_noon: false }
}

/// Returns both parts with bare hours made times by the half that the other side said; `None` where none was.
fn with_hours(
    from: Option<DayPart>,
    to: Option<DayPart>,
) -> Option<(Option<DayPart>, Option<DayPart>)> {
    let at = |minutes| Some(DayPart::At { minutes, has_half: true });
    match (from, to) {
        (Some(DayPart::Hour(hour)), Some(DayPart::At { minutes, has_half: true })) => {
            let start = in_half_of(hour, minutes);
            // Of `11-2pm` the first is in the morning.
            let is_before_noon = minutes <= start && NOON <= start;
            Some((at(if is_before_noon { start - NOON } else { start }), to))
        }
        (Some(DayPart::At { minutes, has_half: true }), Some(DayPart::Hour(hour))) => {
            let end = in_half_of(hour, minutes);
            let is_after_noon = end <= minutes && end < NOON;
            Some((from, at(if is_after_noon { end + NOON } else { end })))
        }
        (Some(DayPart::Hour(_)), _) | (_, Some(DayPart::Hour(_))) => None,
        both => Some(both),
    }
}

/// Returns the minutes from midnight at which a part begins, or ends.
const fn minutes_of(part: Option<DayPart>, begins: bool) -> u32 {
    match part {
        Some(DayPart::At { minutes, .. }) if begins => minutes % MIDNIGHT,
        Some(DayPart::At { minutes, .. }) => minutes,
        Some(DayPart::Half(Half::Afternoon)) if begins => NOON,
        Some(DayPart::Half(Half::Morning)) if !begins => NOON,
        _ if begins => 0,
        _ => MIDNIGHT,
    }
}

/// Returns days of which the first may begin at noon and the last may end then.
fn halves(
    first: NaiveDate,
    last: NaiveDate,
    (begins, ends): (Option<DayPart>, Option<DayPart>),
) -> Result<Span, Refusal> {
    let from_noon = begins == Some(DayPart::Half(Half::Afternoon));
    let until_noon = ends == Some(DayPart::Half(Half::Morning));
    match (first == last, from_noon, until_noon) {
        (_, false, false) => Ok(Span::days(first, last)),
        (true, true, true) => Err(Refusal::TimesEndBeforeTheyBegin),
        (true, true, false) => Ok(Span::half(first, Half::Afternoon)),
        (true, false, true) => Ok(Span::half(first, Half::Morning)),
        (false, ..) => Ok(Span::Days { first, last: Some(last), from_noon, until_noon }),
    }
}
