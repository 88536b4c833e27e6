//! Handoff notes: written by who is on duty, read by who is next, and by nobody else.

use serde_json::{Value, json};
use stories::{Play, Seen, both_engines, plain_blocks, plain_view};

const NOTE: &str = "The *staging* key is with <!channel> & Dee.\n> restart `web-2` first :fire:";

/// Leaves a note and returns what the one who left it is answered.
async fn leaves(play: &Play, who: &str, text: &str) -> String {
    let form = play.opens(who, "/rotation note support").await;
    let answer = play.fills(who, &form, &json!({"note": text})).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
    plain_blocks(&answer["view"]["blocks"])
}

/// Opens the newest note of somebody's list and returns what stands there.
async fn opens_newest(play: &Play, who: &str) -> Option<Seen> {
    play.types(who, "/rotation note list").await;
    let list = newest(play, who).await;
    list.buttons.iter().find(|button| *button == "note_open")?;
    play.presses(who, &list, "note_open").await;
    Some(newest(play, who).await)
}

/// Returns what the bot last showed somebody alone.
async fn newest(play: &Play, who: &str) -> Seen {
    let seen = play.messages("support", who).await;
    seen.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer")
}

/// Returns the text, and the notes in the blocks, of the messages that carry one.
async fn carried(play: &Play) -> Vec<(String, String)> {
    let calls = play.calls("chat.postMessage").await;
    let carry = |call: &Value| {
        let blocks = &call["arguments"]["blocks"];
        let blocks = match blocks.as_str() {
            Some(text) => serde_json::from_str(text).expect("blocks"),
            None => blocks.clone(),
        };
        let blocks = blocks.as_array().into_iter().flatten();
        let plain = blocks.filter(|block| block["text"]["type"] == "plain_text");
        let note: String = plain.filter_map(|block| block["text"]["text"].as_str()).collect();
        let text = call["arguments"]["text"].as_str().unwrap_or_default();
        (!note.is_empty()).then(|| (text.to_owned(), note))
    };
    calls.iter().filter_map(carry).collect()
}

both_engines! {
    async fn a_note_is_read_by_who_is_next_and_by_nobody_else(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        let kept = leaves(&play, "ana", NOTE).await;
        play.waits_until("2026-06-15T07:01:00Z").await;

        assert!(kept.contains("Whoever is on duty next for *support* reads it"), "{kept}");
        let dm = play.dms("ben").await.pop().expect("his duty");
        assert!(dm.text.contains("Ana left you a note"), "{}", dm.text);
        assert!(dm.text.contains(NOTE), "as it was written: {}", dm.text);
        for who in ["ana", "cho", "dee"] {
            let told = play.dms(who).await;
            assert!(told.iter().all(|seen| !seen.text.contains("staging")), "{who}: {told:#?}");
        }
        let channel = play.channel("support").await;
        assert!(channel.iter().all(|seen| !seen.text.contains("staging")), "{channel:#?}");
        for who in ["ana", "ben"] {
            let opened = opens_newest(&play, who).await.expect("it is listed");
            assert!(opened.text.contains(NOTE), "{who}: {}", opened.text);
            assert!(opened.buttons.is_empty(), "it stays as it was told: {opened:#?}");
        }
        let none = play.types("cho", "/rotation note list").await;
        assert!(none.contains("no note that you wrote or received"), "{none}");
    }

    async fn nothing_in_a_note_is_a_mark_a_link_or_a_mention(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", NOTE).await;
        play.waits_until("2026-06-15T07:01:00Z").await;

        let carried = carried(&play).await;
        assert_eq!(carried.len(), 1, "{carried:#?}");
        let (text, note) = &carried[0];
        assert_eq!(note, NOTE, "plain text is shown as it was written");
        assert!(text.contains("\u{2217}staging\u{2217} key is with &lt;!channel&gt; &amp; Dee."), "{text}");
    }

    async fn a_note_is_changed_and_taken_back_until_it_is_told(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        let dm = play.dms("ana").await.pop().expect("her duty");
        let form = play.opens_by("ana", &dm, "note_write").await;
        play.fills("ana", &form, &json!({"note": "first words"})).await;

        let again = play.opens("ana", "/rotation note").await;
        assert!(plain_view(&again).contains("first words"), "{}", plain_view(&again));
        play.fills("ana", &again, &json!({"note": "second words"})).await;
        let opened = opens_newest(&play, "ana").await.expect("it is listed");
        assert!(opened.text.contains("second words") && !opened.text.contains("first"), "{}", opened.text);
        assert_eq!(opened.buttons, ["note_edit", "note_remove"]);
        play.presses("ana", &opened, "note_remove").await;
        assert!(newest(&play, "ana").await.text.contains("is taken back"));
        assert!(opens_newest(&play, "ana").await.is_none());

        leaves(&play, "ana", "third words").await;
        let late = play.opens("ana", "/rotation note").await;
        play.waits_until("2026-06-15T07:01:00Z").await;
        let refused = play.fills("ana", &late, &json!({"note": "too late"})).await;

        assert!(refused["errors"]["note"].to_string().contains("stays as it was"), "{refused}");
        let dm = play.dms("ben").await.pop().expect("his duty");
        assert!(dm.text.contains("third words") && !dm.text.contains("second words"), "{}", dm.text);
    }

    async fn only_who_is_on_duty_or_was_just_before_writes(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-15T12:00:00Z").await;

        let refused = play.types("cho", "/rotation note support").await;
        assert!(refused.contains("Only who is on duty for “support”, or was just before"), "{refused}");
        let form = play.opens("ana", "/rotation note support").await;
        assert!(plain_view(&form).contains("it goes to Ben now"), "{}", plain_view(&form));
        play.fills("ana", &form, &json!({"note": "one more thing"})).await;
        play.waits("10s").await;

        let dms = play.dms("ben").await;
        assert_eq!(dms.len(), 2, "his duty and the note: {dms:#?}");
        assert!(dms[1].text.contains("Ana left you a note for *support*"), "{dms:#?}");
        assert!(dms[1].text.contains("one more thing"), "{dms:#?}");
        play.waits("1d").await;
        assert_eq!(play.dms("ben").await.len(), 2, "it is said once");
    }

    async fn a_note_waits_while_the_same_person_goes_on(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-21").await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", "it waits").await;

        play.waits_until("2026-06-15T08:00:00Z").await;
        let dms = play.dms("ana").await;
        assert!(dms.iter().all(|seen| !seen.text.contains("it waits")), "{dms:#?}");
        play.waits_until("2026-06-22T08:00:00Z").await;

        let dm = play.dms("ben").await.pop().expect("his duty");
        assert!(dm.text.contains("it waits"), "{}", dm.text);
    }

    async fn after_down_time_the_notes_go_to_whoever_is_on_duty_now(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", "three weeks old").await;

        play.ends_bot("kill").await;
        play.waits("3w").await;
        play.starts_bot().await;

        let dm = play.dms("dee").await.pop().expect("her duty");
        assert!(dm.text.contains("three weeks old"), "{}", dm.text);
        let none = play.types("ben", "/rotation note list").await;
        assert!(none.contains("no note that you wrote or received"), "{none}");
    }

    async fn whoever_takes_over_reads_the_notes_of_the_turn_and_the_new_ones(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", "from the first").await;
        play.waits_until("2026-06-15T08:00:00Z").await;
        leaves(&play, "ben", "from the second").await;

        let form = play.opens("ben", "/rotation handover support").await;
        play.fills("ben", &form, &json!({})).await;
        play.waits("10s").await;

        let dm = play.dms("cho").await.pop().expect("her duty");
        assert!(dm.text.contains("from the first") && dm.text.contains("from the second"), "{}", dm.text);
        play.presses("cho", &dm, "seen_duty").await;
        play.waits("10s").await;
        let seen = play.dms("cho").await.pop().expect("her duty");
        assert!(seen.text.contains("You have seen this") && seen.text.contains("from the first"), "{}", seen.text);
    }

    async fn a_note_is_posted_to_the_channel_where_its_author_wants_that(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        let form = play.opens("ana", "/rotation note support").await;
        play.fills("ana", &form, &json!({"note": "for all of us", "for_channel": ["channel"]})).await;
        play.waits("1h").await;
        let before = play.channel("support").await;
        assert!(before.iter().all(|seen| !seen.text.contains("for all of us")), "{before:#?}");

        play.waits_until("2026-06-15T07:05:00Z").await;

        let posts = play.channel("support").await;
        let of_note = posts.iter().filter(|seen| seen.text.contains("for all of us"));
        assert_eq!(of_note.count(), 1, "{posts:#?}");
    }

    async fn a_long_note_arrives_whole(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        let long = "&".repeat(3000);
        leaves(&play, "ana", &long).await;

        play.waits_until("2026-06-15T07:01:00Z").await;

        let carried = carried(&play).await;
        assert_eq!(carried.len(), 1, "{carried:#?}");
        assert_eq!(carried[0].1, long);
    }

    async fn a_note_is_deleted_ninety_days_after_it_was_told(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", "not for ever").await;

        play.waits_until("2026-09-12T12:00:00Z").await;
        assert!(play.types("ben", "/rotation note list").await.contains("by Ana"));
        play.waits_until("2026-09-15T12:00:00Z").await;

        for who in ["ana", "ben"] {
            let list = play.types(who, "/rotation note list").await;
            assert!(list.contains("no note that you wrote or received"), "{who}: {list}");
        }
    }
}
