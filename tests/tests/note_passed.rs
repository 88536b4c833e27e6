//! A note reaches everybody who needs it, once, and stays as it was as soon as somebody may have read it.

use chrono::{DateTime, Utc};
use domain::effect::{Envelope, Recipient, TurnEffect};
use domain::ids::{ChannelId, TeamId, UserId, WorkspaceId};
use domain::settings::Preferences;
use serde_json::json;
use store::{DeliveryState, InboxItem};
use stories::{Play, Seen, both_engines, plain_view};

/// Leaves a note for whoever is on duty next.
async fn leaves(play: &Play, who: &str, text: &str) {
    let form = play.opens(who, "/rotation note support").await;
    let answer = play.fills(who, &form, &json!({"note": text})).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
}

/// Returns how many of somebody's direct messages say this.
async fn told(play: &Play, who: &str, text: &str) -> usize {
    play.dms(who).await.iter().filter(|seen| seen.text.contains(text)).count()
}

/// Returns what the bot last showed somebody alone.
async fn newest(play: &Play, who: &str) -> Seen {
    let seen = play.messages("support", who).await;
    seen.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer")
}

/// Opens the newest note of somebody's list and returns what stands there.
async fn opens_newest(play: &Play, who: &str) -> Seen {
    play.types(who, "/rotation note list").await;
    let list = newest(play, who).await;
    play.presses(who, &list, "note_open").await;
    newest(play, who).await
}

async fn wants_quiet_nights(play: &Play, user: &str) {
    let store = play.database().open().await;
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let mut tx = store.write(workspace).await.expect("a transaction");
    let quiet = Preferences { has_quiet_nights: true, ..Preferences::default() };
    tx.record_preferences(&UserId::new(user), &quiet).await.expect("preferences");
    tx.commit().await.expect("a commit");
}

/// Lets somebody cover a part of a turn.
async fn covers(play: &Play, words: &str) {
    let answer = play.types("ana", &format!("/rotation assign {words}")).await;
    assert!(answer.contains("Done:"), "{answer}");
}

/// Lets Slack tell of an on-duty message whose answer has not come.
async fn hears_of_duty(play: &Play, user: &str, at: &str) {
    let at: DateTime<Utc> = at.parse().expect("an instant");
    let store = play.database().open().await;
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let mut tx = store.write(workspace).await.expect("a transaction");
    let rotation = tx.list_rotations().await.expect("rotations").pop().expect("the rotation").id;
    let (planned_at, user) = (at, UserId::new(user));
    let to = Recipient::Person(user.clone());
    let dm = TurnEffect::OnDutyDm { rotation, planned_at, missed_from: None, user, since: None };
    let delivery = Envelope::new(dm, to).delivery_id(workspace);
    let found = tx.find_delivery(delivery).await.expect("a delivery").expect("it is there");
    assert_eq!(found.state, DeliveryState::Sending);
    let (channel, ts) = (ChannelId::new("D0BEN"), format!("{}.000100", at.timestamp() + 1));
    let item = InboxItem::OwnMessage { channel, ts, delivery: Some(delivery) };
    tx.insert_inbox(&item, "heard", at).await.expect("an item");
    tx.commit().await.expect("a commit");
}

both_engines! {
    async fn a_note_that_who_covers_has_read_still_reaches_who_is_next(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", "mind the printer").await;
        covers(&play, "<@U0DEE> for <@U0ANA> support 11 June").await;

        play.waits_until("2026-06-11T12:00:00Z").await;
        assert_eq!(told(&play, "dee", "mind the printer").await, 1);
        assert_eq!(told(&play, "ben", "mind the printer").await, 0);
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert_eq!(told(&play, "ben", "mind the printer").await, 1);

        play.waits_until("2026-06-22T07:01:00Z").await;
        assert_eq!(told(&play, "cho", "mind the printer").await, 0, "it was passed on");
    }

    async fn who_covered_and_is_next_is_told_a_note_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", "mind the printer").await;
        covers(&play, "<@U0BEN> for <@U0ANA> support 11 June").await;

        play.waits_until("2026-06-11T12:00:00Z").await;
        assert_eq!(told(&play, "ben", "mind the printer").await, 1, "in the cover");
        play.waits_until("2026-06-15T07:01:00Z").await;
        let dm = play.dms("ben").await.pop().expect("his duty");
        assert!(dm.text.starts_with("You are on duty"), "{}", dm.text);
        assert!(!dm.text.contains("mind the printer"), "{}", dm.text);

        play.waits_until("2026-06-22T07:01:00Z").await;
        assert_eq!(told(&play, "cho", "mind the printer").await, 0, "it was passed on");
    }

    async fn a_late_note_is_no_quiet_part_of_an_older_message(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        wants_quiet_nights(&play, "U0BEN").await;
        play.waits_until("2026-06-15T20:30:00Z").await;
        leaves(&play, "ana", "one more thing").await;

        play.waits_until("2026-06-15T21:00:00Z").await;
        covers(&play, "<@U0DEE> for <@U0BEN> support 20 June").await;
        play.waits("1m").await;
        assert!(play.dms("ben").await[0].is_edited, "his duty ends elsewhere");
        assert_eq!(told(&play, "ben", "one more thing").await, 0, "it would ring no bell");

        play.waits_until("2026-06-16T05:01:00Z").await;
        let dms = play.dms("ben").await;
        let late: Vec<&Seen> = dms.iter().filter(|seen| seen.text.contains("one more thing")).collect();
        assert_eq!(late.len(), 1, "in the morning: {dms:#?}");
        assert!(late[0].text.starts_with("Ana left you a note"), "{late:#?}");
    }

    async fn who_comes_back_reads_what_is_new_only(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", "mind the printer").await;
        play.waits_until("2026-06-15T12:00:00Z").await;
        covers(&play, "<@U0DEE> for <@U0BEN> support 17 June").await;
        play.waits_until("2026-06-17T12:00:00Z").await;
        leaves(&play, "dee", "the printer is out").await;

        play.waits_until("2026-06-18T12:00:00Z").await;

        let dm = play.dms("ben").await.pop().expect("his duty again");
        assert!(dm.text.contains("the printer is out"), "{}", dm.text);
        assert!(!dm.text.contains("mind the printer"), "he has read it: {}", dm.text);
        play.presses("ben", &dm, "seen_duty").await;
        play.waits("10s").await;
        let seen = play.dms("ben").await.pop().expect("his duty again");
        assert!(seen.text.contains("You have seen this"), "{}", seen.text);
        assert!(seen.text.contains("the printer is out"), "{}", seen.text);
        assert!(!seen.text.contains("mind the printer"), "{}", seen.text);
    }

    async fn a_note_is_told_when_its_message_is_heard_of_before_its_answer(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", "mind the printer").await;
        play.waits_until("2026-06-15T06:59:00Z").await;
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "hang", "times": 2})).await;
        play.waits_until("2026-06-15T07:00:02Z").await;
        play.ends_bot("kill").await;

        hears_of_duty(&play, "U0BEN", "2026-06-15T07:00:00Z").await;
        play.starts_bot().await;
        play.waits("10m").await;

        assert_eq!(play.dms("ben").await, [], "it is not sent again");
        assert!(play.types("ben", "/rotation note list").await.contains("by Ana"));
        let opened = opens_newest(&play, "ana").await;
        assert!(opened.buttons.is_empty(), "it stays as it was told: {opened:#?}");
    }

    async fn a_note_that_the_channel_reads_stays_as_it_was(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        wants_quiet_nights(&play, "U0BEN").await;
        play.waits_until("2026-06-15T21:30:00Z").await;
        leaves(&play, "ana", "one more thing").await;
        let old = opens_newest(&play, "ana").await;
        assert_eq!(old.buttons, ["note_edit", "note_remove"]);
        let form = play.opens("ana", "/rotation note support").await;
        play.fills("ana", &form, &json!({"note": "for all", "for_channel": ["channel"]})).await;
        play.waits("10s").await;
        let posts = play.channel("support").await;
        let of_note = posts.iter().filter(|seen| seen.text.contains("for all")).count();
        assert_eq!(of_note, 1, "who receives it is known: {posts:#?}");
        assert_eq!(told(&play, "ben", "for all").await, 0, "his night is quiet");

        for button in ["note_edit", "note_remove"] {
            let refused = play.presses("ana", &old, button).await.to_string();
            let refused = refused + &newest(&play, "ana").await.text;
            assert!(refused.contains("stays as it was"), "{button}: {refused}");
        }
        let opened = opens_newest(&play, "ana").await;
        assert!(opened.buttons.is_empty(), "{opened:#?}");
        let form = play.opens("ana", "/rotation note support").await;
        assert!(!plain_view(&form).contains("for all"), "another one: {}", plain_view(&form));
        play.waits_until("2026-06-16T05:01:00Z").await;
        assert_eq!(told(&play, "ben", "for all").await, 1);
    }

    async fn notes_of_a_deleted_rotation_are_forgotten_in_time_and_after_a_start(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        leaves(&play, "ana", "not for ever").await;
        play.waits_until("2026-09-12T12:00:00Z").await;
        let form = play.opens("ana", "/rotation delete support").await;
        play.fills("ana", &form, &json!({})).await;
        play.waits("5s").await;
        assert_eq!(told(&play, "ana", "is deleted").await, 1);
        assert!(play.types("ben", "/rotation note list").await.contains("by Ana"));

        play.ends_bot("kill").await;
        play.waits_until("2026-09-15T12:00:00Z").await;
        play.starts_bot().await;
        play.waits("10s").await;

        for who in ["ana", "ben"] {
            let list = play.types(who, "/rotation note list").await;
            assert!(list.contains("no note that you wrote or received"), "{who}: {list}");
        }
    }
}
