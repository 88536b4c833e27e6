//! Sealed notes: opened by somebody else's reader with the key, and by nobody without it.

use crypto::KeyRing;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use stories::{Play, both_engines};

/// The keys of the stage, in the form of the setting.
const KEYS: &str = "1:Ourle3ofU1qWSdfU1Xgp25KMl3Tkdk5mF8P41IMFHLo=";

/// A key that comes later.
const LATER: &str = "2:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=";

const NOTE: &str = "The key is with Dée \u{1f511}\n\"second\" line, 100 % \\ certain";

fn ring(text: &str) -> Arc<KeyRing> {
    Arc::new(KeyRing::parse(&SecretString::from(text)).expect("these are keys"))
}

/// Leaves a note for whoever is on duty next.
async fn leaves(play: &Play, who: &str, text: &str) {
    let form = play.opens(who, "/rotation note support").await;
    let answer = play.fills(who, &form, &json!({"note": text})).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
}

#[expect(clippy::disallowed_methods, reason = "a test has no command line")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set; run all tests with `tests/run`, which looks after it")
    })
}

/// Returns what the reader makes of the notes in the story's database.
fn reads(play: &Play, keys: &str) -> Vec<Value> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("reader/read_notes.py");
    let mut reader = Command::new(variable("ASYNCBOT_TEST_PYTHON"));
    reader.arg("-I").arg(script).arg(keys);
    match play.database().superuser_url() {
        None => {
            let url = play.database().settings().url.expose_secret();
            reader.args(["sqlite", url.strip_prefix("sqlite://").expect("a file")]);
        }
        Some(_) => {
            reader.arg("dump");
        }
    }
    let dump = play.database().superuser_url().map(|url| dumps(&url)).unwrap_or_default();
    let reader = reader.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut reader = reader.expect("there is a Python");
    reader.stdin.take().expect("a pipe").write_all(&dump).expect("the reader reads");
    let out = reader.wait_with_output().expect("the reader ends");
    assert!(out.status.success(), "the reader fails");
    let lines = String::from_utf8(out.stdout).expect("text");
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Returns the notes as PostgreSQL's own program writes them down.
fn dumps(url: &str) -> Vec<u8> {
    let program = PathBuf::from(variable("ASYNCBOT_TEST_PG_BIN")).join("pg_dump");
    let out = Command::new(program).args(["--data-only", "--table=notes", url]).output();
    let out = out.expect("there is a pg_dump");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

both_engines! {
    async fn somebody_elses_reader_opens_a_note_from_the_page_about_the_format(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", NOTE).await;
        play.waits_until("2026-06-15T08:00:00Z").await;
        leaves(&play, "ben", "another").await;

        let mut texts: Vec<Value> = reads(&play, KEYS).iter().map(|note| note["text"].clone()).collect();
        texts.sort_by_key(Value::to_string);

        assert_eq!(texts, [json!(NOTE), json!("another")]);
    }

    async fn without_the_key_nobody_reads_a_note(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", NOTE).await;

        let other = LATER.replacen('2', "1", 1);

        assert_eq!(reads(&play, LATER)[0]["fault"], "no key 1");
        assert_eq!(reads(&play, &other)[0]["fault"], "closed");
    }

    async fn where_a_key_is_lost_the_handoff_goes_on_and_says_so(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.ends_bot("stop").await;
        play.stage().change_keys(ring(&format!("{LATER},{KEYS}")));
        play.starts_bot().await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", NOTE).await;
        assert_eq!(reads(&play, KEYS)[0]["fault"], "no key 2", "it is sealed with the new key");

        play.ends_bot("kill").await;
        play.stage().change_keys(ring(KEYS));
        play.starts_bot().await;
        play.waits_until("2026-06-15T07:01:00Z").await;

        let dm = play.dms("ben").await.pop().expect("his duty");
        assert!(dm.text.starts_with("You are on duty for *support*"), "{}", dm.text);
        assert!(dm.text.contains("Ana left you a note"), "{}", dm.text);
        assert!(dm.text.contains("This note could not be opened. Please ask who wrote it."), "{}", dm.text);
        let posts = play.channel("support").await;
        assert!(posts.iter().any(|post| post.text.contains("<@U0BEN>")), "{posts:#?}");
        let form = play.opens("ana", "/rotation note support").await;
        play.fills("ana", &form, &json!({"note": "once more, with the old key"})).await;
        play.waits("10s").await;
        let dm = play.dms("ben").await.pop().expect("the note");
        assert!(dm.text.contains("once more, with the old key"), "{}", dm.text);
    }
}
