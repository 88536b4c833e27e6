//! Who may call what, with which arguments, and how often.

use super::bench::{Bench, SCOPES};
use crate::to_bot::outbound::send;
use serde_json::{Value, json};

#[track_caller]
fn assert_error(answer: &Value, code: &str) {
    assert_eq!(answer["ok"], false, "{answer}");
    assert_eq!(answer["error"], code, "{answer}");
}

#[tokio::test]
async fn a_call_without_a_good_token_is_refused() {
    let mut bench = Bench::start().await;
    let url = bench.simulator.url().join("slack/api/auth.test").unwrap();

    let bare = send("GET", &url, &[], "").await.unwrap();
    assert!(bare.body.contains("not_authed"), "{}", bare.body);
    let good = std::mem::replace(&mut bench.token, "xoxb-wrong".into());
    assert_error(&bench.api("auth.test", &json!({})).await, "invalid_auth");
    bench.token = good;
    assert_eq!(bench.api_get("auth.revoke", &[]).await["revoked"], true);
    assert_error(&bench.api("auth.test", &json!({})).await, "token_revoked");
}

#[tokio::test]
async fn a_missing_scope_is_named_with_those_that_are_held() {
    let bench = Bench::start_with_scopes("commands,channels:read").await;

    let answer = bench.api("chat.postMessage", &json!({"channel": "CSUPPORT", "text": "x"})).await;

    assert_error(&answer, "missing_scope");
    assert_eq!(answer["needed"], "chat:write");
    assert_eq!(answer["provided"], "commands,channels:read");
}

#[tokio::test]
async fn each_kind_of_channel_needs_its_own_scope() {
    let bench = Bench::start_with_scopes("commands,channels:read,channels:history").await;

    assert_eq!(bench.api_get("conversations.list", &[]).await["ok"], true);
    let private = bench.api_get("conversations.list", &[("types", "private_channel")]).await;
    assert_eq!(private["needed"], "groups:read");
    let open = bench.api("conversations.open", &json!({"users": "UANA"})).await;
    assert_eq!(open["needed"], "im:write");
    let history = bench.api_get("conversations.history", &[("channel", "CSUPPORT")]).await;
    assert_error(&history, "not_in_channel");
}

#[tokio::test]
async fn direct_messages_are_looked_up_with_their_own_scope_alone() {
    let bench = Bench::start_with_scopes(&SCOPES.replace(",im:read", "")).await;
    let opened = bench.api("conversations.open", &json!({"users": "UANA"})).await;
    let direct = opened["channel"]["id"].as_str().unwrap();

    let refused = bench.api_get("conversations.info", &[("channel", direct)]).await;

    assert_error(&refused, "missing_scope");
    assert_eq!(refused["needed"], "im:read");
    assert_eq!(bench.api_get("conversations.info", &[("channel", "CSUPPORT")]).await["ok"], true);
}

#[tokio::test]
async fn an_e_mail_address_needs_its_own_scope() {
    let with = Bench::start().await;
    let without = Bench::start_with_scopes(&SCOPES.replace(",users:read.email", "")).await;

    let told = with.api_get("users.info", &[("user", "UANA")]).await;
    let untold = without.api_get("users.info", &[("user", "UANA")]).await;

    assert_eq!(told["user"]["profile"]["email"], "ana@harbour.example");
    assert_eq!(told["user"]["tz_offset"], 7200);
    assert_eq!(untold["user"]["profile"]["email"], Value::Null);
    assert_error(&with.api_get("users.info", &[("user", "UNOBODY")]).await, "user_not_found");
}

#[tokio::test]
async fn arguments_are_taken_as_documented_and_in_no_other_way() {
    let bench = Bench::start().await;
    for (method, arguments, code) in [
        ("chat.postMessage", json!({"text": "x"}), "invalid_arguments"),
        (
            "chat.postMessage",
            json!({"channel": "CSUPPORT", "text": "x", "client_msg_id": "1"}),
            "invalid_arguments",
        ),
        ("chat.postMessage", json!({"channel": "CSUPPORT", "text": 5}), "invalid_arguments"),
        (
            "chat.postMessage",
            json!({"channel": "CSUPPORT", "text": "x", "mrkdwn": "maybe"}),
            "invalid_arguments",
        ),
        (
            "chat.postMessage",
            json!({"channel": "CSUPPORT", "blocks": "{"}),
            "invalid_blocks_format",
        ),
        ("chat.postMessage", json!({"channel": "CSUPPORT", "blocks": {}}), "invalid_blocks_format"),
        ("chat.postMessage", json!({"channel": "CSUPPORT"}), "no_text"),
        (
            "chat.postMessage",
            json!({"channel": "CSUPPORT", "text": "x", "metadata": {"event_type": "a"}}),
            "invalid_metadata_format",
        ),
        (
            "chat.postMessage",
            json!({"channel": "CSUPPORT", "text": "x", "thread_ts": "1.0"}),
            "cannot_reply_to_message",
        ),
        ("conversations.open", json!({"users": ["UANA"]}), "invalid_array_arg"),
        ("conversations.open", json!({"users": "UNOBODY"}), "user_not_found"),
        ("conversations.open", json!({}), "users_list_not_supplied"),
        ("users.info", json!({"user": "UANA"}), "invalid_post_type"),
        ("chat.everything", json!({}), "unknown_method"),
    ] {
        let answer = bench.api(method, &arguments).await;

        assert_eq!(answer["error"], code, "{method} {arguments}: {answer}");
        bench.advance("5s").await;
    }
    let calls = bench.sim("GET", "calls", &Value::Null).await;
    let calls = calls["calls"].as_array().unwrap();
    assert!(calls.iter().filter(|call| call["ok"] == false).all(|call| call["reason"].is_string()));
}

#[tokio::test]
async fn a_form_is_taken_where_json_is() {
    let bench = Bench::start().await;
    let url = bench.simulator.url().join("slack/api/chat.postMessage").unwrap();
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", &bench.token)
        .append_pair("channel", "CSUPPORT")
        .append_pair("unfurl_links", "false")
        .append_pair("blocks", r#"[{"type":"divider"}]"#)
        .finish();

    let headers = [("Content-Type", "application/x-www-form-urlencoded".into())];
    let answer = send("POST", &url, &headers, &body).await.unwrap();

    assert!(answer.body.contains("\"ok\":true"), "{}", answer.body);
}

#[tokio::test]
async fn a_channel_takes_three_posts_at_once_and_then_one_a_second() {
    let bench = Bench::start().await;
    let post = json!({"channel": "CSUPPORT", "text": "x"});
    for _ in 0..3 {
        assert_eq!(bench.api("chat.postMessage", &post).await["ok"], true);
    }

    let fourth = bench.try_api("chat.postMessage", &post).await.unwrap();
    let elsewhere =
        bench.api("chat.postMessage", &json!({"channel": "CGENERAL", "text": "x"})).await;
    bench.advance("1s").await;
    let later = bench.api("chat.postMessage", &post).await;

    assert_eq!(fourth.status.as_u16(), 429);
    assert_eq!(fourth.header("retry-after"), Some("1"));
    assert_eq!(elsewhere["ok"], true);
    assert_eq!(later["ok"], true);
    assert_eq!(bench.messages("UANA", "support").await.len(), 4);
}

#[tokio::test]
async fn history_is_read_once_a_minute_by_an_app_outside_the_marketplace() {
    let bench = Bench::start().await;
    bench.api("conversations.join", &json!({"channel": "CSUPPORT"})).await;
    let ask = [("channel", "CSUPPORT"), ("include_all_metadata", "true")];

    let first = bench.api_get("conversations.history", &ask).await;
    let second = bench.api_get("conversations.history", &ask).await;

    assert_eq!(first["ok"], true, "{first}");
    assert_error(&second, "ratelimited");
}

#[tokio::test]
async fn the_journal_keeps_no_secrets() {
    let bench = Bench::start().await;

    let calls = bench.sim("GET", "calls", &Value::Null).await.to_string();

    assert!(calls.contains("oauth.v2.access"));
    assert!(!calls.contains("xoxb-"), "{calls}");
    assert!(!calls.contains("client secret"));
}
