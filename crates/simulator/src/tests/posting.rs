//! Messages: where they may go, what becomes of them, who sees them.

use super::bench::{Bench, SCOPES};
use serde_json::{Value, json};

#[tokio::test]
async fn a_channel_is_posted_to_by_slacks_rules() {
    let bench = Bench::start_with_scopes(&SCOPES.replace("chat:write.public,", "")).await;

    for (channel, code) in [
        ("CSUPPORT", "not_in_channel"),
        ("COPS", "channel_not_found"),
        ("CNOWHERE", "channel_not_found"),
        ("support", "channel_not_found"),
    ] {
        let answer = bench.api("chat.postMessage", &json!({"channel": channel, "text": "x"})).await;
        assert_eq!(answer["error"], code, "{channel}");
    }
    bench
        .act(json!({"user": "ana", "command": "/invite", "text": "@Asyncbot", "channel": "ops"}))
        .await;
    bench.api("conversations.join", &json!({"channel": "CSUPPORT"})).await;
    for channel in ["CSUPPORT", "COPS", "UBEN"] {
        let answer = bench.api("chat.postMessage", &json!({"channel": channel, "text": "x"})).await;
        assert_eq!(answer["ok"], true, "{channel}: {answer}");
    }
    bench.act(json!({"event": {"type": "channel_archive", "channel": "CSUPPORT"}})).await;
    let archived =
        bench.api("chat.postMessage", &json!({"channel": "CSUPPORT", "text": "x"})).await;
    assert_eq!(archived["error"], "is_archived");
}

#[tokio::test]
async fn a_message_is_edited_and_deleted_by_its_own_bot_only() {
    let bench = Bench::start().await;
    let posted =
        bench.api("chat.postMessage", &json!({"channel": "CSUPPORT", "text": "one"})).await;
    bench.act(json!({"user": "ben", "say": {"channel": "support", "text": "mine"}})).await;
    let theirs = bench.messages("UANA", "support").await[1]["ts"].clone();

    let edit = bench
        .api("chat.update", &json!({"channel": "CSUPPORT", "ts": posted["ts"], "text": "two"}))
        .await;
    let foreign =
        bench.api("chat.update", &json!({"channel": "CSUPPORT", "ts": theirs, "text": "x"})).await;
    let missing =
        bench.api("chat.update", &json!({"channel": "CSUPPORT", "ts": "1.0", "text": "x"})).await;

    assert_eq!(edit["ok"], true);
    assert_eq!(foreign["error"], "cant_update_message");
    assert_eq!(missing["error"], "message_not_found");
    let seen = bench.messages("UANA", "support").await;
    assert_eq!(seen[0]["text"], "two");
    assert!(seen[0]["edited"].is_string());
    let gone = bench.api("chat.delete", &json!({"channel": "CSUPPORT", "ts": posted["ts"]})).await;
    assert_eq!(gone["ok"], true);
    assert_eq!(bench.messages("UANA", "support").await[0]["deleted"], true);
}

#[tokio::test]
async fn time_stamps_are_unique_and_increase_while_the_clock_stands() {
    let bench = Bench::start().await;
    for channel in ["CSUPPORT", "CSUPPORT", "CGENERAL", "UANA"] {
        bench.api("chat.postMessage", &json!({"channel": channel, "text": "x"})).await;
    }

    let all = bench.sim("GET", "messages?team=T0HARBOUR", &Value::Null).await;

    let stamps: Vec<&str> =
        all["messages"].as_array().unwrap().iter().map(|one| one["ts"].as_str().unwrap()).collect();
    assert!(stamps.is_sorted_by(|a, b| a < b), "{stamps:?}");
    assert!(stamps[0].starts_with("1780296600."), "{stamps:?}");
}

#[tokio::test]
async fn an_ephemeral_message_is_seen_by_one_person() {
    let bench = Bench::start().await;
    let answer = bench
        .api("chat.postEphemeral", &json!({"channel": "CSUPPORT", "user": "UBEN", "text": "psst"}))
        .await;

    assert_eq!(answer["ok"], true, "{answer}");
    assert_eq!(bench.messages("UANA", "support").await.len(), 0);
    let seen = bench.messages("UBEN", "support").await;
    assert_eq!(seen[0]["ephemeral_to"], "UBEN");
    let outside = bench
        .api(
            "chat.postEphemeral",
            &json!({"channel": "CSUPPORT", "user": "UNOBODY", "text": "psst"}),
        )
        .await;
    assert_eq!(outside["error"], "user_not_in_channel");
}

#[tokio::test]
async fn a_private_channel_is_shown_to_its_members() {
    let bench = Bench::start().await;

    let (status, text) =
        bench.raw("GET", "messages?team=T0HARBOUR&channel=ops&user=UCHO", &Value::Null).await;

    assert_eq!(status, 404, "{text}");
    assert!(bench.messages("UBEN", "ops").await.is_empty());
}

#[tokio::test]
async fn direct_messages_are_opened_once_and_not_with_someone_who_left() {
    let bench = Bench::start().await;

    let first = bench.api("conversations.open", &json!({"users": "UANA"})).await;
    let second = bench.api("conversations.open", &json!({"users": "UANA"})).await;
    bench
        .act(json!({"event": {"type": "user_change", "user": {"id": "UBEN", "deleted": true}}}))
        .await;
    let left = bench.api("conversations.open", &json!({"users": "UBEN"})).await;

    assert_eq!(first["channel"]["id"], second["channel"]["id"]);
    assert_eq!(second["already_open"], true);
    assert_eq!(left["error"], "user_disabled");
}

#[tokio::test]
async fn the_bots_direct_messages_can_be_searched_for_its_metadata() {
    let bench = Bench::start().await;
    let open = bench.api("conversations.open", &json!({"users": "UANA"})).await;
    let channel = open["channel"]["id"].as_str().unwrap();
    let metadata =
        json!({"event_type": "asyncbot_delivery", "event_payload": {"delivery_id": "d1"}});
    bench
        .api("chat.postMessage", &json!({"channel": channel, "text": "x", "metadata": metadata}))
        .await;

    let history = bench
        .api_get("conversations.history", &[("channel", channel), ("include_all_metadata", "true")])
        .await;

    assert_eq!(history["messages"][0]["metadata"], metadata);
    assert_eq!(history["messages"][0]["app_id"], "A0ASYNCBOT");
}

#[tokio::test]
async fn blocks_beyond_the_limits_are_refused_with_where_and_why() {
    let bench = Bench::start().await;
    let blocks = json!([{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]);

    let answer =
        bench.api("chat.postMessage", &json!({"channel": "CSUPPORT", "blocks": blocks})).await;

    assert_eq!(answer["error"], "invalid_blocks");
    let message = answer["response_metadata"]["messages"][0].as_str().unwrap();
    assert!(message.contains("/blocks/0/text/text"), "{message}");
    let log = bench.sim("GET", "log", &Value::Null).await.to_string();
    assert!(log.contains("must have at least 1 characters"), "{log}");
}
