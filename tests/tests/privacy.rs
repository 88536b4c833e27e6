//! What must not be kept is nowhere: not in the database, not in its log, not in ours when it says all it can.

use serde_json::{Value, json};
use stories::{Haul, Play, both_engines, logged};

const NOTE: &str = "größe of the sparrow-in-a-note";
const EDITED: &str = "größe of the sparrow-in-an-edit";
const REFUSED: &str = "größe of the sparrow-in-a-refusal";
const LATE: &str = "größe of the sparrow-in-a-late-note";
const SAID: &str = "sparrow-in-a-message";
const ANSWERED: &str = "I can take it, sparrow-in-a-thread";

/// Leaves a note; what the bot answers is returned.
async fn leaves(play: &Play, who: &str, text: &str) -> Value {
    let form = play.opens(who, "/rotation note support").await;
    play.fills(who, &form, &json!({"note": text})).await
}

/// Says something, where the bot can hear it.
async fn says(play: &Play, who: &str, text: &str, thread: Option<&str>) {
    let mut say = json!({"channel": "C0SUPPORT", "text": text});
    if let Some(thread) = thread {
        say["thread_ts"] = json!(thread);
    }
    play.act(&json!({"team": play.team(), "user": who, "say": say})).await;
}

/// Lets people write in every way there is, and looks for it everywhere.
async fn writes_and_looks(play: &Play) {
    let _ = logged();
    let invite = json!({"team": play.team(), "user": "U0ANA", "command": "/invite", "text": "@asyncbot", "channel": "#support"});
    play.act(&invite).await;
    play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
    says(play, "U0BEN", SAID, None).await;
    let changed = json!({"team": play.team(), "event": {"type": "user_change", "user": {"id": "U0BEN", "email": "sparrow@harbour.example"}}});
    play.act(&changed).await;
    play.types("ben", "/rotation ooo add 2026-06-15 to 2026-06-19").await;
    play.waits_until("2026-06-08T12:00:00Z").await;
    let form = play.opens("ana", "/rotation cover support").await;
    play.fills("ana", &form, &json!({})).await;
    play.closes("ana").await;
    play.waits("10s").await;
    let post = play.channel("support").await.pop().expect("the request");
    says(play, "U0BEN", ANSWERED, Some(&post.ts)).await;
    play.stage().clock().settle().await;
    let offered = play.messages("support", "ben").await;
    assert!(
        offered.iter().any(|seen| seen.text.contains("Shall I put you down")),
        "it is heard: {offered:#?}"
    );

    leaves(play, "ana", NOTE).await;
    leaves(play, "ana", EDITED).await;
    let form = play.opens("ana", "/rotation note support").await;
    play.breaks(
        &json!({"service": "slack", "method": "chat.postMessage", "kind": "500", "times": 2}),
    )
    .await;
    play.waits_until("2026-06-15T08:00:00Z").await;
    let refused = play.fills("ana", &form, &json!({"note": REFUSED})).await;
    leaves(play, "ana", LATE).await;
    play.types("cho", "/rotation note list").await;
    play.types("ana", "/rotation history support").await;
    play.waits("1h").await;
    let told = play.dms("cho").await;
    play.ends_bot("kill").await;
    play.starts_bot().await;
    let haul = Haul::of_all(play).await;

    assert!(!refused.to_string().contains("reads it"), "it was told already: {refused}");
    for text in [EDITED, LATE] {
        assert!(told.iter().any(|seen| seen.text.contains(text)), "{text}: {told:#?}");
    }
    for word in [
        NOTE,
        EDITED,
        REFUSED,
        LATE,
        SAID,
        ANSWERED,
        "@harbour.example",
        "xoxb-asyncbot",
        "sparrow-in",
    ] {
        assert_eq!(haul.finds(word), Vec::<String>::new(), "{word} is nowhere");
    }
    for kept in ["C0SUPPORT", "Europe/Berlin", "127.0.0.1"] {
        assert!(!haul.finds(kept).is_empty(), "the right things are looked at: {kept}");
    }
}

both_engines! {
    async fn what_people_write_and_their_addresses_are_nowhere(play at "2026-06-05T10:00:00Z") {
        writes_and_looks(&play).await;
    }

    async fn a_leak_is_found_wherever_it_is(play at "2026-06-05T10:00:00Z") {
        let _ = logged();
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        // The log is that of all stories here, so each plants words of its own.
        let port = play.stage().bot_url().port().unwrap_or_default();
        let (in_a_row, in_the_log) = (format!("wren-in-a-row-{port}"), format!("wren-in-the-log-{port}"));
        let before = Haul::of_all(&play).await;

        let named = json!({"name": in_a_row, "members": ["U0ANA"], "cadence": "week",
            "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        play.creates("ana", &named).await;
        tracing::trace!("{in_the_log}");
        let after = Haul::of_all(&play).await;

        for word in [&in_a_row, &in_the_log] {
            assert_eq!(before.finds(word), Vec::<String>::new());
            assert!(!after.finds(word).is_empty(), "{word} is found");
        }
    }
}

both_engines! {
    async fn over_sockets_too_they_are_nowhere(play over sockets at "2026-06-05T10:00:00Z") {
        writes_and_looks(&play).await;
    }
}
