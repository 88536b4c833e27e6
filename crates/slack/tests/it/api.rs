//! What becomes of a call, by what Slack or the network does with it.

use crate::stand_in::{Move, client, nobody, ok, pass_ten_seconds, start, token};
use chrono::TimeDelta;
use domain::ids::{ChannelId, DeliveryId, TeamId, UserId, WorkspaceId};
use serde_json::json;
use slack::{Direct, Home, NotSentKind, Outcome, PersonFacts, Posted, Rendered};

fn message() -> Rendered {
    Rendered { text: String::from("hello"), blocks: json!([{ "type": "divider" }]) }
}

fn delivery() -> DeliveryId {
    DeliveryId::new("0190a4f8-0000-5000-8000-000000000002".parse().unwrap())
}

async fn post(moves: Vec<Move>) -> Outcome<Posted> {
    let stand_in = start(moves).await;
    let (api, _) = client(&stand_in.url);
    api.post_message(&token(), &ChannelId::new("C1"), &message(), delivery()).await
}

async fn person(moves: Vec<Move>) -> Outcome<PersonFacts> {
    let stand_in = start(moves).await;
    let (api, _) = client(&stand_in.url);
    api.users_info(&token(), &UserId::new("U1")).await
}

#[track_caller]
fn check_not_sent<T: std::fmt::Debug>(outcome: Outcome<T>, kind: NotSentKind, code: &str) {
    let Outcome::NotSent(not_sent) = outcome else { panic!("{outcome:?}") };
    assert_eq!((not_sent.kind, not_sent.code.as_str()), (kind, code));
}

#[track_caller]
fn check_ambiguous<T: std::fmt::Debug>(outcome: &Outcome<T>, code: &str) {
    assert!(matches!(outcome, Outcome::Ambiguous { code: found } if found == code), "{outcome:?}");
}

#[tokio::test]
async fn a_post_carries_its_delivery_and_comes_back_with_its_place() {
    let mut stand_in =
        start(vec![ok(r#"{"ok":true,"channel":"C1","ts":"1.2","message":{"odd":[]}}"#)]).await;
    let (api, _) = client(&stand_in.url);

    let outcome = api.post_message(&token(), &ChannelId::new("C1"), &message(), delivery()).await;

    assert_eq!(
        outcome,
        Outcome::Done(Posted { channel: ChannelId::new("C1"), ts: String::from("1.2") })
    );
    let request = stand_in.requests.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /api/chat.postMessage HTTP/1.1"), "{head}");
    assert!(head.contains("authorization: Bearer xoxb-canary"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body["metadata"],
        json!({
            "event_type": "asyncbot_delivery",
            "event_payload": { "delivery_id": "0190a4f8-0000-5000-8000-000000000002" },
        })
    );
    assert_eq!((&body["text"], &body["blocks"]), (&json!("hello"), &message().blocks));
}

#[tokio::test]
async fn a_reply_is_a_post_in_the_thread_of_another() {
    let mut stand_in = start(vec![ok(r#"{"ok":true,"channel":"C1","ts":"1.3"}"#)]).await;
    let (api, _) = client(&stand_in.url);
    let channel = ChannelId::new("C1");

    let outcome = api.post_reply(&token(), &channel, "1.2", &message(), delivery()).await;

    assert_eq!(outcome, Outcome::Done(Posted { channel, ts: String::from("1.3") }));
    let request = stand_in.requests.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /api/chat.postMessage HTTP/1.1"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["thread_ts"], "1.2");
    let delivery = "0190a4f8-0000-5000-8000-000000000002";
    assert_eq!(body["metadata"]["event_payload"]["delivery_id"], delivery);
}

#[tokio::test]
async fn what_one_person_sees_names_them_and_the_thread_if_there_is_one() {
    let shown = || ok(r#"{"ok":true,"message_ts":"1.4"}"#);
    let mut stand_in = start(vec![shown(), shown()]).await;
    let (api, _) = client(&stand_in.url);
    let (channel, user) = (ChannelId::new("C1"), UserId::new("U1"));

    for thread_ts in [None, Some("1.2")] {
        let outcome = api.post_ephemeral(&token(), &channel, thread_ts, &user, &message()).await;

        let posted = Posted { channel: channel.clone(), ts: String::from("1.4") };
        assert_eq!(outcome, Outcome::Done(posted));
        let request = stand_in.requests.recv().await.unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /api/chat.postEphemeral HTTP/1.1"), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let mut expected = json!({
            "channel": "C1", "user": "U1", "text": "hello", "blocks": message().blocks,
        });
        if let Some(thread_ts) = thread_ts {
            expected["thread_ts"] = thread_ts.into();
        }
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn somebody_who_is_not_in_the_channel_is_shown_nothing_for_good() {
    let stand_in = start(vec![ok(r#"{"ok":false,"error":"user_not_in_channel"}"#)]).await;
    let (api, _) = client(&stand_in.url);
    let (channel, user) = (ChannelId::new("C1"), UserId::new("U1"));

    let outcome = api.post_ephemeral(&token(), &channel, None, &user, &message()).await;

    check_not_sent(outcome, NotSentKind::Permanent, "user_not_in_channel");
}

#[tokio::test]
async fn a_429_is_not_sent_and_says_when_to_come_back() {
    for (headers, wait) in [
        ("Retry-After: 30\r\n", Some(30)),
        ("Retry-After: 0\r\n", Some(1)),
        ("Retry-After: 999999999\r\n", Some(3600)),
        ("Retry-After: soon\r\n", None),
        ("", None),
    ] {
        let body = String::from(r#"{"ok":false,"error":"ratelimited"}"#);

        let outcome = post(vec![Move::Answer("429 Too Many Requests", headers, body)]).await;

        let Outcome::NotSent(not_sent) = outcome else { panic!("{outcome:?}") };
        assert_eq!(not_sent.kind, NotSentKind::Transient);
        assert_eq!(not_sent.retry_after, wait.map(TimeDelta::seconds), "{headers}");
    }
}

#[tokio::test]
async fn what_slack_refuses_is_not_sent() {
    for (code, kind) in [
        ("channel_not_found", NotSentKind::Permanent),
        ("is_archived", NotSentKind::Permanent),
        ("msg_blocks_too_long", NotSentKind::Permanent),
        ("rate_limited", NotSentKind::Transient),
        ("service_unavailable", NotSentKind::Transient),
        ("message_limit_exceeded", NotSentKind::Transient),
        ("team_added_to_org", NotSentKind::Transient),
        ("invalid_auth", NotSentKind::DeadToken),
        ("account_inactive", NotSentKind::DeadToken),
        ("token_revoked", NotSentKind::DeadToken),
        ("token_expired", NotSentKind::DeadToken),
        ("not_authed", NotSentKind::DeadToken),
        ("app_access_restricted", NotSentKind::DeadToken),
    ] {
        let body = format!(r#"{{"ok":false,"error":"{code}","warning":"x"}}"#);

        check_not_sent(post(vec![ok(&body)]).await, kind, code);
    }
}

#[tokio::test]
async fn a_refusal_with_strange_company_is_still_a_refusal() {
    let odd = r#"{"ok":false,"error":"is_archived","errors":7,"warnings":{"a":1}}"#;

    check_not_sent(post(vec![ok(odd)]).await, NotSentKind::Permanent, "is_archived");
}

#[tokio::test]
async fn a_code_that_could_be_anything_is_not_repeated() {
    for code in ["canary@example.com", "", "Über", &"a".repeat(65)] {
        let body = json!({ "ok": false, "error": code }).to_string();

        check_not_sent(post(vec![ok(&body)]).await, NotSentKind::Permanent, "unknown_error");
    }
}

#[tokio::test]
async fn what_may_have_happened_is_ambiguous() {
    for (answer, code) in [
        (ok(r#"{"ok":false,"error":"fatal_error"}"#), "fatal_error"),
        (ok(r#"{"ok":false,"error":"internal_error"}"#), "internal_error"),
        (Move::Answer("500 Internal Server Error", "", String::from("canary")), "server_error"),
        (
            Move::Answer("503 Service Unavailable", "", String::from(r#"{"ok":false}"#)),
            "server_error",
        ),
        (ok(r#"{"ok":true,"#), "unreadable_answer"),
        (ok(r#"{"ok":"true","ts":"1.2"}"#), "unreadable_answer"),
        (ok(r#"{"ok":true,"channel":"C1"}"#), "unreadable_answer"),
        (ok(r#"{"ok":true,"channel":"C1","ts":12}"#), "unreadable_answer"),
        (ok("<html>canary</html>"), "unreadable_answer"),
        (ok(""), "unreadable_answer"),
        (Move::Close, "connection_lost"),
    ] {
        check_ambiguous(&post(vec![answer]).await, code);
    }
}

#[tokio::test]
async fn an_http_refusal_is_permanent() {
    let outcome = post(vec![Move::Answer("403 Forbidden", "", String::from("canary"))]).await;

    check_not_sent(outcome, NotSentKind::Permanent, "http_refused");
}

#[tokio::test]
async fn a_connection_that_never_opened_sent_nothing() {
    let (api, _) = client(&nobody().await);

    let posted = api.post_message(&token(), &ChannelId::new("C1"), &message(), delivery()).await;
    let tested = api.auth_test(&token()).await;

    check_not_sent(posted, NotSentKind::Transient, "no_connection");
    check_not_sent(tested, NotSentKind::Transient, "no_connection");
}

#[tokio::test]
async fn a_token_that_no_header_can_hold_sends_nothing() {
    let stand_in = start(vec![]).await;
    let (api, _) = client(&stand_in.url);
    let bent = secrecy::SecretString::from("xoxb\n-canary");

    let outcome = api.post_message(&bent, &ChannelId::new("C1"), &message(), delivery()).await;

    check_not_sent(outcome, NotSentKind::Permanent, "unsendable_request");
}

#[tokio::test]
async fn ten_seconds_without_an_answer_are_ambiguous() {
    let mut stand_in = start(vec![Move::Hang, Move::Hang]).await;
    let (api, clock) = client(&stand_in.url);
    let (channel, user, token) = (ChannelId::new("C1"), UserId::new("U1"), token());
    let message = message();

    let posting = api.post_message(&token, &channel, &message, delivery());
    let (posted, ()) = tokio::join!(posting, pass_ten_seconds(&mut stand_in, &clock));
    let asking = api.users_info(&token, &user);
    let (asked, ()) = tokio::join!(asking, pass_ten_seconds(&mut stand_in, &clock));

    check_ambiguous(&posted, "timeout");
    check_not_sent(asked, NotSentKind::Transient, "timeout");
}

#[tokio::test]
async fn a_question_may_be_asked_twice_so_it_is_never_ambiguous() {
    for answer in [
        ok(r#"{"ok":false,"error":"fatal_error"}"#),
        ok("<html>"),
        Move::Close,
        Move::Answer("502 Bad Gateway", "", String::new()),
    ] {
        let Outcome::NotSent(not_sent) = person(vec![answer]).await else { panic!("ambiguous") };

        assert_eq!(not_sent.kind, NotSentKind::Transient);
    }
}

#[tokio::test]
async fn a_person_is_read_without_their_address() {
    let body = json!({ "ok": true, "user": {
        "id": "U1", "team_id": "T1", "name": "ana", "deleted": false, "tz": "Europe/Berlin",
        "is_admin": false, "is_owner": true, "is_bot": false, "updated": "odd",
        "profile": { "display_name": " Ana\u{0}\n", "real_name": "Ana L.", "email": "canary@example.com" },
    }});
    let mut stand_in = start(vec![ok(&body.to_string())]).await;
    let (api, _) = client(&stand_in.url);

    let outcome = api.users_info(&token(), &UserId::new("U1")).await;

    assert!(!format!("{outcome:?}").contains("canary"));
    assert_eq!(
        outcome,
        Outcome::Done(PersonFacts {
            home: Home::new(vec![TeamId::new("T1")], false),
            user: UserId::new("U1"),
            display_name: String::from("Ana"),
            zone: Some(String::from("Europe/Berlin")),
            is_deactivated: false,
            is_bot: false,
            is_guest: false,
            is_admin: true,
        })
    );
    let request = stand_in.requests.recv().await.unwrap();
    assert!(request.starts_with("GET /api/users.info?user=U1 HTTP/1.1"), "{request}");
}

#[tokio::test]
async fn who_belongs_to_another_workspace_is_told_apart() {
    for (said, is_foreign) in [
        (json!({ "team_id": "T1" }), false),
        (json!({}), false),
        (json!({ "team_id": null, "is_stranger": null }), false),
        (json!({ "team_id": "T2" }), true),
        (json!({ "team_id": "T1", "is_stranger": true }), true),
        // In an organisation somebody has one home and works in several workspaces.
        (json!({ "team_id": "T2", "enterprise_user": { "teams": ["T2", "T1"] } }), false),
        (json!({ "team_id": "T2", "enterprise_user": { "teams": ["T3"] } }), true),
    ] {
        let body = json!({ "ok": true, "user": said });

        let facts = person(vec![ok(&body.to_string())]).await.done().unwrap();

        let here = WorkspaceId::of_team(&TeamId::new("T1"));
        assert_eq!(facts.home.is_foreign_to(here), is_foreign, "{said}");
    }
}

#[tokio::test]
async fn odd_facts_cost_only_themselves() {
    let body = r#"{"ok":true,"user":{"id":"U1","tz":null,"deleted":"yes","name":"ana","real_name":7,
        "profile":{"display_name":""}}}"#;

    let facts = person(vec![ok(body)]).await.done().unwrap();

    assert_eq!((facts.display_name.as_str(), facts.zone), ("ana", None));
    assert!(!facts.is_deactivated && !facts.is_admin);
}

#[tokio::test]
async fn direct_messages_are_opened_with_one_person() {
    let mut stand_in = start(vec![ok(r#"{"ok":true,"channel":{"id":"D1"}}"#)]).await;
    let (api, _) = client(&stand_in.url);

    let outcome = api.open_dm(&token(), &UserId::new("U1")).await;

    assert_eq!(outcome.done().unwrap().into_channel(), ChannelId::new("D1"));
    let request = stand_in.requests.recv().await.unwrap();
    assert!(request.ends_with(r#"{"users":"U1"}"#), "{request}");
}

#[tokio::test]
async fn a_channel_is_joined_and_one_that_cannot_be_says_why() {
    let mut stand_in = start(vec![
        ok(r#"{"ok":true,"channel":{"id":"C1"},"warning":"already_in_channel"}"#),
        ok(r#"{"ok":false,"error":"method_not_supported_for_channel_type"}"#),
    ])
    .await;
    let (api, _) = client(&stand_in.url);

    let joined = api.join_channel(&token(), &ChannelId::new("C1")).await;
    let private = api.join_channel(&token(), &ChannelId::new("C2")).await;

    assert_eq!(joined, Outcome::Done(()));
    assert_eq!(private.code(), Some("method_not_supported_for_channel_type"));
    let request = stand_in.requests.recv().await.unwrap();
    assert!(request.ends_with(r#"{"channel":"C1"}"#), "{request}");
}

#[tokio::test]
async fn direct_messages_are_looked_up_with_whom_they_are() {
    for (answer, direct) in [
        (r#"{"ok":true,"channel":{"id":"D1","is_im":true,"user":"U1"}}"#, Direct::Open),
        (
            r#"{"ok":true,"channel":{"id":"D1","is_im":true,"user":"U1","is_archived":false,"is_user_deleted":false,"name":7}}"#,
            Direct::Open,
        ),
        (
            r#"{"ok":true,"channel":{"id":"D1","is_im":true,"user":"U1","is_user_deleted":true}}"#,
            Direct::Closed,
        ),
        (
            r#"{"ok":true,"channel":{"id":"D1","is_im":true,"user":"U1","is_archived":true}}"#,
            Direct::Closed,
        ),
        (r#"{"ok":true,"channel":{"id":"D1","is_im":true,"user":"U2"}}"#, Direct::Strange),
        (r#"{"ok":true,"channel":{"id":"D1","is_im":true}}"#, Direct::Strange),
        (
            r#"{"ok":true,"channel":{"id":"C1","is_channel":true,"is_im":false,"user":"U1"}}"#,
            Direct::Strange,
        ),
        (r#"{"ok":false,"error":"channel_not_found"}"#, Direct::Gone),
    ] {
        let mut stand_in = start(vec![ok(answer)]).await;
        let (api, _) = client(&stand_in.url);

        let found = api.look_up_direct(&token(), &ChannelId::new("D1"), &UserId::new("U1")).await;

        assert_eq!(found, Outcome::Done(direct), "{answer}");
        let request = stand_in.requests.recv().await.unwrap();
        assert!(request.starts_with("GET /api/conversations.info?channel=D1 "), "{request}");
    }
}

#[tokio::test]
async fn direct_messages_that_cannot_be_looked_up_now_are_looked_up_again() {
    for (answer, kind, code) in [
        (r#"{"ok":true,"channel":"D1"}"#, NotSentKind::Transient, "unreadable_answer"),
        (r#"{"ok":false,"error":"ratelimited"}"#, NotSentKind::Transient, "ratelimited"),
        (r#"{"ok":false,"error":"internal_error"}"#, NotSentKind::Transient, "internal_error"),
        (r#"{"ok":false,"error":"missing_scope"}"#, NotSentKind::Permanent, "missing_scope"),
        (r#"{"ok":false,"error":"token_revoked"}"#, NotSentKind::DeadToken, "token_revoked"),
    ] {
        let stand_in = start(vec![ok(answer)]).await;
        let (api, _) = client(&stand_in.url);

        let found = api.look_up_direct(&token(), &ChannelId::new("D1"), &UserId::new("U1")).await;

        check_not_sent(found, kind, code);
    }
}

#[tokio::test]
async fn modals_are_opened_and_messages_replaced() {
    let mut stand_in = start(vec![
        ok(r#"{"ok":true,"view":{"id":null}}"#),
        ok(r#"{"ok":true,"channel":"C1","ts":"1.2"}"#),
        ok(r#"{"ok":false,"error":"expired_trigger_id"}"#),
    ])
    .await;
    let (api, _) = client(&stand_in.url);
    let view = json!({ "type": "modal" });

    let opened = api.open_view(&token(), "trigger", &view).await;
    let replaced = api.update_message(&token(), &ChannelId::new("C1"), "1.2", &message()).await;
    let expired = api.open_view(&token(), "trigger", &view).await;

    assert_eq!((opened, replaced), (Outcome::Done(()), Outcome::Done(())));
    check_not_sent(expired, NotSentKind::Permanent, "expired_trigger_id");
    let first = stand_in.requests.recv().await.unwrap();
    assert!(
        first.starts_with("POST /api/views.open ") && first.contains(r#""trigger_id":"trigger""#)
    );
    let second = stand_in.requests.recv().await.unwrap();
    assert!(second.starts_with("POST /api/chat.update ") && second.contains(r#""ts":"1.2""#));
}

#[tokio::test]
async fn a_token_is_tested_with_its_scopes() {
    let stand_in = start(vec![Move::Answer(
        "200 OK",
        "X-OAuth-Scopes: commands,chat:write\r\n",
        String::from(r#"{"ok":true,"team_id":"T1","user_id":"UBOT","url":"https://x.slack.com/"}"#),
    )])
    .await;
    let (api, _) = client(&stand_in.url);

    let facts = api.auth_test(&token()).await.done().unwrap();

    assert_eq!((facts.team.as_str(), facts.bot_user.as_str()), ("T1", "UBOT"));
    assert_eq!(facts.scopes, Some(vec![String::from("commands"), String::from("chat:write")]));
}

#[tokio::test]
async fn outcomes_and_the_client_show_no_secret() {
    let refused = post(vec![ok(r#"{"ok":false,"error":"is_archived","token":"canary"}"#)]).await;
    let (api, _) = client(&nobody().await);

    let shown = format!("{refused:?} {api:?}");

    assert!(!shown.contains("canary"), "{shown}");
}
