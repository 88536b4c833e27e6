//! A weekday counted within its month: the first Monday, the last Friday.

use super::weekdays::code;
use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use serde::{Deserialize, Serialize};

/// The n-th such weekday of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NthWeekday {
    /// 1 to 4, or -1 for the last one.
    pub nth: i8,
    /// The weekday.
    #[serde(with = "code")]
    pub day: Weekday,
}

impl NthWeekday {
    /// Returns whether every month has that day.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        matches!(self.nth, -1 | 1..=4)
    }

    /// Returns that day of the month in which `date` lies, or `None` where [`NthWeekday::is_valid`] is false.
    #[must_use]
    pub fn in_month_of(self, date: NaiveDate) -> Option<NaiveDate> {
        if !self.is_valid() {
            return None;
        }
        let first = date.with_day(1)?;
        if self.nth > 0 {
            return NaiveDate::from_weekday_of_month_opt(
                first.year(),
                first.month(),
                self.day,
                self.nth.unsigned_abs(),
            );
        }
        let last = first.checked_add_months(chrono::Months::new(1))?.pred_opt()?;
        let back = last.weekday().days_since(self.day);
        last.checked_sub_signed(TimeDelta::days(back.into()))
    }
}
