//! Stripe's versions: a date and, since 2024, a name.

use chrono::NaiveDate;

/// The version that calls without a header of their own have, and the endpoint's where nothing else was said.
pub(crate) const CURRENT: &str = "2026-10-28.endive";

/// The names of releases, each with its first day.
const NAMES: [(&str, (i32, u32, u32)); 5] = [
    ("endive", (2026, 9, 30)),
    ("dahlia", (2026, 3, 25)),
    ("clover", (2025, 9, 30)),
    ("basil", (2025, 3, 31)),
    ("acacia", (2024, 9, 30)),
];

/// A version that Stripe knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    text: String,
    day: NaiveDate,
}

impl Version {
    pub(crate) fn current() -> Self {
        Self { text: CURRENT.into(), day: day((2026, 10, 28)) }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, name) = match text.split_once('.') {
            Some((date, name)) => (date, Some(name)),
            None => (text, None),
        };
        let on = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().filter(|_| date.len() == 10)?;
        let named = NAMES.iter().find(|(_, first)| on >= day(*first)).map(|(name, _)| *name);
        let is_known = named == name && (day((2011, 1, 1))..=day((2026, 10, 28))).contains(&on);
        is_known.then(|| Self { text: text.into(), day: on })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether it is this release or a later one.
    pub(crate) fn has(&self, release: Release) -> bool {
        self.day >= release.first()
    }
}

/// A release with which something moved that the simulator has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    /// Periods went from subscriptions to their items, and an invoice's subscription to its parent.
    Basil,
    /// `payment_method_types` of a checkout is gone, and the words of `ui_mode` are others.
    Endive,
}

impl Release {
    fn first(self) -> NaiveDate {
        let name = match self {
            Self::Basil => "basil",
            Self::Endive => "endive",
        };
        let found = NAMES.iter().find(|(held, _)| *held == name);
        found.map_or(NaiveDate::MAX, |(_, first)| day(*first))
    }
}

fn day((year, month, day): (i32, u32, u32)) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_day_with_the_name_of_its_release() {
        for (text, is_known) in [
            (CURRENT, true),
            ("2026-04-02.dahlia", true),
            ("2025-03-31.basil", true),
            ("2023-08-16", true),
            ("2026-10-28", false),
            ("2026-10-28.basil", false),
            ("2026-10-29.endive", false),
            ("2023-08-16.acacia", false),
            ("2026-1-1", false),
            ("today", false),
            ("", false),
        ] {
            assert_eq!(Version::parse(text).is_some(), is_known, "{text:?}");
        }
        assert_eq!(Version::parse(CURRENT), Some(Version::current()));
    }
}
