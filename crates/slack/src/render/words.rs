//! Instants and days in words, in a rotation's zone.

use super::names::plain;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::zone::Zone;

/// Where the words will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// In a block: Slack shows instants in the reader's own zone.
    Block,
    /// In the `text` of notifications and screen readers: instants are written out in the rotation's zone.
    Text,
}

/// Writes instants and days as they are read at a given time in a given zone.
pub(crate) struct Ink {
    zone: Zone,
    now: DateTime<Utc>,
    style: Style,
}

impl Ink {
    /// Returns an ink for a zone by name; a name that no database knows any more is written in UTC.
    pub(crate) fn new(zone: &str, now: DateTime<Utc>, style: Style) -> Self {
        Self { zone: Zone::parse(zone).unwrap_or_else(|_| Zone::utc()), now, style }
    }

    /// Returns an instant: "Monday 15 June, 09:00".
    pub(crate) fn at(&self, at: DateTime<Utc>) -> String {
        let local = self.zone.local_of(at);
        let words = format!("{}, {}", self.full_day(local.date()), local.format("%H:%M"));
        match self.style {
            Style::Text => words,
            Style::Block => format!(
                "<!date^{}^{{date_short_pretty}} at {{time}}|{words} {}>",
                at.timestamp(),
                plain(self.zone.name()),
            ),
        }
    }

    /// Returns an instant for a reader whose zone is known: the rotation's own time stands beside theirs where it differs.
    pub(crate) fn at_for(&self, at: DateTime<Utc>, reader: Option<&str>) -> String {
        let reader = reader.and_then(|zone| Zone::parse(zone).ok());
        let local = self.zone.local_of(at);
        if reader.is_none_or(|reader| reader.local_of(at) == local) {
            return self.at(at);
        }
        let zone = plain(self.zone.name());
        match self.style {
            Style::Text => format!("{} in {zone}", self.at(at)),
            Style::Block => format!(
                "{} ({}, {} in {zone})",
                self.at(at),
                self.full_day(local.date()),
                local.format("%H:%M")
            ),
        }
    }

    /// Returns a last day, after "until": "Friday" within the coming week, else "Friday 19 June".
    pub(crate) fn last_day(&self, day: NaiveDate) -> String {
        let days = (day - self.today()).num_days();
        match days {
            0 => String::from("the end of today"),
            1..7 => day.format("%A").to_string(),
            _ => self.full_day(day),
        }
    }

    /// Returns a day with its date: "Friday 19 June", and the year where it is another.
    pub(crate) fn full_day(&self, day: NaiveDate) -> String {
        let words = day.format("%A %-d %B");
        if day.year() == self.today().year() {
            words.to_string()
        } else {
            format!("{words} {}", day.year())
        }
    }

    fn today(&self) -> NaiveDate {
        self.zone.local_of(self.now).date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(style: Style) -> Ink {
        let now = "2026-06-08T07:00:00Z".parse().unwrap();
        Ink::new("Europe/Berlin", now, style)
    }

    #[test]
    fn a_block_shows_the_readers_own_time_and_falls_back_to_the_rotations() {
        let at = "2026-06-15T07:00:00Z".parse().unwrap();

        assert_eq!(
            ink(Style::Block).at(at),
            "<!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>"
        );
        assert_eq!(ink(Style::Text).at(at), "Monday 15 June, 09:00");
    }

    #[test]
    fn another_year_is_said() {
        let at = "2027-01-04T08:00:00Z".parse().unwrap();

        assert_eq!(ink(Style::Text).at(at), "Monday 4 January 2027, 09:00");
    }

    #[test]
    fn a_last_day_within_the_coming_week_is_its_weekday() {
        for (day, words) in [
            ("2026-06-07", "Sunday 7 June"),
            ("2026-06-08", "the end of today"),
            ("2026-06-09", "Tuesday"),
            ("2026-06-14", "Sunday"),
            ("2026-06-15", "Monday 15 June"),
        ] {
            assert_eq!(ink(Style::Text).last_day(day.parse().unwrap()), words);
        }
    }

    #[test]
    fn an_unknown_zone_is_written_in_utc() {
        let ink = Ink::new("Nowhere/Land", "2026-06-08T07:00:00Z".parse().unwrap(), Style::Text);

        assert_eq!(ink.at("2026-06-15T07:00:00Z".parse().unwrap()), "Monday 15 June, 07:00");
    }
}
