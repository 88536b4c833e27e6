//! The search of people, the calendar and the names of policy types.

use super::{ANA, company, get, json_of, last_call, search, start};
use serde_json::{Value, json};

const PATH: &str = "people/search";

fn by(field: &str, values: &[&str]) -> Value {
    json!({"fields": ["root.id", "root.email"], "showInactive": false,
           "filters": [{"fieldPath": field, "operator": "equals", "values": values}]})
}

#[tokio::test]
async fn people_are_found_by_address_however_it_is_written_and_told_in_both_shapes() {
    let bench = start().await;

    let found =
        search(&bench, PATH, by("root.email", &["ANA@harbour.example", "nobody@x.example"])).await;

    let ana = json!({"\u{2f}root/id": {"value": ANA}, "id": ANA,
        "\u{2f}root/email": {"value": "Ana@Harbour.example"}, "email": "Ana@Harbour.example"});
    assert_eq!(json_of(&found), json!({"employees": [ana]}));
    let by_id = search(&bench, PATH, by("\u{2f}root/id", &[ANA])).await;
    assert_eq!(json_of(&by_id), json!({"employees": [ana]}));
}

#[tokio::test]
async fn who_has_left_is_found_only_where_that_is_asked_for_and_who_is_out_of_reach_never() {
    let bench = start().await;
    let names = |answer: &Value| {
        let people = answer["employees"].as_array().unwrap();
        people.iter().map(|one| one["fullName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let fields = json!({"fields": ["root.fullName"]});
    let all = json!({"fields": ["root.fullName"], "showInactive": true});

    let active = json_of(&search(&bench, PATH, fields).await);
    let everybody = json_of(&search(&bench, PATH, all).await);

    assert_eq!(names(&active), ["Ana", "Ben"]);
    assert_eq!(names(&everybody), ["Ana", "Ben", "Cho"]);
}

#[tokio::test]
async fn a_field_that_is_not_granted_or_not_there_is_dropped_without_a_word() {
    let bench = start().await;
    company(&bench, json!({"grants": ["whosout"]})).await;
    let mut wanted = by("root.email", &["ana@harbour.example"]);
    wanted["fields"] = json!(["root.id", "\u{2f}root/email", "payroll.salary"]);

    let dropped = search(&bench, PATH, wanted.clone()).await;
    company(&bench, json!({"switches": {"email": "nobody"}})).await;
    let nobody = search(&bench, PATH, wanted).await;

    assert_eq!(dropped.status, 200);
    assert_eq!(
        json_of(&dropped),
        json!({"employees": [{"\u{2f}root/id": {"value": ANA}, "id": ANA}]})
    );
    assert_eq!(json_of(&nobody), json!({"employees": []}));
}

#[tokio::test]
async fn values_in_words_stand_beside_the_others() {
    let bench = start().await;
    let mut wanted = by("root.id", &[ANA]);
    wanted["fields"] = json!(["root.fullName", "work.site"]);
    wanted["humanReadable"] = json!("APPEND");

    let found = json_of(&search(&bench, PATH, wanted).await);

    assert_eq!(
        found["employees"][0],
        json!({"id": ANA, "fullName": "Ana", "\u{2f}root/fullName": {"value": "Ana"},
            "work": {"site": "Berlin"}, "\u{2f}work/site": {"value": "Berlin"},
            "humanReadable": {"fullName": "Ana", "work": {"site": "Berlin"}}})
    );
}

#[tokio::test]
async fn many_values_are_taken_at_once() {
    let bench = start().await;
    let many: Vec<String> = (0..300).map(|at| format!("p{at}@harbour.example")).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    many.push("ben@harbour.example");

    let found = json_of(&search(&bench, PATH, by("root.email", &many)).await);

    assert_eq!(found["employees"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_search_that_hibob_would_not_read_is_refused() {
    let bench = start().await;
    let filter = |filter: Value| json!({"filters": [filter]});
    let fine = json!({"fieldPath": "root.id", "operator": "equals", "values": ["1"]});
    for body in [
        json!({"fields": ["root.id"], "filters": []}),
        json!({"filters": [fine, fine]}),
        json!({"filters": {}}),
        filter(json!({"fieldPath": "root.fullName", "operator": "equals", "values": ["Ana"]})),
        filter(json!({"fieldPath": "root.id", "operator": "contains", "values": ["1"]})),
        filter(json!({"fieldPath": "root.id", "operator": "equals", "values": []})),
        filter(
            json!({"fieldPath": "root.id", "operator": "equals", "values": [3_332_883_884_017_713_238_u64]}),
        ),
        json!({"fields": vec!["root.id"; 401]}),
        json!({"fields": "root.id"}),
        json!({"showInactive": "no"}),
        json!({"humanReadable": "PLEASE"}),
        json!([]),
    ] {
        let answer = search(&bench, PATH, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(json_of(&answer)["key"], "bad.request", "{body}");
    }
    let empty = search(&bench, PATH, json!({"filters": []})).await;
    assert_eq!(json_of(&empty)["error"], "filters must not be empty");
}

#[tokio::test]
async fn the_journal_keeps_how_many_were_looked_for_and_not_whom() {
    let bench = start().await;

    search(&bench, PATH, by("root.email", &["ana@harbour.example", "b@harbour.example"])).await;
    let call = last_call(&bench).await;
    get(&bench, "people/ben@harbour.example?email=ben@harbour.example").await;
    let odd = last_call(&bench).await;

    assert_eq!((&call["service"], &call["method"]), (&json!("hibob"), &json!(PATH)));
    assert_eq!(call["arguments"]["filters"][0]["values"], 2);
    assert_eq!(call["arguments"]["service_user"], "SVC1");
    assert_eq!(call["answer"], json!({"employees": 1}));
    assert_eq!((&odd["status"], &odd["method"]), (&json!(404), &json!("unknown")));
    let all = bench.sim("GET", "calls", &Value::Null).await.to_string()
        + &bench.sim("GET", "log", &Value::Null).await.to_string();
    assert!(!all.to_lowercase().contains("@harbour"), "{all}");
    assert!(!all.contains("tok\"") && !all.contains("Basic "), "{all}");
}

#[tokio::test]
async fn the_calendar_is_read_by_a_range_of_at_most_a_year() {
    let bench = start().await;
    let calendar = json!([
        {"name": "New Year", "startDate": "2026-01-01", "siteId": "Berlin"},
        {"name": "Founders' day", "startDate": "2026-07-01", "endDate": "2026-07-02", "siteId": "London"},
    ]);
    company(&bench, json!({"calendar": calendar})).await;
    let range = |from: &str, to: &str| {
        json!([{"fieldId": "/calendarEvent/startDate", "operator": "from", "values": [from]},
               {"fieldId": "/calendarEvent/startDate", "operator": "to", "values": [to]}])
    };
    let path = "timeoff/calendars/events/search";

    let year = search(&bench, path, json!({"filters": range("2026-01-01", "2027-01-01")})).await;
    let long = search(&bench, path, json!({"filters": range("2026-01-01", "2027-01-02")})).await;
    let mut london = range("2026-01-01", "2026-12-31");
    london.as_array_mut().unwrap().push(
        json!({"fieldId": "/calendarEvent/siteId", "operator": "equals", "values": ["London"]}),
    );
    let london =
        search(&bench, path, json!({"fields": ["/calendarEvent/name"], "filters": london})).await;
    let none = search(&bench, path, json!({"filters": []})).await;
    let odd =
        json!([{"fieldId": "/calendarEvent/visibility", "operator": "equals", "values": ["x"]}]);
    let odd = search(&bench, path, json!({"filters": odd})).await;

    assert_eq!(json_of(&year)["items"].as_array().unwrap().len(), 2);
    assert_eq!(long.status, 400);
    assert_eq!(json_of(&long)["key"], "exception.calendar.publicApi.dateRangeTooLong");
    assert_eq!(
        json_of(&london)["items"],
        json!([{"/calendarEvent/name": {"value": "Founders' day"}}])
    );
    assert_eq!(none.status, 400);
    assert_eq!(json_of(&odd)["key"], "exception.calendar.publicApi.unsupportedFilterField");
    company(&bench, json!({"grants": ["whosout"]})).await;
    let refused = search(&bench, path, json!({"filters": range("2026-01-01", "2026-01-02")})).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn the_names_of_policy_types_need_a_grant_of_settings() {
    let bench = start().await;
    company(&bench, json!({"policies": [{"name": "Holiday"}, {"name": "Sick"}]})).await;

    let named = get(&bench, "timeoff/policy-types").await;
    company(&bench, json!({"grants": ["whosout", "private", "email"]})).await;
    let refused = get(&bench, "timeoff/policy-types").await;

    assert_eq!(json_of(&named), json!({"policyTypes": ["Holiday", "Sick"]}));
    assert_eq!(refused.status, 403);
}
