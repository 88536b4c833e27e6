//! What comes from outside in too great a number, too slowly or too large does not keep others from being served, and
//! nothing of it is lost.

use serde_json::{Value, json};
use server::inbound::{Inbound, Patience, Rates};
use std::time::Duration;
use stories::{Engine, Outside, Play, Slash};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use url::form_urlencoded::Serializer;

const AT: &str = "2026-06-05T10:00:00Z";

/// In which the slow are left soon; the tests wait for that, and no longer than a minute.
const SOON: Duration = Duration::from_millis(300);
const MINUTE: Duration = Duration::from_mins(1);

fn rates(rates: Rates) -> Inbound {
    Inbound { rates, ..Inbound::default() }
}

fn slow_left_soon() -> Inbound {
    let patience = Patience { head: SOON, body: SOON, ..Patience::default() };
    Inbound { patience, ..Inbound::default() }
}

/// Begins on both engines one after the other: none of this depends on how the database answers but what is stored.
async fn on_both(inbound: Inbound) -> [Play; 2] {
    [
        Play::begin_guarded(Engine::Sqlite, AT, inbound.clone()).await,
        Play::begin_guarded(Engine::Postgres, AT, inbound).await,
    ]
}

fn slash(play: &Play, text: &str, number: usize) -> String {
    let slash = Slash {
        team: play.team().to_owned(),
        channel: String::from("C0SUPPORT"),
        user: String::from("U0ANA"),
        text: text.to_owned(),
        trigger: format!("1.2.{number}"),
    };
    slash.signed(play.stage().signing_secret(), play.stage().clock().now()).body
}

fn home_opened(team: &str, number: usize) -> String {
    json!({"type": "event_callback", "team_id": team, "api_app_id": "A0ASYNCBOT", "event_id": format!("Ev{number}"),
        "event_time": 1_780_653_600, "event": {"type": "app_home_opened", "user": "U0BEN", "channel": "D0BEN",
        "tab": "home", "event_ts": "1780653600.000100"}})
    .to_string()
}

fn submission(play: &Play, number: usize) -> String {
    let payload = json!({"type": "view_submission", "team": {"id": play.team()},
        "user": {"id": "U0ANA", "team_id": play.team()}, "trigger_id": format!("7.8.{number}"),
        "view": {"id": "V0NOTE", "hash": "1.a", "callback_id": "create_rotation", "state": {"values": {}}}});
    Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_sends_the_head_of_a_request_too_slowly_is_left() {
    let play = Play::begin_guarded(Engine::Sqlite, AT, slow_left_soon()).await;
    let outside = Outside::of(&play);

    for begun in ["", "GET / HTTP/1.1\r\n", "POST /slack/events HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let heard = timeout(MINUTE, outside.says_and_waits(begun.as_bytes())).await;
        assert_eq!(heard.as_deref(), Ok(""), "{begun:?}: the connection ends without an answer");
    }
    assert_eq!(outside.gets("livez").await.status, 200, "others are served");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_drips_one_byte_after_the_other_is_left_as_well() {
    let play = Play::begin_guarded(Engine::Sqlite, AT, slow_left_soon()).await;
    let mut stream = Outside::of(&play).connects().await;

    let dripping = async {
        let head = "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ".bytes().chain(std::iter::repeat(b'a'));
        for byte in head {
            // Each byte comes well before the limit, so that none of them alone is late.
            let waited = timeout(SOON / 20, stream.read_u8()).await;
            if waited.is_ok() || stream.write_all(&[byte]).await.is_err() {
                return;
            }
        }
    };

    assert!(timeout(MINUTE, dripping).await.is_ok(), "the connection ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_comes_too_slowly_is_answered_408() {
    let play = Play::begin_guarded(Engine::Sqlite, AT, slow_left_soon()).await;
    let outside = Outside::of(&play);

    for path in ["/slack/commands", "/slack/events", "/hibob/webhook/abc"] {
        let begun = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
        let heard = timeout(MINUTE, outside.says_and_waits(begun.as_bytes())).await;
        let heard = heard.expect("the connection ends");
        assert!(heard.starts_with("HTTP/1.1 408 "), "{path}: {heard}");
        assert!(heard.to_lowercase().contains("connection: close"), "{path}: {heard}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_connections_are_held_than_there_is_room_for_and_the_next_one_waits() {
    let patience = Patience { connections: 3, head: MINUTE, ..Patience::default() };
    let inbound = Inbound { patience, ..Inbound::default() };
    let play = Play::begin_guarded(Engine::Sqlite, AT, inbound).await;
    let outside = Outside::of(&play);
    // What the simulator keeps open ends with the bot's life, so the bot is asked afresh.
    play.ends_bot("stop").await;
    play.starts_bot().await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = outside.connects().await;
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("the bot listens");
        let mut answer = [0; 12];
        let read = timeout(MINUTE, stream.read_exact(&mut answer)).await;
        assert!(read.is_ok_and(|read| read.is_ok()), "there is room");
        held.push(stream);
    }

    let mut fourth = outside.connects().await;
    fourth.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("it is queued");
    let mut answer = [0; 12];
    let early = timeout(SOON, fourth.read_exact(&mut answer)).await;

    assert!(early.is_err(), "there is no room");
    held.pop();
    let read = timeout(MINUTE, fourth.read_exact(&mut answer)).await;
    assert!(read.is_ok_and(|read| read.is_ok()), "there is room again");
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_what_all_together_may_send_slack_is_asked_to_come_again_before_a_signature_is_looked_at()
 {
    let inbound = rates(Rates { all: 2, ..Rates::default() });
    for play in on_both(inbound).await {
        let outside = Outside::of(&play);
        play.waits("1h").await;

        let mut answers = Vec::new();
        for _ in 0..41 {
            answers.push(outside.sends("POST", "slack/events", &[], "unsigned").await);
        }

        let full = answers.pop().expect("the last one");
        assert!(answers.iter().all(|answer| answer.status == 401), "{answers:?}");
        assert_eq!(full.status, 503, "{full:?}");
        assert!((1..60).contains(&full.wait()), "{full:?}");
        for path in ["slack/commands", "slack/interactions", "slack/options", "hibob/webhook/abc"] {
            assert_eq!(outside.sends("POST", path, &[], "x").await.status, 503, "{path}");
        }
        assert_eq!(outside.gets("").await.status, 200, "pages are counted apart");
        play.waits("2s").await;
        let event = home_opened(play.team(), 1);
        assert_eq!(outside.signs("slack/events", &event).await.status, 200, "there is room again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_asks_too_much_is_told_in_plain_words_and_loses_no_event() {
    let inbound = rates(Rates { workspace: 2, ..Rates::default() });
    for play in on_both(inbound).await {
        let neighbour = play.has_neighbour(1).await;
        play.waits("1h").await;
        let outside = Outside::of(&play);

        for number in 0..40 {
            let said = outside.signs("slack/commands", &slash(&play, "help", number)).await;
            assert!(said.body.contains("/rotation"), "{number}: {said:?}");
        }
        let command = outside.signs("slack/commands", &slash(&play, "help", 40)).await;
        let submitted = outside.signs("slack/interactions", &submission(&play, 1)).await;
        let event = outside.signs("slack/events", &home_opened(play.team(), 1)).await;
        let others = outside.signs("slack/events", &home_opened(&neighbour, 2)).await;

        assert_eq!(command.status, 200);
        assert_eq!(command.json()["response_type"], "ephemeral", "{command:?}");
        assert!(command.body.contains("Too much comes from this workspace"), "{command:?}");
        assert_eq!(submitted.json()["response_action"], "push", "the form stays: {submitted:?}");
        assert_eq!(event.status, 429, "it is not acknowledged, so Slack sends it again");
        assert!((1..60).contains(&event.wait()), "{event:?}");
        assert_eq!(others.status, 200, "another workspace notices nothing");
        assert_eq!(play.home("ben").await, None, "the event had no effect");
        play.waits("2s").await;
        let again = outside.signs("slack/events", &home_opened(play.team(), 1)).await;
        play.stage().clock().settle().await;
        assert_eq!(again.status, 200);
        assert_ne!(play.home("ben").await.unwrap_or(Value::Null), Value::Null, "nothing was lost");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_beyond_the_share_is_answered_in_plain_words_too() {
    let inbound = rates(Rates { workspace: 2, ..Rates::default() });
    for play in on_both(inbound).await {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits("1h").await;
        let outside = Outside::of(&play);
        for _ in 0..50 {
            outside.signs("slack/commands", &slash(&play, "help", 0)).await;
        }

        let said = play.presses_old("ana", "absence_undo", "x").await;

        assert!(said.contains("Too much comes from this workspace"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_counted_by_address_and_only_a_trusted_proxy_names_one() {
    let trusting = Inbound {
        rates: Rates { address: 1, ..Rates::default() },
        proxies: vec!["127.0.0.0/8".parse().expect("a network")],
        ..Inbound::default()
    };
    let alone = Inbound { proxies: Vec::new(), ..trusting.clone() };

    for (inbound, is_told_apart) in [(trusting, true), (alone, false)] {
        let play = Play::begin_guarded(Engine::Sqlite, AT, inbound).await;
        let outside = Outside::of(&play);
        play.waits("1h").await;
        let from = |address: &'static str| {
            let outside = &outside;
            async move {
                let named = [("x-forwarded-for", address)];
                outside.sends("GET", "slack/install", &named, "").await
            }
        };

        let mut last = from("203.0.113.7").await;
        for _ in 0..20 {
            assert_eq!(last.status, 302, "{last:?}");
            last = from("203.0.113.7").await;
        }

        assert_eq!(last.status, 429, "{last:?}");
        assert!(last.wait() >= 1 && last.body.contains("A moment, please"), "{last:?}");
        // A client that writes into the header itself stays who it is.
        let (forged, other) = (from("8.8.8.8, 203.0.113.7").await, from("203.0.113.8").await);
        assert_eq!(forged.status, 429);
        assert_eq!(other.status, if is_told_apart { 302 } else { 429 });
        assert_eq!(
            outside.gets("readyz").await.status,
            200,
            "the load balancer is always answered"
        );
        play.waits("2s").await;
        assert_eq!(from("203.0.113.7").await.status, 302);
    }
}
