//! The life of people: who comes, changes and goes, and what the bot is told of it.

use super::bench::{Bench, SCOPES, button};
use serde_json::{Value, json};

/// Lets an event happen, and returns what the bot was told in consequence.
pub(crate) async fn told(bench: &Bench, event: Value) -> Vec<Value> {
    let before = bench.bot.events().len();
    bench.act(json!({"event": event})).await;
    bench.clock.settle().await;
    bench.bot.events().drain(before..).map(|one| one["event"].clone()).collect()
}

async fn person(bench: &Bench, id: &str) -> Value {
    let state = bench.sim("GET", "state", &Value::Null).await;
    let people = state["workspaces"][0]["people"].as_array().unwrap().clone();
    people.into_iter().find(|one| one["id"] == id).unwrap()
}

#[tokio::test]
async fn whoever_is_deactivated_and_comes_back_is_told_in_full() {
    let bench = Bench::start().await;

    let gone =
        told(&bench, json!({"type": "user_change", "user": {"id": "ben", "deleted": true}})).await;
    let opened = bench.api("conversations.open", &json!({"users": "UBEN"})).await;
    let posted = bench.api("chat.postMessage", &json!({"channel": "UBEN", "text": "x"})).await;
    let back =
        told(&bench, json!({"type": "user_change", "user": {"id": "ben", "deleted": false}})).await;

    assert_eq!(
        (&gone[0]["user"]["id"], &gone[0]["user"]["deleted"]),
        (&json!("UBEN"), &json!(true))
    );
    assert_eq!(gone[0]["user"]["tz"], Value::Null);
    assert_eq!(opened["error"], "user_disabled");
    assert_eq!(posted["error"], "channel_not_found");
    assert_eq!(back[0]["user"]["tz"], "America/New_York");
    assert_eq!(bench.act(json!({"user": "ben", "command": "/rotation"})).await["status"], 200);
}

#[tokio::test]
async fn direct_messages_with_someone_who_left_are_archived() {
    let bench = Bench::start().await;
    let posted = bench.api("chat.postMessage", &json!({"channel": "UBEN", "text": "x"})).await;
    told(&bench, json!({"type": "user_change", "user": {"id": "UBEN", "deleted": true}})).await;

    for channel in ["UBEN", "DBEN"] {
        let answer = bench.api("chat.postMessage", &json!({"channel": channel, "text": "x"})).await;
        assert_eq!(answer["error"], "is_archived", "{channel}");
    }
    let edit = json!({"channel": "DBEN", "ts": posted["ts"], "text": "y"});
    assert_eq!(bench.api("chat.update", &edit).await["error"], "is_inactive");
}

#[tokio::test]
async fn a_new_name_zone_or_rank_is_told() {
    let bench = Bench::start().await;

    let change = json!({"type": "user_change", "user": {"id": "UBEN", "real_name": "Benno", "tz": "Asia/Tokyo", "is_owner": true}});
    let heard = told(&bench, change).await;

    let user = &heard[0]["user"];
    assert_eq!(user["profile"]["display_name"], "Benno");
    assert_eq!((&user["tz"], &user["tz_offset"]), (&json!("Asia/Tokyo"), &json!(32_400)));
    assert_eq!((&user["is_owner"], &user["is_admin"]), (&json!(true), &json!(true)));
    let info = bench.api_get("users.info", &[("user", "UBEN")]).await;
    assert_eq!(info["user"]["is_owner"], true);
    assert_eq!(person(&bench, "UBEN").await["rank"], "owner");
}

#[tokio::test]
async fn without_its_scope_the_bot_hears_nothing_of_people() {
    let bench = Bench::start_with_scopes("commands,chat:write").await;

    let heard =
        told(&bench, json!({"type": "user_change", "user": {"id": "UBEN", "deleted": true}})).await;

    assert!(heard.is_empty());
    assert_eq!(person(&bench, "UBEN").await["deleted"], true);
}

#[tokio::test]
async fn a_new_person_joins_the_workspace_and_general() {
    let bench = Bench::start().await;
    bench.api("conversations.join", &json!({"channel": "CGENERAL"})).await;
    bench.clock.settle().await;

    let heard = told(&bench, json!({"type": "team_join", "user": {"id": "UNOA", "real_name": "Noa", "tz": "Europe/Paris"}})).await;

    let kinds: Vec<&Value> = heard.iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["team_join", "member_joined_channel"]);
    assert_eq!(heard[0]["user"]["real_name"], "Noa");
    assert_eq!((&heard[1]["user"], &heard[1]["channel"]), (&json!("UNOA"), &json!("CGENERAL")));
    assert_eq!(bench.act(json!({"user": "noa", "command": "/rotation"})).await["status"], 200);
}

#[tokio::test]
async fn a_guest_sees_only_the_channels_they_are_in() {
    let bench = Bench::start().await;
    let guest = json!({"type": "team_join", "user": {"id": "UGUS", "real_name": "Gus", "is_restricted": true, "is_ultra_restricted": true}});
    let heard = told(&bench, guest).await;
    told(&bench, json!({"type": "member_joined_channel", "user": "gus", "channel": "#support"}))
        .await;

    let user = &heard[0]["user"];
    assert_eq!(
        (&user["is_restricted"], &user["is_ultra_restricted"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(heard.len(), 1, "a guest is not taken into #general");
    let typed = |channel: &str| json!({"user": "gus", "command": "/rotation", "channel": channel});
    assert_eq!(bench.act(typed("support")).await["status"], 200);
    assert_eq!(bench.refused_act(typed("general")).await.0, 404);
    assert_eq!(person(&bench, "UGUS").await["rank"], "single_channel_guest");
}

#[tokio::test]
async fn another_apps_bot_is_no_person_and_takes_no_messages() {
    let bench = Bench::start().await;
    told(
        &bench,
        json!({"type": "team_join", "user": {"id": "UROBO", "real_name": "Robo", "is_bot": true}}),
    )
    .await;

    let info = bench.api_get("users.info", &[("user", "UROBO")]).await;
    assert_eq!(info["user"]["is_bot"], true);
    for (method, arguments) in [
        ("conversations.open", json!({"users": "UROBO"})),
        ("chat.postMessage", json!({"channel": "UROBO", "text": "x"})),
    ] {
        assert_eq!(bench.api(method, &arguments).await["error"], "cannot_dm_bot", "{method}");
    }
    assert_eq!(bench.refused_act(json!({"user": "robo", "command": "/rotation"})).await.0, 422);
    let own = bench.api("auth.test", &json!({})).await["user_id"].clone();
    assert_ne!(own, "UROBO");
}

#[tokio::test]
async fn whoever_closed_their_direct_messages_gets_none() {
    let bench = Bench::start().await;
    bench.api("chat.postMessage", &json!({"channel": "UBEN", "text": "before"})).await;
    for user in ["ben", "cho"] {
        bench.act(json!({"user": user, "dms": "closed"})).await;
    }

    for (method, arguments, code) in [
        ("conversations.open", json!({"users": "UBEN"}), "user_not_visible"),
        ("chat.postMessage", json!({"channel": "DBEN", "text": "x"}), "channel_not_found"),
        ("chat.postMessage", json!({"channel": "UCHO", "text": "x"}), "channel_not_found"),
    ] {
        assert_eq!(bench.api(method, &arguments).await["error"], code, "{method} {arguments}");
    }
    let info = bench.api_get("conversations.info", &[("channel", "DBEN")]).await;
    assert_eq!(info["error"], "channel_not_found");
    bench.act(json!({"user": "ben", "dms": "open"})).await;
    let again = bench.api("chat.postMessage", &json!({"channel": "DBEN", "text": "after"})).await;

    assert_eq!(again["ok"], true);
    assert_eq!(bench.messages("UBEN", "dm").await.len(), 2);
}

#[tokio::test]
async fn direct_messages_are_looked_up_with_their_person_until_they_are_deleted() {
    let bench = Bench::start().await;
    let post = json!({"channel": "UBEN", "text": "x"});
    let ts = bench.api("chat.postMessage", &post).await["ts"].clone();
    let info = async || bench.api_get("conversations.info", &[("channel", "DBEN")]).await;

    let open = info().await["channel"].clone();
    assert_eq!((&open["is_im"], &open["user"]), (&json!(true), &json!("UBEN")));
    assert_eq!(open["is_user_deleted"], false);
    told(&bench, json!({"type": "user_change", "user": {"id": "UBEN", "deleted": true}})).await;
    assert_eq!(info().await["channel"]["is_user_deleted"], true);

    let heard = told(&bench, json!({"type": "channel_deleted", "channel": "DBEN"})).await;
    assert!(heard.is_empty(), "{heard:?}");
    assert_eq!(info().await["error"], "channel_not_found");
    let update = json!({"channel": "DBEN", "ts": ts, "text": "y"});
    assert_eq!(bench.api("chat.update", &update).await["error"], "channel_not_found");
}

#[tokio::test]
async fn a_person_of_another_workspace_clicks_under_their_own_and_types_no_command() {
    let bench = Bench::start().await;
    told(&bench, json!({"type": "team_join", "user": {"id": "UZOE", "real_name": "Zoe", "team_id": "TOTHER"}})).await;
    bench.api("conversations.join", &json!({"channel": "CSUPPORT"})).await;
    bench.clock.settle().await;
    let entered =
        told(&bench, json!({"type": "member_joined_channel", "user": "zoe", "channel": "support"}))
            .await;
    let post = json!({"channel": "CSUPPORT", "text": "go", "blocks": button("go", "1")});
    let ts = bench.api("chat.postMessage", &post).await["ts"].clone();
    bench.clock.settle().await;

    bench
        .act(json!({"user": "zoe", "click": {"channel": "CSUPPORT", "ts": ts, "action_id": "go"}}))
        .await;
    let clicked = bench.bot.last_payload();
    bench.act(json!({"user": "zoe", "say": {"channel": "support", "text": "hello"}})).await;
    let said = bench.bot.events().pop().unwrap();
    let (status, why) = bench
        .refused_act(json!({"user": "zoe", "command": "/rotation", "channel": "support"}))
        .await;

    assert_eq!(entered[0]["team"], "TOTHER");
    assert_eq!(
        (&clicked["user"]["team_id"], &clicked["team"]["id"]),
        (&json!("TOTHER"), &json!("T0HARBOUR"))
    );
    assert_eq!(
        (&said["event"]["user_team"], &said["is_ext_shared_channel"]),
        (&json!("TOTHER"), &json!(true))
    );
    assert_eq!(status, 409);
    assert!(why.contains("another workspace"), "{why}");
    assert_eq!(bench.api_get("users.info", &[("user", "UZOE")]).await["user"]["team_id"], "TOTHER");
    let info = bench.api_get("conversations.info", &[("channel", "CSUPPORT")]).await;
    assert_eq!(info["channel"]["is_ext_shared"], true);
}

#[tokio::test]
async fn an_event_may_be_sent_as_it_is() {
    let bench = Bench::start_with_scopes(SCOPES).await;
    let before = bench.bot.events().len();

    let odd = json!({"type": "channel_archive", "channel": null});
    bench.act(json!({"event": odd, "raw": true})).await;

    assert_eq!(bench.bot.events()[before]["event"], odd);
}
