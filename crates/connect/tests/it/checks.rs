//! What the first try of a connection shows, and what it cannot show.

use crate::stand_in::{
    Move, StandIn, credentials, day, fetch, found, hibob, ok, refusal, start, status, wire,
};
use connect::Checked;
use domain::source::SourceFault;
use serde_json::{Value, json};

async fn check(moves: Vec<Move>) -> (Result<Checked, SourceFault>, StandIn) {
    let stand_in = start(moves).await;
    let wire = wire(&stand_in.url);
    let result = hibob().check(&wire, &credentials("SVC1"), day("2026-03-04")).await;
    (result, stand_in)
}

fn nobody_out() -> Move {
    ok(&json!({"outs": []}))
}

fn grant(result: Result<Checked, SourceFault>) -> String {
    match result {
        Err(SourceFault::Forbidden { grant }) => grant,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn two_questions_show_that_nothing_speaks_against_it_and_ask_about_nobody() {
    let (result, stand_in) = check(vec![nobody_out(), ok(&found(&[]))]).await;

    assert_eq!(result, Ok(Checked { lacks: None }));
    assert_eq!(
        stand_in.lines(),
        [
            "GET /hibob/v1/timeoff/whosout?from=2026-03-04&to=2026-03-04&\
             includeWorkingRequests=false&includeHourly=true&includePrivate=true",
            "POST /hibob/v1/people/search",
        ]
    );
    let asked = stand_in.heard()[1].split_once("\r\n\r\n").unwrap().1.to_owned();
    let asked: Value = serde_json::from_str(&asked).unwrap();
    assert_eq!(asked["filters"][0]["values"], json!(["nobody@asyncbot.invalid"]));
}

#[tokio::test]
async fn the_missing_grant_is_named() {
    let (result, stand_in) = check(vec![refusal("403 Forbidden"), refusal("403 Forbidden")]).await;
    assert_eq!(grant(result), "People's data > Time off > See who's out today > See who's out");
    assert_eq!(stand_in.heard().len(), 2);

    let (result, _) = check(vec![nobody_out(), refusal("403 Forbidden")]).await;
    assert!(grant(result).starts_with("People's data > Basic info > View"));

    // A search that may not look at addresses may answer with everybody.
    let (result, _) = check(vec![nobody_out(), ok(&json!({"employees": [{"id": "1"}]}))]).await;
    assert!(grant(result).starts_with("People's data > Basic info > View"));
}

#[tokio::test]
async fn without_the_right_to_what_is_private_it_can_be_connected_and_says_so() {
    let grant = "People's data > Time off > See who's out today > \
         See who's out because of a private policy or policies with a custom name";
    let lacks = Some(String::from(grant));
    let moves = vec![refusal("403 Forbidden"), nobody_out(), ok(&found(&[]))];
    assert_eq!(check(moves).await.0, Ok(Checked { lacks: lacks.clone() }));

    let moves = vec![ok(&found(&["1"])), refusal("403 Forbidden"), nobody_out()];
    assert_eq!(fetch(&["1"], moves).await.0.unwrap().lacks, lacks);
    let moves = vec![ok(&found(&["1"])), nobody_out()];
    assert_eq!(fetch(&["1"], moves).await.0.unwrap().lacks, None);
}

#[tokio::test]
async fn other_faults_are_what_they_are_in_a_sync() {
    for (answer, expected) in [
        (refusal("401 Unauthorized"), SourceFault::Unauthorized),
        (status("200 OK", "<html>"), SourceFault::Unreadable),
        (ok(&json!({"outs": "none"})), SourceFault::Unreadable),
        (status("502 Bad Gateway", ""), SourceFault::Unreachable),
    ] {
        let (result, stand_in) = check(vec![answer]).await;
        assert_eq!(result, Err(expected));
        assert_eq!(stand_in.heard().len(), 1);
    }
}

#[tokio::test]
async fn people_who_are_out_today_need_not_be_readable_yet() {
    let out = json!({"outs": [{"employeeId": "1", "type": "days", "startDate": "2026-03-04"}]});
    assert_eq!(check(vec![ok(&out), ok(&found(&[]))]).await.0, Ok(Checked { lacks: None }));
}
