//! Names of zones, gaps and folds.

use super::Zone;
use crate::fixtures::{at, local, shown, zone};
use chrono::{DateTime, NaiveDateTime, Utc};
use proptest::prelude::*;

#[track_caller]
fn check_suggestion(typed: &str, expected: Option<&str>) {
    let fault = Zone::parse(typed).unwrap_err();

    assert_eq!(fault.did_you_mean.as_deref(), expected);
}

#[test]
fn a_zone_is_read_in_any_case_and_written_as_its_name() {
    let zone: Zone = serde_json::from_str(r#"" europe/berlin""#).unwrap();

    assert_eq!(zone.name(), "Europe/Berlin");
    assert_eq!(serde_json::to_string(&zone).unwrap(), r#""Europe/Berlin""#);
    assert_eq!(Zone::parse("UTC").unwrap(), Zone::utc());
}

#[test]
fn old_names_still_work() {
    for name in ["US/Central", "Asia/Calcutta", "Europe/Kiev"] {
        assert_eq!(zone(name).name(), name);
    }
}

#[test]
fn what_is_no_zone_is_refused_with_the_nearest_one() {
    check_suggestion("Europe/Berlni", Some("Europe/Berlin"));
    check_suggestion("Berlin", Some("Europe/Berlin"));
    check_suggestion("new york", Some("America/New_York"));
    check_suggestion("xqzzw", None);
    check_suggestion("", None);
    for no in ["../../etc/passwd", "localtime", "Etc/Unknown", "posixrules", "\u{0}", "posix/UTC"] {
        assert!(Zone::parse(no).is_err(), "{no}");
    }
}

#[test]
fn the_fault_says_what_to_do() {
    assert_eq!(
        Zone::parse("Berlin").unwrap_err().to_string(),
        "“Berlin” is not a time zone. Did you mean “Europe/Berlin”?"
    );
    assert_eq!(
        Zone::parse("xqzzw").unwrap_err().to_string(),
        "“xqzzw” is not a time zone. Use a name such as Europe/Berlin or America/New_York."
    );
}

#[test]
fn gaps_move_forward_and_folds_mean_the_first_time() {
    let check = |name: &str, wall: &str, expected: &str| {
        assert_eq!(shown(zone(name).instant_of(local(wall))), expected, "{name} {wall}");
    };

    check("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00Z");
    check("Europe/Berlin", "2026-03-29T02:59", "2026-03-29T01:59Z");
    check("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00Z");
    check("Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00Z");
    check("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00Z");
    check("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T22:00Z");
    check("Pacific/Apia", "2011-12-31T12:00", "2011-12-30T22:00Z");
}

#[test]
fn the_gaps_of_a_zone_come_in_order() {
    let berlin = zone("Europe/Berlin");

    let gaps: Vec<_> = berlin.gaps_after(at("2026-03-29T01:00Z")).take(2).collect();

    assert_eq!(gaps[0].start, local("2027-03-28T02:00"));
    assert_eq!(gaps[0].end, local("2027-03-28T03:00"));
    assert_eq!(gaps[1].start, local("2028-03-26T02:00"));
    let at_the_jump = berlin.gaps_after(at("2026-03-29T00:59:59Z")).next().unwrap();
    assert_eq!(at_the_jump.start, local("2026-03-29T02:00"));
}

#[test]
fn the_ends_of_the_calendar_do_not_panic() {
    for name in ["Europe/Berlin", "Pacific/Apia", "UTC", "America/New_York"] {
        let zone = zone(name);
        for wall in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
            let _ = zone.local_of(zone.instant_of(wall));
        }
        for instant in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let _ =
                (zone.local_of(instant), zone.date_of(instant), zone.gaps_after(instant).count());
        }
    }
}

proptest! {
    #[test]
    fn an_instant_comes_back_from_its_wall_clock_time_or_was_the_second_of_a_fold(
        seconds in -8_000_000_000_000..8_000_000_000_000_i64,
        name in prop::sample::select(vec!["Europe/Berlin", "Pacific/Apia", "Australia/Lord_Howe"]),
    ) {
        let instant = DateTime::from_timestamp(seconds, 0).unwrap();
        let zone = zone(name);

        let back = zone.instant_of(zone.local_of(instant));

        prop_assert!(back <= instant);
        prop_assert_eq!(zone.local_of(back), zone.local_of(instant));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_text_makes_the_reading_of_a_zone_panic(text in ".{0,80}") {
        let _ = Zone::parse(&text);
    }
}
