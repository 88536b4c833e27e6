//! Commands and clicks, from the person to the bot and back.

use super::bench::{Bench, Next, SCOPES, SIGNING_SECRET, button};
use crate::to_bot::outbound::send;
use crate::to_bot::signature::sign;
use crate::{BotStatus, HostRequest, How, seed_demo};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

#[tokio::test]
async fn a_command_comes_signed_and_with_every_field() {
    let bench = Bench::start().await;

    let answer = bench
        .act(json!({"user": "ana", "command": "/rotation", "text": "ooo add @Ben in #support", "channel": "general"}))
        .await;

    assert_eq!(answer["status"], 200);
    assert!(answer["ack_ms"].is_u64());
    let seen = bench.bot.seen().pop().unwrap();
    assert_eq!(seen.path, "/slack/commands");
    let timestamp = bench.now().timestamp();
    assert_eq!(seen.header("x-slack-request-timestamp"), timestamp.to_string());
    assert_eq!(seen.header("x-slack-signature"), sign(SIGNING_SECRET, timestamp, &seen.body));
    for (name, value) in [
        ("team_id", "T0HARBOUR"),
        ("team_domain", "harbour"),
        ("channel_id", "CGENERAL"),
        ("channel_name", "general"),
        ("user_id", "UANA"),
        ("user_name", "ana"),
        ("command", "/rotation"),
        ("text", "ooo add <@UBEN|ben> in <#CSUPPORT|support>"),
        ("api_app_id", "A0ASYNCBOT"),
        ("is_enterprise_install", "false"),
    ] {
        assert_eq!(seen.field(name), value, "{name}");
    }
    assert_eq!(seen.field("trigger_id"), answer["trigger_id"].as_str().unwrap());
    assert!(seen.field("response_url").starts_with(bench.simulator.url().as_str()));
}

#[tokio::test]
async fn the_answer_to_a_command_is_shown_to_the_person_or_to_all() {
    let bench = Bench::start().await;
    bench.bot.will([
        Next::Say(200, json!({"text": "just you"})),
        Next::Say(200, json!({"response_type": "in_channel", "text": "all of you"})),
        Next::Say(200, Value::Null),
    ]);
    for _ in 0..3 {
        bench.act(json!({"user": "ana", "command": "/rotation", "text": "list", "channel": "support"})).await;
    }

    let (ana, ben) =
        (bench.messages("UANA", "support").await, bench.messages("UBEN", "support").await);

    assert_eq!(ana.len(), 2);
    assert_eq!(ana[0]["ephemeral_to"], "UANA");
    assert_eq!(ben.len(), 1);
    assert_eq!(ben[0]["text"], "all of you");
    assert_eq!(ben[0]["command"], "/rotation list");
}

#[tokio::test]
async fn a_command_that_fails_is_told_by_slack_itself() {
    let bench = Bench::start().await;
    bench
        .bot
        .will([Next::Say(500, Value::Null), Next::Say(200, json!({"text": "x", "surprise": 1}))]);

    for said in ["the bot answered 500", "unknown field \"surprise\""] {
        let answer =
            bench.act(json!({"user": "ana", "command": "/rotation", "channel": "support"})).await;
        assert!(answer["error"].as_str().unwrap().to_lowercase().contains(said), "{answer}");
        let told = bench.messages("UANA", "support").await.pop().unwrap();
        assert_eq!(told["user"], "USLACKBOT");
        assert!(told["text"].as_str().unwrap().contains(said), "{told}");
    }
    bench.simulator.set_bot_url("http://127.0.0.1:1/".parse().unwrap());
    let answer = bench.act(json!({"user": "ana", "command": "/rotation"})).await;
    assert_eq!(answer["status"], Value::Null);
    assert!(answer["error"].as_str().unwrap().contains("did not answer"), "{answer}");
}

#[tokio::test]
async fn a_response_url_takes_five_posts_within_half_an_hour() {
    let bench = Bench::start().await;
    let hook = async || {
        bench.act(json!({"user": "ana", "command": "/rotation", "channel": "support"})).await;
        bench.bot.seen().pop().unwrap().field("response_url").parse().unwrap()
    };
    let post = async |url: &url::Url, body: Value| {
        send("POST", url, &[("Content-Type", "application/json".into())], &body.to_string())
            .await
            .unwrap()
    };

    let first: url::Url = hook().await;
    for _ in 0..5 {
        assert_eq!(post(&first, json!({"text": "x"})).await.status, 200);
    }
    let sixth = post(&first, json!({"text": "x"})).await;
    let second = hook().await;
    bench.advance("29m").await;
    assert_eq!(post(&second, json!({"text": "x"})).await.status, 200);
    bench.advance("1m").await;
    let late = post(&second, json!({"text": "x"})).await;

    assert_eq!(sixth.status, 404);
    assert!(sixth.body.contains("five posts"), "{}", sixth.body);
    assert_eq!(late.status, 404);
    assert_eq!(bench.messages("UANA", "support").await.len(), 6);
    assert_eq!(bench.messages("UBEN", "support").await.len(), 0);
}

#[tokio::test]
async fn a_click_carries_the_message_and_may_replace_it() {
    let bench = Bench::start().await;
    let posted = bench
        .api(
            "chat.postMessage",
            &json!({"channel": "CSUPPORT", "text": "go", "blocks": button("go", "1")}),
        )
        .await;
    let ts = posted["ts"].as_str().unwrap();

    let answer = bench
        .act(json!({"user": "ben", "click": {"channel": "CSUPPORT", "ts": ts, "action_id": "go"}}))
        .await;

    assert_eq!(answer["status"], 200, "{answer}");
    let payload = bench.bot.last_payload();
    assert_eq!(payload["type"], "block_actions");
    assert_eq!(payload["container"]["message_ts"], ts);
    assert_eq!(payload["message"]["text"], "go");
    assert_eq!(payload["user"]["team_id"], "T0HARBOUR");
    assert_eq!(payload["actions"][0]["value"], "1");
    assert_eq!(payload["actions"][0]["block_id"], "b");
    let url: url::Url = payload["response_url"].as_str().unwrap().parse().unwrap();
    let body = json!({"replace_original": true, "text": "done"}).to_string();
    assert_eq!(send("POST", &url, &[], &body).await.unwrap().status, 200);
    let seen = bench.messages("UANA", "support").await;
    assert_eq!(
        (seen.len(), &seen[0]["text"], &seen[0]["blocks"]),
        (1, &json!("done"), &Value::Null)
    );
}

#[tokio::test]
async fn only_what_is_there_can_be_clicked() {
    let bench = Bench::start().await;
    let posted = bench
        .api(
            "chat.postMessage",
            &json!({"channel": "CSUPPORT", "text": "go", "blocks": button("go", "1")}),
        )
        .await;
    let ts = posted["ts"].as_str().unwrap();
    for (click, said) in [
        (json!({"channel": "CSUPPORT", "ts": ts, "action_id": "stop"}), "\"stop\""),
        (json!({"channel": "CSUPPORT", "ts": ts, "action_id": "go", "value": "2"}), "\"go\""),
        (json!({"channel": "CSUPPORT", "ts": "1.0", "action_id": "go"}), "no message 1.0"),
        (json!({"channel": "COPS", "ts": ts, "action_id": "go"}), "no channel"),
        (json!({"view_id": "V1", "action_id": "go"}), "no view V1"),
    ] {
        let (status, text) = bench.refused_act(json!({"user": "cho", "click": click})).await;

        assert_eq!(status, 404, "{text}");
        assert!(text.contains(said), "{text}");
    }
    assert!(bench.bot.seen().is_empty());
}

#[tokio::test]
async fn whoever_is_unknown_or_deactivated_does_not_act() {
    let bench = Bench::start().await;
    bench
        .act(json!({"event": {"type": "user_change", "user": {"id": "UBEN", "deleted": true}}}))
        .await;

    for (act, status) in [
        (json!({"user": "nobody", "command": "/rotation"}), 404),
        (json!({"user": "ben", "command": "/rotation"}), 409),
        (json!({"user": "ana", "command": "/other"}), 404),
        (json!({"user": "ana"}), 422),
        (json!({"user": "ana", "dance": true}), 400),
    ] {
        let (got, text) = bench.refused_act(act.clone()).await;
        assert_eq!(got, status, "{act}: {text}");
    }
}

#[tokio::test]
async fn the_clock_moves_forward_only_and_says_the_new_time() {
    let bench = Bench::start().await;

    let moved = bench.sim("POST", "clock", &json!({"advance": "36h"})).await;
    assert_eq!(moved["now"], "2026-06-02T18:50:00Z");
    let set = bench.sim("POST", "clock", &json!({"set": "2026-06-08T07:00:00Z"})).await;
    assert_eq!(set["now"], "2026-06-08T07:00:00Z");
    for (step, status) in [
        (json!({"set": "2026-06-01T07:00:00Z"}), 409),
        (json!({"to_next_handoff": true}), 409),
        (json!({"advance": "1y"}), 422),
        (json!({}), 422),
        (json!({"set": "soon"}), 400),
    ] {
        let (got, text) = bench.raw("POST", "clock", &step).await;
        assert_eq!(got, status, "{step}: {text}");
    }
}

#[tokio::test]
async fn a_bot_that_nobody_hosts_cannot_be_switched() {
    let bench = Bench::start().await;

    let (status, _) = bench.raw("POST", "bot", &json!({"running": false})).await;
    let state = bench.sim("GET", "state", &Value::Null).await;

    assert_eq!(status, 409);
    assert_eq!(state["bot"]["running"], Value::Null);
    assert_eq!(state["bot"]["hosted"], false);
}

#[tokio::test]
async fn whoever_waits_for_changes_is_told_at_once() {
    let bench = Bench::start().await;
    let since = bench.sim("GET", "state", &Value::Null).await["version"].as_u64().unwrap();
    let path = format!("changes?since={since}");

    let (changed, _) = tokio::join!(
        bench.sim("GET", &path, &Value::Null),
        bench.act(json!({"user": "ana", "say": {"channel": "general", "text": "hi"}})),
    );

    assert!(changed["version"].as_u64().unwrap() > since);
}

#[tokio::test]
async fn the_host_of_the_bot_is_asked_to_stop_it_and_for_the_next_handoff() {
    let (host, mut asked) = mpsc::channel(4);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut running = true;
        while let Some(request) = asked.recv().await {
            match request {
                HostRequest::Bot { running: true, done, .. } => {
                    done.send(Err("The database is gone".into())).unwrap();
                }
                HostRequest::Bot { how, done, .. } => {
                    assert_eq!(how, How::Kill);
                    running = false;
                    done.send(Ok(BotStatus { running, url: None })).unwrap();
                }
                HostRequest::NextHandoff { done } => {
                    done.send(Some("2026-06-08T07:00:00Z".parse().unwrap())).unwrap();
                }
                HostRequest::Status { done } => {
                    done.send(BotStatus { running, url: None }).unwrap();
                }
            }
        }
    });
    let bench = Bench::start_with(SCOPES, Some(host)).await;

    let moved = bench.sim("POST", "clock", &json!({"to_next_handoff": true})).await;
    let stopped = bench.sim("POST", "bot", &json!({"running": false, "how": "kill"})).await;
    let state = bench.sim("GET", "state", &Value::Null).await;
    let (status, why) = bench.raw("POST", "bot", &json!({"running": true})).await;

    assert_eq!(moved["now"], "2026-06-08T07:00:00Z");
    assert_eq!(stopped["running"], false);
    assert_eq!(
        state["bot"],
        json!({"running": false, "hosted": true, "url": null, "next_handoff_at": "2026-06-08T07:00:00Z"})
    );
    assert_eq!((status, why.as_str()), (409, "The database is gone"));
}

#[tokio::test]
async fn a_guest_from_another_workspace_is_shown_as_one() {
    let bench = Bench::start().await;
    let posted = bench
        .api(
            "chat.postMessage",
            &json!({"channel": "CSUPPORT", "text": "go", "blocks": button("go", "1")}),
        )
        .await;

    let click = json!({"channel": "CSUPPORT", "ts": posted["ts"], "action_id": "go", "home_team": "TOTHER"});
    bench.act(json!({"user": "ben", "click": click})).await;

    let payload = bench.bot.last_payload();
    assert_eq!(
        (&payload["user"]["team_id"], &payload["team"]["id"]),
        (&json!("TOTHER"), &json!("T0HARBOUR"))
    );
}

#[tokio::test]
async fn another_sites_page_cannot_act() {
    let bench = Bench::start().await;
    let url = bench.simulator.url().join("sim/bot").unwrap();
    let own = bench.simulator.url().as_str().trim_end_matches('/').to_owned();

    let stranger = [("Origin", "https://example.com".to_owned())];
    let refused = send("POST", &url, &stranger, "{\"running\":false}").await.unwrap();
    let heard = send("POST", &url, &[("Origin", own)], "{\"running\":false}").await.unwrap();

    assert_eq!((refused.status.as_u16(), heard.status.as_u16()), (403, 409));
}

#[tokio::test]
async fn the_address_for_events_is_verified_by_its_challenge() {
    let bench = Bench::start().await;
    assert_eq!(bench.sim("POST", "verify", &Value::Null).await["verified"], true);

    bench.simulator.set_bot_url("http://127.0.0.1:1/".parse().unwrap());

    assert_eq!(bench.sim("POST", "verify", &Value::Null).await["verified"], false);
}

#[tokio::test]
async fn the_demo_begins_in_harbour() {
    let bench = Bench::start().await;

    let team = seed_demo(&bench.simulator).await.unwrap();

    let state = bench.sim("GET", "state", &Value::Null).await;
    let harbour = &state["workspaces"][1];
    assert_eq!(harbour["team"], team.as_str());
    assert_eq!(harbour["people"][0]["name"], "Ana");
    assert_eq!(harbour["people"][0]["admin"], true);
    assert_eq!(harbour["channels"][3]["kind"], "private");
    assert_eq!(harbour["app"]["installed"], true);
}
