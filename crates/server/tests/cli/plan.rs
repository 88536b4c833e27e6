//! `asyncbot plan`: who serves when, from a file to standard output.

use crate::process::{Ended, asyncbot};
use serde_json::Value;
use std::path::PathBuf;

/// What the interface page's example gives with the first absence and four shifts, without coverage.
const EXAMPLE: &str = r#"{"shifts": [
  {"start": "2026-01-05T08:00:00Z", "end": "2026-01-12T08:00:00Z", "turn": 0, "members": ["A"], "covered_for": null, "state": "planned", "skipped": []},
  {"start": "2026-01-12T08:00:00Z", "end": "2026-01-19T08:00:00Z", "turn": 1, "members": ["C"], "covered_for": null, "state": "planned", "skipped": [{"member": "B", "reason": "away", "share": 0.9464}]},
  {"start": "2026-01-19T08:00:00Z", "end": "2026-01-26T08:00:00Z", "turn": 2, "members": ["D"], "covered_for": null, "state": "planned", "skipped": []},
  {"start": "2026-01-26T08:00:00Z", "end": "2026-02-02T08:00:00Z", "turn": 3, "members": ["A"], "covered_for": null, "state": "planned", "skipped": []}
 ], "findings": []}
"#;

fn file(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/plan");
    folder.join(name).to_str().unwrap().to_owned()
}

fn plan(name: &str, options: &[&str]) -> Ended {
    let file = file(name);
    asyncbot(&[&["plan", &file], options].concat()).ends()
}

fn members_per_turn(json: &str) -> String {
    let plan: Value = serde_json::from_str(json).unwrap();
    let shifts = plan["shifts"].as_array().unwrap();
    let on_duty = shifts.iter().map(|shift| shift["members"][0].as_str().unwrap_or("-"));
    on_duty.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check_sequence(name: &str, expected: &str) {
    let json = plan(name, &["--count", "6", "--format", "json"]).results();

    assert_eq!(members_per_turn(&json), expected, "{json}");
}

#[test]
fn the_worked_sequences_of_the_specification_come_out() {
    check_sequence("b_week_2.json", "A C D A B C");
    check_sequence("b_weeks_2_to_4.json", "A C D A B C");
    check_sequence("b_and_c_week_2.json", "A D A B C D");
    check_sequence("all_week_2.json", "A - B C D A");
}

#[test]
fn the_example_of_the_interface_comes_out_as_json() {
    let json = plan("example.json", &["--count", "4", "--format", "json"]).results();

    assert_eq!(json, EXAMPLE);
}

#[test]
fn toml_and_standard_input_give_the_same_plan() {
    let options = ["--count", "4", "--format", "json"];
    let input = std::fs::read(file("example.json")).unwrap();

    let from_toml = plan("example.toml", &options).results();
    let from_input = asyncbot(&[&["plan", "-"][..], &options].concat()).reads(input).ends();

    assert_eq!(from_toml, EXAMPLE);
    assert_eq!(from_input.results(), EXAMPLE);
}

#[test]
fn the_table_is_for_people() {
    let table = plan("b_week_2.json", &["--count", "3"]).results();

    assert_eq!(
        table,
        "support: every week on Monday at 09:00, times in Europe/Berlin\n\
         \n\
         TURN  FROM                  UNTIL                 ON DUTY  NOTE\n\
         0     Mon 2026-01-05 09:00  Mon 2026-01-12 09:00  A\n\
         1     Mon 2026-01-12 09:00  Mon 2026-01-19 09:00  C        skipped: B (away 94.6 %)\n\
         2     Mon 2026-01-19 09:00  Mon 2026-01-26 09:00  D\n"
    );
}

#[test]
fn the_calendar_has_an_event_for_each_shift() {
    let calendar = plan("b_week_2.json", &["--count", "3", "--format", "ics"]).results();

    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n"), "{calendar}");
    assert!(calendar.ends_with("END:VCALENDAR\r\n"), "{calendar}");
    assert_eq!(calendar.matches("BEGIN:VEVENT\r\n").count(), 3, "{calendar}");
    assert!(calendar.contains("DTSTART:20260112T080000Z"), "{calendar}");
}

#[test]
fn a_window_cuts_the_list_and_nothing_else() {
    let json = |options: &[&str]| {
        let options = [options, &["--format", "json"]].concat();
        members_per_turn(&plan("b_week_2.json", &options).results())
    };

    assert_eq!(json(&[]).split(' ').count(), 10, "ten shifts where nothing is said");
    assert_eq!(json(&["--from", "2026-01-19", "--until", "2026-02-03"]), "C D A B");
    assert_eq!(json(&["--from", "2026-01-19T09:00", "--count", "2"]), "D A");
    assert_eq!(json(&["--until", "2026-01-19T08:00:00Z"]), "A C");
}

#[test]
fn a_window_that_cannot_be_is_refused() {
    let faults = |options: &[&str]| plan("b_week_2.json", options).refusals();

    assert!(faults(&["--from", "soon"])[0].starts_with("--from: is not a time"));
    assert!(faults(&["--count", "0"])[0].starts_with("--count: must be from 1"));
    let backwards = faults(&["--from", "2026-02-01", "--until", "2026-01-01"]);
    assert_eq!(backwards, ["--until: must be later than --from"]);
    let both = plan("b_week_2.json", &["--until", "2026-02-01", "--count", "3"]);
    assert_eq!((both.code, both.out.as_str()), (Some(2), ""));
    assert!(both.err.contains("--until") && both.err.contains("--count"), "{}", both.err);
}

#[test]
fn every_fault_of_a_file_is_a_line_with_its_path() {
    let faults = plan("faults.json", &[]).refusals();

    let mut paths: Vec<&str> =
        faults.iter().map(|line| line.split_once(": ").expect("a path and a text").0).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "absences[0].to",
            "absences[1]",
            "rotation.cadence.anchor",
            "rotation.cadence.every",
            "rotation.cadence.unit",
            "rotation.colour",
            "rotation.members[1]",
            "rotation.members[2]",
            "rotation.name",
            "rotation.skip.over_share",
            "rotation.zone",
            "swaps[0].with",
        ],
        "{faults:#?}"
    );
}

#[test]
fn what_is_no_plan_is_refused_without_a_panic() {
    // Not random, so that a failure can be had again: every byte there is, in an order of no meaning.
    let noise: Vec<u8> =
        (0..4096_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
    let deep = "[".repeat(100_000);
    let inputs: [&[u8]; 9] = [
        b"",
        b"support: every week",
        b"null",
        b"[]",
        b"{}",
        b"\"rotation\"",
        br#"{"rotation": {"name": "a", "name": "b"}}"#,
        deep.as_bytes(),
        &noise,
    ];

    for input in inputs {
        let faults = asyncbot(&["plan", "-"]).reads(input).ends().refusals();
        assert!(!faults.is_empty() && faults.iter().all(|fault| fault.len() < 300), "{faults:?}");
    }
}

#[test]
fn what_is_too_long_is_refused_without_reading_it_whole() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("long.toml");
    std::fs::write(&long, vec![b' '; 10_000_000]).unwrap();
    let too_long = ["file: has more than 1048576 bytes, the most for a plan"];

    let of_file = asyncbot(&["plan", long.to_str().unwrap()]).ends().refusals();
    let of_input = asyncbot(&["plan", "-"]).reads(vec![b'['; 10_000_000]).ends().refusals();
    let of_one_without_end = asyncbot(&["plan", "/dev/zero"]).ends().refusals();

    assert_eq!(of_file, too_long);
    assert_eq!(of_input, too_long);
    assert_eq!(of_one_without_end, too_long);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let missing = asyncbot(&["plan", "no/such/file.json"]).ends().refusals();
    let folder = asyncbot(&["plan", "."]).ends().refusals();

    assert!(missing[0].starts_with("no/such/file.json: cannot be read: "), "{missing:?}");
    assert!(folder[0].starts_with(".: cannot be read: "), "{folder:?}");
}

/// The whole example of the interface page: an absence and cover of a day.
const COVERED: &str = r#"{"shifts": [
  {"start": "2026-01-05T08:00:00Z", "end": "2026-01-12T08:00:00Z", "turn": 0, "members": ["A"], "covered_for": null, "state": "planned", "skipped": []},
  {"start": "2026-01-12T08:00:00Z", "end": "2026-01-13T08:00:00Z", "turn": 1, "members": ["C"], "covered_for": null, "state": "planned", "skipped": [{"member": "B", "reason": "away", "share": 0.9464}]},
  {"start": "2026-01-13T08:00:00Z", "end": "2026-01-14T08:00:00Z", "turn": 1, "members": ["A"], "covered_for": "C", "state": "planned", "skipped": []},
  {"start": "2026-01-14T08:00:00Z", "end": "2026-01-19T08:00:00Z", "turn": 1, "members": ["C"], "covered_for": null, "state": "planned", "skipped": []}
 ], "findings": []}
"#;

#[test]
fn cover_of_a_day_is_a_shift_of_its_own() {
    assert_eq!(plan("covered.json", &["--count", "4", "--format", "json"]).results(), COVERED);
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_told_and_is_not_done() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();

    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_asyncbot"))
        .args(["plan", &file("example.json")])
        .stdout(full)
        .output()
        .unwrap();

    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("the result cannot be written"));
}
