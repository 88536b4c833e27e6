//! Slack's limits are kept, each where it holds and nowhere else, and nobody waits for somebody else's.

use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{Envelope, LifecycleEffect, Recipient};
use domain::ids::{ChannelId, RotationId, TeamId, UserId, WorkspaceId};
use serde_json::json;
use std::time::{Duration, Instant};
use store::testing::TestDatabase;
use store::{DeliveryState, InboxItem};
use stories::crash::{Place, Process, Town, free_port};
use stories::{Play, both_engines};

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

/// Returns something to say of a rotation in a channel, another for each instant.
fn renamed(rotation: RotationId, changed_at: DateTime<Utc>, channel: &str) -> Envelope {
    let by = UserId::new("U9KIM");
    let effect = LifecycleEffect::RotationRenamed { rotation, by, changed_at };
    Envelope::new(effect, Recipient::Channel(ChannelId::new(channel)))
}

/// Opens somebody's home and returns how long it takes, in real time, until Slack has it.
async fn home_after(play: &Play, user: &str) -> Duration {
    let published = play.calls("views.publish").await.len();
    let began = Instant::now();
    play.act(&json!({"team": play.team(), "user": user, "open_home": true})).await;
    while play.calls("views.publish").await.len() == published {
        assert!(began.elapsed() < Duration::from_secs(20), "it is shown");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    began.elapsed()
}

/// Checks that somebody's page comes as soon as when nobody else has anything to say, give or take a second.
fn is_as_quick(quiet: Duration, busy: Duration) {
    assert!(busy < quiet + Duration::from_secs(1), "{quiet:?} when it is quiet, {busy:?} now");
}

/// Returns when Slack took messages in a channel of a workspace, the earliest first.
async fn posted(play: &Play, team: &str, channel: &str) -> Vec<DateTime<Utc>> {
    let calls = play.calls_for(team, "chat.postMessage").await.into_iter();
    calls
        .filter(|(_, call)| call["ok"] == true && call["arguments"]["channel"] == channel)
        .map(|(at, _)| at)
        .collect()
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
    let mut tx = store.write(workspace).await.expect("a transaction begins");
    let rotation = tx.list_rotations().await.expect("they are read").swap_remove(0);
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

    async fn five_thousand_messages_of_one_workspace_delay_nobody_else(play at "2026-06-05T10:00:00Z") {
        let neighbour = play.has_neighbour(100).await;
        play.neighbour_makes_support(&neighbour, "2026-06-09").await;
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-08T06:59:55Z").await;
        play.stage().simulator().set_latency(Duration::from_millis(50));
        let quiet = home_after(&play, "U0DEE").await;
        play.stage().simulator().set_latency(Duration::ZERO);
        let store = play.database().open().await;
        let workspace = WorkspaceId::of_team(&TeamId::new(&neighbour));
        let mut tx = store.write(workspace).await.expect("a transaction begins");
        let rotation = tx.list_rotations().await.expect("they are read")[0].id;
        let due = at("2026-06-08T06:59:55Z");
        for number in 0..5000 {
            let said_at = due + TimeDelta::microseconds(number);
            let envelope = renamed(rotation, said_at, &format!("C9N{}", number % 100));
            tx.insert_delivery(&envelope, due, due).await.expect("it is stored");
        }
        tx.commit().await.expect("it is saved");
        // In real time as well: the many are being sent, slowly, when Eli opens a page.
        play.stage().simulator().set_latency(Duration::from_millis(50));
        let busy = home_after(&play, "U0ELI").await;
        if store.is_shared() {
            is_as_quick(quiet, busy);
        } else {
            // Not within a second yet where one writer serves all and nothing is optimized: docs/RELIABILITY.md.
            assert!(busy < quiet + Duration::from_secs(5), "{quiet:?} when it is quiet, {busy:?} now");
        }
        play.stage().simulator().set_latency(Duration::ZERO);

        play.waits_until("2026-06-08T07:00:05Z").await;

        let mine = posted(&play, play.team(), "C0SUPPORT").await;
        let last = *mine.last().expect("the handoff is posted");
        assert!(at(NINE) <= last && last - at(NINE) < TimeDelta::seconds(1), "{last}");
        let states = store.system().count_outbox_by_state().await.expect("it is counted");
        let waiting = states.iter().find(|(state, _)| *state == DeliveryState::Pending);
        assert!(waiting.is_some_and(|(_, count)| *count > 4000), "the others still wait: {states:?}");
    }

    async fn five_thousand_events_of_one_workspace_delay_nobody_else(play at "2026-06-05T10:00:00Z") {
        let neighbour = play.has_neighbour(0).await;
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        let quiet = home_after(&play, "U0DEE").await;
        let store = play.database().open().await;
        let now = play.stage().clock().now();
        let workspace = WorkspaceId::of_team(&TeamId::new(&neighbour));
        let mut tx = store.write(workspace).await.expect("a transaction begins");
        for number in 0..5000 {
            let item = InboxItem::OwnMessage {
                channel: ChannelId::new("C9SUPPORT"),
                ts: format!("{number}.0"),
                delivery: None,
            };
            let key = format!("noise;{number}");
            tx.insert_inbox(&item, &key, now).await.expect("it is stored");
        }
        tx.commit().await.expect("it is saved");
        // What comes in wakes the inbox: from here on it has its hands full.
        is_as_quick(quiet, home_after(&play, "U0ELI").await);
        play.stage().clock().settle().await;
        let counted = store.system().count_inbox_by_state().await.expect("it is counted");
        assert!(counted.iter().all(|(state, _)| *state != store::InboxState::Quarantined), "{counted:?}");
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
