//! What can go wrong, told apart, and what all workspaces share.

use crate::stand_in::{
    Move, credentials, fetch, found, hibob, march, now, ok, person, refusal, start, status, wire,
    wire_at,
};
use chrono::TimeDelta;
use connect::{Wire, WireFault};
use domain::source::{Credentials, SourceFault};
use secrecy::SecretString;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

async fn fault(answer: Move) -> SourceFault {
    fetch(&["1"], vec![answer]).await.0.unwrap_err()
}

#[tokio::test]
async fn every_refusal_has_its_own_name() {
    let html = "<html><body>Blocked</body></html>";
    for (line, body, expected) in [
        ("401 Unauthorized", "", SourceFault::Unauthorized),
        ("401 Unauthorized", html, SourceFault::Unauthorized),
        ("403 Forbidden", html, SourceFault::Blocked),
        ("403 Forbidden", "\u{feff}\n <!-- x --><!DocType HTML><p>No", SourceFault::Blocked),
        ("403 Forbidden", "<HTML lang=\"en\">", SourceFault::Blocked),
        ("429 Too Many Requests", html, SourceFault::Blocked),
        ("500 Internal Server Error", "{}", SourceFault::Unreachable),
        ("503 Service Unavailable", html, SourceFault::Unreachable),
        ("408 Request Timeout", "", SourceFault::Unreachable),
        ("200 OK", html, SourceFault::Unreadable),
        ("200 OK", "", SourceFault::Unreadable),
        ("204 No Content", "", SourceFault::Unreadable),
        ("400 Bad Request", "{\"key\":\"bad.request\"}", SourceFault::Unreadable),
        ("404 Not Found", "", SourceFault::Unreadable),
    ] {
        assert_eq!(fault(status(line, body)).await, expected, "{line} {body}");
    }
    for body in [
        "",
        "{\"key\":\"forbidden\"}",
        "{\"error\":\"Access denied\"}",
        "{\"message\":\"Forbidden\"}",
        "{\"detail\":\"<html>\"}",
        "[]",
        "Access denied to <html> pages",
        "<denied/>",
    ] {
        match fault(status("403 Forbidden", body)).await {
            SourceFault::Forbidden { grant } => {
                assert!(grant.starts_with("People's data > Basic info"), "{grant}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_refusal_of_one_workspace_is_asked_again_without_what_is_private_and_stops_nobody_else()
{
    for body in ["Access denied", "{\"message\":\"Forbidden\"}"] {
        let denied = || status("403 Forbidden", body);
        let moves = vec![ok(&found(&["1"])), denied(), denied(), ok(&found(&[]))];
        let stand_in = start(moves).await;
        let (wire, people) = (wire(&stand_in.url), [person("1")]);
        let fetch = async |service_user| {
            let with = credentials(service_user);
            hibob().fetch(&wire, &with, &people, march()).await.unwrap_err()
        };

        let first = fetch("SVC1").await;

        assert!(matches!(first, SourceFault::Forbidden { .. }), "{body}: {first:?}");
        assert!(stand_in.lines()[2].ends_with("includePrivate=false"), "{:?}", stand_in.lines());
        assert_eq!(fetch("SVC2").await, SourceFault::NobodyMatched, "{body}");
    }
}

#[tokio::test]
async fn a_limit_is_a_limit_whatever_is_written_below_it() {
    let (page, until) = ("<html>Slow down</html>", |seconds| now() + TimeDelta::seconds(seconds));
    let reset = format!("X-RateLimit-Reset: {}\r\n", until(30).timestamp());
    for (headers, body, seconds) in [
        (reset.as_str(), page, 30),
        ("Retry-After: 5\r\n", page, 5),
        ("Retry-After: later\r\n", page, 60),
        ("Retry-After: 5\r\n", "Too many", 5),
        ("", "Too many", 60),
        ("", "{\"message\":\"Too many\"}", 60),
    ] {
        let line = "429 Too Many Requests";
        let limited = Move::Answer(line, headers.to_owned(), body.to_owned());
        let expected = SourceFault::Limited { until: until(seconds) };
        assert_eq!(fault(limited).await, expected, "{headers} {body}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stand_in = start(vec![ok(&found(&["1"]))]).await;
    let there = Move::Answer("302 Found", format!("Location: {}\r\n", stand_in.url), String::new());

    assert_eq!(fault(there).await, SourceFault::Unreadable);
    assert_eq!(stand_in.heard(), [""; 0]);
}

#[tokio::test]
async fn who_does_not_answer_cannot_be_reached() {
    assert_eq!(fault(Move::Close).await, SourceFault::Unreachable);
    assert_eq!(fault(Move::Break).await, SourceFault::Unreachable);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let result = hibob().fetch(&wire(&url), &credentials("SVC1"), &[person("1")], march()).await;
    assert_eq!(result.unwrap_err(), SourceFault::Unreachable);
}

#[tokio::test]
async fn a_limit_ends_when_the_headers_say_so_within_bounds() {
    let now = now();
    let soon = (now + TimeDelta::seconds(30)).timestamp();
    for (headers, seconds) in [
        (format!("X-RateLimit-Reset: {soon}\r\n"), 30),
        (format!("X-RateLimit-Reset: {soon}\r\nRetry-After: 5\r\n"), 30),
        (format!("X-RateLimit-Reset: {}\r\n", now.timestamp() - 5), 1),
        (format!("X-RateLimit-Reset: {}\r\n", now.timestamp() + 86_400), 3600),
        (String::from("X-RateLimit-Reset: 99999999999999999999999\r\n"), 60),
        (String::from("X-RateLimit-Reset: 30\r\nRetry-After: 5\r\n"), 5),
        (String::from("X-RateLimit-Reset: soon\r\nRetry-After: 0\r\n"), 1),
        (String::from("Retry-After: Wed, 04 Mar 2026 05:02:00 GMT\r\n"), 120),
        (String::from("Retry-After: 4294967295\r\n"), 3600),
        (String::from("Retry-After: later\r\n"), 60),
        (String::new(), 60),
    ] {
        let limited = Move::Answer("429 Too Many Requests", headers.clone(), String::new());
        let until = now + TimeDelta::seconds(seconds);
        assert_eq!(fault(limited).await, SourceFault::Limited { until }, "{headers}");
    }
}

#[tokio::test]
async fn an_answer_beyond_all_bounds_is_not_read() {
    let body = format!("{{\"employees\": [\"{}\"]}}", "x".repeat(17 * 1024 * 1024));
    assert_eq!(fault(status("200 OK", &body)).await, SourceFault::Unreadable);
}

#[tokio::test]
async fn behind_a_firewall_everybody_waits_five_minutes_without_asking() {
    let clock = Arc::new(Mutex::new(now()));
    let blocked = status("403 Forbidden", "<html>Blocked</html>");
    let stand_in = start(vec![blocked, ok(&found(&[]))]).await;
    let wire = wire_at(&stand_in.url, Arc::clone(&clock));
    let people = [person("1")];
    let fetch = async |service_user| {
        let with = credentials(service_user);
        hibob().fetch(&wire, &with, &people, march()).await.unwrap_err()
    };

    assert_eq!(fetch("SVC1").await, SourceFault::Blocked);
    assert_eq!(fetch("SVC2").await, SourceFault::Blocked);
    *clock.lock().unwrap() += TimeDelta::seconds(299);
    assert_eq!(fetch("SVC2").await, SourceFault::Blocked);
    assert_eq!(stand_in.heard().len(), 1, "only the first was asked");
    *clock.lock().unwrap() += TimeDelta::seconds(1);
    assert_eq!(fetch("SVC2").await, SourceFault::NobodyMatched);
}

#[tokio::test]
async fn a_firewall_is_no_missing_grant_so_it_is_not_asked_again() {
    let blocked = status("403 Forbidden", "<html>Blocked</html>");
    let (result, stand_in) = fetch(&["1"], vec![ok(&found(&["1"])), blocked]).await;

    assert_eq!(result.unwrap_err(), SourceFault::Blocked);
    assert_eq!(stand_in.heard().len(), 2);
}

#[tokio::test]
async fn twenty_wrong_tokens_in_ten_seconds_stop_us_before_a_firewall_does() {
    let clock = Arc::new(Mutex::new(now()));
    let stand_in = start((0..21).map(|_| refusal("401 Unauthorized")).collect()).await;
    let wire = wire_at(&stand_in.url, Arc::clone(&clock));
    let people = [person("1")];
    let fetch = async |number: usize| {
        let with = credentials(&format!("SVC{number}"));
        hibob().fetch(&wire, &with, &people, march()).await.unwrap_err()
    };

    for number in 0..20 {
        assert_eq!(fetch(number).await, SourceFault::Unauthorized, "{number}");
    }
    assert_eq!(fetch(20).await, SourceFault::Blocked);
    assert_eq!(stand_in.heard().len(), 20);
    *clock.lock().unwrap() += TimeDelta::seconds(10);
    assert_eq!(fetch(20).await, SourceFault::Unauthorized);
    assert_eq!(stand_in.heard().len(), 21);
}

#[tokio::test]
async fn wrong_tokens_at_the_same_time_stop_us_as_well() {
    let stand_in = start((0..64).map(|_| refusal("401 Unauthorized")).collect()).await;
    let wire = Arc::new(wire(&stand_in.url));
    let mut asking = JoinSet::new();
    for number in 0..64 {
        let wire = Arc::clone(&wire);
        asking.spawn(async move {
            let with = credentials(&format!("SVC{number}"));
            hibob().fetch(&wire, &with, &[person("1")], march()).await.unwrap_err()
        });
    }

    let faults = asking.join_all().await;

    // HiBob's firewall counts to fifty.
    let heard = stand_in.heard().len();
    assert!((20..50).contains(&heard), "{heard} of 64 were tried");
    let refused = faults.iter().filter(|fault| **fault == SourceFault::Unauthorized).count();
    let blocked = faults.iter().filter(|fault| **fault == SourceFault::Blocked).count();
    assert_eq!((refused, blocked), (heard, 64 - heard));
}

#[tokio::test]
async fn credentials_that_cannot_be_right_are_not_tried() {
    let stand_in = start(Vec::new()).await;
    let wire = wire(&stand_in.url);
    let with = |host: &str, values: &[(&str, &str)]| Credentials {
        host: host.to_owned(),
        values: values
            .iter()
            .map(|(code, value)| ((*code).to_owned(), SecretString::from(*value)))
            .collect(),
    };
    for (credentials, expected) in [
        (with("production", &[]), SourceFault::Unauthorized),
        (with("production", &[("service_user", "SVC1")]), SourceFault::Unauthorized),
        (with("production", &[("service_user", " "), ("token", "t")]), SourceFault::Unauthorized),
        (with("production", &[("service_user", "a:b"), ("token", "t")]), SourceFault::Unauthorized),
        (with("moon", &[("service_user", "SVC1"), ("token", "t")]), SourceFault::Unreachable),
    ] {
        let result = hibob().fetch(&wire, &credentials, &[person("1")], march()).await;
        assert_eq!(result.unwrap_err(), expected);
    }
    assert_eq!(stand_in.heard(), [""; 0]);
}

#[test]
fn what_opens_a_source_never_travels_readable() {
    let of = |url: &str| {
        let bases = BTreeMap::from([(crate::stand_in::hibob_code(), url.parse().unwrap())]);
        Wire::new(Arc::new(now), bases).map(drop)
    };
    for url in
        ["https://hibob.example", "http://127.0.0.1:8080/x", "http://[::1]/", "http://localhost"]
    {
        assert_eq!(of(url), Ok(()), "{url}");
    }
    for url in
        ["http://hibob.example", "http://10.0.0.1", "http://localhost.example", "ftp://127.0.0.1"]
    {
        let source_name = String::from("hibob");
        assert_eq!(of(url), Err(WireFault::PlainHttp { source_name }), "{url}");
    }
}

#[tokio::test]
async fn nothing_that_is_said_about_a_fault_has_what_must_not_be_said() {
    let outs = json!({"outs": [{"employeeId": "e1-canary", "startDate": "e1@example.com"}]});
    for answer in [ok(&outs), refusal("403 Forbidden"), status("200 OK", "e1@example.com")] {
        let fault = format!("{:?}", fault(answer).await);
        assert!(!fault.contains("e1") && !fault.contains("canary"), "{fault}");
    }
    let wire = wire(&"http://127.0.0.1:1/".parse().unwrap());
    let shown = format!("{wire:?} {:?} {:?}", credentials("SVC1"), person("1"));
    assert!(!shown.contains("canary") && !shown.contains('@'), "{shown}");
}
