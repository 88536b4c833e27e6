//! Instants and days in words, in a rotation's zone.

use super::names::plain;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use domain::zone::Zone;
use std::cell::Cell;

/// Where the words will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// In a block: Slack shows instants in the reader's own zone.
    Block,
    /// In the `text` of notifications and screen readers: instants are written out in the rotation's zone, which is named
    /// with the first of them.
    Text,
}

/// Writes instants and days as they are read at a given time in a given zone.
pub(crate) struct Ink {
    zone: Zone,
    now: DateTime<Utc>,
    style: Style,
    has_named_zone: Cell<bool>,
}

impl Ink {
    /// Returns an ink for a zone by name; a name that no database knows any more is written in UTC.
    pub(crate) fn new(zone: &str, now: DateTime<Utc>, style: Style) -> Self {
        let zone = Zone::parse(zone).unwrap_or_else(|_| Zone::utc());
        Self { zone, now, style, has_named_zone: Cell::new(false) }
    }

    /// Returns an instant: "Monday 15 June, 09:00".
    pub(crate) fn at(&self, at: DateTime<Utc>) -> String {
        let words = self.words(self.zone.local_of(at));
        let zone = plain(self.zone.name());
        match self.style {
            Style::Text if self.has_named_zone.replace(true) => words,
            Style::Text => format!("{words} {zone}"),
            Style::Block => format!(
                "<!date^{}^{{date_short_pretty}} at {{time}}|{words} {zone}>",
                at.timestamp(),
            ),
        }
    }

    /// Returns the time of an instant whose day was said: "09:00".
    pub(crate) fn time(&self, at: DateTime<Utc>) -> String {
        let words = self.zone.local_of(at).format("%H:%M").to_string();
        match self.style {
            Style::Text => words,
            Style::Block => format!("<!date^{}^{{time}}|{words}>", at.timestamp()),
        }
    }

    /// Returns an instant for a reader whose zone is known: the rotation's own time stands beside theirs where it differs.
    pub(crate) fn at_for(&self, at: DateTime<Utc>, reader: Option<&str>) -> String {
        let Some(reader) = reader.and_then(|zone| Zone::parse(zone).ok()) else {
            return self.at(at);
        };
        let (local, theirs) = (self.zone.local_of(at), reader.local_of(at));
        let here = || format!("{} in {}", self.words(local), plain(self.zone.name()));
        match self.style {
            Style::Text if theirs == local => self.words(theirs),
            Style::Text if theirs.date() == local.date() => {
                let zone = plain(self.zone.name());
                format!("{} ({} in {zone})", self.words(theirs), local.format("%H:%M"))
            }
            Style::Text => format!("{} ({})", self.words(theirs), here()),
            Style::Block if theirs == local => self.at(at),
            Style::Block => format!("{} ({})", self.at(at), here()),
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

    /// Returns an instant in a few words, for a choice: "Mon 15 Jun, 09:00".
    pub(crate) fn short(&self, at: DateTime<Utc>) -> String {
        let local = self.zone.local_of(at);
        let year = if local.year() == self.today().year() { "" } else { " %Y" };
        local.format(&format!("%a %-d %b{year}, %H:%M")).to_string()
    }

    fn words(&self, local: NaiveDateTime) -> String {
        format!("{}, {}", self.full_day(local.date()), local.format("%H:%M"))
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
    }

    #[test]
    fn a_text_names_the_zone_of_its_times_once() {
        let ink = ink(Style::Text);
        let at = "2026-06-15T07:00:00Z".parse().unwrap();

        assert_eq!(ink.at(at), "Monday 15 June, 09:00 Europe/Berlin");
        assert_eq!(ink.at(at), "Monday 15 June, 09:00");
    }

    #[test]
    fn a_reader_with_a_zone_of_their_own_reads_it_in_a_text_too() {
        let at = "2026-06-15T02:00:00Z".parse().unwrap();
        let for_reader = |zone| ink(Style::Text).at_for(at, zone);

        assert_eq!(for_reader(Some("Europe/Paris")), "Monday 15 June, 04:00");
        assert_eq!(
            for_reader(Some("America/New_York")),
            "Sunday 14 June, 22:00 (Monday 15 June, 04:00 in Europe/Berlin)"
        );
        assert_eq!(
            for_reader(Some("Asia/Tokyo")),
            "Monday 15 June, 11:00 (04:00 in Europe/Berlin)"
        );
        assert_eq!(for_reader(None), "Monday 15 June, 04:00 Europe/Berlin");
    }

    #[test]
    fn another_year_is_said() {
        let at = "2027-01-04T08:00:00Z".parse().unwrap();

        assert_eq!(ink(Style::Text).at(at), "Monday 4 January 2027, 09:00 Europe/Berlin");
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

        assert_eq!(ink.at("2026-06-15T07:00:00Z".parse().unwrap()), "Monday 15 June, 07:00 UTC");
    }
}
