//! Deliveries of which nobody can tell whether they arrived: held, reconciled, sent once more at most.

use domain::ids::{TeamId, WorkspaceId};
use domain::settings::WorkspaceSettings;
use serde_json::json;
use std::time::Duration;
use store::{DeliveryRecord, DeliveryState};
use stories::{Play, both_engines};

/// Lets the next two posts arrive without an answer, and their echoes go nowhere.
async fn loses_answers_and_echoes(play: &Play) {
    play.breaks(&json!({"method": "chat.postMessage", "kind": "accept_then_drop", "times": 2}))
        .await;
    play.stage().simulator().set_bot_url("http://127.0.0.1:9/".parse().expect("an address"));
}

/// Lets the bot hear again what happens in Slack.
fn hears_again(play: &Play) {
    play.stage().simulator().set_bot_url(play.stage().bot_url().clone());
}

/// Returns what the bot knows of the delivery that a message names.
async fn delivery_of(play: &Play, ts: &str, channel: &str) -> DeliveryRecord {
    let path = format!("sim/messages?team={}&channel={channel}&user=U0ANA", play.team());
    let seen = play.get(&path).await;
    let mut all = seen["messages"].as_array().into_iter().flatten();
    let message = all.rfind(|message| message["ts"] == ts).expect("it is there");
    let id = &message["metadata"]["event_payload"]["delivery_id"];
    let id = serde_json::from_value(id.clone()).expect("it names its delivery");
    let store = play.database().open().await;
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let mut tx = store.read(workspace).await.expect("a transaction begins");
    tx.find_delivery(id).await.expect("it is read").expect("it is known")
}

async fn states(play: &Play) -> Vec<(DeliveryState, u64)> {
    let store = play.database().open().await;
    store.system().count_outbox_by_state().await.expect("the outbox is counted")
}

both_engines! {
    async fn a_post_whose_answer_never_came_is_held_and_then_sent_once_more(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        let before = play.channel("support").await.len();
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "hang", "times": 2})).await;

        play.waits_until("2026-06-08T07:01:00Z").await;
        assert_eq!(play.channel("support").await.len(), before, "held");
        assert_eq!(play.dms("ana").await, [], "held");
        play.waits("5m").await;

        assert_eq!(play.channel("support").await.len(), before + 1);
        assert_eq!(play.dms("ana").await.len(), 1);
        play.waits("2d").await;
        assert_eq!(play.channel("support").await.len(), before + 1, "and never again");
        assert_eq!(play.dms("ana").await.len(), 1);
    }

    async fn a_post_that_arrived_without_an_answer_is_known_by_its_echo(play at "2026-06-05T10:00:00Z") {
        play.act(&json!({"team": play.team(), "user": "U0ANA", "command": "/invite", "text": "@asyncbot", "channel": "#support"})).await;
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits("5s").await;
        let before = play.channel("support").await.len();
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "accept_then_drop", "times": 1})).await;

        play.waits_until("2026-06-08T07:00:00Z").await;
        play.waits("10m").await;

        assert_eq!(play.channel("support").await.len(), before + 1, "not doubled");
        assert_eq!(play.dms("ana").await.len(), 1);
    }

    async fn a_call_that_hangs_after_its_message_was_seen_is_over(play at "2026-06-05T10:00:00Z") {
        play.act(&json!({"team": play.team(), "user": "U0ANA", "command": "/invite", "text": "@asyncbot", "channel": "#support"})).await;
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits("5s").await;
        let before = play.channel("support").await.len();
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "accept_then_hang", "times": 1})).await;

        play.waits_until("2026-06-08T07:00:00Z").await;

        let posts = play.channel("support").await;
        assert_eq!(posts.len(), before + 1);
        let told = delivery_of(&play, &posts[before].ts, "%23support").await;
        assert_eq!((told.state, told.is_resend), (DeliveryState::Sent, false));
        play.waits("10m").await;
        let told = delivery_of(&play, &posts[before].ts, "%23support").await;
        assert_eq!((told.state, told.attempts, told.is_resend), (DeliveryState::Sent, 1, false));
        assert_eq!(play.channel("support").await.len(), before + 1);
    }

    async fn a_bot_killed_while_it_was_sending_says_it_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        let written = play.dms("ana").await.len();
        let before = play.channel("support").await.len();
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "hang", "times": 2})).await;
        play.waits_until("2026-06-08T07:00:02Z").await;

        play.ends_bot("kill").await;
        play.starts_bot().await;
        play.waits("10m").await;

        assert_eq!(play.channel("support").await.len(), before + 1);
        assert_eq!(play.dms("ana").await.len(), written + 1);
    }

    async fn a_busy_slack_is_waited_for_as_long_as_it_says(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        let written = play.dms("ana").await.len();
        let before = play.channel("support").await.len();
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "429", "times": 2, "retry_after_s": 40})).await;

        play.waits_until("2026-06-08T07:00:30Z").await;
        assert_eq!(play.channel("support").await.len(), before);
        play.waits("3m").await;

        assert_eq!(play.channel("support").await.len(), before + 1);
        assert_eq!(play.dms("ana").await.len(), written + 1);
    }

    async fn a_form_that_slack_does_not_open_is_answered_in_time_and_said_later(play at "2026-06-05T10:00:00Z") {
        play.breaks(&json!({"service": "slack", "method": "views.open", "kind": "hang", "times": 1})).await;

        let answer = tokio::time::timeout(Duration::from_secs(20), play.types("ana", "/rotation create")).await;
        let answer = answer.expect("Slack waits 3 seconds for an answer");
        play.waits("11s").await;

        assert!(answer.contains("not confirmed"), "{answer}");
        let later = play.messages("support", "ana").await.pop().expect("a late answer");
        assert!(later.text.contains("form"), "{later:#?}");
    }

    async fn what_slack_could_not_be_told_while_the_turn_ran_is_counted_as_expired(play at "2026-06-05T10:00:00Z") {
        let form = json!({"name": "support", "members": ["U0ANA", "U0BEN"], "cadence": "day",
            "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        play.creates("ana", &form).await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "429", "times": 2, "retry_after_s": 3600})).await;
        play.waits_until("2026-06-08T07:00:01Z").await;
        play.ends_bot("kill").await;
        play.waits_until("2026-06-09T07:00:01Z").await;

        play.starts_bot().await;

        assert_eq!(play.dms("ben").await.len(), 1, "the turn that runs is told of");
        assert_eq!(play.dms("ana").await, [], "the one that is over is not");
        let counted = play.database().open().await.system().count_outbox_by_state().await;
        let counted = counted.expect("the outbox is counted");
        assert!(counted.contains(&(DeliveryState::Expired, 2)), "{counted:?}");
    }

    async fn without_an_echo_a_direct_message_is_found_where_it_is_and_a_post_is_said_once_more(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        let before = play.channel("support").await.len();
        loses_answers_and_echoes(&play).await;

        play.waits_until("2026-06-08T07:01:00Z").await;
        hears_again(&play);
        play.waits("15m").await;

        let dms = play.dms("ana").await;
        assert_eq!(dms.len(), 1, "it is there, so it is not said again");
        let told = delivery_of(&play, &dms[0].ts, "dm").await;
        assert_eq!((told.state, told.ts.as_deref()), (DeliveryState::Sent, Some(dms[0].ts.as_str())));
        let looks = play.calls("conversations.history").await;
        assert_eq!(looks.len(), 1, "{looks:#?}");
        assert_eq!(looks[0]["arguments"]["channel"], dms[0].channel, "and nowhere else");
        let posts = play.channel("support").await;
        assert_eq!(posts.len(), before + 2, "what is said in a channel is not read");
        let doubled = delivery_of(&play, &posts[before + 1].ts, "%23support").await;
        assert_eq!(doubled.state, DeliveryState::Sent);
        assert!(doubled.is_resend, "that it may have been said twice is known");
        play.waits("2d").await;
        assert_eq!(play.channel("support").await.len(), before + 2, "and never again");
    }

    async fn a_second_saying_is_broken_off_when_the_first_is_heard(play at "2026-06-05T10:00:00Z") {
        play.act(&json!({"team": play.team(), "user": "U0ANA", "command": "/invite", "text": "@asyncbot", "channel": "#support"})).await;
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        let before = play.channel("support").await.len();
        loses_answers_and_echoes(&play).await;
        // Slack tells of the first for the last time six minutes later; the second is on its way just then.
        play.breaks(&json!({"method": "chat.postMessage", "kind": "429", "retry_after_s": 236, "times": 1})).await;
        play.breaks(&json!({"method": "chat.postMessage", "kind": "slow", "times": 1})).await;
        play.waits_until("2026-06-08T07:01:30Z").await;
        hears_again(&play);
        play.waits_until("2026-06-08T07:05:59Z").await;
        assert_eq!(play.get("sim/faults").await["faults"], json!([]), "it is on its way");
        let posts = play.channel("support").await;
        assert_eq!(posts.len(), before + 1, "and not there yet");
        let told = delivery_of(&play, &posts[before].ts, "%23support").await;
        assert_eq!((told.state, told.is_resend), (DeliveryState::Sending, true));

        play.waits("1s").await;
        let left = play.stage().simulator().until_left("chat.postMessage");
        tokio::time::timeout(Duration::from_secs(10), left).await.expect("it is broken off");
        let told = delivery_of(&play, &posts[before].ts, "%23support").await;
        assert_eq!((told.state, told.ts.as_deref()), (DeliveryState::Sent, Some(posts[before].ts.as_str())));
        play.waits("10m").await;

        assert_eq!(play.channel("support").await.len(), before + 1);
    }

    async fn a_direct_message_that_did_not_arrive_is_looked_for_and_said_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        play.breaks(&json!({"method": "chat.postMessage", "kind": "reset", "times": 2})).await;

        play.waits_until("2026-06-08T07:01:00Z").await;
        assert_eq!(play.dms("ana").await, [], "held");
        play.waits("15m").await;

        let dms = play.dms("ana").await;
        assert_eq!(dms.len(), 1);
        assert_eq!(play.calls("conversations.history").await.len(), 1);
        assert!(delivery_of(&play, &dms[0].ts, "dm").await.is_resend);
    }

    async fn a_look_that_slack_has_no_time_for_is_waited_for(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        loses_answers_and_echoes(&play).await;
        play.breaks(&json!({"method": "conversations.history", "kind": "429", "retry_after_s": 60, "times": 2})).await;

        play.waits_until("2026-06-08T07:01:00Z").await;
        hears_again(&play);
        play.waits("20m").await;

        assert_eq!(play.dms("ana").await.len(), 1, "found at the third look");
        assert_eq!(play.calls("conversations.history").await.len(), 3);
    }

    async fn whoever_prefers_silence_hears_nothing_twice(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        let store = play.database().open().await;
        let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
        let mut tx = store.write(workspace).await.expect("a transaction begins");
        let quiet = WorkspaceSettings { prefers_silence: true, ..WorkspaceSettings::default() };
        tx.record_workspace_settings(&quiet).await.expect("it is stored");
        tx.commit().await.expect("it is saved");
        let before = play.channel("support").await.len();
        loses_answers_and_echoes(&play).await;

        // Slack tries for six minutes to tell of what was said; then it is lost.
        play.waits_until("2026-06-08T07:10:00Z").await;
        hears_again(&play);
        play.waits("2d").await;

        assert_eq!(play.channel("support").await.len(), before + 1);
        assert_eq!(play.dms("ana").await.len(), 1);
        let states = states(&play).await;
        assert!(states.contains(&(DeliveryState::Unconfirmed, 2)), "{states:?}");
    }
}
