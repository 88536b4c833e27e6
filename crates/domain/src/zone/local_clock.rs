//! A clock for walking along local time: it asks the zone only near changes of the offset.

use super::{Steady, Zone, saturating_add};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use std::ops::Range;

/// Farther than any two offsets of a zone lie apart, so a local time that far from every change happens exactly once.
const CLEAR: TimeDelta = TimeDelta::hours(2 * 26 + 1);

/// A zone that remembers the stretch of constant offset in which it was asked last.
///
/// It answers as [`Zone::instant_of`] does, in a few nanoseconds for most local times near the last one.
#[derive(Clone, Debug)]
pub(crate) struct LocalClock {
    zone: Zone,
    steady: Steady,
    /// The local times to which the offset of `steady` applies without any doubt.
    plain: Range<NaiveDateTime>,
}

impl LocalClock {
    /// Returns a clock that remembers nothing yet.
    pub(crate) fn new(zone: &Zone) -> Self {
        let never = DateTime::<Utc>::MIN_UTC;
        Self {
            zone: zone.clone(),
            steady: Steady { from: never, until: never, offset: TimeDelta::zero() },
            plain: NaiveDateTime::MIN..NaiveDateTime::MIN,
        }
    }

    pub(crate) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Returns the instant of a wall-clock time, as [`Zone::instant_of`].
    pub(crate) fn instant_of(&mut self, local: NaiveDateTime) -> DateTime<Utc> {
        if self.plain.contains(&local) {
            return saturating_add(local, -self.steady.offset).and_utc();
        }
        let instant = self.zone.instant_of(local);
        self.remember(instant);
        instant
    }

    /// Returns what the clocks on the wall show at an instant, as [`Zone::local_of`].
    pub(crate) fn local_of(&mut self, at: DateTime<Utc>) -> NaiveDateTime {
        self.remember(at);
        saturating_add(at.naive_utc(), self.steady.offset)
    }

    /// Returns whether a local time lies so far from every change of the clocks that it surely happens exactly once, and
    /// whether the clock remembers so.
    pub(crate) fn is_plain(&self, local: NaiveDateTime) -> bool {
        self.plain.contains(&local)
    }

    /// Returns the end of the local times around the last one that [`LocalClock::is_plain`] holds for.
    pub(crate) fn plain_until(&self) -> NaiveDateTime {
        self.plain.end
    }

    fn remember(&mut self, at: DateTime<Utc>) {
        if self.steady.from <= at && at < self.steady.until {
            return;
        }
        let Steady { from, until, offset } = self.zone.steady_at(at);
        let clear = |edge: DateTime<Utc>, by: TimeDelta| {
            // Where the calendar begins or ends there is no change to keep clear of.
            let is_edge = edge == DateTime::<Utc>::MIN_UTC || edge == DateTime::<Utc>::MAX_UTC;
            let local = if is_edge {
                Some(edge.naive_utc())
            } else {
                edge.naive_utc().checked_add_signed(offset + by)
            };
            local.unwrap_or(edge.naive_utc())
        };
        self.plain = clear(from, CLEAR)..clear(until, -CLEAR);
        self.steady = Steady { from, until, offset };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{local, zone};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_answers_as_the_zone_does_wherever_it_was_asked_before(
            walk in prop::collection::vec((-60_000..60_000_i64, 1..300_i64), 1..6),
            (name, around) in prop::sample::select(vec![
                ("Europe/Berlin", "2026-03-29T02:00"),
                ("Australia/Lord_Howe", "2026-04-05T01:30"),
                ("Antarctica/Troll", "2026-10-25T01:00"),
                ("Pacific/Apia", "2011-12-30T00:00"),
                ("Africa/Casablanca", "2026-02-15T03:00"),
                ("America/New_York", "9999-11-01T00:00"),
                ("UTC", "2026-01-01T00:00"),
            ]),
        ) {
            let zone = zone(name);
            let mut clock = LocalClock::new(&zone);
            for (from, steps) in walk {
                for step in 0..steps {
                    let asked = local(around) + TimeDelta::minutes(from + step * 17);
                    prop_assert_eq!(clock.instant_of(asked), zone.instant_of(asked), "{}", asked);
                    let instant = asked.and_utc();
                    prop_assert_eq!(clock.local_of(instant), zone.local_of(instant), "{}", asked);
                }
            }
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_those_of_the_zone() {
        for name in ["Europe/Berlin", "Pacific/Apia", "UTC"] {
            let zone = zone(name);
            let mut clock = LocalClock::new(&zone);
            for _ in 0..2 {
                for wall in [NaiveDateTime::MIN, local("0001-01-01T00:00"), NaiveDateTime::MAX] {
                    assert_eq!(clock.instant_of(wall), zone.instant_of(wall));
                    assert_eq!(clock.local_of(wall.and_utc()), zone.local_of(wall.and_utc()));
                }
            }
        }
    }
}
