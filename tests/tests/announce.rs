//! Announcements: in the team's own words, once a week, and where a channel is lost and found.

use domain::ids::{TeamId, WorkspaceId};
use domain::settings::RotationSettings;
use insta::assert_snapshot;
use serde_json::json;
use store::RotationRecord;
use stories::{Play, both_engines};

both_engines! {
    async fn a_handoff_is_announced_in_the_teams_own_words(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-19").await;
        sets(&play, |settings| {
            settings.announcement = Some("{people} has {rotation} <!channel>\nAfter {previous}, before {next}; not {skipped}".into());
        }).await;

        play.waits_until("2026-06-15T07:01:00Z").await;

        let said = play.channel("support").await.pop().expect("a post");
        assert_snapshot!("own_words", said.text);
    }

    async fn words_that_cannot_be_read_any_more_give_way_to_ours(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        sets(&play, |settings| settings.announcement = Some("{banana}".into())).await;

        play.waits_until("2026-06-08T07:01:00Z").await;

        let said = play.channel("support").await.pop().expect("a post");
        assert!(said.text.contains("passes to <@U0ANA>"), "{}", said.text);
    }

    async fn a_test_of_the_words_goes_to_the_one_who_asks_alone(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.waits("10s").await;
        let before = play.channel("support").await.len();
        let modal = play.opens("ana", "/rotation settings support").await;

        for text in ["{people} has the phone until {until}", "{peple}", ""] {
            let form = json!({"announcement": text});
            let press = ("announce_send_test", &serde_json::Value::Null);
            play.acts_in_view("ana", &modal, press, &form).await;
        }
        play.waits("10s").await;

        assert_snapshot!("tests_of_words", texts(&play.dms("ana").await));
        assert_eq!(play.channel("support").await.len(), before, "nobody else sees it");
        assert_eq!(play.dms("ben").await, []);
        assert_eq!(rotation(&play).await.settings.announcement, None, "and nothing is saved");
    }

    async fn the_week_is_summed_up_on_monday_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-03", &["ana", "ben", "cho"]).await;
        sets(&play, |settings| settings.has_weekly_summary = true).await;
        play.waits("10s").await;
        let before = play.channel("support").await.len();

        play.waits_until("2026-06-08T06:59:00Z").await;
        assert_eq!(play.channel("support").await.len(), before);
        play.waits_until("2026-06-08T07:01:00Z").await;

        let posts = play.channel("support").await;
        assert_eq!(posts.len(), before + 1, "{posts:#?}");
        assert_snapshot!("a_summary", posts[before].text);
        play.waits_until("2026-06-15T06:59:00Z").await;
        assert_eq!(summaries(&play).await, 1);
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert_eq!(summaries(&play).await, 2, "and again a week later");
    }

    async fn a_rotation_that_rests_or_wants_none_is_not_summed_up(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-03", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T07:01:00Z").await;
        assert_eq!(summaries(&play).await, 0, "it is off by default");

        sets(&play, |settings| settings.has_weekly_summary = true).await;
        play.types("ana", "/rotation pause support").await;
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert_eq!(summaries(&play).await, 0, "it rests");

        play.types("ana", "/rotation resume support").await;
        play.waits_until("2026-06-22T07:01:00Z").await;
        assert_eq!(summaries(&play).await, 1, "the summaries go on by themselves");
    }

    async fn a_summary_that_is_too_late_is_dropped(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-03", &["ana", "ben", "cho"]).await;
        sets(&play, |settings| settings.has_weekly_summary = true).await;
        play.ends_bot("kill").await;
        play.waits_until("2026-06-09T07:00:00Z").await;
        play.starts_bot().await;

        assert_eq!(summaries(&play).await, 0);
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert_eq!(summaries(&play).await, 1);
    }

    async fn a_new_rotations_public_channel_is_joined(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits("5s").await;

        let joined = play.calls("conversations.join").await;
        assert_eq!(joined.len(), 1, "{joined:#?}");
        assert_eq!(joined[0]["answer"]["ok"], true, "{joined:#?}");
    }

    async fn an_archived_channel_stops_nothing_and_the_managers_are_told_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        play.archives("#support").await;
        play.waits("10s").await;
        let told = play.dms("ana").await;
        assert_eq!(told.len(), 2, "{told:#?}");
        assert_snapshot!("an_archived_channel", told[1].text);
        play.waits_until("2026-06-23T12:00:00Z").await;

        assert_eq!(play.dms("ben").await.len(), 1, "the duty goes on");
        assert_eq!(play.dms("cho").await.len(), 1);
        assert_eq!(play.dms("ana").await.len(), 2, "once");
        let before = play.channel("support").await.len();
        play.unarchives("#support").await;
        play.waits("10s").await;
        let posts = play.channel("support").await;
        assert_eq!(posts.len(), before + 1, "{posts:#?}");
        assert_snapshot!("a_channel_that_is_back", posts[before].text);
        assert_eq!(rotation(&play).await.channel_fault, None);
        play.waits_until("2026-06-29T07:01:00Z").await;
        assert_eq!(play.channel("support").await.len(), before + 2, "and handoffs are announced again");
    }

    async fn a_channel_archived_while_the_bot_was_down_is_found_out(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        play.ends_bot("kill").await;
        play.archives("#support").await;
        play.waits_until("2026-06-16T12:00:00Z").await;
        play.starts_bot().await;
        play.waits_until("2026-06-23T12:00:00Z").await;

        let told = play.dms("ana").await;
        assert_eq!(told.iter().filter(|seen| seen.text.contains("is archived")).count(), 1, "{told:#?}");
        assert_eq!(play.dms("ben").await.len(), 1);
        assert_eq!(play.dms("cho").await.len(), 1);
    }

    async fn a_deleted_channel_leaves_the_rotation_as_it_is(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        play.deletes_channel("#support").await;
        play.waits_until("2026-06-15T07:01:00Z").await;

        let told = play.dms("ana").await;
        assert_eq!(told.len(), 2, "{told:#?}");
        assert_snapshot!("a_deleted_channel", told[1].text);
        assert_eq!(play.dms("ben").await.len(), 1, "the duty goes on");
        let who = play.types_in("#general", "eli", "/rotation who support").await;
        assert!(who.contains("Ben"), "{who}");
    }

    async fn a_private_channel_without_the_bot_is_answered_with_how_to_invite_it(play at "2026-06-05T10:00:00Z") {
        let channel = play.adds_private_channel("#crew", &["ben"]).await;
        let form = json!({"name": "crew", "members": ["U0ANA", "U0BEN"], "cadence": "week",
            "first_day": "2026-06-01", "time": "09:00", "zone": "Europe/Berlin", "channel": channel});
        play.creates("ana", &form).await;
        play.waits("1m").await;

        let told = play.dms("ana").await;
        let invited: Vec<&str> = told.iter().map(|seen| seen.text.as_str()).filter(|text| text.contains("/invite")).collect();
        assert_eq!(invited.len(), 1, "{told:#?}");
        assert_snapshot!("how_to_invite", invited[0]);

        play.invites_bot("ana", "#crew").await;
        play.waits("10s").await;
        let posts = play.messages("crew", "ben").await;
        assert_eq!(posts.len(), 1, "the current state, once: {posts:#?}");
        assert!(posts[0].text.contains("Ana is on duty"), "{}", posts[0].text);

        play.removes_bot("ben", "#crew").await;
        play.waits("10s").await;
        let told = play.dms("ana").await;
        assert_eq!(told.iter().filter(|seen| seen.text.contains("/invite")).count(), 2, "it is news again");
    }

    async fn a_channel_under_another_id_or_name_is_the_same_channel(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        play.converts_channel("#support", "C0NEWSUPPORT").await;
        play.renames_channel("#support", "help").await;
        play.waits_until("2026-06-15T07:01:00Z").await;

        let said = play.channel("help").await.pop().expect("a post");
        assert!(said.text.contains("passes to <@U0BEN>"), "{}", said.text);
        assert_eq!(play.dms("ana").await.len(), 1, "nobody needs to know");
    }
}

fn texts(messages: &[stories::Seen]) -> String {
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    texts.join("\n---\n")
}

async fn summaries(play: &Play) -> usize {
    let posts = play.channel("support").await;
    posts.iter().filter(|seen| seen.text.starts_with("The coming weeks")).count()
}

/// Returns the only rotation.
async fn rotation(play: &Play) -> RotationRecord {
    let store = play.database().open().await;
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let mut tx = store.read(workspace).await.expect("a transaction");
    tx.list_rotations().await.expect("rotations").pop().expect("the rotation")
}

/// Sets what the people of the only rotation chose for it.
async fn sets(play: &Play, change: impl FnOnce(&mut RotationSettings)) {
    let rotation = rotation(play).await;
    let mut settings = rotation.settings.clone();
    change(&mut settings);
    let store = play.database().open().await;
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let mut tx = store.write(workspace).await.expect("a transaction");
    let stored = tx.record_rotation_settings(rotation.id, &rotation.channel, &settings).await;
    assert!(stored.expect("settings"));
    tx.commit().await.expect("a commit");
}
