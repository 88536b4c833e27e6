//! The grid against a slow one that walks the calendar.

use super::Grid;
use crate::cadence::{Cadence, NthWeekday, Unit, Weekdays};
use crate::duty_hours::{DutyHours, DutyWindow};
use crate::fixtures::{local, zone};
use crate::interval::Interval;
use crate::rules::Rules;
use crate::zone::Zone;
use chrono::{
    DateTime, Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday,
};
use proptest::prelude::*;

/// Zones with a change of theirs that is unlike the others', as the local time around which anchors are drawn.
const CHANGES: [(&str, &str); 12] = [
    ("Europe/Berlin", "2026-03-29T02:00"),
    ("Europe/Berlin", "2026-10-25T02:00"),
    ("America/New_York", "2026-11-01T01:00"),
    ("Australia/Lord_Howe", "2026-04-05T01:30"),
    ("Australia/Lord_Howe", "2026-10-04T02:00"),
    ("Antarctica/Troll", "2026-03-29T01:00"),
    ("Antarctica/Troll", "2026-10-25T01:00"),
    ("Pacific/Apia", "2011-12-30T00:00"),
    ("Pacific/Kwajalein", "1993-08-21T00:00"),
    ("Africa/Casablanca", "2026-02-15T03:00"),
    ("Asia/Kathmandu", "1986-01-01T00:00"),
    ("UTC", "2026-01-01T00:00"),
];

/// How many points the slow way looks at.
const POINTS: usize = 130;

pub(crate) fn any_weekday() -> impl Strategy<Value = Weekday> {
    (0..7_u8).prop_map(|day| Weekday::try_from(day).unwrap())
}

pub(crate) fn any_weekdays() -> impl Strategy<Value = Weekdays> {
    prop::collection::vec(any_weekday(), 1..7).prop_map(|days| days.into_iter().collect())
}

/// Any cadence that goes with an anchor, with few units between handoffs so that changes of the clocks matter.
pub(crate) fn any_cadence(anchor: NaiveDateTime) -> impl Strategy<Value = Cadence> {
    let unit = prop_oneof![
        4 => Just(Unit::Hour), 3 => Just(Unit::Day), 2 => Just(Unit::Week), 1 => Just(Unit::Month)
    ];
    let nth = prop::sample::select(vec![-1, 1, 2, 3, 4]);
    let nth_weekday = (nth, any_weekday()).prop_map(|(nth, day)| NthWeekday { nth, day });
    let every = prop_oneof![4 => Just(1), 4 => 1..=12_u32];
    (every, unit, prop::option::of(any_weekdays()), prop::option::of(nth_weekday)).prop_map(
        move |(every, unit, weekdays, nth_weekday)| Cadence {
            every,
            unit,
            anchor,
            weekdays: weekdays.filter(|_| matches!(unit, Unit::Day | Unit::Week)),
            nth_weekday: nth_weekday.filter(|_| unit == Unit::Month),
        },
    )
}

/// Any rule near any of the changes.
pub(crate) fn any_rule() -> impl Strategy<Value = (Zone, Cadence)> {
    (prop::sample::select(&CHANGES[..]), -5 * 1440..2 * 1440_i64).prop_flat_map(
        |((name, change), minutes)| {
            let anchor = local(change) + TimeDelta::minutes(minutes);
            (Just(zone(name)), any_cadence(anchor))
        },
    )
}

/// Any duty hours; many of their ends lie where zones change their clocks.
pub(crate) fn any_duty_hours() -> impl Strategy<Value = DutyHours> {
    let minute =
        || prop_oneof![1 => 0..1440_u32, 1 => (0..16_u32).prop_map(|quarter| quarter * 15)];
    let time = move || {
        minute().prop_map(|minute| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap())
    };
    let window = (any_weekdays(), time(), time());
    let window = window.prop_map(|(days, from, to)| DutyWindow { days, from, to });
    prop::collection::vec(window, 1..5).prop_map(DutyHours::new)
}

/// Returns every calendar day near a window.
fn days_near(rules: &Rules, window: Interval) -> impl Iterator<Item = NaiveDate> {
    let (first, last) = (rules.zone.date_of(window.start()), rules.zone.date_of(window.end()));
    (first - TimeDelta::days(4))
        .iter_days()
        .take_while(move |date| *date < last + TimeDelta::days(4))
}

/// Returns the active days near a window, each for itself.
fn walked_days(rules: &Rules, window: Interval) -> Vec<Interval> {
    let Cadence { anchor, weekdays, .. } = rules.cadence;
    let instant = |date: NaiveDate| rules.zone.instant_of(date.and_time(anchor.time()));
    days_near(rules, window)
        .filter(|date| weekdays.is_none_or(|days| days.contains(date.weekday())))
        .filter_map(|date| Interval::new(instant(date), instant(date + TimeDelta::days(1))))
        .collect()
}

/// Returns the duty windows near a window, each for itself.
fn walked_windows(rules: &Rules, window: Interval) -> Vec<Interval> {
    let windows = rules.duty_hours.as_ref().unwrap().windows();
    days_near(rules, window)
        .flat_map(|date| windows.iter().map(move |duty| (date, duty)))
        .filter(|(date, duty)| duty.days.contains(date.weekday()))
        .filter_map(|(date, duty)| {
            let last = if duty.to <= duty.from { date + TimeDelta::days(1) } else { date };
            let instant = |date: NaiveDate, time| rules.zone.instant_of(date.and_time(time));
            Interval::new(instant(date, duty.from), instant(last, duty.to))
        })
        .collect()
}

/// Returns the first points the slow way: by walking the calendar from the anchor, as the specification tells it.
fn walked_points(cadence: &Cadence) -> Vec<NaiveDateTime> {
    let anchor = cadence.anchor;
    let every = usize::try_from(cadence.every).unwrap();
    let days = || anchor.date().iter_days().map(|date| date.and_time(anchor.time()));
    let is_active = |point: &NaiveDateTime| {
        cadence.weekdays.is_none_or(|weekdays| weekdays.contains(point.weekday()))
    };
    let points: Vec<NaiveDateTime> = match (cadence.unit, cadence.weekdays, cadence.nth_weekday) {
        (Unit::Hour, ..) => {
            let hour = |i: usize| TimeDelta::hours(i64::try_from(i).unwrap());
            (0..POINTS).map(|i| anchor + hour(i * every)).collect()
        }
        (Unit::Day, ..) => days().filter(is_active).step_by(every).take(POINTS).collect(),
        (Unit::Week, None, _) => days().step_by(7 * every).take(POINTS).collect(),
        (Unit::Week, Some(weekdays), _) => {
            let first = days().find(is_active).unwrap();
            let handoff_day = weekdays.iter().next().unwrap();
            let is_handoff = |point: &NaiveDateTime| point.weekday() == handoff_day;
            let handoffs = days().skip_while(|day| *day <= first).filter(is_handoff);
            // The first of them ends the week that the first active day is in; that week is the first of the turn.
            std::iter::once(first)
                .chain(handoffs.skip(every - 1).step_by(every))
                .take(POINTS)
                .collect()
        }
        (Unit::Month, _, None) => {
            let months = |i: usize| Months::new(u32::try_from(i * every).unwrap());
            (0..POINTS).map(|i| anchor + months(i)).collect()
        }
        (Unit::Month, _, Some(NthWeekday { nth, day })) => {
            let of_month = |months: u32| {
                let month = anchor.date().with_day(1).unwrap() + Months::new(months);
                let same: Vec<_> = month
                    .iter_days()
                    .take_while(|date| date.month() == month.month())
                    .filter(|date| date.weekday() == day)
                    .collect();
                let place = usize::try_from(nth).map_or(same.len() - 1, |nth| nth - 1);
                same[place].and_time(anchor.time())
            };
            (0..).step_by(every).map(of_month).filter(|p| *p >= anchor).take(POINTS).collect()
        }
    };
    points
}

/// Returns the first handoffs the slow way: the sorted, distinct instants of the points.
fn walked_handoffs(zone: &Zone, cadence: &Cadence) -> Vec<DateTime<Utc>> {
    let points = walked_points(cadence);
    let first = zone.instant_of(points[0]);
    let mut handoffs: Vec<_> =
        points.into_iter().map(|point| zone.instant_of(point)).filter(|at| *at >= first).collect();
    handoffs.sort_unstable();
    handoffs.dedup();
    // Points that come later might still be moved between the last ones.
    handoffs.truncate(POINTS - 60);
    handoffs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_grid_is_the_sorted_set_of_the_instants_of_its_points((zone, cadence) in any_rule()) {
        let grid = Grid::of(&cadence, &zone);

        for (k, pair) in (0..).zip(walked_handoffs(&zone, &cadence).windows(2)) {
            let turn = grid.turn(k).unwrap();
            prop_assert_eq!((turn.start(), turn.end()), (pair[0], pair[1]), "turn {}", k);
        }
    }

    #[test]
    fn every_instant_belongs_to_exactly_one_turn(
        (zone, cadence) in any_rule(),
        share in 0.0..1.0_f64,
    ) {
        let grid = Grid::of(&cadence, &zone);
        let walked = walked_handoffs(&zone, &cadence);
        let (first, last) = (walked[0], walked[walked.len() - 1]);
        #[expect(clippy::cast_possible_truncation, reason = "a share of a few years")]
        let into = ((last - first).as_seconds_f64() * share) as i64;
        let instant = first + TimeDelta::seconds(into);

        let k = grid.turn_at(instant).unwrap();

        let slowly = walked.partition_point(|handoff| *handoff <= instant) - 1;
        prop_assert_eq!(k, u64::try_from(slowly).unwrap());
        prop_assert!(grid.turn(k).unwrap().contains(instant));
        let (next, at) = grid.first_at_or_after(instant).unwrap();
        prop_assert!(at >= instant && (next == k + 1 || at == instant && next == k));
    }

    #[test]
    fn active_time_is_what_lies_on_an_active_day_and_in_duty_hours(
        (zone, cadence) in any_rule(),
        duty_hours in any_duty_hours(),
        (from, hours) in (0..240_i64, 1..300_i64),
    ) {
        let rules = Rules { duty_hours: Some(duty_hours), ..Rules::new(zone, cadence) };
        let start = rules.zone.instant_of(rules.cadence.anchor) + TimeDelta::hours(from);
        let window = Interval::new(start, start + TimeDelta::hours(hours)).unwrap();

        let active = Grid::new(&rules).active_in(window);

        prop_assert!(active.iter().all(|part| part.intersection(window) == Some(*part)));
        prop_assert!(active.windows(2).all(|pair| pair[0].end() < pair[1].start()));
        let (days, windows) = (walked_days(&rules, window), walked_windows(&rules, window));
        let is_in = |parts: &[Interval], t| parts.iter().any(|part| part.contains(t));
        // Nothing changes but where something begins or ends.
        let parts = || active.iter().chain(&days).chain(&windows);
        let just_before = |t: DateTime<Utc>| t - TimeDelta::microseconds(1);
        for edge in parts().flat_map(|part| [part.start(), part.end()]).chain([window.start()]) {
            for t in [just_before(edge), edge].into_iter().filter(|t| window.contains(*t)) {
                prop_assert_eq!(is_in(&active, t), is_in(&days, t) && is_in(&windows, t), "{}", t);
            }
        }
    }

    #[test]
    fn active_time_lies_inside_its_turn_in_order((zone, cadence) in any_rule(), k in 0..60_u64) {
        let grid = Grid::of(&cadence, &zone);
        let turn = grid.turn(k).unwrap();

        let active = grid.active(k);

        prop_assert!(active.iter().all(|part| part.intersection(turn) == Some(*part)));
        prop_assert!(active.windows(2).all(|pair| pair[0].end() < pair[1].start()));
        if cadence.weekdays.is_none() {
            prop_assert_eq!(active, vec![turn]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn handoffs_strictly_increase_however_far_away(
        (zone, cadence) in any_rule(),
        k in prop_oneof![0..500_u64, 0..200_000_u64],
    ) {
        let grid = Grid::of(&cadence, &zone);
        let turns = (grid.turn(k), grid.turn(k + 1));
        let (Some(turn), Some(next)) = turns else { return Err(TestCaseError::reject("past the end")) };

        prop_assert_eq!(turn.end(), next.start());
        prop_assert_eq!(grid.turn_at(turn.start()), Some(k));
        prop_assert_eq!(grid.turn_at(turn.end() - TimeDelta::microseconds(1)), Some(k));
        prop_assert_eq!(grid.first_at_or_after(turn.start()), Some((k, turn.start())));
    }

    #[test]
    fn walking_along_the_handoffs_finds_what_asking_for_each_does(
        (zone, cadence) in any_rule(),
        // Far away the slow way begins at the anchor for every single one.
        (from, count) in prop_oneof![
            4 => (0..300_u64, Just(400)),
            4 => (0..3000_u64, Just(200)),
            1 => (262_000..264_000_u64, Just(5)),
            1 => (Just(u64::MAX), Just(2)),
        ],
    ) {
        let grid = Grid::of(&cadence, &zone);

        let walked: Vec<_> = grid.handoffs(from).take(count).collect();

        let asked: Vec<_> = (from..=u64::MAX).map_while(|k| grid.handoff(k)).take(count).collect();
        prop_assert_eq!(walked, asked);
    }

    #[test]
    fn walking_past_the_seams_that_are_kept_finds_more_of_them(rule in any_rule(), ahead in 0..200_u64) {
        let (zone, mut cadence) = rule;
        cadence.unit = Unit::Hour;
        (cadence.weekdays, cadence.nth_weekday) = (None, None);
        let grid = Grid::of(&cadence, &zone);
        let horizon = cadence.anchor + TimeDelta::days(30 * 366);
        let from = grid.turn_at(zone.instant_of(horizon)).unwrap().saturating_sub(ahead);

        let first = grid.handoffs(from).next();
        let long_after = grid.handoffs(from).nth(20_000);

        prop_assert_eq!(first, grid.handoff(from));
        prop_assert_eq!(long_after, grid.handoff(from + 20_000));
    }

    #[test]
    fn no_rule_and_no_question_panics(
        every in prop_oneof![0..3_u32, Just(9000), any::<u32>()],
        unit in prop::sample::select(vec![Unit::Hour, Unit::Day, Unit::Week, Unit::Month]),
        seconds in prop_oneof![Just(i64::MIN), Just(i64::MAX), -9_000_000_000_000..9_000_000_000_000_i64],
        weekdays in prop::option::of(prop::collection::vec(any_weekday(), 0..7)),
        nth in prop::option::of((any::<i8>(), any_weekday())),
        k in prop_oneof![Just(u64::MAX), 0..3_u64, any::<u64>()],
        name in prop::sample::select(vec!["Europe/Berlin", "Pacific/Apia", "UTC"]),
    ) {
        let anchor = TimeDelta::try_seconds(seconds)
            .and_then(|delta| DateTime::UNIX_EPOCH.naive_utc().checked_add_signed(delta))
            .unwrap_or(if seconds < 0 { NaiveDateTime::MIN } else { NaiveDateTime::MAX });
        let weekdays = weekdays.map(|days| days.into_iter().collect());
        let nth_weekday = nth.map(|(nth, day)| NthWeekday { nth, day });
        let cadence = Cadence { every, unit, anchor, weekdays, nth_weekday };
        let zone = zone(name);
        let grid = Grid::of(&cadence, &zone);

        let _ = cadence.validate(&zone);
        let _ = cadence.in_words();
        let _ = (grid.turn(k), grid.active(k.min(2)), grid.handoffs(k).take(3).count());
        for instant in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, anchor.and_utc()] {
            if let Some(k) = grid.turn_at(instant) {
                prop_assert!(grid.turn(k).unwrap().contains(instant));
            }
            let _ = grid.first_at_or_after(instant);
        }
    }
}
