//! The duty: told, seen, ended, reminded of, and what happens where somebody cannot be told.

use domain::ids::{UserId, WorkspaceId};
use domain::settings::{Preferences, RotationSettings};
use insta::assert_snapshot;
use serde_json::json;
use stories::{Play, Seen, both_engines};

both_engines! {
    async fn got_it_is_shown_in_the_message_itself_and_two_presses_are_one(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T07:10:00Z").await;
        let told = play.dms("ana").await.pop().expect("a message");

        play.presses("ana", &told, "seen_duty").await;
        play.waits("10s").await;

        let dms = play.dms("ana").await;
        assert_eq!(dms.len(), 1, "nothing is said beside it: {dms:#?}");
        assert_snapshot!("a_duty_that_was_seen", dms[0].text);
        assert_eq!(dms[0].buttons, ["note_write", "lifecycle_hand_over", "cover_ask", "swap_open", "enter_absence", "show_next"]);
        assert_eq!(play.calls("chat.update").await.len(), 1);
    }

    async fn two_clicks_at_once_are_one_update(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T07:10:00Z").await;
        let told = play.dms("ana").await.pop().expect("a message");

        tokio::join!(play.presses("ana", &told, "seen_duty"), play.presses("ana", &told, "seen_duty"));
        play.waits("10s").await;

        assert_eq!(play.calls("chat.update").await.len(), 1);
        assert_eq!(play.dms("ana").await.len(), 1);
    }

    async fn a_message_whose_duty_is_over_says_to_whom_it_passed(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-19").await;

        play.waits_until("2026-06-15T07:01:00Z").await;

        let dms = play.dms("ana").await;
        assert_eq!(dms.len(), 1, "{dms:#?}");
        assert_snapshot!("a_duty_that_passed", dms[0].text);
        assert_eq!(dms[0].buttons, Vec::<String>::new());
        let dms = duties(&play, "cho").await;
        assert_snapshot!("a_duty_for_which_somebody_was_passed_over", dms[0].text);
    }

    async fn who_goes_on_finds_the_buttons_in_the_newer_message(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-21").await;

        play.waits_until("2026-06-15T08:00:00Z").await;

        let dms = play.dms("ana").await;
        assert_snapshot!("a_duty_that_goes_on", texts(&dms));
        assert_eq!(dms[0].buttons, Vec::<String>::new());
        assert_eq!(dms[1].buttons.len(), 7);
        assert_eq!(play.reminders("ana").await.len(), 1, "who serves already is not reminded");
    }

    async fn a_duty_that_ended_while_the_bot_was_down_says_so(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        play.ends_bot("kill").await;
        play.waits("3w").await;
        play.starts_bot().await;

        let dms = play.dms("ana").await;
        assert_snapshot!("a_duty_that_ended_while_the_bot_was_down", dms[0].text);
        assert_eq!(dms[0].buttons, Vec::<String>::new());
    }

    async fn a_duty_that_ends_before_its_turn_says_how(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        let form = play.opens("ana", "/rotation handover support").await;
        play.fills("ana", &form, &json!({})).await;
        play.waits("10s").await;
        let ana = play.dms("ana").await;
        let ben = play.dms("ben").await.pop().expect("Ben has it now");

        play.presses("ben", &ben, "seen_duty").await;
        play.waits("10s").await;
        let seen = play.dms("ben").await;
        play.types("ana", "/rotation pause support").await;
        play.waits("10s").await;
        let paused = play.dms("ben").await;

        assert_snapshot!("a_duty_that_was_handed_over", texts(&ana));
        assert_snapshot!("a_duty_that_was_taken_over_and_seen", texts(&seen));
        assert_snapshot!("a_duty_that_was_paused", texts(&paused));
        for ended in [&ana[0], &paused[0]] {
            assert_eq!(ended.buttons, Vec::<String>::new());
        }
    }

    async fn a_duty_of_who_leaves_slack_is_told_to_who_takes_it(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-16T12:00:00Z").await;

        play.deactivates("ben").await;
        play.waits("1m").await;

        let told = play.dms("cho").await;
        assert_snapshot!("a_duty_that_came_in_the_middle_of_its_turn", texts(&told));
        play.presses("cho", &told[0], "seen_duty").await;
        play.waits("10s").await;
        assert!(play.dms("cho").await[0].text.contains("You have seen this"));
    }

    async fn a_cover_of_who_is_removed_goes_back_to_the_holder_who_is_told_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        let form = play.opens("ana", "/rotation handover support").await;
        play.fills("ana", &form, &json!({})).await;
        play.waits("1h").await;
        assert!(play.types("eli", "/rotation who").await.contains("Ben (for Ana) is on duty"));

        play.types("ana", "/rotation remove support <@U0BEN> now").await;
        play.waits("10s").await;

        let (ana, ben) = (play.dms("ana").await, play.dms("ben").await);
        assert_eq!(ana.len(), 2, "the handoff, and the duty that comes back: {ana:#?}");
        assert!(ana[0].buttons.is_empty() && !ana[1].buttons.is_empty(), "{ana:#?}");
        assert!(ben[0].buttons.is_empty(), "{ben:#?}");
        assert_snapshot!("a_duty_that_came_back_from_who_was_removed", texts(&ana[1..]));
        assert_snapshot!("a_cover_that_ended_with_the_removal", texts(&ben));
        assert_snapshot!("the_channel_learns_that_the_duty_came_back", texts(&play.channel("support").await[2..]));
        assert!(play.types("eli", "/rotation who").await.contains("Ana is on duty"));
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert!(play.dms("ana").await[1].text.contains("It passed to Cho"), "{:#?}", play.dms("ana").await);
    }

    async fn a_cover_of_who_leaves_slack_goes_back_to_the_holder_who_is_told_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-16T12:00:00Z").await;
        let form = play.opens("ben", "/rotation handover support").await;
        play.fills("ben", &form, &json!({})).await;
        play.waits("1h").await;

        play.deactivates("cho").await;
        play.waits("1m").await;

        let ben = play.dms("ben").await;
        let live: Vec<&Seen> = ben.iter().filter(|seen| !seen.buttons.is_empty()).collect();
        assert_eq!(live.len(), 1, "{ben:#?}");
        assert_eq!(ben.len(), 2, "{ben:#?}");
        assert_snapshot!("the_channel_learns_who_serves_instead", play.channel("support").await.pop().expect("a post").text);
        assert!(play.types("eli", "/rotation who").await.contains("Ben is on duty"));
    }

    async fn a_turn_whose_taker_leaves_is_asked_for_again(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        for who in ["ANA", "BEN", "CHO"] {
            play.types("ana", &format!("/rotation ooo add <@U0{who}> 2026-06-08 to 2026-06-14")).await;
        }
        play.waits_until("2026-06-08T07:10:00Z").await;
        let asked = play.channel("support").await.pop().expect("a post");
        play.presses("ben", &asked, "take_turn").await;
        play.waits("1h").await;

        play.types("ana", "/rotation remove support <@U0BEN> now").await;
        play.waits("10s").await;
        let posts = play.channel("support").await;
        let mut open = posts.iter().filter(|seen| seen.buttons.contains(&"take_turn".to_owned()));
        let again = open.next().expect("the channel is asked again");
        assert_ne!(again.ts, asked.ts);
        assert_eq!(open.count(), 0, "{posts:#?}");
        assert_snapshot!("a_turn_that_came_back_is_asked_for", again.text);
        play.presses("cho", again, "take_turn").await;
        play.waits("10s").await;

        assert_snapshot!("a_turn_that_was_taken_and_came_back", texts(&duties(&play, "ben").await));
        assert!(play.types("eli", "/rotation who").await.contains("Cho is on duty"));
        let channel = play.channel("support").await;
        assert!(channel.iter().all(|seen| !seen.buttons.contains(&"take_turn".to_owned())), "{channel:#?}");
        play.waits("2d").await;
        assert_eq!(play.channel("support").await.len(), channel.len(), "nobody is asked once it is taken");
    }

    async fn a_duty_of_a_deleted_rotation_says_so(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        let form = play.opens("ana", "/rotation delete support").await;
        play.fills("ana", &form, &json!({})).await;
        play.waits("10s").await;

        let dms = play.dms("ana").await;
        assert_snapshot!("a_duty_that_was_deleted", dms[0].text);
        assert_eq!(dms[0].buttons, Vec::<String>::new());
    }

    async fn who_took_a_turn_is_told_when_it_is_over(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        for who in ["ANA", "BEN"] {
            play.types("ana", &format!("/rotation ooo add <@U0{who}> 2026-06-08 to 2026-06-14")).await;
        }
        play.waits_until("2026-06-08T07:10:00Z").await;
        let asked = play.channel("support").await.pop().expect("a post");
        play.presses("ben", &asked, "take_turn").await;
        play.waits("10s").await;
        let during = duties(&play, "ben").await;

        play.waits_until("2026-06-15T07:01:00Z").await;

        assert_snapshot!("a_duty_that_was_taken", during[0].text);
        let after = duties(&play, "ben").await;
        assert_snapshot!("a_duty_that_was_taken_is_over", after[0].text);
        assert_eq!(after[0].buttons, Vec::<String>::new());
    }

    async fn who_holds_the_turn_though_partly_away_is_told_so(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.types("ana", "/rotation ooo add 2026-06-10").await;

        play.waits_until("2026-06-08T07:10:00Z").await;

        assert_snapshot!("a_duty_with_a_day_away", play.dms("ana").await[0].text);
    }

    async fn whose_zone_is_another_reads_both_times(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.moves_person("ana", "Asia/Tokyo").await;

        play.waits_until("2026-06-08T07:10:00Z").await;

        assert_snapshot!("a_duty_in_another_zone", play.dms("ana").await[0].text);
    }

    async fn the_next_one_is_reminded_once_on_the_day_before(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;

        play.waits_until("2026-06-07T06:59:00Z").await;
        assert_eq!(play.reminders("ana").await, []);
        play.waits_until("2026-06-07T07:01:00Z").await;
        let first = play.reminders("ana").await;
        assert_eq!(first.len(), 1, "{first:#?}");
        assert_snapshot!("a_reminder_of_the_first_turn", first[0].text);
        assert_eq!(first[0].buttons, ["show_next", "enter_absence"]);

        play.waits_until("2026-06-14T07:01:00Z").await;
        let second = play.reminders("ben").await;
        assert_eq!(second.len(), 1, "{second:#?}");
        assert_snapshot!("a_reminder_of_the_second_turn", second[0].text);
        assert_eq!(play.reminders("ana").await.len(), 1, "never twice");
        assert_eq!(play.reminders("cho").await, []);
    }

    async fn whoever_is_next_when_it_is_due_is_reminded(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-13T10:00:00Z").await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-21").await;

        play.waits_until("2026-06-14T08:00:00Z").await;

        assert_eq!(play.reminders("ben").await, []);
        assert_snapshot!("a_reminder_of_whom_it_came_to", texts(&play.reminders("cho").await));
    }

    async fn a_daily_duty_is_reminded_of_in_the_readers_own_evening(play at "2026-06-08T05:00:00Z") {
        let form = json!({"name": "triage", "members": ["U0ANA", "U0BEN"], "cadence": "day",
            "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        play.creates("ana", &form).await;
        play.moves_person("ben", "America/New_York").await;

        play.waits_until("2026-06-08T20:59:00Z").await;
        assert_eq!(play.reminders("ben").await, []);
        play.waits_until("2026-06-08T21:01:00Z").await;
        assert_eq!(play.reminders("ben").await.len(), 1, "17:00 in New York");
        play.waits_until("2026-06-09T14:59:00Z").await;
        assert_eq!(play.reminders("ana").await, []);
        play.waits_until("2026-06-09T15:01:00Z").await;
        assert_eq!(play.reminders("ana").await.len(), 1, "17:00 in Berlin");
    }

    async fn a_reminder_that_is_too_late_is_dropped(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-06T10:00:00Z").await;
        play.ends_bot("kill").await;
        play.waits_until("2026-06-07T20:00:00Z").await;
        play.starts_bot().await;
        assert_eq!(play.reminders("ana").await, [], "eleven hours before, it is no reminder");

        play.waits_until("2026-06-13T10:00:00Z").await;
        play.ends_bot("kill").await;
        play.waits_until("2026-06-14T10:00:00Z").await;
        play.starts_bot().await;
        assert_eq!(play.reminders("ben").await.len(), 1, "three hours late it is one");
    }

    async fn nobody_is_reminded_where_the_rotation_does_not_want_it(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        sets(&play, |settings| settings.reminds_the_day_before = false).await;

        play.waits_until("2026-06-15T08:00:00Z").await;

        for who in ["ana", "ben", "cho"] {
            assert_eq!(play.reminders(who).await, []);
        }
    }

    async fn managers_are_told_once_of_a_duty_that_nobody_has_seen(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "ana"]).await;
        sets(&play, |settings| {
            settings.unseen_after_hours = Some(4);
            settings.managers = vec![UserId::new("U0DEE"), UserId::new("U0BEN")];
        }).await;

        play.waits_until("2026-06-08T10:59:00Z").await;
        assert_eq!(play.dms("dee").await, []);
        play.waits_until("2026-06-08T11:01:00Z").await;

        assert_snapshot!("a_duty_that_nobody_has_seen", texts(&play.dms("dee").await));
        assert_eq!(play.dms("ana").await.len(), 1, "who made it manages it too");
        assert_eq!(play.dms("ben").await.len(), 1, "nobody is told of themselves");
        play.waits_until("2026-06-12T11:00:00Z").await;
        assert_eq!(play.dms("dee").await.len(), 1, "once");

        play.waits_until("2026-06-15T07:10:00Z").await;
        let told = play.dms("cho").await.pop().expect("a message");
        play.presses("cho", &told, "seen_duty").await;
        play.waits_until("2026-06-16T07:00:00Z").await;
        assert_eq!(play.dms("dee").await.len(), 1, "what was seen is no news");
    }

    async fn who_wants_quiet_nights_is_told_in_the_morning(play at "2026-06-05T10:00:00Z") {
        let form = json!({"name": "nights", "members": ["U0ANA", "U0BEN"], "cadence": "week",
            "first_day": "2026-06-08", "time": "23:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        play.creates("ana", &form).await;
        for who in ["U0ANA", "U0BEN"] {
            wants_quiet_nights(&play, who).await;
        }

        play.waits_until("2026-06-09T04:59:00Z").await;
        assert_eq!(play.channel("support").await.len(), 2, "the announcement stays");
        assert_eq!(play.dms("ana").await, []);
        assert_eq!(play.reminders("ana").await.len(), 1, "due at 23:00, said at 07:00 on the day");
        play.waits_until("2026-06-09T05:01:00Z").await;
        let told = play.dms("ana").await;
        assert_eq!(told.len(), 1, "{told:#?}");

        // Ben's reminder is due on Sunday at 23:00; in the night he goes away.
        play.waits_until("2026-06-14T23:00:00Z").await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-21").await;
        play.waits_until("2026-06-15T08:00:00Z").await;
        assert_eq!(play.reminders("ben").await, [], "what is no longer true is not sent");
    }

    async fn managers_are_told_once_whom_the_bot_cannot_write_to(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.closes_dms("ben").await;

        play.waits_until("2026-06-08T07:10:00Z").await;

        let told = play.dms("ana").await;
        assert_eq!(told.len(), 1, "the reminder failed, and so did the duty: {told:#?}");
        assert_snapshot!("somebody_who_cannot_be_written_to", told[0].text);
        assert_eq!(play.dms("ben").await, []);
        play.waits_until("2026-06-23T07:10:00Z").await;
        assert_eq!(play.dms("ana").await.len(), 1, "once for each person and rotation");
    }

    async fn a_manager_who_cannot_be_written_to_is_no_loop(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.closes_dms("ana").await;
        play.closes_dms("ben").await;

        play.waits_until("2026-06-16T07:10:00Z").await;

        let posted = play.calls("chat.postMessage").await.len();
        play.waits("2d").await;
        assert_eq!(play.calls("chat.postMessage").await.len(), posted, "nothing is tried again");
    }
}

/// Sets what the people of `support` chose for it.
async fn sets(play: &Play, change: impl FnOnce(&mut RotationSettings)) {
    let store = play.database().open().await;
    let workspace = WorkspaceId::of_team(&domain::ids::TeamId::new(play.team()));
    let mut tx = store.write(workspace).await.expect("a transaction");
    let rotation = tx.list_rotations().await.expect("rotations").pop().expect("the rotation");
    let mut settings = rotation.settings.clone();
    change(&mut settings);
    tx.record_rotation_settings(rotation.id, &rotation.channel, &settings).await.expect("settings");
    tx.commit().await.expect("a commit");
}

async fn wants_quiet_nights(play: &Play, user: &str) {
    let store = play.database().open().await;
    let workspace = WorkspaceId::of_team(&domain::ids::TeamId::new(play.team()));
    let mut tx = store.write(workspace).await.expect("a transaction");
    let quiet = Preferences { has_quiet_nights: true, ..Preferences::default() };
    tx.record_preferences(&UserId::new(user), &quiet).await.expect("preferences");
    tx.commit().await.expect("a commit");
}

/// Returns what somebody is told directly, beside the news of absences.
async fn duties(play: &Play, who: &str) -> Vec<Seen> {
    let mut told = play.dms(who).await;
    let of_absence = ["Who is away has changed", "Ana noted that you are away"];
    told.retain(|dm| !of_absence.iter().any(|news| dm.text.starts_with(news)));
    told
}

fn texts(messages: &[stories::Seen]) -> String {
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    texts.join("\n---\n")
}
