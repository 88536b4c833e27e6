//! Whether a message arrived in direct messages, as the bot looks it up.

use crate::shown::at;
use crate::stand_in::{Move, client, ok, start, token};
use chrono::TimeDelta;
use domain::ids::{ChannelId, DeliveryId};
use slack::{DirectChannel, Found};

const OURS: &str = "0190a4f8-0000-5000-8000-000000000002";
const OTHER: &str = "0190a4f8-0000-5000-8000-000000000003";

fn direct() -> DirectChannel {
    DirectChannel::kept(ChannelId::new("D1")).unwrap()
}

/// Returns a message as Slack shows it, with what an app put beside it.
fn message(ts: &str, event_type: &str, delivery: &str) -> String {
    format!(
        r#"{{"type":"message","text":"private","ts":"{ts}","metadata":{{"event_type":"{event_type}","event_payload":{{"delivery_id":"{delivery}"}}}}}}"#
    )
}

async fn look(answer: Move) -> (Found, String) {
    let mut stand_in = start(vec![answer]).await;
    let (api, _) = client(&stand_in.url);
    let delivery = DeliveryId::new(OURS.parse().unwrap());
    let found = api.find_in_direct(&token(), &direct(), delivery, at("2026-06-08T06:58:00Z")).await;
    (found, stand_in.requests.recv().await.unwrap())
}

async fn found_in(messages: &str, has_more: &str) -> Found {
    look(ok(&format!(r#"{{"ok":true,"messages":[{messages}]{has_more}}}"#))).await.0
}

#[tokio::test]
async fn a_message_is_found_by_the_delivery_that_it_names() {
    let messages = [
        r#"{"ts":"4.0","text":"thanks"}"#.to_owned(),
        message("3.0", "asyncbot_delivery", OTHER),
        message("2.0", "asyncbot_delivery", OURS),
    ]
    .join(",");

    let (found, request) =
        look(ok(&format!(r#"{{"ok":true,"has_more":true,"messages":[{messages}]}}"#))).await;

    assert_eq!(found, Found::At(String::from("2.0")));
    let line = request.lines().next().unwrap();
    assert!(line.starts_with("GET /api/conversations.history?"), "{line}");
    for argument in [
        "channel=D1",
        "include_all_metadata=true",
        "inclusive=true",
        "limit=15",
        "oldest=1780901880.000000",
    ] {
        assert!(line.contains(argument), "{argument}: {line}");
    }
}

#[tokio::test]
async fn a_message_is_missing_only_where_all_there_are_were_seen() {
    let other = message("3.0", "asyncbot_delivery", OTHER);
    let stranger = message("2.0", "another_app", OURS);
    let odd = r#"{"ts":7,"metadata":[]},{"metadata":{"event_type":"asyncbot_delivery"}}"#;
    for messages in [String::new(), other.clone(), stranger, odd.to_owned()] {
        assert_eq!(found_in(&messages, r#","has_more":false"#).await, Found::NotThere);
    }

    for has_more in [r#","has_more":true"#, ""] {
        let found = found_in(&other, has_more).await;
        assert_eq!(found, Found::Unknown(String::from("more_than_is_shown")), "{has_more}");
    }
}

#[tokio::test]
async fn what_slack_does_not_show_is_not_known() {
    let body = String::from(r#"{"ok":false,"error":"ratelimited"}"#);
    let too_many = Move::Answer("429 Too Many Requests", "Retry-After: 60\r\n", body);
    let Found::Limited(refused) = look(too_many).await.0 else { panic!("Slack has no time") };
    assert_eq!(refused.code, slack::RATE_LIMITED);
    assert_eq!(refused.retry_after, Some(TimeDelta::seconds(60)));
    for (answer, code) in [
        (ok(r#"{"ok":false,"error":"missing_scope"}"#), "missing_scope"),
        (ok(r#"{"ok":true}"#), "unreadable_answer"),
        (Move::Answer("500 Internal Server Error", "", String::new()), "server_error"),
    ] {
        assert_eq!(look(answer).await.0, Found::Unknown(String::from(code)));
    }
}

#[test]
fn a_channel_is_no_direct_messages() {
    for channel in ["C1", "G1", "", "d1"] {
        assert_eq!(DirectChannel::kept(ChannelId::new(channel)), None, "{channel}");
    }
    assert_eq!(direct().channel(), &ChannelId::new("D1"));
}
