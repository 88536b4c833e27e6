//! The file of a plan: what is taken, and every fault with its place.

use domain::plan::{Reach, Window, make_plan, read_plan};
use domain::skip::SkipRule;
use domain::zone::Zone;
use proptest::prelude::*;

#[test]
fn what_has_a_default_may_be_left_out_or_null() {
    let short = r#"{"rotation": {"zone": "UTC", "members": ["A"],
        "cadence": {"unit": "day", "anchor": "2026-01-05T09:00"}}}"#;
    let long = r#"{"rotation": {"name": "rotation", "zone": "utc", "members": ["A"], "seats": 1,
        "cadence": {"every": 1, "unit": "day", "anchor": "2026-01-05T09:00:00", "weekdays": null,
                    "nth_weekday": null},
        "duty_hours": null, "skip": {"over_share": 0.25}, "make_up": false, "fallback": null,
        "last_turn": null},
        "absences": [], "coverage": null, "swaps": [], "roster_changes": [], "cadence_changes": [],
        "pauses": []}"#;

    assert_eq!(read_plan(short, false), read_plan(long, false));
    assert!(read_plan(short, false).is_ok());
}

#[test]
fn toml_and_json_say_the_same() {
    let json = r#"{"rotation": {"name": "desk", "zone": "Europe/Berlin", "members": ["A", "B"],
        "skip": {"at_least_hours": 8}, "last_turn": "B",
        "cadence": {"unit": "month", "anchor": "2026-01-05T09:00", "nth_weekday": {"nth": -1, "day": "fri"}}},
        "absences": [{"member": "A", "from": "2026-01-12", "to": "2026-01-18", "zone": "Asia/Tokyo"},
                     {"member": "B", "start": "2026-03-19T08:00:00Z"}]}"#;
    let toml = r#"
        [rotation]
        name = "desk"
        zone = "Europe/Berlin"
        members = ["A", "B"]
        skip = { at_least_hours = 8.0 }
        last_turn = "B"
        cadence = { unit = "month", anchor = 2026-01-05T09:00:00, nth_weekday = { nth = -1, day = "fri" } }

        [[absences]]
        member = "A"
        from = 2026-01-12
        to = 2026-01-18
        zone = "Asia/Tokyo"

        [[absences]]
        member = "B"
        start = 2026-03-19T08:00:00Z
    "#;

    let request = read_plan(json, false).unwrap();

    assert_eq!(read_plan(toml, true), Ok(request.clone()));
    assert_eq!(request.rules.skip, SkipRule::AtLeastHours(8.0));
    assert_eq!(request.absences[0].start.to_rfc3339(), "2026-01-11T15:00:00+00:00");
    assert_eq!(request.absences[1].end, None);
}

#[test]
fn every_fault_is_told_with_its_place() {
    let file = r#"{
        "rotation": {
            "name": "two\nlines", "zone": "Europe/Berln", "sets": 1,
            "cadence": {"every": 9001, "unit": "weeks", "anchor": "300000-01-05T09:00", "weekday": []},
            "members": ["A", "B", "A", 7, ""], "seats": 2,
            "skip": {"over_share": 1}, "make_up": true, "fallback": "A", "duty_hours": [{}],
            "last_turn": "A"
        },
        "absences": [
            {"member": "B", "from": "2026-01-18", "to": "2026-01-12"},
            {"member": "B", "start": "2026-01-18T08:00:00Z", "end": "2026-01-18T08:00:00Z"},
            {"member": "B", "from": "2026-01-12", "end": "2026-01-18T08:00:00Z"},
            {"member": "B", "from": "2026-02-30", "to": "tomorrow", "zone": "Olympus Mons"},
            {"start": "2026-01-18T08:00"},
            {"reason": "sick"},
            {"member": "B", "start": "2026-01-18T08:00:00Z", "zone": "UTC", "from": null},
            "B"
        ],
        "coverage": [{"by": "A"}], "swaps": {"turn": 8}, "pauses": [1], "pause": []
    }"#;

    insta::assert_snapshot!(faults(file), @r"
    pause: is not a field here; did you mean “pauses”?
    rotation.sets: is not a field here; did you mean “seats”?
    rotation.name: must not hold control characters such as line ends
    rotation.zone: “Europe/Berln” is not a time zone. Did you mean “Europe/Berlin”?
    rotation.cadence.weekday: is not a field here; did you mean “weekdays”?
    rotation.cadence.every: must be from 1 to 9000
    rotation.cadence.unit: “weeks” is not hour, day, week or month
    rotation.cadence.anchor: “300000-01-05T09:00” is not a local time; write it as 2026-01-05T09:00, without a zone
    rotation.duty_hours[0].days: is missing
    rotation.duty_hours[0].from: is missing
    rotation.duty_hours[0].to: is missing
    rotation.skip.over_share: 1 is not at least 0 and below 1
    rotation.members[2]: “A” is a member already, see rotation.members[0]
    rotation.members[3]: must be text, not a whole number
    rotation.members[4]: must not be empty nor have space around it
    absences[0].to: is before the first day, 2026-01-18
    absences[1].end: must be later than the start
    absences[2]: has both days and instants; use from and to, or start and end
    absences[3].from: “2026-02-30” is not a day; write it as 2026-01-12
    absences[3].to: “tomorrow” is not a day; write it as 2026-01-12
    absences[3].zone: “Olympus Mons” is not a time zone. Use a name such as Europe/Berlin or America/New_York.
    absences[4].member: is missing
    absences[4].start: “2026-01-18T08:00” is not an instant; write it as 2026-03-19T08:00:00Z
    absences[5].reason: is not a field here; there are member, from, to, zone, start, end
    absences[5].member: is missing
    absences[5]: says no time; give from and to, or start and end
    absences[6].zone: goes with from and to only; instants need no zone
    absences[7]: must be an object, not text
    coverage[0].start: is missing
    coverage[0].end: is missing
    swaps: must be a list, not an object
    pauses[0]: must be an object, not a whole number
    ");
}

#[test]
fn people_who_are_not_members_are_told_by_name() {
    let file = good().replace(r#""last_turn": null"#, r#""last_turn": "Z""#).replace(
        r#""absences": []"#,
        r#""absences": [{"member": "Y", "from": "2026-01-12", "to": "2026-01-12"}]"#,
    );

    insta::assert_snapshot!(faults(&file), @r"
    rotation.last_turn: “Z” is not a member of the rotation
    absences[0].member: “Y” is no member, nobody added later and not the fallback
    ");
}

#[test]
fn a_cadence_is_told_where_it_goes_wrong() {
    for (cadence, expected) in [
        (r#"{"every": 0, "unit": "month"}"#, "every: must be from 1 to 9000"),
        (r#"{"every": 1.5, "unit": "week"}"#, "every: must be a whole number, not a number"),
        (r#"{"every": "1", "unit": "week"}"#, "every: must be a whole number, not text"),
        (r#"{"every": -1, "unit": "week"}"#, "every: must be from 1 to 9000"),
        (r#"{"every": 18446744073709551615, "unit": "week"}"#, "every: must be from 1 to 9000"),
        (r#"{"unit": "Week"}"#, "unit: “Week” is not hour, day, week or month"),
        (r#"{"weekdays": ["mon"]}"#, "unit: is missing"),
        (r#"{"unit": "day", "weekdays": ["mon", "mon"]}"#, "weekdays[1]: is in the list twice"),
        (
            r#"{"unit": "day", "weekdays": ["Monday"]}"#,
            "weekdays[0]: “Monday” is not one of mon, tue, wed, thu, fri, sat and sun",
        ),
        (
            r#"{"unit": "day", "weekdays": []}"#,
            "weekdays: name at least one weekday, or leave them out for every day",
        ),
        (
            r#"{"unit": "hour", "weekdays": ["mon"]}"#,
            "weekdays: weekdays go with the units day and week only",
        ),
        (
            r#"{"unit": "week", "nth_weekday": {"nth": 1, "day": "mon"}}"#,
            "nth_weekday: an n-th weekday goes with the unit month only",
        ),
        (
            r#"{"unit": "month", "nth_weekday": {"nth": 5, "day": "mon"}}"#,
            "nth_weekday.nth: use 1, 2, 3 or 4, or -1 for the last one of the month",
        ),
        (
            r#"{"unit": "month", "nth_weekday": {"nth": 1000, "day": "mon"}}"#,
            "nth_weekday.nth: use 1, 2, 3 or 4, or -1 for the last one of the month",
        ),
        (r#"{"unit": "month", "nth_weekday": {"nth": 1}}"#, "nth_weekday.day: is missing"),
    ] {
        let cadence = cadence.replacen('{', r#"{"anchor": "2026-01-05T09:00", "#, 1);
        let file = good().replace(r#"{"unit": "week", "anchor": "2026-01-05T09:00"}"#, &cadence);

        assert_eq!(faults(&file), format!("rotation.cadence.{expected}"), "{cadence}");
    }
}

#[test]
fn an_anchor_is_a_local_time_to_the_minute() {
    for anchor in [
        "2026-01-05",
        "2026-01-05 09:00",
        "2026-01-05T09:00Z",
        "2026-01-05T09:00+01:00",
        "2026-02-30T09:00",
        "2026-01-05T24:00",
        "2026-01-05T09:00:30",
        "+2026-01-05T09:00",
        "300000-01-05T09:00",
        "0000-01-05T09:00",
        "",
    ] {
        let file = good().replace("2026-01-05T09:00", anchor);

        assert!(faults(&file).starts_with("rotation.cadence.anchor: "), "{anchor}");
    }
}

#[test]
fn a_skip_rule_is_exactly_one_of_the_four() {
    for skip in [
        "{}",
        r#"{"any": true, "never": true}"#,
        r#"{"any": false}"#,
        r#"{"over_share": -0.1}"#,
        r#"{"over_share": "a lot"}"#,
        r#"{"at_least_hours": 0}"#,
        r#"{"never": 1}"#,
        r#""any""#,
        r#"{"over_shares": 0.2}"#,
    ] {
        let file = good().replace(r#"{"over_share": 0.25}"#, skip);

        assert!(faults(&file).starts_with("rotation.skip"), "{skip}: {}", faults(&file));
    }
}

#[test]
fn a_number_that_json_has_no_word_for_is_no_number() {
    let file = "[rotation]\nzone = \"UTC\"\nmembers = [\"A\"]\n\
                cadence = { every = nan, unit = \"day\", anchor = 2026-01-05T09:00 }\n";

    let faults = read_plan(file, true).unwrap_err();

    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].to_string(), "rotation.cadence.every: must be a whole number, not text");
}

#[test]
fn a_file_that_cannot_be_read_at_all_has_one_fault() {
    for (file, is_toml) in [
        (&b""[..], false),
        (b"{", false),
        (b"[]", false),
        (b"null", false),
        (b"\xff\xfe\x00", false),
        (b"{}", false),
        (br#"{"rotation": {}, "rotation": {}}"#, false),
        (b"rotation = ", true),
        (b"a = 1\na = 2", true),
        (b"\xff", true),
    ] {
        let faults = read_plan(file, is_toml).unwrap_err();

        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(!faults[0].to_string().contains('\n'), "{faults:?}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(read_plan(&deep, false).unwrap_err().len(), 1);
    assert_eq!(read_plan(format!("a = {deep}"), true).unwrap_err().len(), 1);
}

#[test]
fn many_faults_are_counted_and_not_all_listed() {
    let absences = vec!["1"; 5000].join(",");
    let file = good().replace(r#""absences": []"#, &format!(r#""absences": [{absences}]"#));

    let faults = read_plan(file, false).unwrap_err();

    assert_eq!(faults.len(), 101);
    assert_eq!(faults[100].to_string(), "file: has 4900 faults more");
}

#[test]
fn absences_by_the_thousand_are_read() {
    let absence = r#"{"member": "B", "from": "2026-01-12", "to": "2026-01-18", "start": null}"#;
    let absences = vec![absence; 10_000].join(",");
    let file = good().replace(r#""absences": []"#, &format!(r#""absences": [{absences}]"#));

    let request = read_plan(file, false).unwrap();

    assert_eq!(request.absences.len(), 10_000);
    assert_eq!(
        make_plan(&request, &Window::default()).unwrap().shifts[1].seats[0].user.as_str(),
        "C"
    );
}

#[test]
fn a_window_is_read_or_told_by_its_options() {
    let berlin = Zone::parse("Europe/Berlin").unwrap();
    let read = |from, until, count| Window::read(from, until, count, &berlin);
    let at = |text: &str| text.parse().unwrap();

    assert_eq!(read(None, None, None), Ok(Window::default()));
    assert_eq!(
        read(Some("2026-07-01"), None, Some(3)),
        Ok(Window { from: Some(at("2026-06-30T22:00:00Z")), reach: Reach::Count(3) })
    );
    assert_eq!(
        read(Some("2026-07-01T09:00"), Some("2026-07-01T09:00:01+02:00"), None),
        Ok(Window {
            from: Some(at("2026-07-01T07:00:00Z")),
            reach: Reach::Until(at("2026-07-01T07:00:01Z"))
        })
    );
    let faults: Vec<String> = [
        read(Some("monday"), Some("300000-01-01"), Some(0)),
        read(Some("2026-07-02"), Some("2026-07-02"), None),
        read(None, None, Some(100_001)),
    ]
    .into_iter()
    .flat_map(|window| window.unwrap_err())
    .map(|fault| fault.to_string())
    .collect();
    insta::assert_snapshot!(faults.join("\n"), @r"
    --from: is not a time; write it as 2026-01-05T08:00:00Z, or as 2026-01-05T09:00 or 2026-01-05 in the rotation's zone
    --until: is not a time; write it as 2026-01-05T08:00:00Z, or as 2026-01-05T09:00 or 2026-01-05 in the rotation's zone
    --count: cannot go with --until; use one of the two
    --count: must be from 1 to 100000
    --until: must be later than --from
    --count: must be from 1 to 100000
    ");
}

#[test]
fn a_window_too_far_from_the_anchor_is_refused() {
    let file = good().replace("week", "hour");
    let request = read_plan(file, false).unwrap();

    for (from, until, count, option) in
        [(None, Some("9999-12-31"), None, "--until"), (Some("9999-12-31"), None, Some(1), "--from")]
    {
        let window = Window::read(from, until, count, &request.rules.zone).unwrap();
        let faults = make_plan(&request, &window).unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(), [option]);
    }
}

proptest! {
    #[test]
    fn shifts_tile_the_time_whatever_the_cadence(
        every in 1..40_u32,
        unit in prop::sample::select(vec!["hour", "day", "week", "month"]),
        days in prop::sample::subsequence(vec!["mon", "tue", "wed", "sat", "sun"], 0..5),
        anchor in 0_u64..3000,
        absences in prop::collection::vec((0..3_usize, 0_u64..200, 0_u64..30), 0..8),
    ) {
        let day = |offset: u64| chrono::NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + chrono::Days::new(offset);
        let weekdays = if days.is_empty() || !["day", "week"].contains(&unit) {
            serde_json::Value::Null
        } else {
            days.into()
        };
        let absences: Vec<_> = absences
            .into_iter()
            .map(|(who, from, length)| serde_json::json!({
                "member": (["A", "B", "C"][who]),
                "from": day(anchor + from),
                "to": day(anchor + from + length),
            }))
            .collect();
        let file = serde_json::json!({
            "rotation": {
                "zone": "Europe/Berlin",
                "members": ["A", "B", "C"],
                "cadence": {
                    "every": every, "unit": unit, "weekdays": weekdays,
                    "anchor": format!("{}T02:30", day(anchor)),
                },
            },
            "absences": absences,
        });

        let request = read_plan(file.to_string(), false).unwrap();
        let plan = make_plan(&request, &Window { from: None, reach: Reach::Count(60) }).unwrap();

        prop_assert_eq!(plan.shifts.len(), 60);
        for pair in plan.shifts.windows(2) {
            prop_assert_eq!(pair[0].window.end(), pair[1].window.start());
            prop_assert!(pair[0].turn <= pair[1].turn);
        }
    }
}

fn good() -> String {
    String::from(
        r#"{"rotation": {"name": "desk", "zone": "Europe/Berlin", "members": ["A", "B", "C"],
        "cadence": {"unit": "week", "anchor": "2026-01-05T09:00"}, "skip": {"over_share": 0.25},
        "last_turn": null}, "absences": []}"#,
    )
}

fn faults(file: &str) -> String {
    let faults = read_plan(file, false).unwrap_err();
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
