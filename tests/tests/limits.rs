//! Slack's limits are kept, each where it holds and nowhere else, and nobody waits for somebody else's.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{TeamId, WorkspaceId};
use serde_json::json;
use std::time::{Duration, Instant};
use store::testing::TestDatabase;
use stories::crash::{Place, Process, Town, free_port};
use stories::{Play, both_engines, posted, renamed};

/// Monday, 09:00 in Berlin.
const NINE: &str = "2026-06-08T07:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// Has Ana make a daily rotation in a channel.
async fn makes_daily(play: &Play, name: &str, channel: &str) {
    let form = json!({"name": name, "members": ["U0ANA", "U0BEN"], "cadence": "day",
        "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": channel});
    let answer = play.creates("ana", &form).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_together_say_one_thing_a_second_in_a_channel() {
    slack::install_tls_provider();
    let database = TestDatabase::postgres().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let port = free_port();
    let mut town = Town::found(port).await;
    let first = Place {
        program: env!("CARGO_BIN_EXE_crashes").into(),
        folder: folder.path().to_owned(),
        store: database.settings().clone(),
        port,
        admin_port: free_port(),
        slack: town.simulator().url(),
        variables: Vec::new(),
    };
    let replicas = [Process::start(&first), Process::start(&first.beside())];
    town.settle(1, 1).await;
    let state = town.get("sim/state").await;
    let team = state["workspaces"][0]["team"].as_str().expect("a workspace").to_owned();
    let store = database.open().await;
    let workspace = WorkspaceId::of_team(&TeamId::new(&team));
    let began = Instant::now();
    // Who is in it is asked before it is made.
    let rotation = loop {
        let mut tx = store.read(workspace).await.expect("a transaction begins");
        if let Some(rotation) = tx.list_rotations().await.expect("they are read").pop() {
            break rotation;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "the rotation is made");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let mut tx = store.write(workspace).await.expect("a transaction begins");
    let channel = rotation.channel.clone();
    let now = town.now();
    for number in 0..12 {
        let said_at = now + TimeDelta::microseconds(number);
        let envelope = renamed(rotation.id, said_at, channel.as_str());
        tx.insert_delivery(&envelope, now, now).await.expect("it is stored");
    }
    tx.commit().await.expect("it is saved");

    let began = Instant::now();
    let taken = loop {
        let calls = town.get("sim/calls").await;
        let all = calls["calls"].as_array().cloned().unwrap_or_default();
        let here = all.into_iter().filter(|call| {
            call["method"] == "chat.postMessage" && call["arguments"]["channel"] == channel.as_str()
        });
        let taken: Vec<DateTime<Utc>> = here
            .filter_map(|call| call["at"].as_str().map(at))
            .filter(|when| now <= *when)
            .collect();
        if taken.len() >= 12 {
            break taken;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "{taken:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };

    drop(replicas);
    for pair in taken.windows(2) {
        assert!(pair[1] - pair[0] >= TimeDelta::seconds(1), "{taken:?}");
    }
}

both_engines! {
    async fn after_a_429_a_method_is_left_alone_in_its_workspace_until_slack_said(play at "2026-06-05T10:00:00Z") {
        let neighbour = play.has_neighbour(0).await;
        play.neighbour_makes_support(&neighbour, "2026-06-08").await;
        makes_daily(&play, "support", "C0SUPPORT").await;
        makes_daily(&play, "general", "C0GENERAL").await;
        play.waits_until("2026-06-08T06:59:00Z").await;
        let team = play.team().to_owned();
        play.breaks(&json!({"team": team, "method": "chat.postMessage", "kind": "429", "retry_after_s": 120})).await;

        play.waits_until("2026-06-08T07:00:40Z").await;
        play.opens_home("eli").await;
        play.ends_bot("kill").await;
        play.starts_bot().await;
        play.types("cho", "/rotation next").await;
        play.waits("10m").await;

        let posts = play.calls_for(&team, "chat.postMessage").await;
        let since = posts.iter().filter(|(when, _)| at(NINE) <= *when);
        let refused = since.clone().find(|(_, call)| call["fault"] == "429").expect("one is refused");
        let until = refused.0 + TimeDelta::seconds(120);
        let early: Vec<_> = since.filter(|(when, _)| refused.0 < *when && *when < until).collect();
        assert!(early.is_empty(), "{early:#?}");
        for channel in ["support", "general"] {
            let messages = play.channel(channel).await;
            assert_eq!(messages.len(), 2, "the rotation and its first turn: {messages:#?}");
        }
        let others = posted(&play, &neighbour, "C9SUPPORT").await;
        assert!(others.iter().any(|when| *when - at(NINE) < TimeDelta::seconds(2)), "{others:?}");
        let homes = play.calls_for(&team, "views.publish").await;
        assert!(homes.iter().any(|(when, _)| refused.0 < *when && *when < until), "{homes:#?}");
    }

    async fn what_the_inbox_was_refused_is_kept_to_after_a_restart(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits("1m").await;
        play.breaks(&json!({"team": play.team(), "method": "users.info", "kind": "429", "retry_after_s": 300})).await;
        let before = play.calls("users.info").await.len();

        play.opens_home("ana").await;
        let refused = play.calls_for(play.team(), "users.info").await.split_off(before);
        assert_eq!(refused.len(), 1, "{refused:#?}");
        play.waits("1m").await;
        play.ends_bot("kill").await;
        play.starts_bot().await;
        play.opens_home("ben").await;
        play.waits("2m").await;
        let meanwhile = play.calls("users.info").await.len();
        play.waits("2m").await;
        play.opens_home("cho").await;

        assert_eq!(meanwhile, before + 1, "nobody is asked about before Slack said");
        assert!(play.calls("users.info").await.len() > meanwhile);
    }

    async fn a_channel_hears_one_thing_a_second_and_nothing_is_refused(play at "2026-06-05T10:00:00Z") {
        for number in 0..30 {
            makes_daily(&play, &format!("r{number}"), "C0SUPPORT").await;
            play.waits("2s").await;
        }
        play.waits_until(NINE).await;
        play.waits("5m").await;

        let all = posted(&play, play.team(), "C0SUPPORT").await;
        let burst: Vec<_> = all.into_iter().filter(|when| at(NINE) <= *when).collect();
        assert_eq!(burst.len(), 30);
        for pair in burst.windows(2) {
            assert!(pair[1] - pair[0] >= TimeDelta::seconds(1), "{pair:?}");
        }
        assert!(burst[29] - burst[0] <= TimeDelta::seconds(45), "{burst:?}");
        let refused = play.calls_for(play.team(), "chat.postMessage").await;
        assert!(refused.iter().all(|(_, call)| call["status"] == 200), "no limit was reached");
    }

    async fn a_message_whose_workspace_took_the_app_away_meanwhile_waits_for_it(play at "2026-06-05T10:00:00Z") {
        makes_daily(&play, "support", "C0SUPPORT").await;
        play.waits_until("2026-06-08T06:59:00Z").await;
        play.breaks(&json!({"team": play.team(), "method": "chat.postMessage", "kind": "429", "retry_after_s": 60, "times": 9})).await;
        play.waits_until("2026-06-08T07:00:01Z").await;

        play.uninstalls().await;
        play.waits("30m").await;
        let silent = play.channel("support").await.len();
        play.installs().await;
        play.waits("10m").await;

        assert_eq!(silent, 1, "the rotation was told of before");
        assert_eq!(play.channel("support").await.len(), 2, "and its turn once, after");
    }
}
