//! A rotation that was deleted: where it can be brought back, and what its old messages answer.

use insta::assert_snapshot;
use serde_json::{Value, json};
use std::fmt::Write;
use stories::{Play, Seen, block_kit, both_engines, plain_blocks, plain_view};

both_engines! {
    async fn an_admin_brings_a_rotation_back_in_the_settings_of_the_workspace(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        deletes(&play, "ana", "support").await;
        play.makes_admin("eli", true).await;
        play.becomes_known("eli").await;
        let elis = play.opens("eli", "/rotation admin").await;
        let home = play.opens_home("ana").await;
        let modal = by_home(&play, "ana", &home).await;
        assert_snapshot!("the_workspace_offers_what_was_deleted", block_kit(&modal));

        let undone = play.clicks_in_view("ana", &modal, "lifecycle_undelete").await;
        play.waits("5s").await;

        assert_snapshot!("it_is_back_from_the_settings", plain_view(&undone["views_opened"][0]));
        assert!(last_post(&play).await.text.contains("is back"), "{:#?}", last_post(&play).await);
        let posts = play.channel("support").await.len();
        let again = play.clicks_in_view("eli", &elis, "lifecycle_undelete").await;
        play.waits("5s").await;
        assert_snapshot!("it_is_back_already", plain_view(&again["views_opened"][0]));
        assert_eq!(play.channel("support").await.len(), posts, "told once");
        let modal = by_home(&play, "ana", &home).await;
        assert!(!modal.to_string().contains("lifecycle_undelete"), "{modal}");
    }

    async fn after_thirty_days_the_old_window_brings_nothing_back(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        deletes(&play, "ana", "support").await;
        let modal = play.opens("ana", "/rotation admin").await;
        play.waits_until("2026-07-06T10:00:00Z").await;

        let late = play.clicks_in_view("ana", &modal, "lifecycle_undelete").await;

        let answer = plain_view(&late["views_opened"][0]);
        assert!(answer.contains("30 days ago"), "{answer}");
    }

    async fn more_deleted_rotations_than_fit_are_counted(play at "2026-06-05T10:00:00Z") {
        for number in 1..=25 {
            makes(&play, &format!("team {number:02}")).await;
            deletes(&play, "ana", &format!("team {number:02}")).await;
        }

        let modal = play.opens("ana", "/rotation admin").await;

        let words = plain_view(&modal);
        assert_eq!(words.matches("[Bring it back]").count(), 20, "{words}");
        assert!(words.contains("… and 5 more. `/rotation undelete` with a name"), "{words}");
        play.closes("ana").await;
        assert!(play.types("ana", "/rotation undelete team 25").await.contains("*team 25* is back"));
    }

    async fn the_answer_to_the_deletion_and_the_post_both_bring_it_back(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        deletes(&play, "ana", "support").await;
        let (told, post) = (play.dms("ana").await.pop().expect("an answer"), last_post(&play).await);

        let both = tokio::join!(
            play.presses("ana", &told, "lifecycle_undelete"),
            play.presses("ana", &post, "lifecycle_undelete"),
        );
        play.waits("5s").await;

        assert!(both.0["error"].is_null() && both.1["error"].is_null(), "{both:?}");
        let posts = texts(&play.channel("support").await);
        assert_eq!(posts.matches("is back; Ana restored it").count(), 1, "{posts}");
        assert_eq!(play.types("ana", "/rotation list").await.matches("*support*").count(), 1);
    }

    async fn every_old_message_of_a_deleted_rotation_answers_plainly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        let settings = play.opens("ana", "/rotation settings support").await;
        play.fills("ana", &settings, &json!({"managers": ["U0ELI"], "messages": ["reminder", "summary"], "unseen": "1"})).await;
        play.closes("ana").await;
        let old = every_message(&play).await;
        deletes(&play, "ana", "support").await;
        let (posts, listed) = (play.channel("support").await.len(), play.types("ana", "/rotation list").await);

        let mut log = String::new();
        for (kind, who, message) in &old {
            let Some(message) = still_there(&play, who, message).await else {
                let _ = writeln!(log, "{kind}: it has nothing to press any more");
                continue;
            };
            for action in &message.buttons {
                let answer = pressed(&play, who, &message, action).await;
                assert!(!answer.is_empty(), "{kind}: {action} is answered");
                let _ = writeln!(log, "{kind}, {action}: {answer}");
            }
        }
        play.waits("5s").await;

        assert_snapshot!("old_messages_of_a_deleted_rotation", log);
        assert_eq!(play.channel("support").await.len(), posts, "nothing is said of it any more");
        assert_eq!(play.types("ana", "/rotation list").await, listed);
        play.waits_until("2026-07-30T10:00:00Z").await;
        let (kind, who, message) = &old[0];
        for action in &message.buttons {
            assert!(!pressed(&play, who, message, action).await.is_empty(), "erased: {kind}, {action}");
        }
    }

    async fn an_old_home_and_old_windows_of_a_deleted_rotation_answer_plainly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        for who in ["dee", "eli"] {
            play.makes_admin(who, true).await;
            play.becomes_known(who).await;
        }
        let anas = play.opens("ana", "/rotation settings support").await;
        let elis = play.opens("eli", "/rotation settings support").await;
        deletes(&play, "dee", "support").await;

        let tested = play.clicks_in_view("ana", &anas, "announce_send_test").await;
        let saved = play.fills("eli", &elis, &json!({"unseen": "4"})).await;

        let answers = [plain_view(&tested["views_opened"][0]), plain_view(&saved["view"])];
        assert_snapshot!("the_settings_of_a_deleted_rotation", answers.join("\n---\n"));
    }
}

/// Lets the bot send a message of every kind with buttons, and returns them with who reads them.
async fn every_message(play: &Play) -> Vec<(&'static str, &'static str, Seen)> {
    let mut all = Vec::new();
    for (kind, command) in [
        ("the bare command", "/rotation"),
        ("show", "/rotation show support"),
        ("somebody joins", "/rotation add <@U0ANA>"),
    ] {
        play.types("ana", command).await;
        all.push((kind, "ana", ephemeral(play, "ana").await));
    }
    play.waits_until("2026-06-08T07:01:00Z").await;
    all.push(("on duty", "ben", dm(play, "ben", "You are on duty for").await));
    play.waits_until("2026-06-08T09:01:00Z").await;
    all.push(("unseen", "ana", dm(play, "ana", "has not said yet").await));
    for (kind, command) in
        [("history", "/rotation history support"), ("statistics", "/rotation stats support")]
    {
        play.types("ana", command).await;
        let answer = ephemeral(play, "ana").await;
        all.extend((!answer.buttons.is_empty()).then_some((kind, "ana", answer)));
    }
    play.types("ana", "/rotation remove <@U0BEN>").await;
    all.push(("who leaves when", "ana", ephemeral(play, "ana").await));
    play.deactivates("dee").await;
    play.reactivates("dee").await;
    play.waits("5s").await;
    all.push(("somebody is back", "ana", dm(play, "ana", "is back in Slack").await));
    play.waits_until("2026-06-14T12:00:00Z").await;
    all.push(("reminder", "cho", play.reminders("cho").await.pop().expect("a reminder")));
    for who in ["U0ANA", "U0BEN", "U0CHO"] {
        play.types("ana", &format!("/rotation ooo add <@{who}> 2026-06-22 to 2026-06-28")).await;
    }
    play.waits_until("2026-06-22T07:01:00Z").await;
    let posts = play.channel("support").await;
    let asked = posts.into_iter().rfind(|post| post.buttons.iter().any(|it| it == "take_turn"));
    all.push(("nobody is free", "ana", asked.expect("the channel is asked")));
    play.types("ana", "/rotation pause support").await;
    all.push(("paused", "ana", ephemeral(play, "ana").await));
    play.types("ana", "/rotation resume support").await;
    all.push(("resumed", "ana", ephemeral(play, "ana").await));
    all
}

/// Returns a message as it reads now, if there is still something to press.
async fn still_there(play: &Play, who: &str, message: &Seen) -> Option<Seen> {
    let mut all = play.messages("support", who).await;
    all.extend(play.messages("dm", who).await);
    let found =
        all.into_iter().find(|now| (&now.ts, &now.channel) == (&message.ts, &message.channel));
    found.filter(|now| !now.buttons.is_empty())
}

/// Presses a button and returns what the one who pressed is told, in words or as a window.
async fn pressed(play: &Play, who: &str, message: &Seen, action: &str) -> String {
    let (here, there) = (play.messages("support", who).await, play.messages("dm", who).await);
    let done = play.presses(who, message, action).await;
    play.waits("2s").await;
    if let Some(view) = done["views_opened"].as_array().and_then(|views| views.last()) {
        play.act(&json!({"team": play.team(), "user": id(who), "close": {"all": true}})).await;
        return format!("opens {}", view["callback_id"]);
    }
    let now = [play.messages("support", who).await, play.messages("dm", who).await];
    let before = [here, there];
    let news = now
        .iter()
        .zip(&before)
        .flat_map(|(now, before)| now.iter().filter(move |seen| !before.contains(seen)));
    news.map(|seen| seen.text.clone()).collect::<Vec<_>>().join(" / ")
}

async fn by_home(play: &Play, who: &str, home: &Value) -> Value {
    play.clicks_in_view(who, home, "settings_workspace").await;
    play.modals(who).await.pop().expect("the settings of the workspace")
}

async fn deletes(play: &Play, who: &str, rotation: &str) {
    let form = play.opens(who, &format!("/rotation delete {rotation}")).await;
    let done = play.fills(who, &form, &json!({})).await;
    let answer = plain_blocks(&done["view"]["blocks"]);
    assert!(answer.contains("Checking with Slack"), "{done}");
    play.closes(who).await;
    play.waits("5s").await;
    let told = play.dms(who).await.pop().expect("what became of it");
    assert!(told.text.contains("is deleted"), "{told:?}");
}

async fn makes(play: &Play, name: &str) {
    let form = json!({"name": name, "members": ["U0BEN", "U0CHO"], "cadence": "week", "first_day": "2026-06-08",
        "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
    let answer = play.creates("ana", &form).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
    play.closes("ana").await;
}

async fn last_post(play: &Play) -> Seen {
    play.channel("support").await.pop().expect("a post")
}

async fn dm(play: &Play, who: &str, words: &str) -> Seen {
    let all = play.messages("dm", who).await;
    let found = all.iter().rfind(|dm| dm.text.contains(words)).cloned();
    found.unwrap_or_else(|| panic!("{who} is told {words:?}: {all:#?}"))
}

async fn ephemeral(play: &Play, who: &str) -> Seen {
    let all = play.messages("support", who).await;
    all.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer")
}

fn id(who: &str) -> String {
    format!("U0{}", who.to_uppercase())
}

fn texts(messages: &[Seen]) -> String {
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    texts.join("\n---\n")
}
