//! Plans as JSON, tables and calendars.

use domain::plan::{Plan, Window, make_plan, read_plan};
use icalendar::{Calendar, Component};

/// The example of the interface page but for what is not supported yet.
const EXAMPLE: &str = r#"{
  "rotation": {
    "name": "support", "zone": "Europe/Berlin",
    "cadence": {"every": 1, "unit": "week", "anchor": "2026-01-05T09:00", "weekdays": null, "nth_weekday": null},
    "duty_hours": null,
    "members": ["A", "B", "C", "D"], "seats": 1,
    "skip": {"over_share": 0.25}, "make_up": false, "fallback": null, "last_turn": null
  },
  "absences": [{"member": "B", "from": "2026-01-12", "to": "2026-01-18"}, {"member": "D", "start": "2026-03-19T08:00:00Z", "end": null}],
  "coverage": [], "swaps": [], "roster_changes": [], "cadence_changes": [], "pauses": []
}"#;

const WORKDAYS: &str = r#"
absences = [
  { member = "Ben", from = 2026-01-09, to = 2026-01-09 },
  { member = "Ana", from = 2026-01-09, to = 2026-01-11 },
]

[rotation]
name = "Desk; North, 2"
zone = "Europe/Berlin"
members = ["Ana", "Ben"]
last_turn = "Ana"

[rotation.cadence]
unit = "day"
anchor = 2026-01-07T09:00:00
weekdays = ["mon", "tue", "wed", "thu", "fri"]
"#;

#[test]
fn the_example_of_the_interface_gives_its_json() {
    insta::assert_snapshot!(plan(EXAMPLE, false, "", "", 4).to_json(), @r#"
    {"shifts": [
      {"start": "2026-01-05T08:00:00Z", "end": "2026-01-12T08:00:00Z", "turn": 0, "members": ["A"], "covered_for": null, "state": "planned", "skipped": []},
      {"start": "2026-01-12T08:00:00Z", "end": "2026-01-19T08:00:00Z", "turn": 1, "members": ["C"], "covered_for": null, "state": "planned", "skipped": [{"member": "B", "reason": "away", "share": 0.9464}]},
      {"start": "2026-01-19T08:00:00Z", "end": "2026-01-26T08:00:00Z", "turn": 2, "members": ["D"], "covered_for": null, "state": "planned", "skipped": []},
      {"start": "2026-01-26T08:00:00Z", "end": "2026-02-02T08:00:00Z", "turn": 3, "members": ["A"], "covered_for": null, "state": "planned", "skipped": []}
     ], "findings": []}
    "#);
}

#[test]
fn a_table_shows_local_times_and_why_somebody_was_passed_over() {
    insta::assert_snapshot!(plan(EXAMPLE, false, "2026-03-16", "", 4).to_table(), @r"
    support: every week on Monday at 09:00, times in Europe/Berlin

    TURN  FROM                  UNTIL                 ON DUTY  NOTE
    9     Mon 2026-03-09 09:00  Mon 2026-03-16 09:00  C
    10    Mon 2026-03-16 09:00  Mon 2026-03-23 09:00  A        skipped: D (away 57.1 %)
    11    Mon 2026-03-23 09:00  Mon 2026-03-30 09:00  B
    12    Mon 2026-03-30 09:00  Mon 2026-04-06 09:00  C
    ");
}

#[test]
fn off_hours_and_unassigned_turns_are_shown_and_found() {
    let plan = plan(WORKDAYS, true, "", "", 5);

    insta::assert_snapshot!(plan.to_json(), @r#"
    {"shifts": [
      {"start": "2026-01-07T08:00:00Z", "end": "2026-01-08T08:00:00Z", "turn": 0, "members": ["Ben"], "covered_for": null, "state": "planned", "skipped": []},
      {"start": "2026-01-08T08:00:00Z", "end": "2026-01-09T08:00:00Z", "turn": 1, "members": [], "covered_for": null, "state": "unassigned", "skipped": [{"member": "Ana", "reason": "away", "share": 0.3750}, {"member": "Ben", "reason": "away", "share": 0.3750}]},
      {"start": "2026-01-09T08:00:00Z", "end": "2026-01-10T08:00:00Z", "turn": 2, "members": [], "covered_for": null, "state": "unassigned", "skipped": [{"member": "Ana", "reason": "away", "share": 1.0000}, {"member": "Ben", "reason": "away", "share": 0.6250}]},
      {"start": "2026-01-10T08:00:00Z", "end": "2026-01-12T08:00:00Z", "turn": 2, "members": [], "covered_for": null, "state": "off_hours", "skipped": []},
      {"start": "2026-01-12T08:00:00Z", "end": "2026-01-13T08:00:00Z", "turn": 3, "members": ["Ana"], "covered_for": null, "state": "planned", "skipped": []}
     ], "findings": [
      {"kind": "thin_roster", "turn": 0, "start": "2026-01-07T08:00:00Z", "end": "2026-01-13T08:00:00Z", "text": "Only two people take turns; when one is away, the other serves every time."},
      {"kind": "unassigned", "turn": 1, "start": "2026-01-08T08:00:00Z", "end": "2026-01-09T08:00:00Z", "text": "Nobody can serve: Ana (away 37.5 %), Ben (away 37.5 %)."},
      {"kind": "unassigned", "turn": 2, "start": "2026-01-09T08:00:00Z", "end": "2026-01-10T08:00:00Z", "text": "Nobody can serve: Ana (away 100.0 %), Ben (away 62.5 %)."}
     ]}
    "#);
    insta::assert_snapshot!(plan.to_table(), @r"
    Desk; North, 2: Monday to Friday at 09:00, times in Europe/Berlin

    TURN  FROM                  UNTIL                 ON DUTY      NOTE
    0     Wed 2026-01-07 09:00  Thu 2026-01-08 09:00  Ben
    1     Thu 2026-01-08 09:00  Fri 2026-01-09 09:00  (nobody)     skipped: Ana (away 37.5 %), Ben (away 37.5 %)
    2     Fri 2026-01-09 09:00  Sat 2026-01-10 09:00  (nobody)     skipped: Ana (away 100.0 %), Ben (away 62.5 %)
    2     Sat 2026-01-10 09:00  Mon 2026-01-12 09:00  (off-hours)
    3     Mon 2026-01-12 09:00  Tue 2026-01-13 09:00  Ana

    TURN  FROM                  FINDING
    0     Wed 2026-01-07 09:00  Only two people take turns; when one is away, the other serves every time.
    1     Thu 2026-01-08 09:00  Nobody can serve: Ana (away 37.5 %), Ben (away 37.5 %).
    2     Fri 2026-01-09 09:00  Nobody can serve: Ana (away 100.0 %), Ben (away 62.5 %).
    ");
}

#[test]
fn a_calendar_has_an_event_for_each_turn_and_none_for_off_hours() {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let ics = plan(WORKDAYS, true, "", "", 4).to_ics(now);

    assert_eq!(ics.matches('\n').count(), ics.matches("\r\n").count());
    assert!(ics.lines().all(|line| line.len() <= 75), "{ics}");
    insta::assert_snapshot!(ics.replace("\r\n", "\n"), @r"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Asyncbot//plan//EN
    CALSCALE:GREGORIAN
    METHOD:PUBLISH
    X-WR-CALNAME:Desk\; North\, 2
    BEGIN:VEVENT
    DTEND:20260108T080000Z
    DTSTAMP:20260101T000000Z
    DTSTART:20260107T080000Z
    STATUS:CONFIRMED
    SUMMARY:Desk\; North\, 2: Ben
    TRANSP:TRANSPARENT
    UID:51ced165-a0c2-5cd5-9e54-eff87a077ead
    END:VEVENT
    BEGIN:VEVENT
    DESCRIPTION:Skipped: Ana (away 37.5 %)\, Ben (away 37.5 %)
    DTEND:20260109T080000Z
    DTSTAMP:20260101T000000Z
    DTSTART:20260108T080000Z
    STATUS:TENTATIVE
    SUMMARY:Desk\; North\, 2: nobody
    TRANSP:TRANSPARENT
    UID:7f2e3ac9-01b4-5475-a990-35f7689ac757
    END:VEVENT
    BEGIN:VEVENT
    DESCRIPTION:Skipped: Ana (away 100.0 %)\, Ben (away 62.5 %)
    DTEND:20260110T080000Z
    DTSTAMP:20260101T000000Z
    DTSTART:20260109T080000Z
    STATUS:TENTATIVE
    SUMMARY:Desk\; North\, 2: nobody
    TRANSP:TRANSPARENT
    UID:e3cb1ddc-602e-5809-821d-a63f176bc919
    END:VEVENT
    END:VCALENDAR
    ");
}

#[test]
fn a_shift_keeps_its_uid_when_somebody_else_serves_it() {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let uids = |file: &str| -> Vec<String> {
        let ics = plan(file, false, "", "", 6).to_ics(now);
        let calendar: Calendar = ics.parse().unwrap();
        calendar.events().map(|event| event.get_uid().unwrap().into()).collect()
    };

    let without_absences = EXAMPLE.replace("2026-01-1", "2027-01-1");

    assert_eq!(uids(EXAMPLE), uids(&without_absences));
    assert_ne!(uids(EXAMPLE), uids(&EXAMPLE.replace("support", "sales")));
}

#[test]
fn a_calendar_can_be_read_back_whatever_the_names_are() {
    let name = r"Ünï,;: \\n 日本語の長い長い長い長い長い名前 👩‍💻👩‍💻👩‍💻👩‍💻";
    let file = EXAMPLE.replace("support", name).replace("\"A\"", r#""Ana, the; \"first\" \\n""#);
    let plan = plan(&file, false, "", "", 5);
    let ics = plan.to_ics("2026-01-01T00:00:00Z".parse().unwrap());

    let calendar: Calendar = ics.parse().unwrap();

    assert!(ics.split("\r\n").all(|line| line.len() <= 75), "{ics}");
    let events: Vec<_> = calendar.events().collect();
    assert_eq!(events.len(), 5);
    for (event, shift) in events.iter().zip(&plan.shifts) {
        assert!(event.get_summary().unwrap().ends_with(shift.seats[0].user.as_str()));
        assert_eq!(event.get_start().unwrap(), shift.window.start().into());
        assert_eq!(event.get_end().unwrap(), shift.window.end().into());
    }
}

#[test]
fn no_line_of_a_calendar_is_longer_than_75_octets_whatever_the_letters() {
    for length in 1..80 {
        let file = EXAMPLE.replace("\"A\"", &format!("\"{}\"", "語".repeat(length)));
        let ics = plan(&file, false, "", "", 3).to_ics("2026-01-01T00:00:00Z".parse().unwrap());

        assert!(ics.split("\r\n").all(|line| line.len() <= 75), "{ics}");
        let calendar: Calendar = ics.parse().unwrap();
        assert!(calendar.events().next().unwrap().get_summary().unwrap().ends_with('語'));
    }
}

#[test]
fn a_plan_ends_with_the_last_year_that_can_be_written() {
    let file = EXAMPLE.replace("2026-01-05T09:00", "9999-12-01T09:00");

    let plan = plan(&file, false, "", "", 10);

    assert_eq!(plan.shifts.len(), 4);
    assert!(!plan.to_json().contains("+1"));
}

#[test]
fn who_is_covered_is_a_name_and_a_list_only_where_several_are() {
    let seats = |coverage: &str| {
        let file = format!(
            r#"{{"rotation": {{"zone": "UTC", "members": ["A", "B", "C", "D", "E"], "seats": 3,
                "cadence": {{"unit": "week", "anchor": "2026-01-05T09:00"}}}},
                "coverage": [{coverage}]}}"#
        );
        let json = plan(&file, false, "", "", 1).to_json();
        serde_json::from_str::<serde_json::Value>(&json).unwrap()["shifts"][0].clone()
    };
    let cover = |by: &str, of: &str| {
        format!(
            r#"{{"by": "{by}", "of": "{of}", "start": "2026-01-05T00:00:00.000Z",
                "end": "2026-01-13T00:00:00.999Z"}}"#
        )
    };

    assert_eq!(seats(&cover("D", "B"))["covered_for"], "B");
    let both = seats(&format!("{}, {}", cover("D", "A"), cover("E", "C")));
    assert_eq!(both["members"], serde_json::json!(["D", "B", "E"]));
    assert_eq!(both["covered_for"], serde_json::json!(["A", null, "C"]));
}

#[test]
fn duty_hours_that_the_clocks_skip_are_those_of_the_rules_in_force_then() {
    let file = |zone: &str, later: &str| {
        format!(
            r#"{{"rotation": {{"zone": "{zone}", "members": ["A", "B", "C"],
                "cadence": {{"unit": "week", "anchor": "2026-03-16T09:00"}},
                "duty_hours": [{{"days": ["sun", "mon"], "from": "02:00", "to": "03:00"}}]}},
                "cadence_changes": [{{"at": "2026-04-14T12:00:00Z", "zone": "{later}",
                    "cadence": {{"unit": "week", "anchor": "2026-04-20T09:00"}}}}]}}"#
        )
    };
    let gaps = |file: &str| plan(file, false, "", "2026-05-01", 0).findings.len();

    // In March the clocks of Berlin jump, and New York's have done so before the anchor.
    assert_eq!(gaps(&file("Europe/Berlin", "America/New_York")), 1);
    assert_eq!(gaps(&file("America/New_York", "Europe/Berlin")), 0);
}

#[test]
fn a_cadence_that_begins_after_two_thousand_years_is_refused() {
    let later = r#"[{"at": "2026-02-01T10:00:00Z",
        "cadence": {"every": 8, "unit": "hour", "anchor": "4052-04-06T10:00"}}]"#;
    let file = EXAMPLE.replace("\"cadence_changes\": []", &format!("\"cadence_changes\": {later}"));
    assert_ne!(file, EXAMPLE);

    let faults: Vec<String> =
        read_plan(file, false).unwrap_err().iter().map(ToString::to_string).collect();

    let text = "lies more than twenty years after the change; change the cadence later";
    assert_eq!(faults, [format!("cadence_changes[0].cadence.anchor: {text}")]);
}

#[test]
fn the_window_cuts_the_list_and_never_the_plan() {
    let all = plan(EXAMPLE, false, "", "", 12).shifts;

    // A shift that touches the window is shown whole; one that only abuts it is not.
    assert_eq!(plan(EXAMPLE, false, "2026-01-12T08:00:00Z", "", 2).shifts, all[1..3]);
    assert_eq!(plan(EXAMPLE, false, "2026-01-12T07:59:59Z", "", 2).shifts, all[..2]);
    assert_eq!(plan(EXAMPLE, false, "2026-01-12T09:00", "2026-01-19T09:00", 0).shifts, all[1..2]);
    assert_eq!(plan(EXAMPLE, false, "", "2026-01-19T08:00:01Z", 0).shifts, all[..3]);
    assert_eq!(plan(EXAMPLE, false, "2026-01-13", "2026-01-14", 0).shifts, all[1..2]);
    assert_eq!(plan(EXAMPLE, false, "2025-01-01", "", 1).shifts, all[..1]);
    assert_eq!(plan(EXAMPLE, false, "", "2026-01-05T08:00:00Z", 0).shifts, []);
    let request = read_plan(EXAMPLE, false).unwrap();
    assert_eq!(make_plan(&request, &Window::default()).unwrap().shifts, all[..10]);
}

#[test]
fn findings_are_those_of_the_shifts_shown() {
    let findings = |from: &str| {
        let plan = plan(WORKDAYS, true, from, "", 3);
        plan.findings.iter().map(|finding| finding.kind.code()).collect::<Vec<_>>()
    };

    assert_eq!(findings("2026-01-08"), ["thin_roster", "unassigned", "unassigned"]);
    assert_eq!(findings("2026-01-09T09:00"), ["thin_roster", "unassigned"]);
    assert_eq!(findings("2026-01-12"), ["thin_roster"]);
    assert!(plan(EXAMPLE, false, "", "", 100).findings.is_empty());
}

#[test]
fn an_empty_plan_is_well_formed_in_each_format() {
    let plan = plan(EXAMPLE, false, "", "2020-01-01", 0);

    assert_eq!(plan.to_json(), "{\"shifts\": [], \"findings\": []}\n");
    insta::assert_snapshot!(plan.to_table(), @r"
    support: every week on Monday at 09:00, times in Europe/Berlin

    No shifts.
    ");
    assert!(plan.to_ics("2026-01-01T00:00:00Z".parse().unwrap()).ends_with("END:VCALENDAR\r\n"));
}

#[test]
fn the_json_is_json() {
    let value: serde_json::Value =
        serde_json::from_str(&plan(WORKDAYS, true, "", "", 5).to_json()).unwrap();

    assert_eq!(value["shifts"].as_array().unwrap().len(), 5);
    assert_eq!(value["findings"][0]["kind"], "thin_roster");
}

/// Returns the plan of a file; an empty time is one that was left out, and a count goes without an end only.
#[track_caller]
fn plan(file: &str, is_toml: bool, from: &str, until: &str, count: usize) -> Plan {
    let request = read_plan(file, is_toml).unwrap();
    let given = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let count = (count > 0).then_some(count);
    let zone = &request.rules.zone;
    let window = Window::read(given(from), given(until), count, zone).unwrap();
    make_plan(&request, &window).unwrap()
}
