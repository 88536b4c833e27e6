//! Coverage and swaps in the file of a plan.

use crate::plan_files::{faults, file, request};
use domain::coverage::Swap;
use domain::ids::UserId;

#[test]
fn coverage_is_read_in_its_order() {
    let beside = r#""coverage": [
        {"by": "A", "of": "C", "start": "2026-01-13T08:00:00Z", "end": "2026-01-14T08:00:00+01:00"},
        {"by": "B", "of": null, "start": "2026-01-06T08:00:00Z", "end": "2026-01-06T08:00:01Z"},
        {"by": "B", "start": "2026-01-06T08:00:00Z", "end": "2026-01-06T08:00:01Z"}
    ]"#;

    let coverage = request(&file("", beside)).coverage;

    assert_eq!(coverage[0].by.as_str(), "A");
    assert_eq!(coverage[0].of.as_ref().map(UserId::as_str), Some("C"));
    assert_eq!(coverage[0].window.start().to_rfc3339(), "2026-01-13T08:00:00+00:00");
    assert_eq!(coverage[0].window.end().to_rfc3339(), "2026-01-14T07:00:00+00:00");
    assert_eq!(coverage[1].of, None);
    assert_eq!(coverage[1], coverage[2]);
}

#[test]
fn coverage_is_told_where_it_goes_wrong() {
    for (cover, expected) in [
        ("null", ": must be an object, not nothing"),
        (r#"{"of": "C", TIMES}"#, ".by: is missing"),
        (
            r#"{"by": "A", "for": "C", TIMES}"#,
            ".for: is not a field here; there are by, of, start, end",
        ),
        (r#"{"by": "Z", TIMES}"#, ".by: “Z” is no member, nobody added later and not the fallback"),
        (
            r#"{"by": "A", "of": "Z", TIMES}"#,
            ".of: “Z” is no member, nobody added later and not the fallback",
        ),
        (r#"{"by": "A", "of": 7, TIMES}"#, ".of: must be text, not a whole number"),
        (r#"{"by": "A", "start": "2026-01-13T08:00:00Z"}"#, ".end: is missing"),
        (r#"{"by": "A", "start": "2026-01-13T08:00:00Z", "end": null}"#, ".end: is missing"),
        (
            r#"{"by": "A", "start": "2026-01-13", "end": "2026-01-14T08:00:00Z"}"#,
            ".start: “2026-01-13” is not an instant; write it as 2026-03-19T08:00:00Z",
        ),
        (
            r#"{"by": "A", "start": "2026-01-14T08:00:00Z", "end": "2026-01-13T08:00:00Z"}"#,
            ".end: must be later than the start",
        ),
        (
            r#"{"by": "A", "start": "2026-01-14T08:00:00Z", "end": "2026-01-14T08:00:00Z"}"#,
            ".end: must be later than the start",
        ),
    ] {
        let times = r#""start": "2026-01-13T08:00:00Z", "end": "2026-01-14T08:00:00Z""#;
        let beside = format!(r#""coverage": [{}]"#, cover.replace("TIMES", times));
        assert_eq!(faults(&file("", &beside)), format!("coverage[0]{expected}"), "{cover}");
    }
}

#[test]
fn the_fallback_and_people_added_later_may_cover_and_be_away() {
    let beside = r#""roster_changes": [{"at": "2026-03-01T00:00:00Z", "add": "E"}],
        "coverage": [
            {"by": "E", "of": "F", "start": "2026-01-13T08:00:00Z", "end": "2026-01-14T08:00:00Z"},
            {"by": "F", "of": "E", "start": "2026-01-13T08:00:00Z", "end": "2026-01-14T08:00:00Z"}
        ],
        "absences": [{"member": "E", "from": "2026-01-12", "to": "2026-01-12"},
                     {"member": "F", "start": "2026-01-12T00:00:00Z"}]"#;

    let request = request(&file(r#""fallback": "F""#, beside));

    assert_eq!((request.coverage.len(), request.absences.len()), (2, 2));
}

#[test]
fn nobody_is_told_to_be_unknown_while_somebody_could_not_be_read() {
    let beside = r#""roster_changes": [{"at": "2026-03-01T00:00:00Z", "add": 7}],
        "absences": [{"member": "E", "from": "2026-01-12", "to": "2026-01-12"}]"#;

    let expected = "roster_changes[0].add: must be text, not a whole number";
    assert_eq!(faults(&file("", beside)), expected);
}

#[test]
fn swaps_are_read() {
    let beside = r#""swaps": [{"turn": 8, "with": 9}, {"turn": 199999, "with": 0}]"#;

    let swaps = request(&file("", beside)).swaps;

    assert_eq!(swaps, [Swap { turn: 8, with: 9 }, Swap { turn: 199_999, with: 0 }]);
}

#[test]
fn a_swap_is_told_where_it_goes_wrong() {
    for (swap, expected) in [
        ("8", ": must be an object, not a whole number"),
        (r#"{"turn": 8}"#, ".with: is missing"),
        (r#"{"turn": 8, "with": 8}"#, ".with: is the same turn; a swap is between two"),
        (r#"{"turn": -1, "with": 8}"#, ".turn: must be the number of a turn, 0 to 199999"),
        (r#"{"turn": 1, "with": 200000}"#, ".with: must be the number of a turn, 0 to 199999"),
        (r#"{"turn": 1, "with": "2"}"#, ".with: must be a whole number, not text"),
        (
            r#"{"turn": 1, "wiht": 3, "with": 2}"#,
            ".wiht: is not a field here; did you mean “with”?",
        ),
    ] {
        let beside = format!(r#""swaps": [{swap}]"#);
        assert_eq!(faults(&file("", &beside)), format!("swaps[0]{expected}"), "{swap}");
    }
}
