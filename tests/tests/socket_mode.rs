//! Socket Mode: what Slack sends over connections of the bot's gets what HTTP gets, and no connection is worth more than another.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use stories::{Engine, Play, both_engines, plain_blocks};

/// How long anything may take before a story gives up.
const PATIENCE: Duration = Duration::from_secs(20);

both_engines! {
    async fn a_command_a_form_a_button_and_an_event_give_what_they_give_over_http(play over sockets at "2026-06-05T10:00:00Z") {
        let over_http = Play::begin(Engine::Sqlite, "2026-06-05T10:00:00Z").await;

        let (over_sockets, over_http) = (a_week(&play).await, a_week(&over_http).await);

        assert_eq!(over_sockets, over_http);
        let log = play.get("sim/log").await.to_string();
        assert!(!log.contains("\"refused\"") && !log.contains("\"failed\""), "{log}");
    }

    async fn a_connection_that_breaks_before_the_acknowledgement_loses_and_doubles_nothing(play over sockets at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-07-06", &["ana", "ben", "cho"]).await;
        play.waits("1m").await;
        let asked = play.calls("users.info").await.len();
        play.breaks(&lost("accept_then_drop", 1)).await;
        play.act(&changed(&play, "U0BEN")).await;
        play.stage().clock().settle().await;

        assert_eq!(play.calls("users.info").await.len(), asked + 1);
        let log = play.get("sim/log").await.to_string();
        assert!(log.contains("Event user_change (attempt 2)."), "{log}");
        play.until_connected(2, 1).await;

        play.breaks(&lost("reset", 1)).await;
        play.act(&changed(&play, "U0CHO")).await;
        play.stage().clock().settle().await;

        assert_eq!(play.calls("users.info").await.len(), asked + 2, "what never arrived came again");
    }

    async fn a_command_whose_answer_got_lost_is_done_once(play over sockets at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.breaks(&lost("accept_then_drop", 1)).await;
        let typed = json!({"team": play.team(), "user": "U0BEN", "channel": "#support",
            "command": "/rotation", "text": "ooo add 2026-06-15"});

        let done = play.act(&typed).await;

        assert!(done["error"].as_str().is_some_and(|why| why.contains("connection broke")), "{done}");
        let listed = play.types("ben", "/rotation ooo list").await;
        assert_eq!(listed.matches("15 Jun").count(), 1, "{listed}");
        play.until_connected(2, 1).await;
    }

    async fn a_connection_that_slack_renews_is_replaced_before_it_is_closed(play over sockets at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.orders_sockets(&json!({"disconnect": "warning"})).await;
        play.until_connected(4, 0).await;
        for _ in 0..4 {
            assert!(play.types("ana", "/rotation list").await.contains("support"), "old and new ones answer");
        }

        play.waits("10s").await;
        play.until_connected(2, 2).await;
        play.until_connected(2, 0).await;

        assert!(play.types("ana", "/rotation list").await.contains("support"));
        play.orders_sockets(&json!({"disconnect": "refresh_requested"})).await;
        play.until_connected(0, 0).await;
        play.until_open(2).await;
        assert!(play.types("ana", "/rotation list").await.contains("support"));
    }

    async fn a_bot_killed_between_receipt_and_acknowledgement_gets_the_event_again_and_does_it_once(play over sockets at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-07-06", &["ana", "ben", "cho"]).await;
        play.waits("1m").await;
        let asked = play.calls("users.info").await.len();
        play.breaks(&lost("accept_then_drop", 2)).await;
        play.act(&changed(&play, "U0BEN")).await;
        // Received and stored, twice, but not acknowledged as far as Slack knows.
        play.stage().clock().settle().await;
        play.ends_bot("kill").await;
        play.waits("2m").await;

        play.starts_bot().await;
        play.waits("10m").await;

        let log = play.get("sim/log").await.to_string();
        assert!(log.contains("Event user_change (attempt 4)."), "{log}");
        assert_eq!(play.calls("users.info").await.len(), asked + 1);
    }

    async fn a_bot_that_was_down_hears_of_the_event_when_it_is_back(play over sockets at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-07-06", &["ana", "ben", "cho"]).await;
        play.waits("1m").await;
        let asked = play.calls("users.info").await.len();
        play.ends_bot("kill").await;
        play.act(&changed(&play, "U0BEN")).await;
        play.waits("2m").await;
        assert_eq!(play.calls("users.info").await.len(), asked);

        play.starts_bot().await;
        play.waits("10m").await;

        assert_eq!(play.calls("users.info").await.len(), asked + 1);
    }

    async fn a_polite_stop_closes_every_connection_and_leaves_nothing_unanswered(play over sockets at "2026-06-05T10:00:00Z") {
        play.breaks(&json!({"service": "slack", "method": "views.open", "kind": "500", "times": 1})).await;
        let typed = play.types("ana", "/rotation create").await;

        play.ends_bot("stop").await;

        assert!(typed.contains("form"), "{typed}");
        play.until_connected(0, 0).await;
        let log = play.get("sim/log").await.to_string();
        assert!(!log.contains("\"failed\""), "{log}");
        play.starts_bot().await;
        play.until_connected(2, 2).await;
    }

    async fn a_slack_that_opens_no_connection_is_asked_again_later_and_later(play over sockets at "2026-06-05T10:00:00Z") {
        let open = "apps.connections.open";
        let before = play.calls(open).await.len();
        play.breaks(&json!({"service": "slack", "method": open, "kind": "hang", "times": 2})).await;
        play.breaks(&json!({"service": "slack", "method": open, "kind": "500", "times": 6})).await;
        play.orders_sockets(&json!({"drop": true})).await;
        until(async || play.calls(open).await.len() == before + 2).await;

        play.waits("10m").await;

        play.until_connected(2, 2).await;
        assert_eq!(play.calls(open).await.len(), before + 10);
        assert!(play.types("ana", "/rotation help").await.contains("/rotation"));
    }

    async fn while_socket_mode_is_turned_off_slack_is_answered_over_http(play over sockets at "2026-06-05T10:00:00Z") {
        play.orders_sockets(&json!({"disconnect": "link_disabled"})).await;
        play.until_connected(0, 0).await;
        assert!(play.types("ana", "/rotation help").await.contains("/rotation"), "over HTTP");

        play.orders_sockets(&json!({"on": true})).await;
        play.until_open(2).await;

        assert!(play.types("ana", "/rotation help").await.contains("/rotation"), "over a socket");
    }
}

/// What people see of a rotation's first week, without what is made at random.
async fn a_week(play: &Play) -> Vec<String> {
    let bad = play.creates("ana", &json!({"name": " ", "members": [], "cadence": "week"})).await;
    let mut seen = vec![bad.to_string()];
    play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
    for command in ["list", "who", "next 3", "banana", "ooo add 2026-06-15", "ooo list"] {
        seen.push(play.types("ben", &format!("/rotation {command}")).await);
    }
    play.waits_until("2026-06-08T07:01:00Z").await;
    let dm = play.dms("ana").await.pop().expect("Ana is on duty");
    let pressed = play.presses("ana", &dm, "show_next").await;
    seen.push(format!("{} {}", pressed["status"], pressed["response"]));
    seen.push(play.presses("ana", &dm, "seen_duty").await["status"].to_string());
    let opened = play.presses("ana", &dm, "enter_absence").await;
    seen.push(plain_blocks(&opened["views_opened"][0]["blocks"]));
    let asked = play.calls("users.info").await.len();
    play.act(&changed(play, "U0CHO")).await;
    play.stage().clock().settle().await;
    seen.push(format!("asked {}", play.calls("users.info").await.len() - asked));
    for message in play.messages("dm", "ana").await {
        seen.push(message.text);
    }
    seen.extend(play.messages("support", "ben").await.into_iter().map(|message| message.text));
    seen
}

fn changed(play: &Play, user: &str) -> Value {
    json!({"team": play.team(), "event": {"type": "user_change", "user": {"id": user, "tz": "Asia/Tokyo"}}})
}

/// What befalls the next envelopes: a connection that is cut before or after they arrive.
fn lost(kind: &str, times: u32) -> Value {
    json!({"service": "slack", "method": "socket", "kind": kind, "times": times})
}

/// Waits until something holds that happens without the clock.
async fn until(holds: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "it holds in time");
    }
}
