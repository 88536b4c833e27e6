//! What must not be stored is not in the database's files, byte for byte.

use secrecy::ExposeSecret;
use serde_json::json;
use std::path::Path;
use stories::{Engine, Play};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_address_no_message_and_no_readable_token_reaches_the_database() {
    let play = Play::begin(Engine::Sqlite, "2026-06-05T10:00:00Z").await;
    let invite = json!({"team": play.team(), "user": "U0ANA", "command": "/invite", "text": "@asyncbot", "channel": "#support"});
    play.act(&invite).await;
    play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
    let said = json!({"team": play.team(), "user": "U0BEN", "say": {"channel": "C0SUPPORT", "text": "sparrow-of-a-message"}});
    play.act(&said).await;
    play.becomes_known("cho").await;
    let form = play.opens("cho", "/rotation cover support").await;
    play.fills("cho", &form, &json!({})).await;
    play.closes("cho").await;
    play.waits("10s").await;
    let post = play.channel("support").await.pop().expect("the request");
    let offer = json!({"team": play.team(), "user": "U0BEN",
        "say": {"channel": "C0SUPPORT", "thread_ts": post.ts, "text": "I can take it, sparrow-of-an-offer"}});
    play.act(&offer).await;
    play.stage().clock().settle().await;
    let shown = play.messages("support", "ben").await;
    assert!(
        shown.iter().any(|seen| seen.text.contains("Shall I put you down")),
        "it is heard: {shown:#?}"
    );
    let changed = json!({"team": play.team(), "event": {"type": "user_change", "user": {"id": "U0BEN", "email": "sparrow@harbour.example"}}});
    play.act(&changed).await;
    play.types("ben", "/rotation ooo add 2026-06-15 to 2026-06-19").await;
    play.waits_until("2026-06-08T12:00:00Z").await;
    let form = play.opens("ana", "/rotation note support").await;
    play.fills("ana", &form, &json!({"note": "sparrow-of-a-note"})).await;
    play.waits_until("2026-06-15T08:00:00Z").await;
    let dms = play.dms("cho").await;
    assert!(dms.iter().any(|seen| seen.text.contains("sparrow-of-a-note")), "{dms:#?}");

    play.ends_bot("stop").await;
    let stored = files_of(&play);

    let holds = |text: &str| stored.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    for secret in ["@harbour.example", "sparrow", "xoxb-"] {
        assert!(!holds(secret), "{secret} is in the database");
    }
    for kept in ["U0BEN", "support", "Ben"] {
        assert!(holds(kept), "the test looks at the right files: {kept}");
    }
}

/// Returns the bytes of the database and of what SQLite keeps beside it.
fn files_of(play: &Play) -> Vec<u8> {
    let url = play.database().settings().url.expose_secret();
    let file = Path::new(url.trim_start_matches("sqlite://"));
    let folder = file.parent().expect("the database lies in a folder");
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let files = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    files.flat_map(|path| std::fs::read(path).expect("a file can be read")).collect()
}
