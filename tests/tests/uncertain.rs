//! Deliveries of which nobody can tell whether they arrived: held, reconciled, sent once more at most.

use serde_json::json;
use std::time::Duration;
use store::DeliveryState;
use stories::both_engines;

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
}
