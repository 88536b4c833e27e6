//! Who is out: every type, every flag, every permission.

use super::{ANA, company, get, json_of, outs, start, time_off};
use serde_json::{Value, json};

const ALL: &str = "includeHourly=true&includePrivate=true&includePending=true";

fn numbers(outs: &[Value]) -> Vec<u64> {
    outs.iter().map(|out| out["requestId"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn each_of_the_nine_types_is_told_in_its_own_fields() {
    let bench = start().await;
    let days = json!({"startDate": "2026-06-08", "endDate": "2026-06-10"});
    for (kind, own, has_range) in [
        ("days", json!({"startPortion": "afternoon", "endPortion": "morning"}), true),
        ("hours", json!({"date": "2026-06-09", "hoursOnDate": 2.5, "minutes": 30}), false),
        ("portionOnRange", json!({"dayPortion": "morning"}), true),
        ("hoursOnRange", json!({"dailyHours": 3}), true),
        ("differentDayDurations", json!({"durations": [{"date": "2026-06-08", "hours": 4}]}), true),
        (
            "specificHoursDayDurations",
            json!({"timeZone": "Europe/London",
                   "durations": [{"date": "2026-06-08", "localStartTime": "09:00:00", "localEndTime": "11:30:00"}]}),
            true,
        ),
        (
            "differentSpecificHoursDayDurations",
            json!({"timeZone": "America/New_York", "timeZoneOffset": "GMT -4:00",
                   "durations": [{"date": "2026-06-08", "dayDuration": {"dayDurationType": "portionDayDuration", "portion": "vacant"}}]}),
            true,
        ),
        ("percentageOnRange", json!({"percentageOfDay": 50}), true),
        (
            "openEnded",
            json!({"startDate": "2026-06-09", "startPortion": "all_day", "endDate": null}),
            false,
        ),
    ] {
        let mut request = own;
        request["type"] = json!(kind);
        if has_range {
            request["startDate"] = days["startDate"].clone();
            request["endDate"] = days["endDate"].clone();
        }
        let id = time_off(&bench, "ana@harbour.example", request.clone()).await;

        let found = outs(&bench, &format!("from=2026-06-09&to=2026-06-09&{ALL}")).await;

        let out = found.iter().find(|out| out["requestId"] == id).unwrap();
        for (name, value) in request.as_object().unwrap() {
            assert_eq!(&out[name], value, "{kind}: {name}");
        }
        for (name, value) in [
            ("employeeId", ANA),
            ("employeeDisplayName", "Ana"),
            ("policyType", "Holiday"),
            ("policyTypeDisplayName", "Holiday"),
            ("status", "Approved"),
            ("visibility", "Public"),
        ] {
            assert_eq!(out[name], value, "{kind}: {name}");
        }
        assert_eq!(out["email"], Value::Null, "no address is told");
    }
}

#[tokio::test]
async fn those_are_out_whose_days_touch_the_range() {
    let bench = start().await;
    let june = |from: u32, to: u32| json!({"startDate": format!("2026-06-{from:02}"), "endDate": format!("2026-06-{to:02}")});
    let before = time_off(&bench, "ana@harbour.example", june(1, 8)).await;
    let into = time_off(&bench, "ana@harbour.example", june(5, 9)).await;
    let around = time_off(&bench, "ben@harbour.example", june(1, 30)).await;
    let out_of = time_off(&bench, "ben@harbour.example", june(10, 12)).await;
    let after = time_off(&bench, "ben@harbour.example", june(11, 12)).await;
    let open = json!({"type": "openEnded", "startDate": "2026-05-01"});
    let open = time_off(&bench, "ana@harbour.example", open).await;

    let found = numbers(&outs(&bench, "from=2026-06-09&to=2026-06-10").await);

    assert_eq!(found, [into, around, out_of, open]);
    assert!(!found.contains(&before) && !found.contains(&after));
}

#[tokio::test]
async fn hours_pending_and_private_requests_come_only_where_they_are_asked_for() {
    let bench = start().await;
    let day = |more: Value| {
        let mut request = json!({"startDate": "2026-06-09", "endDate": "2026-06-09"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let hours = json!({"type": "hours", "date": "2026-06-09", "hoursOnDate": 2});
    let hours = time_off(&bench, "ana@harbour.example", hours).await;
    let pending = time_off(&bench, "ana@harbour.example", day(json!({"status": "pending"}))).await;
    let private = day(json!({"visibility": "Private", "policyType": "Bereavement"}));
    let private = time_off(&bench, "ana@harbour.example", private).await;
    let declined = day(json!({"status": "Declined"}));
    time_off(&bench, "ana@harbour.example", declined).await;
    let days = "from=2026-06-09&to=2026-06-09";

    for (flag, wanted) in [
        ("", vec![]),
        ("&includeHourly=true", vec![hours]),
        ("&includePending=true", vec![pending]),
        ("&includePrivate=true", vec![private]),
    ] {
        assert_eq!(numbers(&outs(&bench, &format!("{days}{flag}")).await), wanted, "{flag}");
    }
    company(&bench, json!({"grants": ["whosout"]})).await;
    assert_eq!(numbers(&outs(&bench, &format!("{days}&{ALL}")).await), [hours]);
}

#[tokio::test]
async fn work_from_elsewhere_counts_as_out_unless_it_is_left_out() {
    let bench = start().await;
    let home = json!({"policyType": "Working from home", "startDate": "2026-06-09", "endDate": "2026-06-09"});
    let home = time_off(&bench, "ana@harbour.example", home).await;
    let course =
        json!({"activity": "workTime", "startDate": "2026-06-09", "endDate": "2026-06-09"});
    let course = time_off(&bench, "ben@harbour.example", course).await;

    let default = outs(&bench, "from=2026-06-09&to=2026-06-09").await;
    let without = outs(&bench, "from=2026-06-09&to=2026-06-09&includeWorkingRequests=false").await;

    assert_eq!(numbers(&default), [home, course]);
    assert_eq!(default[1]["activity"], Value::Null, "the activity is not told");
    assert_eq!(without, Vec::<Value>::new());
}

#[tokio::test]
async fn a_custom_name_stands_for_the_kind_unless_the_service_user_may_see_it() {
    let bench = start().await;
    let request = json!({"policyType": "Fertility treatment", "visibility": "Custom name",
        "policyTypeCustomName": "Away", "startDate": "2026-06-09", "endDate": "2026-06-09"});
    time_off(&bench, "ana@harbour.example", request).await;
    let days = "from=2026-06-09&to=2026-06-09";

    let plain = outs(&bench, days).await;
    let granted = outs(&bench, &format!("{days}&includePrivate=true")).await;
    company(&bench, json!({"grants": ["whosout"]})).await;
    let refused = outs(&bench, &format!("{days}&includePrivate=true")).await;

    for (out, name) in [(&plain, "Away"), (&granted, "Fertility treatment"), (&refused, "Away")] {
        assert_eq!(out[0]["policyTypeDisplayName"], name);
        assert_eq!(out[0]["policyType"], name);
        assert_eq!(out[0]["policyTypeCustomName"], Value::Null);
    }
}

#[tokio::test]
async fn who_has_left_or_is_out_of_reach_is_not_told() {
    let bench = start().await;
    let day = json!({"startDate": "2026-06-09", "endDate": "2026-06-09"});
    time_off(&bench, "cho@harbour.example", day.clone()).await;
    time_off(&bench, "dee@harbour.example", day).await;

    assert_eq!(outs(&bench, "from=2026-06-09&to=2026-06-09").await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_not_granted_is_absent_or_refused_as_the_switches_say() {
    let bench = start().await;
    let days = "timeoff/whosout?from=2026-06-09&to=2026-06-09";
    company(&bench, json!({"grants": []})).await;

    let refused = get(&bench, days).await;
    company(&bench, json!({"switches": {"whosout": "empty"}})).await;
    let empty = get(&bench, days).await;
    company(&bench, json!({"grants": ["whosout"], "switches": {"private": "403"}})).await;
    let private = get(&bench, &format!("{days}&includePrivate=true")).await;
    let without = get(&bench, days).await;

    assert_eq!(refused.status, 403);
    assert_eq!(json_of(&refused), json!({"key": "forbidden", "error": "Access denied"}));
    assert_eq!((empty.status.as_u16(), json_of(&empty)), (200, json!({"outs": []})));
    assert_eq!(private.status, 403);
    assert_eq!(without.status, 200);
}

#[tokio::test]
async fn dates_and_flags_that_hibob_would_not_read_are_refused() {
    let bench = start().await;
    for query in [
        "",
        "from=2026-06-09",
        "from_date=2026-06-09&to=2026-06-09",
        "from=2026-6-9&to=2026-06-09",
        "from=2026-02-30&to=2026-06-09",
        "from=2026-06-09T00:00:00Z&to=2026-06-09",
        "from=2026-06-10&to=2026-06-09",
        "from=2026-06-09&to=2026-06-09&includePrivate=1",
    ] {
        let answer = get(&bench, &format!("timeoff/whosout?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(json_of(&answer)["key"], "bad.request", "{query}");
    }
}

#[tokio::test]
async fn out_today_has_names_of_its_own_and_begins_at_midnight_utc() {
    let bench = start().await;
    let days = json!({"startDate": "2026-06-01", "endDate": "2026-06-02", "endPortion": "morning"});
    time_off(&bench, "ana@harbour.example", days).await;
    let hours = json!({"type": "hours", "date": "2026-06-01", "hoursOnDate": 2, "minutes": 30});
    time_off(&bench, "ben@harbour.example", hours).await;

    let today = json_of(&get(&bench, "timeoff/outtoday?includeHourly=true").await);
    let later = json_of(&get(&bench, "timeoff/outtoday?today=2026-06-03").await);
    let site = json_of(&get(&bench, "timeoff/outtoday?siteId=Berlin&includeHourly=true").await);

    let (ana, ben) = (&today["outs"][0], &today["outs"][1]);
    assert_eq!(
        ana,
        &json!({"employeeId": ANA, "employeeDisplayName": "Ana", "employeeEmail": "Ana@Harbour.example",
            "policyTypeDisplayName": "Holiday", "requestRangeType": "days",
            "startDate": "2026-06-01", "startDatePortion": "all_day",
            "endDate": "2026-06-02", "endDatePortion": "morning"})
    );
    assert_eq!(
        (&ben["requestRangeType"], &ben["hours"], &ben["minutes"]),
        (&json!("hours"), &json!(2), &json!(30))
    );
    assert_eq!(later["outs"], json!([]));
    assert_eq!(site["outs"].as_array().unwrap().len(), 1);
}
