//! Who is asked about, how often, and what becomes of everybody else.

use crate::spans::said;
use crate::stand_in::{
    Move, address, credentials, fetch, found, hibob, march, ok, person, refusal, start, wire,
};
use domain::source::SourceFault;
use domain::zone::Zone;
use serde_json::{Value, json};

fn out(employee: impl Into<Value>) -> Value {
    json!({
        "employeeId": employee.into(), "type": "days",
        "startDate": "2026-03-09", "endDate": "2026-03-09",
    })
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn without_people_nobody_is_asked() {
    let (result, stand_in) = fetch(&[], Vec::new()).await;

    let batch = result.unwrap();
    assert_eq!((batch.asked, batch.matched, batch.complete_for), (0, 0, march()));
    assert_eq!(stand_in.heard(), [""; 0]);
}

#[tokio::test]
async fn the_questions_are_those_of_the_contract() {
    let (result, stand_in) =
        fetch(&["1", "2"], vec![ok(&found(&["1", "2"])), ok(&json!({"outs": []}))]).await;

    assert_eq!(result.unwrap().matched, 2);
    assert_eq!(
        stand_in.lines(),
        [
            "POST /hibob/v1/people/search",
            "GET /hibob/v1/timeoff/whosout?from=2026-03-01&to=2026-03-31&\
             includeWorkingRequests=false&includeHourly=true&includePrivate=true",
        ]
    );
    let heard = stand_in.heard();
    assert_eq!(
        body(&heard[0]),
        json!({
            "fields": ["root.id", "root.email"],
            "showInactive": false,
            "filters": [{
                "fieldPath": "root.email", "operator": "equals",
                "values": [address("1"), address("2")],
            }],
        })
    );
    for request in heard {
        let small = request.to_lowercase();
        // SVC1:canary-token
        assert!(request.contains("Basic U1ZDMTpjYW5hcnktdG9rZW4="), "{request}");
        assert!(small.contains("user-agent: asyncbot/"), "{request}");
    }
}

#[tokio::test]
async fn there_is_one_search_for_every_two_hundred_addresses() {
    for (people, searches) in [(1, 1), (200, 1), (201, 2), (401, 3)] {
        let ids: Vec<String> = (0..people).map(|id| id.to_string()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut moves: Vec<Move> = (0..searches).map(|_| ok(&found(&ids))).collect();
        moves.push(ok(&json!({"outs": [out("0")]})));

        let (result, stand_in) = fetch(&ids, moves).await;

        let batch = result.unwrap();
        assert_eq!((batch.asked, batch.matched), (people, people), "{people}");
        assert_eq!(batch.absences.len(), 1);
        let heard = stand_in.heard();
        assert_eq!(heard.len(), searches + 1, "{people} people");
        let asked = heard[..searches].iter().map(|request| body(request));
        let sizes: Vec<_> =
            asked.map(|body| body["filters"][0]["values"].as_array().unwrap().len()).collect();
        assert_eq!(sizes.iter().sum::<usize>(), ids.len());
        assert!(sizes.iter().all(|size| *size <= 200), "{sizes:?}");
    }
}

#[tokio::test]
async fn an_address_that_two_people_have_is_asked_once_and_both_are_away() {
    let stand_in = start(vec![ok(&found(&["1"])), ok(&json!({"outs": [out("1")]}))]).await;
    let mut other = person("1");
    other.user = domain::ids::UserId::new("U2");
    other.zone = Zone::utc();
    let people = [person("1"), other];

    let wire = wire(&stand_in.url);
    let batch = hibob().fetch(&wire, &credentials("SVC1"), &people, march()).await.unwrap();

    assert_eq!(batch.matched, 2);
    let absences: Vec<_> = batch.absences.iter().map(said).collect();
    assert_eq!(absences, ["1: 2026-03-09", "2: 2026-03-09 UTC"]);
    assert_eq!(body(&stand_in.heard()[0])["filters"][0]["values"], json!([address("1")]));
}

#[tokio::test]
async fn everybody_else_is_dropped_even_where_they_cannot_be_read() {
    let stranger = json!({"employeeId": "9", "type": "days", "startDate": "soon"});
    let outs = json!({"outs": [out("1"), out("9"), stranger]});
    // A search that ignores its filter shows people who were not asked about.
    let (result, _) = fetch(&["1"], vec![ok(&found(&["1", "9"])), ok(&outs)]).await;

    let batch = result.unwrap();
    assert_eq!((batch.matched, batch.absences.len()), (1, 1));
    assert_eq!(batch.absences[0].user.as_str(), "U1");
}

#[tokio::test]
async fn an_entry_of_ours_that_cannot_be_read_spoils_the_answer() {
    let outs =
        json!({"outs": [out("1"), {"employeeId": "1", "type": "days", "startDate": "soon"}]});
    let (result, _) = fetch(&["1"], vec![ok(&found(&["1"])), ok(&outs)]).await;

    assert_eq!(result.unwrap_err(), SourceFault::Unreadable);
}

#[tokio::test]
async fn people_are_found_in_every_form_and_in_capital_letters() {
    let id = "3332883884017713238";
    for employee in [
        json!({"/root\u{2f}id": {"value": id}, "/root\u{2f}email": {"value": "E1@Example.COM"}}),
        json!({"id": id, "email": "e1@example.com"}),
        json!({"id": 3_332_883_884_017_713_238_u64, "email": "e1@example.com"}),
        json!({"root": {"id": {"value": id}, "email": "e1@example.com"}}),
        json!({"/root\u{2f}id": {"value": null}, "id": id, "/root\u{2f}email": {"value": ""}, "email": "e1@example.com"}),
        json!({"root.id": id, "root.email": "e1@example.com", "work": {"x": [1, {}]}, "humanReadable": {"email": "x"}}),
    ] {
        for outs in
            [json!({"outs": [out(id)]}), json!({"outs": [out(3_332_883_884_017_713_238_u64)]})]
        {
            let moves = vec![ok(&json!({"employees": [employee.clone()]})), ok(&outs)];
            let (result, _) = fetch(&["1"], moves).await;
            let batch = result.unwrap_or_else(|fault| panic!("{employee}: {fault:?}"));
            assert_eq!((batch.matched, batch.absences.len()), (1, 1), "{employee}");
        }
    }
}

#[tokio::test]
async fn who_is_known_to_nobody_is_said_and_nothing_more_is_asked() {
    for nobody in [found(&[]), found(&["9"])] {
        let (result, stand_in) = fetch(&["1"], vec![ok(&nobody)]).await;
        assert_eq!(result.unwrap_err(), SourceFault::NobodyMatched);
        assert_eq!(stand_in.heard().len(), 1);
    }
}

#[tokio::test]
async fn people_without_addresses_mean_that_we_may_not_see_them() {
    let hidden = [
        json!({"employees": [{"id": "1"}]}),
        json!({"employees": [{"email": "e1@example.com"}, {}]}),
        json!({"employees": [{"id": "1", "email": null}, {"id": "2", "email": ""}]}),
    ];
    for answer in hidden {
        let (result, _) = fetch(&["1"], vec![ok(&answer)]).await;
        match result.unwrap_err() {
            SourceFault::Forbidden { grant } => assert!(grant.contains("> View"), "{grant}"),
            other => panic!("{answer}: {other:?}"),
        }
    }
    // Somebody without an address is no sign of that where others have theirs.
    let some = json!({"employees": [{"id": "2"}, {"id": "1", "email": "e1@example.com"}]});
    let (result, _) = fetch(&["1", "2"], vec![ok(&some), ok(&json!({"outs": []}))]).await;
    assert_eq!(result.unwrap().matched, 1);
}

#[tokio::test]
async fn a_search_without_a_list_is_no_answer() {
    for answer in [json!({}), json!([]), json!({"employees": null}), json!({"employees": [1]})] {
        let (result, _) = fetch(&["1"], vec![ok(&answer)]).await;
        assert_eq!(result.unwrap_err(), SourceFault::Unreadable, "{answer}");
    }
}

#[tokio::test]
async fn without_the_right_to_what_is_private_the_rest_is_asked_for() {
    let moves =
        vec![ok(&found(&["1"])), refusal("403 Forbidden"), ok(&json!({"outs": [out("1")]}))];
    let (result, stand_in) = fetch(&["1"], moves).await;

    assert_eq!(result.unwrap().absences.len(), 1);
    let lines = stand_in.lines();
    assert!(lines[1].ends_with("includePrivate=true"), "{lines:?}");
    assert!(lines[2].ends_with("includePrivate=false"), "{lines:?}");
    assert_eq!(lines.len(), 3);
}

#[tokio::test]
async fn one_service_user_searches_so_often_a_minute_and_then_waits() {
    let moves = (0..45).map(|_| ok(&found(&[]))).collect();
    let stand_in = start(moves).await;
    let wire = wire(&stand_in.url);
    let people = [person("1")];
    for _ in 0..45 {
        let result = hibob().fetch(&wire, &credentials("SVC1"), &people, march()).await;
        assert_eq!(result.unwrap_err(), SourceFault::NobodyMatched);
    }

    let result = hibob().fetch(&wire, &credentials("SVC1"), &people, march()).await;

    let until = "2026-03-04T05:01:00Z".parse().unwrap();
    assert_eq!(result.unwrap_err(), SourceFault::Limited { until });
    assert_eq!(stand_in.heard().len(), 45);
    // Another one has a budget of its own: it gets through to the stand-in, which has no more moves.
    let result = hibob().fetch(&wire, &credentials("SVC2"), &people, march()).await;
    assert_eq!(result.unwrap_err(), SourceFault::Unreadable);
    assert_eq!(stand_in.heard().len(), 46);
}
