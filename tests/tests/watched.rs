//! What whoever runs the bot sees: that all is well, that it is not, and what to do about a message that was lost.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use stories::{Engine, Play};

/// A dead-man's switch: it counts the signs of life that come to its address.
struct Switch {
    address: String,
    heard: Arc<AtomicUsize>,
}

impl Switch {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}/beat/geheim", listener.local_addr().expect("a port"));
        let heard = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut request = [0; 1024];
                let length = stream.read(&mut request).unwrap_or(0);
                if request[..length].starts_with(b"GET /beat/geheim ") {
                    count.fetch_add(1, Ordering::SeqCst);
                }
                // The bot may have gone.
                let _ = stream.write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                );
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }
}

async fn detail(play: &Play) -> Value {
    let text = play.asks_admin("health/detail").await;
    serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{fault}: {text}"))
}

/// Returns the value of a measure, by its name with its labels.
async fn measure(play: &Play, name: &str) -> f64 {
    let text = play.asks_admin("metrics").await;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let line = line.unwrap_or_else(|| panic!("{name} is not in\n{text}"));
    line.parse().expect("a number")
}

async fn begin(engine: Engine) -> (Play, Switch) {
    let switch = Switch::new();
    let at = "2026-06-05T10:00:00Z";
    let play = Play::begin_watched(engine, at, Some(switch.address.clone())).await;
    play.makes_support("2026-06-08", &["ana", "ben"]).await;
    play.waits_until("2026-06-08T06:55:00Z").await;
    (play, switch)
}

/// The handoff cannot be told: Slack answers, but has no time for it.
async fn refuse(play: &Play, times: u32) {
    let kind = json!({"service": "slack", "method": "chat.postMessage", "kind": "error",
        "error": "service_unavailable", "times": times});
    play.breaks(&kind).await;
}

async fn overdue_messages_silence_the_signs_of_life_until_they_are_out(engine: Engine) {
    let (play, switch) = begin(engine).await;
    play.waits("2m").await;
    let alive = switch.heard();
    assert!(alive > 2, "a sign of life a minute: {alive}");
    refuse(&play, 1000).await;

    play.waits_until("2026-06-08T07:04:30Z").await;
    let late = switch.heard();
    assert_eq!(detail(&play).await["overdue"]["outbox"], 0, "five minutes are not over");
    play.waits_until("2026-06-08T07:10:30Z").await;

    let silent = switch.heard();
    assert!(silent <= late + 1, "{late} {silent}: nothing is said while something is overdue");
    let seen = detail(&play).await;
    assert_eq!(seen["overdue"]["outbox"], 2, "{seen}");
    assert!(seen["oldest_due_age_s"]["outbox"].as_f64() > Some(600.0), "{seen}");
    assert!((measure(&play, "asyncbot_overdue{kind=\"outbox\"}").await - 2.0).abs() < 0.1);
    let text = play.asks_admin("metrics").await;
    for person in ["U0ANA", "U0BEN", "C0SUPPORT", play.team(), "geheim"] {
        assert!(!text.contains(person) && !seen.to_string().contains(person), "{person}");
    }

    play.mends().await;
    play.waits_until("2026-06-08T07:20:30Z").await;
    assert_eq!(detail(&play).await["overdue"]["outbox"], 0);
    assert!(switch.heard() > silent + 3, "it comes back by itself");
    assert_eq!(play.dms("ana").await.len(), 1, "and the message came once");
}

async fn a_limit_of_slack_s_is_no_alarm(engine: Engine) {
    let (play, switch) = begin(engine).await;
    let parked = json!({"service": "slack", "method": "chat.postMessage", "kind": "429", "times": 2, "retry_after_s": 1800});
    play.breaks(&parked).await;
    play.waits_until("2026-06-08T07:01:00Z").await;
    let before = switch.heard();

    play.waits_until("2026-06-08T07:20:00Z").await;

    let seen = detail(&play).await;
    assert_eq!(seen["overdue"]["outbox"], 0, "{seen}");
    assert!(switch.heard() > before + 15, "{before} {}", switch.heard());
}

async fn a_database_that_does_not_answer_silences_the_signs_of_life(engine: Engine) {
    let (play, switch) = begin(engine).await;
    play.database().run_behind("alter table absence_sources rename to hidden").await;
    let before = switch.heard();

    play.waits("5m").await;

    assert!(switch.heard() <= before + 1, "{before} {}", switch.heard());
    play.database().run_behind("alter table hidden rename to absence_sources").await;
    play.waits("3m").await;
    assert!(switch.heard() > before + 1, "it comes back by itself");
}

async fn a_bot_that_is_down_says_nothing_and_catches_up(engine: Engine) {
    let (play, switch) = begin(engine).await;
    play.ends_bot("kill").await;
    let before = switch.heard();
    play.waits_until("2026-06-08T08:00:00Z").await;
    assert_eq!(switch.heard(), before);

    play.starts_bot().await;
    play.waits("5m").await;

    assert!(switch.heard() > before, "all is well again");
    assert_eq!(detail(&play).await["overdue"]["handoffs"], 0);
    assert!(measure(&play, "asyncbot_database_up").await > 0.5);
}

/// Makes a story run on both engines.
macro_rules! on_both_engines {
    ($($name:ident)+) => {
        $(
            mod $name {
                use stories::Engine;

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    super::$name(Engine::Sqlite).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    super::$name(Engine::Postgres).await;
                }
            }
        )+
    };
}

on_both_engines! {
    overdue_messages_silence_the_signs_of_life_until_they_are_out
    a_limit_of_slack_s_is_no_alarm
    a_database_that_does_not_answer_silences_the_signs_of_life
    a_bot_that_is_down_says_nothing_and_catches_up
}
