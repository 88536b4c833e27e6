//! One date as it was said, before anybody knows what day it is.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::YEARS_AHEAD;

/// The most tokens that a date has; a longer text is none.
const MOST_TOKENS: usize = 12;

/// The days of the week as they are typed; three letters and more of these are read.
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
];

/// The months as they are typed; three letters and more of these are read.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A date as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// So many days from today.
    FromToday(i64),
    /// A day of the week; the next one is that of the week after this one.
    OfWeek { day: Weekday, is_next: bool },
    /// A day and a month, perhaps with a year, perhaps with the weekday that it should be.
    OfYear { year: Option<i32>, month: u32, day: u32, weekday: Option<Weekday> },
    /// A day of a month that the other side of the range must name.
    OfMonth { day: u32 },
}

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Number { value: u32, digits: usize },
    Word(&'a str),
    Mark(char),
}

impl Said {
    /// Returns the day: where several fit, the first that is not before `floor`.
    pub(super) fn first_at_or_after(self, floor: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::FromToday(days) if days < 0 => {
                today.checked_sub_days(Days::new(days.unsigned_abs()))
            }
            Self::FromToday(days) => today.checked_add_days(Days::new(days.unsigned_abs())),
            Self::OfWeek { day, is_next: true } => {
                let monday = today.week(Weekday::Mon).checked_last_day()?.succ_opt()?;
                monday.checked_add_days(Days::new(day.num_days_from_monday().into()))
            }
            Self::OfWeek { day, is_next: false } => {
                floor.checked_add_days(Days::new(day.days_since(floor.weekday()).into()))
            }
            Self::OfYear { year: Some(year), .. } => self.in_year(year),
            Self::OfYear { year: None, .. } => (floor.year()..=floor.year() + YEARS_AHEAD)
                .filter_map(|year| self.in_year(year))
                .find(|day| *day >= floor),
            Self::OfMonth { .. } => None,
        }
    }

    /// Returns the latest such day that is not after `today`, of a weekday and of a day of the year without its year.
    ///
    /// `None` where the words leave no choice, or where neither this year nor the one before has such a day.
    pub(super) fn last_at_or_before(self, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::OfWeek { day, is_next: false } => {
                today.checked_sub_days(Days::new(today.weekday().days_since(day).into()))
            }
            Self::OfYear { year: None, .. } => [today.year(), today.year() - 1]
                .into_iter()
                .filter_map(|year| self.in_year(year))
                .find(|day| *day <= today),
            _ => None,
        }
    }

    /// Returns that day in a year, where it is a day of the year and the year has it.
    pub(super) fn in_year(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::OfYear { month, day, .. } => NaiveDate::from_ymd_opt(year, month, day),
            _ => None,
        }
    }

    /// Returns whether the year was left out of a day of the year.
    pub(super) const fn has_no_year(self) -> bool {
        matches!(self, Self::OfYear { year: None, .. })
    }

    /// Returns whether the date has the weekday that was said with it.
    pub(super) fn agrees_with(self, date: NaiveDate) -> bool {
        match self {
            Self::OfYear { weekday: Some(weekday), .. } => date.weekday() == weekday,
            _ => true,
        }
    }

    const fn of_year(year: Option<i32>, month: u32, day: u32) -> Option<Self> {
        // The year 2000 has every day that any year has.
        match NaiveDate::from_ymd_opt(2000, month, day) {
            Some(_) => Some(Self::OfYear { year, month, day, weekday: None }),
            None => None,
        }
    }
}

/// Reads one date from text in small letters with single spaces.
pub(super) fn read(plain: &str) -> Option<Said> {
    let tokens = tokens_of(plain)?;
    read_relative(&tokens).or_else(|| read_absolute(&tokens)).or_else(|| match tokens.as_slice() {
        [Token::Word(weekday), rest @ ..] => {
            let weekday = parse_weekday(weekday)?;
            let Said::OfYear { year, month, day, .. } = read_absolute(rest)? else { return None };
            Some(Said::OfYear { year, month, day, weekday: Some(weekday) })
        }
        _ => None,
    })
}

/// Gives each side of a range what only the other one said; `None` where neither names a month.
pub(super) fn complete(from: Said, to: Said) -> Option<(Said, Said)> {
    match (from, to) {
        (Said::OfMonth { .. }, Said::OfMonth { .. }) => None,
        (Said::OfMonth { day }, other) => Some((with_month_of(other, day)?, other)),
        (other, Said::OfMonth { day }) => Some((other, with_month_of(other, day)?)),
        both => Some(both),
    }
}

fn with_month_of(other: Said, day: u32) -> Option<Said> {
    match other {
        Said::OfYear { year, month, .. } => Said::of_year(year, month, day),
        _ => None,
    }
}

fn read_relative(tokens: &[Token<'_>]) -> Option<Said> {
    match *tokens {
        [Token::Word("today")] => Some(Said::FromToday(0)),
        [Token::Word("tomorrow")] => Some(Said::FromToday(1)),
        [Token::Word("yesterday")] => Some(Said::FromToday(-1)),
        [Token::Word("in"), Token::Number { value, digits: 1..=3 }, Token::Word(unit)] => {
            Some(Said::FromToday(i64::from(value) * days_of(unit)?))
        }
        [Token::Word("in"), Token::Word("a" | "one"), Token::Word(unit)] => {
            Some(Said::FromToday(days_of(unit)?))
        }
        [Token::Word(day)] | [Token::Word("this" | "coming"), Token::Word(day)] => {
            Some(Said::OfWeek { day: parse_weekday(day)?, is_next: false })
        }
        [Token::Word("next"), Token::Word(day)] => {
            Some(Said::OfWeek { day: parse_weekday(day)?, is_next: true })
        }
        _ => None,
    }
}

fn read_absolute(tokens: &[Token<'_>]) -> Option<Said> {
    use Token::{Mark, Number, Word};
    match *tokens {
        [
            Number { value: year, digits: 4 },
            Mark(first @ ('-' | '/' | '.')),
            Number { value: month, digits: 1..=2 },
            Mark(second),
            Number { value: day, digits: 1..=2 },
        ] if first == second => Said::of_year(Some(i32::try_from(year).ok()?), month, day),
        [
            Number { value: day, digits: 1..=2 },
            Mark('.'),
            Number { value: month, digits: 1..=2 },
            ref rest @ ..,
        ] => Said::of_year(
            match rest {
                [] | [Mark('.')] => None,
                [Mark('.'), year] => Some(year_of(*year, true)?),
                _ => return None,
            },
            month,
            day,
        ),
        [Number { value: day, digits: 1..=2 }]
        | [Number { value: day, digits: 1..=2 }, Mark('.')]
            if (1..=31).contains(&day) =>
        {
            Some(Said::OfMonth { day })
        }
        [Number { value: day, digits: 1..=2 }, ref rest @ ..] => {
            let rest = without_mark(rest);
            let [Word(month), rest @ ..] = rest else { return None };
            named(month, day, rest)
        }
        [Word(month), ref rest @ ..] => {
            let rest = without_mark(rest);
            let [Number { value: day, digits: 1..=2 }, rest @ ..] = rest else { return None };
            named(month, *day, rest)
        }
        _ => None,
    }
}

/// Returns a day of a month in words, with what follows: a year or nothing.
fn named(month: &str, day: u32, rest: &[Token<'_>]) -> Option<Said> {
    let year = match without_mark(rest) {
        [] => None,
        [year] => Some(year_of(*year, false)?),
        _ => return None,
    };
    Said::of_year(year, parse_month(month)?, day)
}

fn year_of(token: Token<'_>, may_be_short: bool) -> Option<i32> {
    match token {
        Token::Number { value, digits: 4 } => i32::try_from(value).ok(),
        Token::Number { value, digits: 2 } if may_be_short => i32::try_from(2000 + value).ok(),
        _ => None,
    }
}

fn without_mark<'a, 'b>(tokens: &'a [Token<'b>]) -> &'a [Token<'b>] {
    match tokens {
        [Token::Mark('.' | '-'), rest @ ..] => rest,
        all => all,
    }
}

fn days_of(unit: &str) -> Option<i64> {
    match unit {
        "day" | "days" => Some(1),
        "week" | "weeks" => Some(7),
        _ => None,
    }
}

fn parse_weekday(word: &str) -> Option<Weekday> {
    let word = if word == "weds" { "wed" } else { word };
    WEEKDAYS.iter().find(|(name, _)| is_short_for(word, name)).map(|(_, day)| *day)
}

fn parse_month(word: &str) -> Option<u32> {
    MONTHS.iter().zip(1..).find(|(name, _)| is_short_for(word, name)).map(|(_, month)| month)
}

fn is_short_for(word: &str, name: &str) -> bool {
    word.len() >= 3 && name.starts_with(word)
}

/// Returns the pieces of the text without what says nothing: spaces, commas, `of`, `the` and the `th` of `24th`.
fn tokens_of(plain: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = plain;
    while let Some(first) = rest.chars().next() {
        let is_same_kind = |letter: char| {
            if first.is_ascii_digit() { letter.is_ascii_digit() } else { letter.is_alphabetic() }
        };
        let length = rest.find(|letter| !is_same_kind(letter)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(length.max(first.len_utf8()));
        rest = after;
        let is_after_number = matches!(tokens.last(), Some(Token::Number { .. }));
        match piece {
            " " | "," | "of" | "the" => {}
            "st" | "nd" | "rd" | "th" if is_after_number => {}
            _ if first.is_ascii_digit() => {
                tokens.push(Token::Number { value: piece.parse().ok()?, digits: piece.len() });
            }
            _ if first.is_alphabetic() => tokens.push(Token::Word(piece)),
            _ => tokens.push(Token::Mark(first)),
        }
        if tokens.len() > MOST_TOKENS {
            return None;
        }
    }
    Some(tokens)
}
