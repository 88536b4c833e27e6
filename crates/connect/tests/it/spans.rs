//! What HiBob may say of an absence, and when that is.

use crate::stand_in::{day, march, person};
use connect::hibob::read_whosout;
use domain::absence::{Amount, Half, Span};
use domain::source::{DateRange, SourceAbsence, SourceFault};
use serde_json::{Value, json};

/// Returns an absence as one line: whose, when, why where that is known, and whether it is doubtful.
pub(crate) fn said(absence: &SourceAbsence) -> String {
    let days = |first, last| {
        if first == last { format!("{first}") } else { format!("{first}..{last}") }
    };
    let when = match absence.span {
        Span::Days { first, last: None, from_noon, .. } => {
            format!("{first}{}..", if from_noon { " noon" } else { "" })
        }
        Span::Days { first, last: Some(last), from_noon: false, until_noon: false } => {
            days(first, last)
        }
        Span::Days { first, last: Some(last), from_noon, until_noon } => {
            let noon = |is_noon| if is_noon { " noon" } else { "" };
            format!("{first}{}..{last}{}", noon(from_noon), noon(until_noon))
        }
        Span::Halves { first, last, half: Half::Morning } => {
            format!("morning {}", days(first, last))
        }
        Span::Halves { first, last, half: Half::Afternoon } => {
            format!("afternoon {}", days(first, last))
        }
        Span::Clock { start, end } => {
            let minute = "%Y-%m-%dT%H:%MZ";
            let end = end.map(|end| end.format(minute).to_string()).unwrap_or_default();
            format!("{}..{end}", start.format(minute))
        }
        Span::Part { first, last, of_day: Amount::Minutes(minutes) } => {
            format!("{minutes} min of {}", days(first, last))
        }
        Span::Part { first, last, of_day: Amount::Thousandths(share) } => {
            format!("{share} ‰ of {}", days(first, last))
        }
    };
    let user = absence.user.as_str().trim_start_matches('U');
    let zone = match absence.zone.as_str() {
        "Europe/Berlin" => String::new(),
        other => format!(" {other}"),
    };
    let label = absence.label.as_ref().map(|label| format!(" ({label})")).unwrap_or_default();
    let flag = if absence.is_flagged { " flagged" } else { "" };
    format!("{user}: {when}{zone}{label}{flag}")
}

/// Reads one entry in March, as somebody's in Berlin.
fn read(entry: Value) -> Result<Vec<String>, SourceFault> {
    read_in(entry, march())
}

fn read_in(mut entry: Value, window: DateRange) -> Result<Vec<String>, SourceFault> {
    if entry["employeeId"].is_null() {
        entry["employeeId"] = "7".into();
    }
    let body = json!({"outs": [entry]}).to_string();
    let absences = read_whosout(body.as_bytes(), &person("7"), window)?;
    Ok(absences.iter().map(|absence| said(absence).split_off(3)).collect())
}

/// Reads one entry of a type with a few fields over two days.
fn two_days(kind: &str, fields: &Value) -> Vec<String> {
    let mut entry = json!({"type": kind, "startDate": "2026-03-09", "endDate": "2026-03-10"});
    for (name, value) in fields.as_object().unwrap() {
        entry[name] = value.clone();
    }
    read(entry).unwrap()
}

#[test]
fn portions_bind_the_first_and_the_last_day() {
    for (start, end, expected) in [
        ("all_day", "all_day", "2026-03-09..2026-03-10"),
        ("morning", "afternoon", "2026-03-09..2026-03-10"),
        ("afternoon", "all_day", "2026-03-09 noon..2026-03-10"),
        ("all_day", "morning", "2026-03-09..2026-03-10 noon"),
        ("Afternoon", "MORNING", "2026-03-09 noon..2026-03-10 noon"),
        ("all_day", "vacant", "2026-03-09..2026-03-10 flagged"),
        ("evening", "all_day", "2026-03-09..2026-03-10 flagged"),
    ] {
        let portions = json!({"startPortion": start, "endPortion": end});
        assert_eq!(two_days("days", &portions), [expected], "{start} {end}");
    }
}

#[test]
fn a_single_day_is_whole_or_the_half_that_is_meant() {
    for (start, end, expected) in [
        (json!("all_day"), json!("all_day"), "2026-03-09"),
        (json!("morning"), json!("morning"), "morning 2026-03-09"),
        (json!("all_day"), json!("morning"), "morning 2026-03-09"),
        (json!("afternoon"), json!("all_day"), "afternoon 2026-03-09"),
        (json!("morning"), json!("afternoon"), "2026-03-09"),
        (json!("afternoon"), json!("morning"), "2026-03-09 flagged"),
        (json!(null), json!(null), "2026-03-09"),
        (json!(7), json!({}), "2026-03-09 flagged"),
    ] {
        let entry = json!({
            "type": "days", "startDate": "2026-03-09", "endDate": "2026-03-09",
            "startPortion": start, "endPortion": end,
        });
        assert_eq!(read(entry).unwrap(), [expected], "{start} {end}");
    }
}

#[test]
fn an_open_end_stays_open_until_there_is_one() {
    let open = |end: Value, portion: &str| {
        read(json!({
            "type": "openEnded", "startDate": "2026-03-09", "startPortion": portion, "endDate": end,
        }))
        .unwrap()
    };
    assert_eq!(open(Value::Null, "all_day"), ["2026-03-09.."]);
    assert_eq!(open(Value::Null, "afternoon"), ["2026-03-09 noon.."]);
    assert_eq!(open("2026-03-10".into(), "all_day"), ["2026-03-09..2026-03-10"]);
    assert_eq!(open("9999-12-31".into(), "all_day"), ["2026-03-09.."]);
}

#[test]
fn amounts_are_read_however_they_are_written() {
    for (kind, fields, expected) in [
        ("hours", json!({"hoursOnDate": 2, "minutes": 30}), "150 min of 2026-03-09..2026-03-10"),
        ("hours", json!({"hoursOnDate": 2.5, "minutes": 30}), "150 min of 2026-03-09..2026-03-10"),
        ("hours", json!({"hoursOnDate": 2, "minutes": 120}), "120 min of 2026-03-09..2026-03-10"),
        ("hours", json!({"minutes": 45.4}), "45 min of 2026-03-09..2026-03-10"),
        ("hours", json!({"hoursOnDate": 0.001}), "1 min of 2026-03-09..2026-03-10"),
        ("hours", json!({"hoursOnDate": "3.5"}), "210 min of 2026-03-09..2026-03-10"),
        ("hoursOnRange", json!({"dailyHours": 24}), "1440 min of 2026-03-09..2026-03-10"),
        ("percentageOnRange", json!({"percentageOfDay": 33.33}), "333 ‰ of 2026-03-09..2026-03-10"),
        ("percentageOnRange", json!({"percentageOfDay": 100}), "1000 ‰ of 2026-03-09..2026-03-10"),
        ("percentageOnRange", json!({"percentageOfDay": 0.01}), "1 ‰ of 2026-03-09..2026-03-10"),
        ("portionOnRange", json!({"dayPortion": "afternoon"}), "afternoon 2026-03-09..2026-03-10"),
        ("portionOnRange", json!({"dayPortion": "all_day"}), "2026-03-09..2026-03-10"),
    ] {
        assert_eq!(two_days(kind, &fields), [expected], "{kind} {fields}");
    }
}

#[test]
fn an_amount_without_sense_is_whole_days_and_flagged() {
    for (kind, fields) in [
        ("hours", json!({})),
        ("hours", json!({"hoursOnDate": -2})),
        ("hours", json!({"hoursOnDate": 2, "minutes": -30})),
        ("hours", json!({"hoursOnDate": "many"})),
        ("hoursOnRange", json!({"dailyHours": 1e300})),
        ("hoursOnRange", json!({"dailyHours": 24.5})),
        ("hoursOnRange", json!({"dailyHours": [3]})),
        ("percentageOnRange", json!({"percentageOfDay": 101})),
        ("percentageOnRange", json!({"percentageOfDay": -1})),
        ("percentageOnRange", json!({})),
        ("portionOnRange", json!({"dayPortion": "night"})),
        ("portionOnRange", json!({})),
        ("differentDayDurations", json!({})),
        ("differentDayDurations", json!({"durations": []})),
        ("differentDayDurations", json!({"durations": ["4 hours"]})),
        ("differentDayDurations", json!({"durations": [{"date": "Monday", "hours": 4}]})),
        ("specificHoursDayDurations", json!({"durations": {"2026-03-09": {}}})),
        ("a type of tomorrow", json!({})),
        ("", json!({})),
    ] {
        let expected = ["2026-03-09..2026-03-10 flagged"];
        assert_eq!(two_days(kind, &fields), expected, "{kind} {fields}");
    }
}

#[test]
fn a_day_on_which_somebody_works_is_no_absence() {
    assert_eq!(two_days("portionOnRange", &json!({"dayPortion": "vacant"})), [""; 0]);
    assert_eq!(two_days("hoursOnRange", &json!({"dailyHours": 0})), [""; 0]);
    let durations = json!({"durations": [
        {"date": "2026-03-09", "hours": 0, "minutes": 0}, {"date": "2026-03-10", "hours": 4},
    ]});
    assert_eq!(two_days("differentDayDurations", &durations), ["240 min of 2026-03-10"]);
}

#[test]
fn clock_times_are_those_of_their_zone_else_of_the_person() {
    let at = |zone: Value, start: &str, end: &str| {
        two_days(
            "specificHoursDayDurations",
            &json!({
                "timeZone": zone,
                "durations": [{"date": "2026-03-09", "localStartTime": start, "localEndTime": end}],
            }),
        )
    };
    assert_eq!(at(Value::Null, "09:00:00", "11:30"), ["2026-03-09T08:00Z..2026-03-09T10:30Z"]);
    assert_eq!(
        at("asia/tokyo".into(), "09:00", "11:30:00.000"),
        ["2026-03-09T00:00Z..2026-03-09T02:30Z Asia/Tokyo"]
    );
    assert_eq!(at(Value::Null, "22:00", "02:00"), ["2026-03-09T21:00Z..2026-03-10T01:00Z"]);
    assert_eq!(at(Value::Null, "18:00", "24:00"), ["2026-03-09T17:00Z..2026-03-09T23:00Z"]);
    assert_eq!(at(Value::Null, "00:00", "00:00"), ["2026-03-08T23:00Z..2026-03-09T23:00Z"]);
    for (start, end) in [("09:00", "09:00"), ("9 o'clock", "10:00"), ("24:00", "25:00")] {
        assert_eq!(at(Value::Null, start, end), ["2026-03-09 flagged"], "{start} {end}");
    }
    for zone in [json!("Mars/Base"), json!("GMT -5:00"), json!(5)] {
        let expected = ["2026-03-09..2026-03-10 flagged"];
        assert_eq!(at(zone.clone(), "09:00", "10:00"), expected, "{zone}");
    }
}

#[test]
fn the_same_times_every_day_need_no_list() {
    let times = json!({"localStartTime": "09:00", "localEndTime": "10:00"});
    let expected = ["2026-03-09T08:00Z..2026-03-09T09:00Z", "2026-03-10T08:00Z..2026-03-10T09:00Z"];
    assert_eq!(two_days("specificHoursDayDurations", &times), expected);
    assert_eq!(
        two_days("specificHoursDayDurations", &json!({"durations": [{"dayDuration": times}]})),
        expected
    );
}

#[test]
fn times_that_the_clocks_jump_over_are_the_whole_day() {
    let entry = json!({
        "type": "specificHoursDayDurations", "startDate": "2026-03-29", "endDate": "2026-03-29",
        "localStartTime": "03:00", "localEndTime": "02:30",
    });
    // From three o'clock until half past two of the next day: nothing strange about that.
    assert_eq!(read(entry).unwrap(), ["2026-03-29T01:00Z..2026-03-30T00:30Z"]);
    let entry = json!({
        "type": "specificHoursDayDurations", "startDate": "2026-03-29", "endDate": "2026-03-29",
        "localStartTime": "02:30", "localEndTime": "03:00",
    });
    assert_eq!(read(entry).unwrap(), ["2026-03-29 flagged"]);
}

#[test]
fn parts_of_an_entry_may_be_of_different_kinds() {
    let durations = json!({"durations": [
        {"date": "2026-03-09", "dayDuration": {"portion": "morning"}},
        {"date": "2026-03-10", "dayDuration": {"dayDurationType": "of tomorrow", "x": 1}},
    ]});
    assert_eq!(
        two_days("differentSpecificHoursDayDurations", &durations),
        ["2026-03-10 flagged", "morning 2026-03-09"]
    );
}

#[test]
fn strange_dates_are_put_right_and_none_at_all_spoil_the_answer() {
    let days = |start: Value, end: Value| {
        read(json!({"type": "days", "startDate": start, "endDate": end}))
    };
    let of = |start: &str, end: &str| days(start.into(), end.into()).unwrap();
    assert_eq!(of("2026-03-10", "2026-03-09"), ["2026-03-09..2026-03-10 flagged"]);
    assert_eq!(of("0001-01-01", "2026-03-09"), ["1970-01-01..2026-03-09"]);
    assert_eq!(of("2026-03-09", "9999-12-31"), ["2026-03-09.. flagged"]);
    assert_eq!(of("0001-01-01", "9999-12-31"), ["1970-01-01.. flagged"]);
    assert_eq!(of("2026-03-09T00:00:00Z", "2026-03-10 00:00"), ["2026-03-09..2026-03-10"]);
    assert_eq!(days("2026-03-09".into(), Value::Null).unwrap(), ["2026-03-09.. flagged"]);
    assert_eq!(days(Value::Null, "2026-03-09".into()).unwrap(), ["2026-03-01..2026-03-09 flagged"]);

    for (start, end) in [
        (json!(null), json!(null)),
        (json!("soon"), json!("2026-03-09")),
        (json!("2026-03-09"), json!("2026-02-30")),
        (json!("2026-03-09"), json!("2026-03-1")),
        (json!("2026-03-09x"), json!("2026-03-10")),
        (json!(20_260_309), json!("2026-03-10")),
        (json!("２０２６-03-09"), json!("2026-03-10")),
    ] {
        let fault = days(start.clone(), end.clone()).unwrap_err();
        assert_eq!(fault, SourceFault::Unreadable, "{start} {end}");
    }
}

#[test]
fn a_share_of_many_years_is_told_for_this_one_and_the_next() {
    let entry = json!({
        "type": "percentageOnRange", "startDate": "2015-01-01", "endDate": "2040-12-31",
        "percentageOfDay": 20,
    });
    let first = read(entry.clone()).unwrap();
    assert_eq!(first, ["200 ‰ of 2026-01-01..2027-12-31"]);
    let later = DateRange { first: day("2026-09-01"), last: day("2026-12-01") };
    assert_eq!(read_in(entry, later).unwrap(), first, "the same every day of the year");
}

#[test]
fn many_days_of_times_are_only_those_of_the_window() {
    let entry = json!({
        "type": "specificHoursDayDurations", "startDate": "0001-01-01", "endDate": "9999-12-31",
        "localStartTime": "09:00", "localEndTime": "10:00",
    });
    assert_eq!(read(entry).unwrap().len(), 31);
}

#[test]
fn what_does_not_touch_the_window_is_left_out() {
    let days = |start: &str, end: &str| {
        read(json!({"type": "days", "startDate": start, "endDate": end})).unwrap().len()
    };
    assert_eq!(days("2026-02-01", "2026-02-28"), 0);
    assert_eq!(days("2026-02-01", "2026-03-01"), 1);
    assert_eq!(days("2026-03-31", "2026-04-30"), 1);
    assert_eq!(days("2026-04-01", "2026-04-30"), 0);
    assert_eq!(days("1980-01-01", "1990-01-01"), 0);
    assert_eq!(days("2300-01-01", "2400-01-01"), 0);
}

#[test]
fn only_what_was_approved_counts_and_a_status_of_tomorrow_is_doubtful() {
    let with = |status: Value| {
        let mut entry = json!({"type": "days", "startDate": "2026-03-09", "endDate": "2026-03-09"});
        entry["status"] = status;
        read(entry).unwrap()
    };
    for status in [json!(null), json!("approved"), json!("APPROVED"), json!(" Approved ")] {
        assert_eq!(with(status.clone()), ["2026-03-09"], "{status}");
    }
    for status in ["Pending", "pending", "Declined", "Canceled", "cancelled", "Deleted"] {
        assert_eq!(with(status.into()), [""; 0], "{status}");
    }
    for status in [json!("half approved"), json!(1)] {
        assert_eq!(with(status.clone()), ["2026-03-09 flagged"], "{status}");
    }
}

#[test]
fn a_leave_type_is_kept_only_where_every_colleague_sees_it() {
    let with = |visibility: Value, name: Value| {
        let mut entry = json!({"type": "days", "startDate": "2026-03-09", "endDate": "2026-03-09"});
        entry["visibility"] = visibility;
        entry["policyTypeDisplayName"] = name;
        read(entry).unwrap()
    };
    assert_eq!(with("Public".into(), " Holi\u{7}day ".into()), ["2026-03-09 (Holiday)"]);
    assert_eq!(with("Public".into(), json!(5)), ["2026-03-09"]);
    for hidden in [json!(null), json!("Private"), json!("Custom name"), json!("public"), json!([])]
    {
        assert_eq!(with(hidden.clone(), "Surgery".into()), ["2026-03-09"], "{hidden}");
    }
}

#[test]
fn whose_it_is_must_be_readable_where_it_counts() {
    let whose = |employee: Value, status: &str| {
        let entry = json!({
            "employeeId": employee, "status": status, "type": "days",
            "startDate": "2026-03-09", "endDate": "2026-03-09",
        });
        let body = json!({"outs": [entry]}).to_string();
        read_whosout(body.as_bytes(), &person("7"), march()).map(|absences| absences.len())
    };
    assert_eq!(whose(json!("7"), "Approved"), Ok(1));
    assert_eq!(whose(json!(7), "Approved"), Ok(1));
    for nobody in [json!(null), json!(""), json!([7]), json!(1.5), json!({"id": 7})] {
        assert_eq!(whose(nobody.clone(), "Approved"), Err(SourceFault::Unreadable), "{nobody}");
        assert_eq!(whose(nobody.clone(), "Pending"), Ok(0), "{nobody}");
    }
}

#[test]
fn what_is_said_twice_is_kept_once() {
    let entry = json!({
        "employeeId": "7", "type": "days", "startDate": "2026-03-09", "endDate": "2026-03-09",
    });
    let body = json!({"outs": [entry.clone(), entry]}).to_string();
    assert_eq!(read_whosout(body.as_bytes(), &person("7"), march()).unwrap().len(), 1);
}

#[test]
fn an_answer_without_a_list_is_no_answer() {
    for body in [
        "",
        "{",
        "[]",
        "{}",
        "null",
        "7",
        "<html></html>",
        "{\"outs\": null}",
        "{\"outs\": {}}",
        "{\"outs\": [7]}",
        "{\"outs\": [null]}",
        "{\"outs\": []} and more",
        "{\"Outs\": []}",
        "{\"outs\": [{\"employeeId\": \"7\"}]}",
        "\u{feff}",
    ] {
        let fault = read_whosout(body.as_bytes(), &person("7"), march()).unwrap_err();
        assert_eq!(fault, SourceFault::Unreadable, "{body}");
    }
    assert_eq!(read_whosout(b"{\"outs\": [], \"x\": {}}", &person("7"), march()), Ok(Vec::new()));
    assert!(read_whosout(b"\xff\xfe", &person("7"), march()).is_err());
}
