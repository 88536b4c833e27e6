//! Random input that looks like what people write, and the seeds of the fuzzer.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Returns the files with which the fuzzer begins.
pub(crate) fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let listed = std::fs::read_dir(&folder).expect("the seeds have a folder");
    let paths = listed.map(|entry| entry.expect("the folder can be read").path());
    let seeds: Vec<_> = paths
        .map(|path| (path.clone(), std::fs::read(path).expect("the seed can be read")))
        .collect();
    assert!(seeds.len() > 3, "{} seeds in {}", seeds.len(), folder.display());
    seeds
}

/// Texts made of the words of the grammar, near misses and anything else.
pub(crate) fn commands() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "help",
        "create",
        "list",
        "who",
        "next",
        "ooo",
        "away",
        "add",
        "remove",
        "hlep",
        "20",
        "0",
        "21",
        "\"",
        "“",
        "”",
        "'",
        "<@U0123456789>",
        "<@U0123456789|ana>",
        "<@",
        "@ana",
        "&amp;",
        "today",
        "tomorrow",
        "Friday",
        "next",
        "Tuesday",
        "to",
        "-",
        "..",
        "24",
        "Dec",
        "24.12.",
        "2026-12-24",
        "29 Feb",
        "from",
        "until",
        "in 3 days",
        "this week",
        "99999999999",
        "13/13",
    ])
    .prop_map(String::from);
    let word = prop_oneof![8 => known, 1 => any::<String>()];
    (vec(word, 0..8), prop::sample::select(vec![" ", "\u{a0}", "  ", "\t", ""]))
        .prop_map(|(words, space)| words.join(space))
}

/// Files that have the shape of a plan's, with right and wrong values in their places.
pub(crate) fn plan_files() -> impl Strategy<Value = String> {
    let beside = (
        vec(absence(), 0..5),
        vec(cover(), 0..4),
        vec(swap(), 0..3),
        vec(roster_change(), 0..4),
        vec(cadence_change(), 0..3),
        vec(pause(), 0..3),
    );
    (rotation(), beside).prop_map(|(rotation, beside)| {
        let (absences, coverage, swaps, roster_changes, cadence_changes, pauses) = beside;
        json!({
            "rotation": rotation,
            "absences": absences,
            "coverage": coverage,
            "swaps": swaps,
            "roster_changes": roster_changes,
            "cadence_changes": cadence_changes,
            "pauses": pauses,
        })
        .to_string()
    })
}

fn rotation() -> impl Strategy<Value = Value> {
    let zones = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Apia"];
    let zone = prop_oneof![9 => prop::sample::select(zones.to_vec()), 1 => Just("Mars/Base")];
    let skip = prop::sample::select(vec![
        json!({"over_share": 0.25}),
        json!({"over_share": 1.0}),
        json!({"any": true}),
        json!({"at_least_hours": 3}),
        json!({"never": true}),
        Value::Null,
    ]);
    let members = prop_oneof![
        9 => (1..5_usize).prop_map(|count| json!(["A", "B", "C", "D"][..count.min(4)])),
        1 => vec(member(), 0..6).prop_map(Value::from),
    ];
    let parts = (zone, cadence(), option::of(duty_hours()), members, 0..4_u16);
    (parts, skip, any::<bool>(), option::of(member()), option::weighted(0.2, member())).prop_map(
        |((zone, cadence, duty_hours, members, seats), skip, make_up, fallback, last_turn)| {
            let mut rotation = json!({
                "name": "support", "zone": zone, "cadence": cadence, "members": members,
                "duty_hours": duty_hours, "seats": seats.max(1), "make_up": make_up,
                "fallback": fallback, "last_turn": last_turn,
            });
            if !skip.is_null() {
                rotation["skip"] = skip;
            }
            rotation
        },
    )
}

fn cadence() -> impl Strategy<Value = Value> {
    let every = prop_oneof![8 => 1..4_u32, 1 => 0..9002_u32];
    let unit = prop::sample::select(vec!["hour", "day", "week", "month"]);
    let days = option::weighted(0.3, vec(day(), 1..4).prop_map(Value::from));
    let nth = option::weighted(
        0.2,
        (-2..6_i32, day()).prop_map(|(n, day)| json!({"nth": n, "day": day})),
    );
    (every, unit, anchor(), days, nth).prop_map(|(every, unit, anchor, weekdays, nth)| {
        let weekdays = weekdays.filter(|_| matches!(unit, "day" | "week"));
        let nth = nth.filter(|_| unit == "month");
        json!({"every": every, "unit": unit, "anchor": anchor, "weekdays": weekdays, "nth_weekday": nth})
    })
}

fn anchor() -> impl Strategy<Value = String> {
    let usual = (2025..2028_i32, 1..13_u32, 1..32_u32, 0..24_u32, 0..60_u32)
        .prop_map(|(y, mo, d, h, mi)| format!("{y}-{mo:02}-{d:02}T{h:02}:{mi:02}"));
    let odd = prop::sample::select(vec![
        "2011-12-29T10:00",
        "300000-01-01T00:00",
        "2026-03-29T02:30",
        "x",
    ]);
    prop_oneof![9 => usual, 1 => odd.prop_map(String::from)]
}

fn duty_hours() -> impl Strategy<Value = Value> {
    let window = (vec(day(), 1..4), 0..24_u32, 0..24_u32).prop_map(|(days, from, to)| {
        json!({"days": days, "from": format!("{from:02}:00"), "to": format!("{to:02}:30")})
    });
    vec(window, 1..3).prop_map(Value::from)
}

fn day() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
}

fn member() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["A", "B", "C", "D", "E", "F"])
}

/// An instant within a few months of most anchors, or none.
fn instant() -> impl Strategy<Value = Value> {
    let usual = (2025..2028_i32, 1..13_u32, 1..29_u32, 0..24_u32)
        .prop_map(|(y, mo, d, h)| json!(format!("{y}-{mo:02}-{d:02}T{h:02}:00:00Z")));
    prop_oneof![19 => usual, 1 => Just(json!("2026-02-30T00:00:00Z"))]
}

fn absence() -> impl Strategy<Value = Value> {
    let end = prop_oneof![4 => instant(), 1 => Just(Value::Null)];
    (member(), instant(), end)
        .prop_map(|(member, start, end)| json!({"member": member, "start": start, "end": end}))
}

fn cover() -> impl Strategy<Value = Value> {
    (member(), option::of(member()), instant(), instant())
        .prop_map(|(by, of, start, end)| json!({"by": by, "of": of, "start": start, "end": end}))
}

fn swap() -> impl Strategy<Value = Value> {
    (0..20_u32, 0..20_u32).prop_map(|(turn, with)| json!({"turn": turn, "with": with}))
}

fn roster_change() -> impl Strategy<Value = Value> {
    let change = prop_oneof![
        member().prop_map(|member| json!({"add": member})),
        (member(), member()).prop_map(|(member, before)| json!({"add": member, "before": before})),
        member().prop_map(|member| json!({"remove": member, "when": "now"})),
        member().prop_map(|member| json!({"remove": member, "when": "next_handoff"})),
        member().prop_map(|member| json!({"remove": member, "deactivated": true})),
        Just(json!({"order": ["C", "A", "B"]})),
    ];
    (instant(), change).prop_map(|(at, mut change)| {
        change["at"] = at;
        change
    })
}

fn cadence_change() -> impl Strategy<Value = Value> {
    (instant(), cadence()).prop_map(|(at, cadence)| json!({"at": at, "cadence": cadence}))
}

fn pause() -> impl Strategy<Value = Value> {
    (instant(), prop_oneof![4 => instant(), 1 => Just(Value::Null)], option::of(any::<bool>()))
        .prop_map(|(start, end, start_now)| match start_now {
            Some(start_now) => json!({"start": start, "end": end, "start_now": start_now}),
            None => json!({"start": start, "end": end}),
        })
}
