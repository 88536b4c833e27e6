//! Events: who hears what, and what is sent again.

use super::bench::{Bench, Next};
use serde_json::{Value, json};

#[tokio::test]
async fn an_event_that_fails_is_sent_again_at_once_after_a_minute_and_after_five() {
    let bench = Bench::start().await;
    bench.bot.will([
        Next::Say(500, Value::Null),
        Next::Say(503, Value::Null),
        Next::Say(500, Value::Null),
    ]);

    let first = bench
        .act(json!({"event": {"type": "user_change", "user": {"id": "UBEN", "tz": "Asia/Tokyo"}}}))
        .await;
    bench.clock.settle().await;
    let at_once = bench.bot.events().len();
    bench.advance("59s").await;
    let almost = bench.bot.events().len();
    bench.advance("1s").await;
    let after_a_minute = bench.bot.events().len();
    bench.advance("1h").await;

    assert_eq!(first["status"], 500);
    assert_eq!((at_once, almost, after_a_minute), (2, 2, 3));
    let seen = bench.bot.seen();
    let retries: Vec<(&str, &str)> = seen
        .iter()
        .map(|one| (one.header("x-slack-retry-num"), one.header("x-slack-retry-reason")))
        .collect();
    assert_eq!(retries, [("", ""), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]);
    let ids: Vec<Value> =
        bench.bot.events().iter().map(|event| event["event_id"].clone()).collect();
    assert!(ids.iter().all(|id| id == &ids[0] && id.is_string()), "{ids:?}");
}

#[tokio::test]
async fn an_event_is_not_sent_again_where_the_bot_says_so() {
    let bench = Bench::start().await;
    bench.bot.will([Next::SayNoRetry(500)]);

    bench
        .act(json!({"event": {"type": "team_join", "user": {"id": "UNEW", "real_name": "Noa"}}}))
        .await;
    bench.advance("1h").await;

    assert_eq!(bench.bot.events().len(), 1);
}

#[tokio::test]
async fn the_wrapper_has_what_slack_documents() {
    let bench = Bench::start().await;

    bench
        .act(
            json!({"event": {"type": "user_change", "user": {"id": "UBEN", "real_name": "Benno"}}}),
        )
        .await;

    let event = &bench.bot.events()[0];
    assert_eq!(event["type"], "event_callback");
    assert_eq!(event["team_id"], "T0HARBOUR");
    assert_eq!(event["api_app_id"], "A0ASYNCBOT");
    assert_eq!(event["event_time"], bench.now().timestamp());
    assert_eq!(event["authorizations"][0]["is_bot"], true);
    assert_eq!(event["event"]["user"]["profile"]["display_name"], "Benno");
    assert_eq!(event["event"]["user"]["tz"], "America/New_York");
}

#[tokio::test]
async fn the_bot_hears_its_own_posts_where_it_is_a_member() {
    let bench = Bench::start().await;
    let metadata =
        json!({"event_type": "asyncbot_delivery", "event_payload": {"delivery_id": "d1"}});
    let post = async |channel: &str| {
        bench
            .api(
                "chat.postMessage",
                &json!({"channel": channel, "text": "x", "metadata": metadata}),
            )
            .await;
        bench.clock.settle().await;
        bench.bot.events().len()
    };

    assert_eq!(post("CSUPPORT").await, 0);
    bench.api("conversations.join", &json!({"channel": "CSUPPORT"})).await;
    bench.clock.settle().await;
    assert_eq!(bench.bot.events()[0]["event"]["type"], "member_joined_channel");
    assert_eq!(post("CSUPPORT").await, 2);
    assert_eq!(post("UANA").await, 3);

    let echo = &bench.bot.events()[1]["event"];
    assert_eq!(echo["type"], "message");
    assert_eq!(echo["channel_type"], "channel");
    assert_eq!(echo["app_id"], "A0ASYNCBOT");
    assert!(echo["bot_id"].is_string());
    assert_eq!(echo["metadata"], metadata);
    assert_eq!(bench.bot.events()[2]["event"]["channel_type"], "im");
}

#[tokio::test]
async fn people_are_heard_only_where_the_bot_is_and_may_listen() {
    let bench = Bench::start().await;
    bench
        .act(json!({"user": "ana", "command": "/invite", "text": "@Asyncbot", "channel": "ops"}))
        .await;
    let before = bench.bot.events().len();

    for channel in ["support", "ops"] {
        let said =
            bench.act(json!({"user": "ana", "say": {"channel": channel, "text": "hello"}})).await;
        assert_eq!(said["status"], Value::Null, "{channel}");
    }
    let said =
        bench.act(json!({"user": "ana", "say": {"channel": "dm", "text": "ask @Ben"}})).await;

    assert_eq!(said["status"], 200);
    let events = bench.bot.events();
    assert_eq!(events.len(), before + 1);
    assert_eq!(events[before]["event"]["text"], "ask <@UBEN>");
}

#[tokio::test]
async fn opening_the_home_is_told() {
    let bench = Bench::start().await;

    let answer = bench.act(json!({"user": "ben", "open_home": true})).await;

    assert_eq!(answer["status"], 200);
    let event = &bench.bot.events()[0]["event"];
    assert_eq!(
        (&event["type"], &event["user"], &event["tab"]),
        (&json!("app_home_opened"), &json!("UBEN"), &json!("home"))
    );
}
