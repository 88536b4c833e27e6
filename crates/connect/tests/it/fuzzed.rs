//! The body of the fuzz target, with random answers on the stable compiler.

use crate::stand_in::{march, person};
use crate::whosout;
use connect::hibob::read_whosout;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn any_bytes_are_an_answer_or_none() {
    try_for(Duration::ZERO, vec(any::<u8>(), 0..400), |bytes| whosout::run(&bytes));
}

#[test]
fn an_answer_with_anything_in_its_places_can_be_planned_with_or_is_none() {
    try_all(answers(), |answer| whosout::run(answer.to_string().as_bytes()));
}

#[test]
fn a_broken_answer_can_be_planned_with_or_is_none() {
    let broken = (answers(), any::<Index>(), any::<u8>()).prop_map(|(answer, at, byte)| {
        let mut bytes = answer.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes
    });
    try_all(broken, |bytes| whosout::run(&bytes));
}

#[test]
fn the_seeds_of_the_fuzzer_are_answers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/whosout");
    let listed = std::fs::read_dir(folder).expect("the seeds have a folder");
    let seeds: Vec<_> = listed.map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
    assert!(seeds.len() > 9, "{} seeds", seeds.len());
    for seed in seeds {
        whosout::run(&seed);
        let read = read_whosout(&seed, &person("1"), march());
        assert!(read.is_ok(), "{}", String::from_utf8_lossy(&seed));
    }
}

#[test]
fn the_random_answers_are_worth_trying() {
    let (tried, told) = (Cell::new(0_u32), Cell::new(0_u32));
    try_for(Duration::ZERO, answers(), |answer| {
        let read = read_whosout(answer.to_string().as_bytes(), &person("1"), march());
        tried.set(tried.get() + 1);
        told.set(told.get() + u32::from(read.is_ok_and(|absences| !absences.is_empty())));
    });
    assert!(told.get() * 4 > tried.get(), "{} of {}", told.get(), tried.get());
}

fn answers() -> impl Strategy<Value = Value> {
    vec(entry(), 0..4).prop_map(|entries| json!({"outs": entries}))
}

fn entry() -> impl Strategy<Value = Value> {
    let kinds = vec![
        "days",
        "hours",
        "portionOnRange",
        "hoursOnRange",
        "differentDayDurations",
        "specificHoursDayDurations",
        "differentSpecificHoursDayDurations",
        "percentageOnRange",
        "openEnded",
        "tomorrow",
    ];
    let whole = (
        prop::sample::select(kinds),
        date(),
        option::weighted(0.8, date()),
        option::weighted(0.5, vec(duration(), 0..4)),
        option::of(prop::sample::select(vec!["Europe/London", "Pacific/Apia", "Mars/Base", ""])),
    );
    let rest = (fields(), option::weighted(0.1, odd()), option::of(any::<String>()));
    (whole, rest).prop_map(|((kind, start, end, durations, zone), (fields, status, label))| {
        let mut entry = json!({
            "employeeId": "3332883884017713238", "requestId": 1, "type": kind,
            "startDate": start, "endDate": end, "visibility": "Public",
        });
        let given = [
            ("durations", durations.map(Value::from)),
            ("timeZone", zone.map(Value::from)),
            ("status", status),
            ("policyTypeDisplayName", label.map(Value::from)),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                entry[name] = value;
            }
        }
        entry.as_object_mut().expect("it is one").extend(fields);
        entry
    })
}

fn duration() -> impl Strategy<Value = Value> {
    (option::weighted(0.8, date()), fields(), any::<bool>()).prop_map(
        |(date, fields, is_nested)| {
            if is_nested {
                json!({"date": date, "dayDuration": fields})
            } else {
                let mut duration = json!({"date": date});
                duration.as_object_mut().expect("it is one").extend(fields);
                duration
            }
        },
    )
}

/// A few of the fields that say how much.
fn fields() -> impl Strategy<Value = Map<String, Value>> {
    let names = vec![
        "date",
        "startPortion",
        "endPortion",
        "dayPortion",
        "portion",
        "hoursOnDate",
        "dailyHours",
        "hours",
        "minutes",
        "percentageOfDay",
        "localStartTime",
        "localEndTime",
    ];
    vec((prop::sample::select(names), value()), 0..4)
        .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(vec!["all_day", "morning", "afternoon", "vacant", "night"])
            .prop_map(Value::from),
        (0..26_u32, 0..61_u32).prop_map(|(h, m)| Value::from(format!("{h:02}:{m:02}"))),
        (0..30_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        date(),
        odd(),
    ]
}

fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ]
}

/// A date near the window, far away, or none.
fn date() -> impl Strategy<Value = Value> {
    let near = (1..8_u32, 1..29_u32).prop_map(|(m, d)| format!("2026-{m:02}-{d:02}"));
    let far =
        (0..10_000_u32, 1..13_u32, 1..32_u32).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
    prop_oneof![12 => near.prop_map(Value::from), 2 => far.prop_map(Value::from), 1 => odd()]
}

/// Tries as many inputs as `PROPTEST_CASES` says, and again until `FUZZED_SECONDS` have passed.
#[track_caller]
fn try_all<S: Strategy>(inputs: S, body: impl Fn(S::Value)) {
    try_for(time(), inputs, body);
}

#[track_caller]
fn try_for<S: Strategy>(time: Duration, inputs: S, body: impl Fn(S::Value)) {
    let started = Instant::now();
    loop {
        let config = Config { source_file: Some(file!()), ..Config::default() };
        let tried = TestRunner::new(config).run(&inputs, |input| {
            body(input);
            Ok(())
        });
        tried.unwrap_or_else(|fault| panic!("{fault}"));
        if started.elapsed() >= time {
            return;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a test runs is no setting of the bot")]
fn time() -> Duration {
    let seconds = std::env::var("FUZZED_SECONDS").ok();
    Duration::from_secs(seconds.map_or(0, |seconds| seconds.parse().expect("a number")))
}
