//! Sets of weekdays, and the words for a weekday.

use chrono::Weekday;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The week as people count it here, beginning on Monday.
pub(crate) const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// A set of weekdays; as JSON a list such as `["mon", "fri"]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Returns Monday to Friday.
    #[must_use]
    pub fn monday_to_friday() -> Self {
        WEEK[..5].iter().copied().collect()
    }

    /// Returns whether the day is in the set.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }

    /// Returns whether no day is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns how many days are in the set, 0 to 7.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Returns "Monday to Friday" for days in a row, else "Monday, Wednesday and Friday"; "every day" for all of them.
    #[must_use]
    pub fn in_words(self) -> String {
        if self.len() == 7 { String::from("every day") } else { super::words::list_of(self) }
    }

    /// Returns the days, counted from Monday.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        WEEK.into_iter().filter(move |day| self.contains(*day))
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        Self(days.into_iter().fold(0, |set, day| set | bit(day)))
    }
}

impl Serialize for Weekdays {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(day_code))
    }
}

impl<'de> Deserialize<'de> for Weekdays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let codes = Vec::<String>::deserialize(deserializer)?;
        codes.iter().map(|code| read_day(code)).collect()
    }
}

/// Returns the three letters by which a weekday is written down: `mon`.
#[must_use]
pub const fn day_code(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "mon",
        Weekday::Tue => "tue",
        Weekday::Wed => "wed",
        Weekday::Thu => "thu",
        Weekday::Fri => "fri",
        Weekday::Sat => "sat",
        Weekday::Sun => "sun",
    }
}

/// Returns the word for a weekday: `Monday`.
#[must_use]
pub const fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// Returns the weekday of a code such as `mon`.
#[must_use]
pub fn parse_day(code: &str) -> Option<Weekday> {
    WEEK.into_iter().find(|day| day_code(*day) == code)
}

/// The codes of weekdays for `#[serde(with = ...)]`.
pub(super) mod code {
    use super::{day_code, read_day};
    use chrono::Weekday;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
    pub(in super::super) fn serialize<S: Serializer>(
        day: &Weekday,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(day_code(*day))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Weekday, D::Error> {
        read_day(&String::deserialize(deserializer)?)
    }
}

fn read_day<E: serde::de::Error>(code: &str) -> Result<Weekday, E> {
    parse_day(code).ok_or_else(|| {
        let shown: String = code.chars().take(40).collect();
        E::custom(format!("“{shown}” is not a weekday; use mon, tue, wed, thu, fri, sat or sun"))
    })
}

fn bit(day: Weekday) -> u8 {
    1 << day.num_days_from_monday()
}
