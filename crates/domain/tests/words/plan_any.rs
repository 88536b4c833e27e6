//! Whatever bytes a plan's file holds, they are answered: with a plan in all its formats, or with faults of a line each.

use crate::plan_files::in_toml;
use domain::fault::Fault;
use domain::plan::{Window, make_plan, read_plan};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// What a value is replaced by: of the wrong kind, at an edge, or right in another place.
const ODD: [&str; 42] = [
    "null",
    "true",
    "false",
    "0",
    "1",
    "2",
    "-1",
    "3",
    "9000",
    "9001",
    "65536",
    "9223372036854775808",
    "0.25",
    "1e308",
    "-0.0",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    r#""""#,
    r#"" ""#,
    r#""A""#,
    r#""B""#,
    r#""Zoe""#,
    r#""\u0000\n""#,
    r#""mon""#,
    r#""sun""#,
    r#""hour""#,
    r#""day""#,
    r#""month""#,
    r#""now""#,
    r#""09:00""#,
    r#""00:00""#,
    r#""2026-01-12""#,
    r#""9999-12-31""#,
    r#""2026-01-05T09:00""#,
    r#""9999-12-31T23:59""#,
    r#""0001-01-01T00:00""#,
    r#""2026-01-20T08:00:00Z""#,
    r#""2026-01-12T08:00:00Z""#,
    r#""0001-01-01T00:00:00+23:59""#,
    r#""Pacific/Apia""#,
];

/// What may stand for each other: a value is often replaced by another of its kind, so that many a file stays good.
const ALIKE: [&[&str]; 11] = [
    &["A", "B", "C", "D", "E", "Zoe"],
    &["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    &["hour", "day", "week", "month"],
    &["now", "next_handoff"],
    &[
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Asia/Tokyo",
    ],
    &["00:00", "09:00", "17:00", "02:30", "22:00", "06:00", "23:59"],
    &[
        "2026-01-05",
        "2026-01-12",
        "2026-01-18",
        "2026-01-06",
        "2026-03-29",
        "0001-01-01",
        "9999-12-31",
    ],
    &[
        "2026-01-05T09:00",
        "2026-01-31T09:00",
        "2026-02-06T02:00",
        "2026-03-29T02:30",
        "2011-12-30T12:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
    ],
    &[
        "2026-01-05T08:00:00Z",
        "2026-01-12T08:00:00Z",
        "2026-01-14T08:00:00Z",
        "2026-01-20T10:00:00Z",
        "2026-02-02T00:00:00Z",
        "2026-02-16T00:00:00Z",
        "2026-03-19T08:00:00.123456789Z",
        "2027-01-05T08:00:00Z",
        "0001-01-01T00:00:00+23:59",
    ],
    &["0", "1", "2", "3", "8", "40", "1000", "9000"],
    &["true", "false"],
];

/// A way to damage a value: which of the values of the file, how, and the odd value for it.
type Damage = (u32, u8, usize);

/// Answers the bytes as `asyncbot plan` does.
#[track_caller]
fn check_answered(bytes: &[u8], is_toml: bool) {
    let request = match read_plan(bytes, is_toml) {
        Ok(request) => request,
        Err(faults) => return check_faults(&faults),
    };
    match make_plan(&request, &Window::default()) {
        Ok(plan) => {
            serde_json::from_str::<Value>(&plan.to_json()).expect("the plan is JSON");
            assert!(plan.to_table().ends_with('\n'));
            assert!(plan.to_ics(chrono::DateTime::UNIX_EPOCH).ends_with("END:VCALENDAR\r\n"));
        }
        Err(faults) => check_faults(&faults),
    }
}

#[track_caller]
fn check_faults(faults: &[Fault]) {
    assert!((1..=101).contains(&faults.len()), "{faults:?}");
    for line in faults.iter().map(ToString::to_string) {
        assert!(!line.contains(char::is_control) && line.len() < 1000, "{line:?}");
    }
}

/// Returns good files that between them have everything that a file may have.
fn good_files() -> [Value; 3] {
    let weekly = json!({
        "rotation": {
            "name": "support", "zone": "Europe/Berlin",
            "cadence": {"every": 1, "unit": "week", "anchor": "2026-01-05T09:00", "weekdays": null},
            "duty_hours": null, "members": ["A", "B", "C", "D"], "seats": 1,
            "skip": {"over_share": 0.25}, "make_up": true, "fallback": null, "last_turn": "B",
        },
        "absences": [{"member": "B", "from": "2026-01-12", "to": "2026-01-18"},
                     {"member": "D", "start": "2026-03-19T08:00:00Z", "end": null}],
        "coverage": [{"by": "A", "of": "C", "start": "2026-01-13T08:00:00Z", "end": "2026-01-14T08:00:00Z"}],
        "swaps": [{"turn": 2, "with": 3}],
        "roster_changes": [{"at": "2026-01-14T10:00:00Z", "add": "E", "before": "B"},
                           {"at": "2026-01-20T10:00:00Z", "remove": "C", "when": "next_handoff"}],
        "cadence_changes": [{"at": "2026-02-01T10:00:00Z", "zone": "America/New_York",
                             "cadence": {"unit": "week", "anchor": "2026-02-06T10:00"}}],
        "pauses": [{"start": "2026-02-02T00:00:00Z", "end": "2026-02-16T00:00:00Z", "start_now": true}],
    });
    let daily = json!({
        "rotation": {
            "zone": "Australia/Lord_Howe", "members": ["A", "B", "C"], "seats": 2, "fallback": "Zoe",
            "cadence": {"unit": "day", "anchor": "2026-01-05T09:00", "weekdays": ["mon", "tue", "fri"]},
            "duty_hours": [{"days": ["mon", "tue"], "from": "09:00", "to": "17:00"},
                           {"days": ["fri"], "from": "22:00", "to": "06:00"}],
            "skip": {"at_least_hours": 2.5},
        },
        "absences": [{"member": "A", "from": "2026-01-05", "to": "2026-01-06", "zone": "Asia/Tokyo"}],
        "coverage": [{"by": "Zoe", "of": null, "start": "2026-01-05T00:00:00Z", "end": "2026-01-09T08:00:00Z"},
                     {"by": "B", "of": "A", "start": "2026-01-06T00:00:00Z", "end": "2026-02-09T08:00:00Z"}],
        "roster_changes": [{"at": "2026-01-06T00:00:00Z", "remove": "A", "deactivated": true},
                           {"at": "2026-01-08T00:00:00Z", "order": ["C", "B"]}],
        "pauses": [{"start": "2026-01-13T00:00:00Z", "end": null}],
    });
    let monthly = json!({
        "rotation": {
            "zone": "UTC", "members": ["A", "B"], "skip": {"any": true},
            "cadence": {"every": 2, "unit": "month", "anchor": "2026-01-31T09:00",
                        "nth_weekday": {"nth": -1, "day": "fri"}},
        },
        "swaps": [{"turn": 0, "with": 1}],
        "cadence_changes": [{"at": "2026-01-06T00:00:00Z",
                             "cadence": {"every": 8, "unit": "hour", "anchor": "2026-02-06T02:00"}}],
    });
    [weekly, daily, monthly]
}

/// Damages one of the values that the file holds.
fn damage(file: &mut Value, (which, how, odd): Damage) {
    let odd = || serde_json::from_str(ODD[odd % ODD.len()]).expect("the odd values are JSON");
    let count = count(file);
    let other = nth(file, which.rotate_left(16) as usize % count).clone();
    let value = nth(file, which as usize % count);
    match (how % 24, value) {
        (0, Value::Array(list)) => list.extend(list.last().cloned()),
        (1, Value::Array(list)) => list.reverse(),
        (2, Value::Array(list)) => drop(list.pop()),
        (0, Value::Object(fields)) => rename(fields),
        (1, Value::Object(fields)) => drop(fields.insert("at".into(), odd())),
        (2, Value::Object(fields)) => drop(take_first(fields)),
        (3, value) => *value = other,
        (4, value) => *value = json!([value.take()]),
        (5, value) => *value = odd(),
        (_, value) => *value = alike(value, which),
    }
}

/// Returns another value of the same kind, where there is one.
fn alike(value: &Value, which: u32) -> Value {
    let text = value.as_str().map_or_else(|| value.to_string(), String::from);
    let form = |text: &str| text.replace(|sign: char| sign.is_ascii_digit(), "0");
    let is_like = |other: &&str| **other == text || (text.len() > 3 && form(other) == form(&text));
    let Some(kind) = ALIKE.iter().find(|kind| kind.iter().any(is_like)) else {
        return value.clone();
    };
    let other = kind[which as usize % kind.len()];
    if value.is_string() { other.into() } else { other.parse().unwrap_or(Value::Null) }
}

fn rename(fields: &mut Map<String, Value>) {
    if let Some((name, value)) = take_first(fields) {
        fields.insert(format!("{name}s"), value);
    }
}

fn take_first(fields: &mut Map<String, Value>) -> Option<(String, Value)> {
    let name = fields.keys().next()?.clone();
    fields.remove_entry(&name)
}

/// Returns how many values there are, the outer ones counted with what they hold.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum::<usize>(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// Returns one of the values; 0 is the whole.
fn nth(value: &mut Value, number: usize) -> &mut Value {
    if number == 0 {
        return value;
    }
    let mut before = 1;
    let inner: Vec<&mut Value> = match value {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => Vec::new(),
    };
    for value in inner {
        let size = count(value);
        if number < before + size {
            return nth(value, number - before);
        }
        before += size;
    }
    unreachable!("the number is below the count")
}

#[test]
fn the_good_files_are_good() {
    for file in good_files() {
        let request = read_plan(file.to_string(), false).expect("the file has no fault");
        make_plan(&request, &Window::default()).expect("the plan can be made");
        assert_eq!(read_plan(in_toml(&file), true), Ok(request));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check_answered(&bytes, false);
        check_answered(&bytes, true);
    }

    #[test]
    fn a_good_file_with_odd_values_is_answered(
        which in 0..3_usize,
        damages in prop::collection::vec((any::<u32>(), any::<u8>(), any::<usize>()), 1..6),
    ) {
        let mut file = good_files()[which].clone();
        for one in damages {
            damage(&mut file, one);
        }

        check_answered(file.to_string().as_bytes(), false);
        check_answered(in_toml(&file).as_bytes(), true);
    }

    #[test]
    fn a_good_file_with_damaged_text_is_answered(
        which in 0..3_usize,
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..20_usize, any::<prop::sample::Index>()), 1..4),
    ) {
        let mut bytes = good_files()[which].to_string().into_bytes();
        for (at, length, from) in cuts {
            let (at, from) = (at.index(bytes.len()), from.index(bytes.len()));
            let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, piece);
        }

        check_answered(&bytes, false);
        check_answered(&bytes, true);
    }
}
