//! Roster changes, cadence changes and pauses in the file of a plan.

use crate::plan_files::{faults, file, request};
use domain::change::{Change, Leave, RosterChange};
use domain::ids::UserId;
use domain::plan::read_plan;

fn user(name: &str) -> UserId {
    UserId::new(name)
}

#[track_caller]
fn check_roster_changes(changes: &str, expected: &str) {
    let beside = format!(r#""roster_changes": [{changes}]"#);
    assert_eq!(faults(&file("", &beside)), expected, "{changes}");
}

#[test]
fn roster_changes_are_read_and_come_in_time() {
    let beside = r#""roster_changes": [
        {"at": "2026-01-20T10:00:00Z", "remove": "C", "when": "next_handoff"},
        {"at": "2026-01-14T10:00:00Z", "add": "E", "before": "B"},
        {"at": "2026-01-20T10:00:00Z", "order": ["E", "B", "A"]},
        {"at": "2026-01-21T10:00:00Z", "add": "C"},
        {"at": "2026-01-22T10:00:00Z", "remove": "C"},
        {"at": "2026-01-23T10:00:00Z", "remove": "A", "deactivated": true},
        {"at": "2026-01-23T10:00:00Z", "remove": "B", "when": "now", "deactivated": false},
        {"at": "2026-01-23T10:00:00Z", "remove": "E"}
    ]"#;

    let changes = request(&file("", beside)).changes;

    let remove = |name, leave| RosterChange::Remove { user: user(name), leave };
    let expected = [
        RosterChange::Add { user: user("E"), before: Some(user("B")) },
        remove("C", Leave::NextHandoff),
        RosterChange::Order(vec![user("E"), user("B"), user("A")]),
        RosterChange::Add { user: user("C"), before: None },
        remove("C", Leave::Now),
        remove("A", Leave::Deactivated),
        remove("B", Leave::Now),
        remove("E", Leave::Now),
    ];
    let changes: Vec<Change> = changes.into_iter().map(|change| change.what).collect();
    assert_eq!(changes, expected.map(Change::Roster));
}

#[test]
fn a_roster_change_is_told_where_it_goes_wrong() {
    for (change, expected) in [
        ("[]", ": must be an object, not a list"),
        (r#"{"add": "E"}"#, ".at: is missing"),
        (
            r#"{"at": "2026-01-14T10:00", "add": "E"}"#,
            ".at: “2026-01-14T10:00” is not an instant; write it as 2026-03-19T08:00:00Z",
        ),
        ("{AT}", ": must have exactly one of add, remove and order"),
        (r#"{AT, "add": "E", "remove": "A"}"#, ": must have exactly one of add, remove and order"),
        (
            r#"{AT, "remov": "A", "add": "E"}"#,
            ".remov: is not a field here; did you mean “remove”?",
        ),
        (r#"{AT, "add": ""}"#, ".add: must not be empty nor have space around it"),
        (r#"{AT, "add": "E", "before": true}"#, ".before: must be text, not true or false"),
        (r#"{AT, "add": "E", "when": "now"}"#, ".when: goes with remove only"),
        (r#"{AT, "order": ["A", "B", "C"], "before": "A"}"#, ".before: goes with add only"),
        (r#"{AT, "remove": "A", "when": "soon"}"#, ".when: “soon” is not now or next_handoff"),
        (
            r#"{AT, "remove": "A", "when": "now", "deactivated": true}"#,
            ": deactivated people leave at once; leave out when or deactivated",
        ),
        (
            r#"{AT, "remove": "A", "deactivated": 1}"#,
            ".deactivated: must be true or false, not a whole number",
        ),
        (r#"{AT, "order": []}"#, ".order: must name at least one member"),
        (r#"{AT, "order": "A"}"#, ".order: must be a list, not text"),
        (
            r#"{AT, "order": ["A", "B", "C", "A"]}"#,
            ".order[3]: “A” is in the order already, see roster_changes[0].order[0]",
        ),
    ] {
        let change = change.replace("AT", r#""at": "2026-01-14T10:00:00Z""#);
        check_roster_changes(&change, &format!("roster_changes[0]{expected}"));
    }
}

#[test]
fn who_is_a_member_is_followed_in_time_and_not_in_the_file() {
    let at = |day: u32, what: &str| format!(r#"{{"at": "2026-01-{day}T10:00:00Z", {what}}}"#);
    let changes = [
        at(20, r#""add": "E", "before": "C""#),
        at(10, r#""remove": "C", "when": "next_handoff""#),
        at(11, r#""add": "E""#),
        at(12, r#""remove": "C""#),
        at(13, r#""order": ["A", "C", "E"]"#),
        at(14, r#""remove": "Z""#),
    ];

    check_roster_changes(
        &changes.join(","),
        "roster_changes[3].remove: “C” is not a member then\n\
         roster_changes[4].order[1]: “C” is not a member then\n\
         roster_changes[4].order: leaves out “B”; name every member\n\
         roster_changes[5].remove: “Z” is not a member then\n\
         roster_changes[0].before: “C” is not a member then\n\
         roster_changes[0].add: “E” is a member already then",
    );
}

#[test]
fn nobody_joins_a_full_roster_but_for_somebody_who_leaves() {
    let members: Vec<String> = (0..1000).map(|number| format!("\"{number}\"")).collect();
    let full = |changes: &str| {
        let beside = format!(r#""roster_changes": [{changes}]"#);
        file("", &beside).replace(r#"["A", "B", "C"]"#, &format!("[{}]", members.join(",")))
    };
    let add = r#"{"at": "2026-01-14T10:00:00Z", "add": "E"}"#;
    let remove = r#"{"at": "2026-01-14T10:00:00Z", "remove": "7"}"#;

    let expected = "roster_changes[0].add: is one too many; 1000 members are the most";
    assert_eq!(faults(&full(add)), expected);
    assert_eq!(request(&full(&format!("{remove},{add}"))).changes.len(), 2);
}

#[test]
fn a_roster_may_be_emptied() {
    let remove = |name| format!(r#"{{"at": "2026-01-14T10:00:00Z", "remove": "{name}"}}"#);
    let beside = format!(r#""roster_changes": [{}]"#, ["A", "B", "C"].map(remove).join(","));

    assert_eq!(request(&file("", &beside)).changes.len(), 3);
}

#[test]
fn cadence_changes_are_read_and_come_in_time_after_those_of_the_roster() {
    let beside = r#""cadence_changes": [
            {"at": "2026-04-01T10:00:00Z", "zone": "Asia/Tokyo",
             "cadence": {"every": 2, "unit": "day", "anchor": "2026-04-06T10:00", "weekdays": ["mon"]}},
            {"at": "2026-03-01T10:00:00Z", "cadence": {"unit": "week", "anchor": "2026-04-06T10:00"}}
        ],
        "roster_changes": [{"at": "2026-04-01T10:00:00Z", "remove": "A"}]"#;

    let changes = request(&file("", beside)).changes;

    let kinds: Vec<String> = changes
        .iter()
        .map(|change| match &change.what {
            Change::Roster(_) | Change::Rules(_) => String::from("roster"),
            Change::Cadence { cadence, zone } => {
                let zone = zone.as_ref().map_or("no zone", |zone| zone.name());
                format!("{}, {zone}", cadence.in_words())
            }
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "every week on Monday at 10:00, no zone",
            "roster",
            "every 2 active days (Monday) at 10:00, Asia/Tokyo",
        ]
    );
}

#[test]
fn a_cadence_change_is_told_where_it_goes_wrong() {
    for (change, expected) in [
        ("7", String::from(": must be an object, not a whole number")),
        ("{AT}", String::from(".cadence: is missing")),
        (
            r#"{"cadence": {"unit": "week", "anchor": "2026-04-06T10:00"}}"#,
            String::from(".at: is missing"),
        ),
        (r#"{AT, "cadence": []}"#, String::from(".cadence: must be an object, not a list")),
        (
            r#"{AT, "zone": "Asia/Tokio", "cadence": {"unit": "week", "anchor": "2026-04-06T10:00"}}"#,
            String::from(".zone: “Asia/Tokio” is not a time zone. Did you mean “Asia/Tokyo”?"),
        ),
        (
            r#"{AT, "cadence": {"unit": "week", "anchor": "300000-04-06T10:00"}}"#,
            String::from(
                ".cadence.anchor: “300000-04-06T10:00” is not a local time; write it as \
                 2026-01-05T09:00, without a zone",
            ),
        ),
        (
            r#"{AT, "cadence": {"unit": "month", "every": 9001, "anchor": "2026-04-06T10:00"}}"#,
            String::from(".cadence.every: must be from 1 to 9000"),
        ),
        (
            r#"{AT, "cadence": {"unit": "week", "weekdays": [], "anchor": "2026-04-06T10:00"}}"#,
            String::from(
                ".cadence.weekdays: name at least one weekday, or leave them out for every day",
            ),
        ),
        (
            r#"{AT, "cadence": {"unit": "week", "anchor": "2026-04-06T10:00"}, "members": []}"#,
            String::from(".members: is not a field here; there are at, cadence, zone"),
        ),
    ] {
        let change = change.replace("AT", r#""at": "2026-04-01T10:00:00Z""#);
        let beside = format!(r#""cadence_changes": [{change}]"#);
        assert_eq!(faults(&file("", &beside)), format!("cadence_changes[0]{expected}"), "{change}");
    }
}

#[test]
fn wrong_duty_hours_are_told_once_and_not_of_each_cadence() {
    let change = r#"{"at": "2026-04-01T10:00:00Z",
                     "cadence": {"unit": "week", "anchor": "2026-04-06T10:00"}}"#;
    let beside = format!(r#""cadence_changes": [{change}, {change}]"#);
    let settings = r#""duty_hours": [], "skip": {"over_share": 2}"#;

    assert_eq!(
        faults(&file(settings, &beside)),
        "rotation.skip.over_share: 2 is not at least 0 and below 1\n\
         rotation.duty_hours: name at least one window, or leave the duty hours out"
    );
}

#[test]
fn a_cadence_change_whose_weekdays_never_meet_the_duty_hours_is_told() {
    let settings = r#""duty_hours": [{"days": ["sat"], "from": "09:00", "to": "17:00"}]"#;
    let change = |days: &str| {
        format!(
            r#""cadence_changes": [{{"at": "2026-04-01T10:00:00Z",
            "cadence": {{"unit": "week", "anchor": "2026-04-06T10:00", "weekdays": {days}}}}}]"#
        )
    };

    assert_eq!(
        faults(&file(settings, &change(r#"["mon", "tue"]"#))),
        "cadence_changes[0].cadence: has active weekdays, from its handoff time on, that never meet \
         the duty hours"
    );
    assert_eq!(request(&file(settings, &change(r#"["mon", "sat"]"#))).changes.len(), 1);
}

#[test]
fn pauses_are_read() {
    let beside = r#""pauses": [
        {"start": "2026-02-02T00:00:00Z", "end": "2026-02-16T00:00:00Z", "start_now": true},
        {"start": "2026-02-01T00:00:00Z", "end": null}
    ]"#;

    let pauses = request(&file("", beside)).pauses;

    assert_eq!(pauses[0].end.unwrap().to_rfc3339(), "2026-02-16T00:00:00+00:00");
    assert!(pauses[0].start_now);
    assert_eq!((pauses[1].end, pauses[1].start_now), (None, false));
}

#[test]
fn a_pause_is_told_where_it_goes_wrong() {
    for (pause, expected) in [
        ("{}", ".start: is missing"),
        (r#"{"start": 7}"#, ".start: must be text, not a whole number"),
        (
            r#"{"start": "2026-02-02T00:00:00Z", "end": "2026-02-02T00:00:00Z"}"#,
            ".end: must be later than the start",
        ),
        (
            r#"{"start": "2026-02-02T00:00:00Z", "end": "soon"}"#,
            ".end: “soon” is not an instant; write it as 2026-03-19T08:00:00Z",
        ),
        (
            r#"{"start": "2026-02-02T00:00:00Z", "start_now": "yes"}"#,
            ".start_now: must be true or false, not text",
        ),
        (
            r#"{"start": "2026-02-02T00:00:00Z", "startnow": true}"#,
            ".startnow: is not a field here; did you mean “start_now”?",
        ),
    ] {
        let beside = format!(r#""pauses": [{pause}]"#);
        assert_eq!(faults(&file("", &beside)), format!("pauses[0]{expected}"), "{pause}");
    }
}

#[test]
fn toml_says_the_same_of_coverage_and_changes() {
    let toml = r#"
        coverage = [{ by = "A", start = 2026-01-13T08:00:00Z, end = 2026-01-14T08:00:00Z }]
        swaps = [{ turn = 8, with = 9 }]

        [rotation]
        name = "desk"
        zone = "Europe/Berlin"
        members = ["A", "B", "C"]
        cadence = { unit = "week", anchor = 2026-01-05T09:00:00 }

        [[roster_changes]]
        at = 2026-01-14 10:00:00Z
        add = "E"

        [[roster_changes]]
        at = 2026-01-14T12:00:00+01:00
        remove = "C"
        when = "next_handoff"

        [[cadence_changes]]
        at = 2026-04-01T10:00:00Z
        cadence = { unit = "week", anchor = 2026-04-06T10:00:00 }

        [[pauses]]
        start = 2026-02-02T00:00:00Z
    "#;
    let beside = r#"
        "coverage": [{"by": "A", "of": null, "start": "2026-01-13T08:00:00Z", "end": "2026-01-14T08:00:00Z"}],
        "swaps": [{"turn": 8, "with": 9}],
        "roster_changes": [{"at": "2026-01-14T10:00:00Z", "add": "E"},
                           {"at": "2026-01-14T11:00:00Z", "remove": "C", "when": "next_handoff"}],
        "cadence_changes": [{"at": "2026-04-01T10:00:00Z",
                             "cadence": {"every": 1, "unit": "week", "anchor": "2026-04-06T10:00"}}],
        "pauses": [{"start": "2026-02-02T00:00:00Z", "end": null}]"#;

    assert_eq!(read_plan(toml, true), Ok(request(&file("", beside))));
}
