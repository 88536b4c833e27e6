//! The life of channels, and what the bot may do in them.

use super::bench::Bench;
use super::living::told;
use serde_json::{Value, json};

async fn post(bench: &Bench, channel: &str) -> Value {
    let answer = bench.api("chat.postMessage", &json!({"channel": channel, "text": "x"})).await;
    answer.get("error").cloned().unwrap_or(json!("ok"))
}

async fn invite(bench: &Bench, channel: &str) -> Vec<Value> {
    let event = json!({"type": "member_joined_channel", "user": "bot", "channel": channel, "inviter": "ana"});
    told(bench, event).await
}

#[tokio::test]
async fn an_archived_channel_takes_nothing_until_it_is_back() {
    let bench = Bench::start().await;
    let posted = bench.api("chat.postMessage", &json!({"channel": "CSUPPORT", "text": "x"})).await;

    let gone =
        told(&bench, json!({"type": "channel_archive", "channel": "#support", "user": "ben"}))
            .await;
    let (status, _) = bench
        .refused_act(json!({"event": {"type": "channel_archive", "channel": "#support"}}))
        .await;
    let edit = json!({"channel": "CSUPPORT", "ts": posted["ts"], "text": "y"});
    let ephemeral = json!({"channel": "CSUPPORT", "user": "UBEN", "text": "y"});

    assert_eq!(
        (&gone[0]["type"], &gone[0]["channel"], &gone[0]["user"]),
        (&json!("channel_archive"), &json!("CSUPPORT"), &json!("UBEN"))
    );
    assert_eq!(status, 409);
    assert_eq!(post(&bench, "CSUPPORT").await, "is_archived");
    assert_eq!(bench.api("chat.postEphemeral", &ephemeral).await["error"], "is_archived");
    assert_eq!(bench.api("chat.update", &edit).await["error"], "is_inactive");
    let joined = bench.api("conversations.join", &json!({"channel": "CSUPPORT"})).await;
    assert_eq!(joined["error"], "is_archived");
    let back = told(&bench, json!({"type": "channel_unarchive", "channel": "CSUPPORT"})).await;
    assert_eq!((&back[0]["type"], &back[0]["user"]), (&json!("channel_unarchive"), &json!("UANA")));
    assert_eq!(post(&bench, "CSUPPORT").await, "ok");
}

#[tokio::test]
async fn of_a_private_channel_the_bot_hears_only_while_it_is_in_it() {
    let bench = Bench::start().await;
    let rename =
        |name: &str| json!({"type": "channel_rename", "channel": {"id": "COPS", "name": name}});

    let unheard = told(&bench, rename("operations")).await;
    assert_eq!(post(&bench, "COPS").await, "channel_not_found");
    let entered = invite(&bench, "COPS").await;
    let heard = told(&bench, rename("ops-team")).await;
    assert_eq!(post(&bench, "COPS").await, "ok");
    let removed =
        told(&bench, json!({"type": "member_left_channel", "user": "bot", "channel": "COPS"}))
            .await;
    let after = told(&bench, json!({"type": "group_archive", "channel": "COPS"})).await;

    assert!(unheard.is_empty() && after.is_empty());
    let own = bench.api("auth.test", &json!({})).await["user_id"].clone();
    assert_eq!((&entered[0]["user"], &entered[0]["inviter"]), (&own, &json!("UANA")));
    assert_eq!(
        (&heard[0]["type"], &heard[0]["channel"]["name"]),
        (&json!("group_rename"), &json!("ops-team"))
    );
    assert_eq!(
        (&removed[0]["type"], &removed[0]["channel"], &removed[0]["actor_id"]),
        (&json!("group_left"), &json!("COPS"), &json!("UANA"))
    );
    assert_eq!(post(&bench, "COPS").await, "channel_not_found");
}

#[tokio::test]
async fn who_comes_and_goes_is_told_where_the_bot_is() {
    let bench = Bench::start().await;
    let leave = |who: &str, place: &str| json!({"type": "member_left_channel", "user": who, "channel": place});

    let unheard = told(&bench, leave("cho", "support")).await;
    invite(&bench, "support").await;
    let left = told(&bench, leave("ben", "support")).await;
    let back =
        told(&bench, json!({"type": "member_joined_channel", "user": "cho", "channel": "support"}))
            .await;
    let own = told(&bench, json!({"type": "channel_left", "channel": "support"})).await;

    assert!(unheard.is_empty());
    assert_eq!(
        (&left[0]["type"], &left[0]["user"], &left[0]["channel_type"], &left[0]["team"]),
        (&json!("member_left_channel"), &json!("UBEN"), &json!("C"), &json!("T0HARBOUR"))
    );
    assert_eq!((&back[0]["user"], &back[0]["inviter"]), (&json!("UCHO"), &Value::Null));
    assert_eq!(own[0]["type"], "channel_left");
    let members = bench.api_get("conversations.members", &[("channel", "CSUPPORT")]).await;
    assert_eq!(members["members"], json!(["UANA", "UCHO"]));
    for (event, status) in [
        (leave("ben", "support"), 409),
        (leave("nobody", "support"), 404),
        (leave("ana", "nowhere"), 404),
        (json!({"type": "member_joined_channel", "user": "cho", "channel": "support"}), 409),
    ] {
        assert_eq!(bench.refused_act(json!({"event": event})).await.0, status, "{event}");
    }
}

#[tokio::test]
async fn a_deleted_channel_is_gone() {
    let bench = Bench::start().await;

    let heard = told(&bench, json!({"type": "channel_deleted", "channel": "support"})).await;

    assert_eq!(
        (&heard[0]["type"], &heard[0]["channel"]),
        (&json!("channel_deleted"), &json!("CSUPPORT"))
    );
    assert_eq!(post(&bench, "CSUPPORT").await, "channel_not_found");
    assert_eq!(
        bench
            .refused_act(json!({"user": "ana", "command": "/rotation", "channel": "support"}))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn a_channel_that_becomes_private_shuts_out_whoever_is_not_in_it() {
    let bench = Bench::start().await;
    invite(&bench, "general").await;

    for channel in ["support", "general"] {
        let heard =
            told(&bench, json!({"type": "channel_convert_to_private", "channel": channel})).await;
        assert!(heard.is_empty());
    }

    assert_eq!(post(&bench, "CSUPPORT").await, "channel_not_found");
    assert_eq!(post(&bench, "CGENERAL").await, "ok");
    let joined = bench.api("conversations.join", &json!({"channel": "CGENERAL"})).await;
    assert_eq!(joined["error"], "method_not_supported_for_channel_type");
}

#[tokio::test]
async fn a_channel_keeps_its_messages_under_its_new_id() {
    let bench = Bench::start().await;
    bench.act(json!({"user": "ana", "command": "/rotation", "channel": "support"})).await;
    let hook = bench.bot.seen().pop().unwrap().field("response_url").parse().unwrap();
    post(&bench, "CSUPPORT").await;

    let heard = told(&bench, json!({"type": "channel_id_changed", "old_channel_id": "CSUPPORT", "new_channel_id": "CNEW"})).await;
    let body = json!({"text": "late"}).to_string();
    let late = crate::to_bot::outbound::send("POST", &hook, &[], &body).await.unwrap();

    assert_eq!(
        (&heard[0]["old_channel_id"], &heard[0]["new_channel_id"]),
        (&json!("CSUPPORT"), &json!("CNEW"))
    );
    assert_eq!(post(&bench, "CSUPPORT").await, "channel_not_found");
    assert_eq!(late.status, 200);
    assert_eq!(bench.messages("UANA", "CNEW").await.len(), 2);
}

#[tokio::test]
async fn a_new_channel_is_told_unless_it_is_private() {
    let bench = Bench::start().await;

    let public =
        told(&bench, json!({"type": "channel_created", "channel": {"name": "billing"}})).await;
    let private = told(&bench, json!({"type": "channel_created", "channel": {"id": "CVAULT", "name": "vault", "is_private": true, "members": ["ben"]}})).await;

    assert_eq!(
        (&public[0]["channel"]["name"], &public[0]["channel"]["id"]),
        (&json!("billing"), &json!("C0BILLING"))
    );
    assert!(private.is_empty());
    assert_eq!(post(&bench, "CVAULT").await, "channel_not_found");
    assert_eq!(
        bench.act(json!({"user": "ben", "command": "/rotation", "channel": "vault"})).await["status"],
        200
    );
    assert_eq!(
        bench
            .refused_act(json!({"user": "cho", "command": "/rotation", "channel": "vault"}))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn members_are_read_in_parts() {
    let bench = Bench::start().await;
    let read = async |more: &[(&str, &str)]| {
        let arguments = [&[("channel", "CSUPPORT"), ("limit", "2")], more].concat();
        bench.api_get("conversations.members", &arguments).await
    };

    let first = read(&[]).await;
    let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap();
    let second = read(&[("cursor", cursor)]).await;

    assert_eq!(first["members"], json!(["UANA", "UBEN"]));
    assert_eq!(second["members"], json!(["UCHO"]));
    assert_eq!(second["response_metadata"]["next_cursor"], "");
    assert_eq!(read(&[("cursor", "elsewhere")]).await["error"], "invalid_cursor");
    let much =
        bench.api_get("conversations.members", &[("channel", "CSUPPORT"), ("limit", "1001")]).await;
    assert_eq!(much["error"], "invalid_limit");
    let private = bench.api_get("conversations.members", &[("channel", "COPS")]).await;
    assert_eq!(private["error"], "channel_not_found");
}
