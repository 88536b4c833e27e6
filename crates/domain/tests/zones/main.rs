//! The grid at every change of the clocks: no minute without its turn, in any zone.
//!
//! An ordinary run takes the zones that are unlike others. `ZONES=all cargo test --release -p domain --test zones` takes
//! every zone of the database and looks at every change between 1970 and 2037.

mod changes;

use changes::{Change, changes_of};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use domain::cadence::{Cadence, NthWeekday, Unit, Weekdays};
use domain::grid::{Grid, Handoffs};
use domain::zone::Zone;

/// Zones that do what hardly any other does, and a few that many people live in.
const SAMPLE: [&str; 14] = [
    "Africa/Casablanca",
    "Africa/Monrovia",
    "America/Caracas",
    "America/New_York",
    "America/St_Johns",
    "Antarctica/Casey",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "UTC",
];

/// Of a sampled zone so many changes are looked at, spread over the years.
const SAMPLED_CHANGES: usize = 8;

/// How far from a change every minute is looked at.
const AROUND: TimeDelta = TimeDelta::hours(3);

#[test]
fn every_minute_around_a_change_of_the_clocks_lies_in_exactly_one_turn() {
    let is_all = is_every_zone_wanted();
    let names = if is_all { changes::zone_names() } else { SAMPLE.map(String::from).to_vec() };

    let checked: usize = std::thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            let names = names.iter().skip(half).step_by(2);
            scope.spawn(move || names.map(|name| check_zone(name, is_all)).sum::<usize>())
        });
        halves.into_iter().map(|half| half.join().expect("every minute has its turn")).sum()
    });

    let expected = if is_all { 10_000 } else { 70 };
    assert!(checked > expected, "only {checked} changes in {} zones were looked at", names.len());
}

/// Checks the changes of a zone, and returns how many it looked at.
fn check_zone(name: &str, is_all: bool) -> usize {
    let zone = Zone::parse(name).expect("the name comes from the database");
    let changes = changes_of(name);
    let step = if is_all { 1 } else { changes.len().div_ceil(SAMPLED_CHANGES).max(1) };
    // Counted from the last one, so that the rules of today are always among them.
    let sampled = changes.iter().rev().step_by(step);
    sampled.map(|change| check_change(&zone, *change)).count()
}

fn check_change(zone: &Zone, change: Change) {
    for cadence in cadences_around(change) {
        check_minutes(zone, &cadence, change.at);
    }
}

/// Returns rules whose handoffs meet a change of the clocks in different ways, each from some time before it on.
fn cadences_around(change: Change) -> Vec<Cadence> {
    let Change { shown_before, shown_after, .. } = change;
    let (first, last) = (shown_before.min(shown_after), shown_before.max(shown_after));
    let to_the_minute = |local: NaiveDateTime| local.with_second(0).unwrap_or(local);
    let inside = to_the_minute(first + (last - first) / 2);
    let plain = |every, unit, anchor| Cadence {
        every,
        unit,
        anchor: to_the_minute(anchor),
        weekdays: None,
        nth_weekday: None,
    };
    let days = |count| TimeDelta::days(count);
    let weekend: Weekdays = [chrono::Weekday::Sat, chrono::Weekday::Sun].into_iter().collect();
    vec![
        plain(1, Unit::Hour, first - days(3)),
        plain(1, Unit::Hour, inside - days(3)),
        plain(8, Unit::Hour, inside - days(8)),
        plain(7, Unit::Hour, last - TimeDelta::hours(7 * 9)),
        // The anchor itself lies where the clocks change.
        plain(1, Unit::Hour, first),
        plain(3, Unit::Hour, inside),
        plain(1, Unit::Day, inside),
        plain(1, Unit::Day, first - days(5)),
        plain(1, Unit::Day, inside - days(5)),
        plain(1, Unit::Day, last - days(5)),
        plain(2, Unit::Day, inside - days(6)),
        plain(1, Unit::Week, inside - days(14)),
        Cadence {
            weekdays: Some(Weekdays::monday_to_friday()),
            ..plain(1, Unit::Day, inside - days(9))
        },
        Cadence { weekdays: Some(weekend), ..plain(1, Unit::Day, inside - days(9)) },
        Cadence { weekdays: Some(weekend), ..plain(1, Unit::Week, inside - days(16)) },
        plain(1, Unit::Month, inside - days(70)),
        Cadence {
            nth_weekday: Some(NthWeekday { nth: -1, day: chrono::Weekday::Sun }),
            ..plain(1, Unit::Month, inside - days(70))
        },
    ]
}

/// Checks each minute around an instant: that the turns tile, and that the minute's turn is the one that holds it.
#[track_caller]
fn check_minutes(zone: &Zone, cadence: &Cadence, at: DateTime<Utc>) {
    let grid = Grid::of(cadence, zone);
    let place = || format!("{} at {at}, {cadence:?}", zone.name());
    let first = grid.turn(0).unwrap_or_else(|| panic!("no turn 0: {}", place())).start();
    let mut k = grid.turn_at((at - AROUND).max(first)).unwrap_or(0);
    let mut handoffs = grid.handoffs(k);
    let next = |handoffs: &mut Handoffs| {
        handoffs.next().unwrap_or_else(|| panic!("the handoffs end: {}", place()))
    };
    let (mut start, mut end) = (next(&mut handoffs), next(&mut handoffs));
    let mut asked = None;
    let minutes = 2 * AROUND.num_minutes();
    for minute in 0..=minutes {
        let t = at - AROUND + TimeDelta::minutes(minute);
        if t < first {
            assert_eq!(grid.turn_at(t), None, "{t}: {}", place());
            continue;
        }
        while end <= t {
            (k, start, end) = (k + 1, end, next(&mut handoffs));
        }
        assert!(start <= t && t < end, "{t} is not in {start} to {end}: {}", place());
        assert_eq!(grid.turn_at(t), Some(k), "{t}: {}", place());
        if asked != Some(k) {
            let turn = grid.turn(k).unwrap_or_else(|| panic!("no turn {k}: {}", place()));
            assert_eq!((turn.start(), turn.end()), (start, end), "turn {k}: {}", place());
            asked = Some(k);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how much a test looks at is no setting of the bot")]
fn is_every_zone_wanted() -> bool {
    std::env::var_os("ZONES").is_some_and(|zones| zones == "all")
}
