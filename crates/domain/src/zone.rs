//! Zones: from wall-clock time to instants and back. The only module that knows where zone data comes from.

mod local_clock;
#[cfg(test)]
pub(crate) mod lookups;

pub(crate) use local_clock::LocalClock;

use crate::interval::Interval;
use crate::suggest;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase, TimeZoneTransition};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

/// The copy of the database that was compiled in, for what the machine's own does not have.
static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Names that a database may hold and that are not the zone of any place.
const NOT_A_PLACE: [&str; 4] = ["Etc/Unknown", "Factory", "localtime", "posixrules"];

/// An IANA zone, such as `Europe/Berlin`.
///
/// Its rules come from the machine's zone database, else from the compiled-in copy. It is stored as its name.
#[derive(Clone, Debug)]
pub struct Zone {
    name: Arc<str>,
    rules: TimeZone,
}

/// A name that is not the name of a zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{name}” is not a time zone. {}", advice(.did_you_mean.as_deref()))]
pub struct ZoneFault {
    /// What was given.
    pub name: String,
    /// The name that is nearest, if one is near.
    pub did_you_mean: Option<String>,
}

/// Wall-clock time that a zone skips: `[start, end)`, where the clocks jump from `start` to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// The first local time that does not exist.
    pub(crate) start: NaiveDateTime,
    /// The first local time that exists again.
    pub(crate) end: NaiveDateTime,
}

/// A time of the year in a zone, as calendars define it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Observance {
    /// What the clocks showed when it began, before they were turned.
    pub(crate) from: NaiveDateTime,
    /// How far from UTC the clocks were before.
    pub(crate) offset_before: TimeDelta,
    /// How far they are in it.
    pub(crate) offset: TimeDelta,
    /// What it is called, such as `CEST`.
    pub(crate) name: String,
    /// Whether it is summer time.
    pub(crate) is_summer: bool,
}

/// A stretch of time `[from, until)` in which the offset of a zone does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Steady {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    offset: TimeDelta,
}

impl Zone {
    /// Returns the zone of that name; case does not matter, surrounding space neither.
    ///
    /// # Errors
    ///
    /// When neither the machine's database nor the compiled-in one knows the name.
    pub fn parse(name: &str) -> Result<Self, ZoneFault> {
        Self::find(name).ok_or_else(|| ZoneFault::of(name))
    }

    /// Returns the zone as [`Zone::parse`] does, without the search for what else may have been meant.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        [jiff::tz::db(), &*BUNDLED]
            .into_iter()
            .filter_map(|database| database.get(name.trim()).ok())
            .find_map(|rules| {
                let name = Arc::from(rules.iana_name().filter(|known| is_place(known))?);
                Some(Self { name, rules })
            })
    }

    /// Returns the zone `UTC`.
    #[must_use]
    pub fn utc() -> Self {
        Self { name: Arc::from("UTC"), rules: TimeZone::UTC }
    }

    /// Returns the IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the instant of a wall-clock time.
    ///
    /// A time that the zone skips happens as much later as the clocks jumped, one that it repeats happens the first
    /// time (RFC 5545, 3.3.5). Before and after the years that zone data can speak of (-9999 to 9999) the offset of the
    /// nearest one holds.
    #[must_use]
    pub fn instant_of(&self, local: NaiveDateTime) -> DateTime<Utc> {
        self.instant_in_range(local).unwrap_or_else(|| {
            let edge = if local.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
            saturating_add(local, -self.offset_at(edge)).and_utc()
        })
    }

    /// Returns what the clocks on the wall show at an instant.
    #[must_use]
    pub fn local_of(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let edge = if at.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        saturating_add(at.naive_utc(), self.offset_at(timestamp_of(at).unwrap_or(edge)))
    }

    /// Returns the calendar day on which an instant lies.
    #[must_use]
    pub fn date_of(&self, at: DateTime<Utc>) -> NaiveDate {
        self.local_of(at).date()
    }

    /// Returns the gaps whose jump comes after an instant, the earliest first.
    pub(crate) fn gaps_after(&self, at: DateTime<Utc>) -> impl Iterator<Item = Gap> {
        let edge = if at.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let from = timestamp_of(at).unwrap_or(edge);
        let mut before = self.offset_at(from);
        self.rules.following(from).filter_map(move |change| {
            let after = TimeDelta::seconds(change.offset().seconds().into());
            let jump = instant_of_timestamp(change.timestamp())?.naive_utc();
            let gap = Gap { start: saturating_add(jump, before), end: saturating_add(jump, after) };
            before = after;
            (gap.start < gap.end).then_some(gap)
        })
    }

    /// Returns the observances of a window, the one in which it begins first.
    pub(crate) fn observances(&self, window: Interval) -> Vec<Observance> {
        let start = timestamp_of(window.start()).unwrap_or(Timestamp::MIN);
        let end = timestamp_of(window.end()).unwrap_or(Timestamp::MAX);
        let instant = jiff::SignedDuration::from_nanos(1);
        // A change at this very instant begins the window.
        let just_after = start.checked_add(instant).unwrap_or(start);
        let first = self.rules.preceding(just_after).next();
        let later = self.rules.following(start).take_while(|change| change.timestamp() < end);
        let observance = |change: TimeZoneTransition<'_>| {
            let at = change.timestamp();
            let before = at.checked_sub(instant).unwrap_or(at);
            let offset_before = self.offset_at(before);
            Some(Observance {
                from: saturating_add(instant_of_timestamp(at)?.naive_utc(), offset_before),
                offset_before,
                offset: TimeDelta::seconds(change.offset().seconds().into()),
                name: change.abbreviation().to_owned(),
                is_summer: change.dst().is_dst(),
            })
        };
        let mut found: Vec<Observance> =
            first.into_iter().chain(later).filter_map(observance).collect();
        if found.is_empty() {
            // The clocks were never turned.
            let offset = self.offset_at(start);
            let (from, name) = (DateTime::UNIX_EPOCH.naive_utc(), String::from(self.name()));
            found.push(Observance { from, offset_before: offset, offset, name, is_summer: false });
        }
        found
    }

    /// Returns a stretch of constant offset in which an instant lies; it begins and ends with the calendar where there
    /// is no change before or after it.
    fn steady_at(&self, at: DateTime<Utc>) -> Steady {
        #[cfg(test)]
        lookups::note();
        let edge = if at.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let at = timestamp_of(at).unwrap_or(edge);
        // A change at this very instant begins the stretch.
        let just_after = at.checked_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(at);
        let before = self.rules.preceding(just_after).next();
        let after = self.rules.following(at).next();
        let instant = |change: TimeZoneTransition| instant_of_timestamp(change.timestamp());
        Steady {
            from: before.and_then(instant).unwrap_or(DateTime::<Utc>::MIN_UTC),
            until: after.and_then(instant).unwrap_or(DateTime::<Utc>::MAX_UTC),
            offset: self.offset_at(at),
        }
    }

    fn instant_in_range(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        #[cfg(test)]
        lookups::note();
        let civil = jiff::civil::DateTime::new(
            i16::try_from(local.year()).ok()?,
            i8::try_from(local.month()).ok()?,
            i8::try_from(local.day()).ok()?,
            i8::try_from(local.hour()).ok()?,
            i8::try_from(local.minute()).ok()?,
            i8::try_from(local.second()).ok()?,
            // A leap second is held as more than a second of nanoseconds.
            i32::try_from(local.nanosecond().min(999_999_999)).ok()?,
        )
        .ok()?;
        instant_of_timestamp(self.rules.to_ambiguous_timestamp(civil).compatible().ok()?)
    }

    fn offset_at(&self, at: Timestamp) -> TimeDelta {
        TimeDelta::seconds(self.rules.to_offset(at).seconds().into())
    }
}

impl ZoneFault {
    /// Returns the fault of a name that is none, with the nearest that is one.
    pub(crate) fn of(name: &str) -> Self {
        Self { name: name.into(), did_you_mean: nearest(name.trim()) }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

fn timestamp_of(at: DateTime<Utc>) -> Option<Timestamp> {
    let nanosecond = i32::try_from(at.timestamp_subsec_nanos().min(999_999_999)).ok()?;
    Timestamp::new(at.timestamp(), nanosecond).ok()
}

fn instant_of_timestamp(at: Timestamp) -> Option<DateTime<Utc>> {
    let whole = DateTime::from_timestamp(at.as_second(), 0)?;
    whole.checked_add_signed(TimeDelta::nanoseconds(at.subsec_nanosecond().into()))
}

#[inline]
fn saturating_add(local: NaiveDateTime, offset: TimeDelta) -> NaiveDateTime {
    local.checked_add_signed(offset).unwrap_or(if offset < TimeDelta::zero() {
        NaiveDateTime::MIN
    } else {
        NaiveDateTime::MAX
    })
}

/// Returns the known name nearest to what was typed, which may be the name of its city alone.
fn nearest(typed: &str) -> Option<String> {
    let typed = typed.replace(' ', "_");
    let known: BTreeSet<_> = jiff::tz::db()
        .available()
        .chain(BUNDLED.available())
        .map(|name| String::from(name.as_str()))
        .filter(|name| is_place(name))
        .collect();
    if typed.contains('/') {
        return suggest::nearest(&typed, known.iter().map(String::as_str)).map(String::from);
    }
    let cities = || known.iter().filter_map(|name| Some((name, name.rsplit_once('/')?.1)));
    let city = suggest::nearest(&typed, cities().map(|(_, city)| city))?;
    cities().find(|(_, of)| *of == city).map(|(name, _)| name.clone())
}

fn is_place(name: &str) -> bool {
    !NOT_A_PLACE.iter().any(|no| no.eq_ignore_ascii_case(name))
}

fn advice(did_you_mean: Option<&str>) -> String {
    did_you_mean.map_or_else(
        || String::from("Use a name such as Europe/Berlin or America/New_York."),
        |name| format!("Did you mean “{name}”?"),
    )
}

#[cfg(test)]
mod tests;
