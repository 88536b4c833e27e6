//! What holds of every calendar: its UIDs, its revisions, its times.

use super::zones::times;
use super::*;
use crate::engine::SeatedBy;
use crate::fixtures::{at, user, zone};
use crate::shift::ShiftState;
use proptest::prelude::*;

fn rotation(number: u128) -> RotationId {
    RotationId::new(Uuid::from_u128(number))
}

fn window(start: &str, end: &str) -> Interval {
    Interval::new(at(start), at(end)).expect("it ends after it begins")
}

fn served(who: &str, of: Option<&str>) -> Served {
    let right = of.map_or(Right::Own(SeatedBy::Order), |of| Right::CoverOf(user(of)));
    Served { user: user(who), right }
}

fn shift(turn: u64, start: &str, end: &str, seats: Vec<Served>) -> Shift {
    let window = window(start, end);
    Shift { window, turn, seats, state: ShiftState::Planned, skipped: Vec::new() }
}

/// Returns the entries of a rotation named `support` in Berlin; everybody is called by their id.
fn entries(shifts: &[Shift]) -> Vec<Entry> {
    let berlin = zone("Europe/Berlin");
    let source =
        Source { rotation: rotation(1), name: "support", zone: &berlin, stopped_since: None };
    entries_of(source, shifts, ToString::to_string)
}

#[test]
fn what_the_plan_stops_says_so_and_an_earlier_rest_does_not() {
    let berlin = zone("Europe/Berlin");
    let rest = |turn, start, end| Shift {
        state: ShiftState::Paused,
        ..shift(turn, start, end, Vec::new())
    };
    let shifts = [
        rest(1, "2026-06-01T07:00Z", "2026-06-08T07:00Z"),
        rest(2, "2026-06-15T07:00Z", "2026-06-22T07:00Z"),
    ];
    let stopped_since = Some(at("2026-06-10T10:00Z"));
    let source = Source { rotation: rotation(1), name: "support", zone: &berlin, stopped_since };

    let entries = entries_of(source, &shifts, ToString::to_string);

    let said: Vec<&str> = entries.iter().map(|entry| entry.summary.as_str()).collect();
    assert_eq!(said, ["support: paused", "support: stopped (Free plan)"]);
}

fn own(shifts: &[Shift], who: &str) -> Vec<Entry> {
    let berlin = zone("Europe/Berlin");
    let source =
        Source { rotation: rotation(1), name: "support", zone: &berlin, stopped_since: None };
    own_entries(source, shifts, &user(who), ToString::to_string)
}

fn text(entries: &[Entry], published: &Published) -> String {
    let berlin = zone("Europe/Berlin");
    let feed = Feed { name: "support", about: "Who is on duty.", zone: Some(&berlin), entries };
    compose(&feed, published)
}

fn number(published: &Published, entry: &Entry) -> u32 {
    published.revision_of(entry).expect("it was published").number()
}

fn three_weeks() -> Vec<Shift> {
    vec![
        shift(0, "2026-10-12T07:00Z", "2026-10-19T07:00Z", vec![served("ana", None)]),
        shift(1, "2026-10-19T07:00Z", "2026-10-26T08:00Z", vec![served("ben", None)]),
        shift(2, "2026-10-26T08:00Z", "2026-11-02T08:00Z", vec![served("cho", None)]),
    ]
}

#[test]
fn cover_keeps_the_uid_and_raises_the_number_of_what_it_changes_alone() {
    let before = entries(&three_weeks());
    let first = Published::default().with(&before, at("2026-10-01T09:00Z"));
    let mut covered = three_weeks();
    covered[1].seats = vec![served("ana", Some("ben"))];
    let after = entries(&covered);

    let second = first.with(&after, at("2026-10-02T09:00Z"));

    assert_eq!(before[1].uid, after[1].uid);
    assert_eq!(after[1].summary, "support: ana (for ben)");
    assert!(number(&first, &before[1]) < number(&second, &after[1]));
    for same in [0, 2] {
        assert_eq!(number(&first, &before[same]), number(&second, &after[same]));
    }
}

#[test]
fn what_comes_back_after_it_was_gone_has_a_higher_number_though_no_second_passed() {
    let all = entries(&three_weeks());
    let now = at("2026-10-01T09:00Z");
    let first = Published::default().with(&all, now);

    let without = first.with(&all[..2], now);
    let again = without.with(&all, now);

    assert!(number(&first, &all[2]) < number(&again, &all[2]));
    assert_eq!(number(&first, &all[0]), number(&again, &all[0]));
}

#[test]
fn wall_clock_times_say_the_instants_across_both_changes_of_the_clocks() {
    let berlin = zone("Europe/Berlin");
    let shown = |start: &str, end: &str| {
        let [from, to] = times(window(start, end), &berlin);
        assert_eq!(from.params().get("TZID").is_some(), !from.value().ends_with('Z'));
        format!("{}/{}", from.value(), to.value())
    };

    // Nine o'clock is nine o'clock, in a week of 169 hours and in one of 167.
    assert_eq!(shown("2026-10-19T07:00Z", "2026-10-26T08:00Z"), "20261019T090000/20261026T090000");
    assert_eq!(shown("2026-03-23T08:00Z", "2026-03-30T07:00Z"), "20260323T090000/20260330T090000");
    // On 25 October there are two hours from two to three; wall-clock time would mean the first.
    assert_eq!(shown("2026-10-25T00:00Z", "2026-10-25T00:30Z"), "20261025T020000/20261025T023000");
    assert_eq!(
        shown("2026-10-25T01:00Z", "2026-10-25T02:00Z"),
        "20261025T010000Z/20261025T020000Z"
    );
}

#[test]
fn a_turn_of_ones_own_rings_once_though_others_beside_change() {
    let shifts = [
        shift(
            0,
            "2026-10-12T07:00Z",
            "2026-10-14T07:00Z",
            vec![served("ana", None), served("ben", None)],
        ),
        shift(
            0,
            "2026-10-14T07:00Z",
            "2026-10-19T07:00Z",
            vec![served("ana", None), served("cho", Some("ben"))],
        ),
        shift(1, "2026-10-19T07:00Z", "2026-10-26T08:00Z", vec![served("ana", Some("dee"))]),
    ];

    let of_ana = own(&shifts, "ana");
    let of_cho = own(&shifts, "cho");

    let windows: Vec<Interval> = of_ana.iter().map(|entry| entry.window).collect();
    assert_eq!(
        windows,
        [
            window("2026-10-12T07:00Z", "2026-10-19T07:00Z"),
            window("2026-10-19T07:00Z", "2026-10-26T08:00Z"),
        ]
    );
    assert_eq!(of_ana[1].summary, "On duty: support (for dee)");
    assert_eq!(of_cho[0].summary, "On duty: support (for ben)");
    assert!(of_ana.iter().chain(&of_cho).all(|entry| entry.alarm.is_some()));
    let whole = entries(&shifts);
    assert!(whole.iter().all(|entry| entry.alarm.is_none()));
    assert_ne!(of_ana[0].uid, whole[0].uid, "it is another entry than the rotation's");
}

#[test]
fn the_text_is_the_same_each_time_and_as_calendars_want_it() {
    let mut own = own(&three_weeks(), "ben");
    own[0].summary = String::from(
        "On duty: ☎ „support“, night; a\\b — and a name that goes on and on, beyond one line",
    );
    let published = Published::default().with(&own, at("2026-10-01T09:00Z"));

    let first = text(&own, &published);

    assert_eq!(first, text(&own, &published), "nothing in it is random, and nothing is of now");
    insta::assert_snapshot!(first.replace("\r\n", "\n"));
    assert!(first.split("\r\n").all(|line| line.len() <= 75), "{first}");
    assert!(!first.replace("\r\n", "").contains(['\r', '\n']));
}

#[test]
fn what_nobody_serves_is_told_and_why_somebody_is_passed_over_is_not() {
    let mut shifts = three_weeks();
    shifts[0].seats.clear();
    shifts[0].state = ShiftState::Unassigned;
    shifts[1].state = ShiftState::OffHours;
    shifts[2].skipped = vec![crate::engine::Skip {
        member: user("dee"),
        reason: crate::engine::SkipReason::Deactivated,
    }];

    let told = entries(&shifts);

    assert_eq!(told.len(), 2);
    assert_eq!((told[0].summary.as_str(), told[0].is_served), ("support: nobody", false));
    assert_eq!(told[1].description, "Passed over: dee");
}

prop_compose! {
    /// Some of twenty hours, each served by one of three people.
    fn plans()(hours in proptest::collection::btree_map(0_i64..20, 0_usize..3, 0..20)) -> Vec<Shift> {
        let shift = |(hour, who): (i64, usize)| {
            let start = at("2026-10-24T22:00Z") + TimeDelta::hours(hour);
            Shift {
                window: Interval::new(start, start + TimeDelta::hours(1)).expect("an hour"),
                turn: u64::try_from(hour).expect("it is not negative"),
                seats: vec![served(["ana", "ben", "cho"][who], None)],
                state: ShiftState::Planned,
                skipped: Vec::new(),
            }
        };
        hours.into_iter().map(shift).collect()
    }
}

proptest! {
    #[test]
    fn numbers_go_up_with_every_change_and_stand_still_without(
        history in proptest::collection::vec((plans(), -5_i64..5), 1..12)
    ) {
        let mut published = Published::default();
        let mut now = at("2026-10-01T09:00Z");
        // Of each UID its highest number ever, and how it was published last, if it was in the last publication.
        let mut seen: std::collections::BTreeMap<Uuid, (u32, Option<Uuid>)> =
            std::collections::BTreeMap::default();
        for (plan, seconds) in history {
            // A clock that is set back changes nothing of it.
            now += TimeDelta::seconds(seconds);
            let entries = entries(&plan);
            published = published.with(&entries, now);
            prop_assert_eq!(&published, &published.with(&entries, now + TimeDelta::days(1)));
            let stored = Published::from_bytes(&published.to_bytes());
            prop_assert_eq!(Some(&published), stored.as_ref());
            let mut next = seen.clone();
            for (_, last) in next.values_mut() {
                *last = None;
            }
            for entry in &entries {
                let number = number(&published, entry);
                if let Some((highest, last)) = seen.get(&entry.uid) {
                    if *last == Some(entry.digest()) {
                        prop_assert_eq!(number, *highest);
                    } else {
                        prop_assert!(number > *highest);
                    }
                }
                next.insert(entry.uid, (number, Some(entry.digest())));
            }
            seen = next;
        }
    }

    #[test]
    fn a_uid_follows_from_rotation_and_instant_and_from_nothing_else(
        plan in plans(), other in plans(), name in ".*"
    ) {
        let (berlin, auckland) = (zone("Europe/Berlin"), zone("Pacific/Auckland"));
        let here = Source { rotation: rotation(1), name: "support", zone: &berlin, stopped_since: None };
        let renamed = Source { rotation: rotation(1), name: &name, zone: &auckland, stopped_since: None };
        let elsewhere = Source { rotation: rotation(2), ..here };
        let uids = |source, shifts: &[Shift]| {
            let entries = entries_of(source, shifts, ToString::to_string).into_iter();
            entries.map(|entry| (entry.window.start(), entry.uid)).collect::<std::collections::BTreeMap<_, _>>()
        };

        let ours = uids(here, &plan);
        prop_assert_eq!(&ours, &uids(renamed, &plan));
        for (start, uid) in uids(here, &other) {
            prop_assert!(ours.get(&start).is_none_or(|known| *known == uid));
        }
        for (start, uid) in uids(elsewhere, &plan) {
            prop_assert!(ours[&start] != uid);
        }
        prop_assert_eq!(ours.values().collect::<std::collections::BTreeSet<_>>().len(), plan.len());
    }

    #[test]
    fn every_time_is_read_back_as_the_instant_that_it_is(
        // Half hours of more than a year, and those around the end of summer time in Berlin.
        half_hours in prop_oneof![0_i64..48 * 400, 14_250_i64..14_266],
        length in 1_i64..500,
        name in prop_oneof![Just("Europe/Berlin"), Just("Australia/Lord_Howe"), Just("America/St_Johns"), Just("UTC")]
    ) {
        let zone = zone(name);
        let start = at("2026-01-01T00:00Z") + TimeDelta::minutes(half_hours * 30);
        let window = Interval::new(start, start + TimeDelta::minutes(length * 30)).expect("a window");
        let ends = [window.start(), window.end()];

        for (property, instant) in times(window, &zone).into_iter().zip(ends) {
            let value = property.value().trim_end_matches('Z');
            let local = chrono::NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S").expect("a time");
            let is_utc = property.value().ends_with('Z');
            let read = if is_utc { local.and_utc() } else { zone.instant_of(local) };
            prop_assert_eq!(read, instant);
        }
    }
}
