//! The doors: companies and their people's time off.

use super::{ANA, company, outs, start, time_off};
use crate::{DEMO_SERVICE_USER, DEMO_TOKEN, seed_demo};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_not_given_again_stays_as_it_was() {
    let bench = start().await;
    let before = bench.sim("GET", "hibob", &Value::Null).await;

    company(&bench, json!({"grants": ["whosout"], "host": "sandbox"})).await;

    let after = bench.sim("GET", "hibob", &Value::Null).await;
    let (before, after) = (&before["companies"][0], &after["companies"][0]);
    assert_eq!(before["people"], after["people"]);
    assert_eq!(before["grants"].as_array().unwrap().len(), 6);
    assert_eq!((&after["grants"], &after["host"]), (&json!(["whosout"]), &json!("sandbox")));
    assert_eq!(after["token"], Value::Null, "the token is not shown");
    let again = json!([{"email": "ana@harbour.example", "name": "Ana B."}]);
    let made = company(&bench, json!({"people": again})).await;
    assert_eq!(
        made["people"],
        json!([{"id": ANA, "name": "Ana B."}]),
        "the id goes with the address"
    );
}

#[tokio::test]
async fn every_id_has_nineteen_digits() {
    let bench = start().await;

    let seen = bench.sim("GET", "hibob", &Value::Null).await;

    let people = seen["companies"][0]["people"].as_array().unwrap();
    assert!(people.iter().all(|one| one["id"].as_str().unwrap().len() == 19), "{people:?}");
    let short =
        json!({"service_user": "SVC1", "people": [{"id": "1", "email": "a@b", "name": "A"}]});
    assert_eq!(bench.raw("POST", "hibob/company", &short).await.0, 422);
}

#[tokio::test]
async fn a_company_that_cannot_be_is_refused() {
    let bench = start().await;
    let ana = json!({"email": "ana@x.example", "name": "Ana"});
    for (wanted, status) in [
        (json!({"service_user": "SVC2"}), 422),
        (json!({"service_user": "S:2", "token": "t"}), 422),
        (json!({"service_user": "SVC2", "token": "t", "grants": ["all"]}), 400),
        (json!({"service_user": "SVC2", "token": "t", "people": [ana, ana]}), 422),
    ] {
        assert_eq!(bench.raw("POST", "hibob/company", &wanted).await.0, status, "{wanted}");
    }
}

#[tokio::test]
async fn a_request_is_changed_in_its_place_and_deleted_for_good() {
    let bench = start().await;
    let day = json!({"startDate": "2026-06-09", "endDate": "2026-06-09", "status": "Pending"});
    let id = time_off(&bench, "ana@harbour.example", day).await;
    let days = "from=2026-06-09&to=2026-06-09";
    assert_eq!(outs(&bench, days).await, Vec::<Value>::new());

    let approved =
        json!({"service_user": "SVC1", "requestId": id, "request": {"status": "Approved"}});
    let changed = bench.sim("POST", "hibob/time_off", &approved).await;
    let shown = outs(&bench, days).await;
    let gone = json!({"service_user": "SVC1", "requestId": id});
    bench.sim("DELETE", "hibob/time_off", &gone).await;

    assert_eq!(changed["requestId"], id);
    assert_eq!(shown[0]["requestId"], id);
    assert_eq!(outs(&bench, days).await, Vec::<Value>::new());
    assert_eq!(bench.raw("DELETE", "hibob/time_off", &gone).await.0, 404);
}

#[tokio::test]
async fn a_request_that_hibob_could_not_have_is_refused() {
    let bench = start().await;
    let range = json!({"startDate": "2026-06-09", "endDate": "2026-06-10"});
    for more in [
        json!({"endDate": "2026-06-08"}),
        json!({"startDate": "9 June"}),
        json!({"startPortion": "noon"}),
        json!({"status": "Maybe"}),
        json!({"visibility": "Secret"}),
        json!({"employeeId": ANA}),
        json!({"type": "hours", "hoursOnDate": 2}),
        json!({"type": "hours", "date": "2026-06-09", "hoursOnDate": 2}),
        json!({"type": "portionOnRange", "dayPortion": "all_day"}),
        json!({"type": "hoursOnRange", "dailyHours": 25}),
        json!({"type": "percentageOnRange", "percentageOfDay": 0}),
        json!({"type": "differentDayDurations", "durations": []}),
        json!({"type": "specificHoursDayDurations", "timeZone": "Mars/Base", "durations": [{"date": "2026-06-09"}]}),
        json!({"type": "openEnded"}),
        json!({"type": "someFutureType"}),
    ] {
        let mut request = range.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let wanted = json!({"service_user": "SVC1", "employee": ANA, "request": request});
        assert_eq!(bench.raw("POST", "hibob/time_off", &wanted).await.0, 422, "{wanted}");
    }
    let odd = json!({"service_user": "SVC1", "employee": ANA, "odd": true, "request": {
        "type": "someFutureType", "status": "approved", "startDate": "2026-06-09", "newField": {"x": 1}}});
    bench.sim("POST", "hibob/time_off", &odd).await;
    assert_eq!(outs(&bench, "from=2026-06-09&to=2026-06-09").await[0]["newField"]["x"], 1);
    assert_eq!(outs(&bench, "from=2026-06-10&to=2026-06-10").await, Vec::<Value>::new());
}

#[tokio::test]
async fn the_demo_has_a_company_whose_people_will_be_out() {
    let bench = start().await;

    seed_demo(&bench.simulator).await.unwrap();

    let pair = super::basic(&format!("{DEMO_SERVICE_USER}:{DEMO_TOKEN}"));
    let path = "timeoff/whosout?from=2026-05-30&to=2026-08-30&includeWorkingRequests=false";
    let answer = super::try_call(&bench, ("GET", path), Some(pair), &Value::Null).await.unwrap();
    let outs = super::json_of(&answer)["outs"].clone();
    let told = |at: usize| {
        [&outs[at]["employeeDisplayName"], &outs[at]["startDate"], &outs[at]["endDate"]]
    };
    assert_eq!(told(0), ["Cho", "2026-06-22", "2026-06-26"]);
    assert_eq!(told(1), ["Dee", "2026-07-01", "2026-07-01"]);
    assert_eq!(outs.as_array().unwrap().len(), 2);
}
