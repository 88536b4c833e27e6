//! Turns that pass to somebody else: a manager assigns somebody, a member skips a turn, cover begins and ends.

use insta::assert_snapshot;
use serde_json::json;
use stories::{Play, Seen, block_kit, both_engines, plain_blocks};

both_engines! {
    async fn somebody_is_assigned_for_days_of_a_running_turn_and_the_duty_passes_there_and_back(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        let said = play.channel("support").await.len();

        let answer = play.types("ana", "/rotation assign <@U0CHO> for <@U0BEN> support 10 June").await;
        play.waits("5s").await;

        assert!(answer.contains("Done: Cho is on duty for *support* in place of Ben"), "{answer}");
        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 1, "the channel is told once: {told:#?}");
        assert!(last(&told).text.contains("Arranged by Ana"), "{told:#?}");
        let dm = play.dms("cho").await.pop().expect("cho is told");
        assert!(dm.text.starts_with("You are on duty for *support* in place of Ben"), "{}", dm.text);
        assert!(has_undo(&dm), "{dm:#?}");
        let spared = play.dms("ben").await.pop().expect("ben is told");
        assert!(spared.text.starts_with("You are spared: Cho"), "{}", spared.text);

        play.waits_until("2026-06-09T21:59:00Z").await;
        assert_eq!(play.channel("support").await.len(), said + 1, "nothing passes before");
        play.waits_until("2026-06-09T22:01:00Z").await;
        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 2, "{told:#?}");
        assert!(last(&told).text.contains("<@U0CHO>"), "{told:#?}");
        let who = play.types("eli", "/rotation who").await;
        assert!(who.contains("Cho") && who.contains("Ben") && who.contains("on duty"), "{who}");
        let ended = on_duty(&play, "ben", "Your duty").await;
        assert!(ended.is_edited && ended.buttons.is_empty(), "{ended:#?}");
        assert!(play.dms("cho").await.iter().any(|dm| dm.text.contains("You are on duty for *support* in place of Ben until")));

        play.waits_until("2026-06-10T22:01:00Z").await;
        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 3, "{told:#?}");
        assert!(last(&told).text.contains("<@U0BEN>"), "{told:#?}");
        assert!(play.types("eli", "/rotation who").await.contains("Ben is on duty"));
        let late = play.presses("cho", &dm, "skip_undo_cover").await;
        let answer = answered(&play, "cho").await;
        assert!(answer.contains("cannot be undone any more"), "{late} {answer}");
    }

    async fn an_assignment_now_passes_the_duty_at_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        let said = play.channel("support").await.len();

        let answer = play.types("ana", "/rotation assign <@U0CHO>").await;
        play.waits("5s").await;

        assert!(answer.contains("Cho is on duty"), "{answer}");
        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 1, "{told:#?}");
        assert!(last(&told).text.contains("<@U0CHO>"), "{told:#?}");
        assert!(on_duty(&play, "ben", "Your duty").await.buttons.is_empty());
        assert_eq!(play.dms("cho").await.len(), 1, "{:#?}", play.dms("cho").await);
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("Cho is on duty"), "the order stays: it is her turn");
    }

    async fn an_assignment_is_undone_by_either_before_it_begins(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.types("ana", "/rotation assign <@U0DEE> for <@U0CHO>").await;
        play.waits("5s").await;
        let next = play.types("eli", "/rotation next support 1").await;
        assert!(next.contains("Dee"), "{next}");
        let dm = play.dms("dee").await.pop().expect("dee is told");
        let again = play.types("ana", "/rotation assign <@U0BEN> for <@U0CHO>").await;
        assert!(again.contains("Somebody stands in"), "{again}");

        play.presses("dee", &dm, "skip_undo_cover").await;
        play.waits("5s").await;

        let post = play.channel("support").await.pop().expect("a post");
        assert!(post.is_edited && post.text.starts_with("Undone by Dee"), "{post:#?}");
        let told = play.dms("cho").await.pop().expect("cho is told");
        assert!(told.text.contains("The duty is yours."), "{}", told.text);
        assert!(play.dms("dee").await.iter().all(|dm| !has_undo(dm)), "{:#?}", play.dms("dee").await);
        let next = play.types("eli", "/rotation next support 1").await;
        assert!(next.contains("Cho") && !next.contains("Dee"), "{next}");
    }

    async fn of_two_who_undo_at_once_one_does_and_the_other_is_told(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.types("ana", "/rotation assign <@U0DEE> for <@U0CHO>").await;
        play.waits("5s").await;
        let dee = play.dms("dee").await.pop().expect("dee is told");
        let cho = play.dms("cho").await.pop().expect("cho is told");

        tokio::join!(
            play.presses("dee", &dee, "skip_undo_cover"),
            play.presses("cho", &cho, "skip_undo_cover"),
        );
        play.waits("5s").await;

        let mut said = String::new();
        for who in ["dee", "cho"] {
            for seen in play.messages("dm", who).await {
                said.push_str(&seen.text);
                said.push('\n');
            }
        }
        assert_eq!(said.matches("That was undone already.").count(), 1, "{said}");
        assert_eq!(said.matches("after all").count(), 1, "{said}");
    }

    async fn an_assignment_that_makes_no_sense_is_refused_plainly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.becomes_known("ben").await;
        for (who, typed, expected) in [
            ("ben", "assign <@U0CHO>", "Only a manager"),
            ("ana", "assign <@U0ELI>", "Only a member of “support”"),
            ("ana", "assign <@U0BEN>", "on duty then already"),
            ("ana", "assign <@U0CHO> for <@U0DEE> 10 June", "not on duty for “support” then"),
            ("ana", "assign <@U0CHO> for <@U0BEN> 2026-06-01", "Those days are over"),
            ("ana", "assign <@U0CHO> kitchen", "no rotation called"),
            ("ana", "assign <@U0CHO> for", "That is not how it goes"),
        ] {
            let answer = play.types(who, &format!("/rotation {typed}")).await;
            assert!(answer.contains(expected), "{typed}: {answer}");
        }
        play.types("cho", "/rotation ooo add 10 June").await;
        let warned = play.types("ana", "/rotation assign <@U0CHO> for <@U0BEN> 10 June").await;
        assert!(warned.contains("Cho is noted as away"), "{warned}");
    }

    async fn after_down_time_only_the_newest_state_is_told(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.types("ana", "/rotation assign <@U0CHO> for <@U0BEN> 10 June").await;
        play.types("ana", "/rotation assign <@U0DEE> for <@U0BEN> 11 June").await;
        play.types("ana", "/rotation assign <@U0CHO> for <@U0BEN> 13 June").await;
        play.waits("5s").await;
        let (said, cho) = (play.channel("support").await.len(), play.dms("cho").await.len());

        play.ends_bot("stop").await;
        play.waits_until("2026-06-11T10:00:00Z").await;
        play.starts_bot().await;

        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 1, "{told:#?}");
        assert!(last(&told).text.contains("<@U0DEE>"), "{told:#?}");
        assert_eq!(play.dms("cho").await.len(), cho, "cho's day is over: {:#?}", play.dms("cho").await);
        assert!(on_duty(&play, "ben", "Your duty").await.buttons.is_empty());

        play.waits_until("2026-06-11T22:01:00Z").await;
        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 2, "{told:#?}");
        play.ends_bot("kill").await;
        play.waits_until("2026-06-14T10:00:00Z").await;
        play.starts_bot().await;
        assert_eq!(play.channel("support").await.len(), said + 2, "it is Ben again, as everybody knows");
    }

    async fn who_skips_before_the_shift_is_passed_over_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        let said = play.channel("support").await.len();

        let answered = play.types("cho", "/rotation skip").await;
        play.waits("5s").await;

        assert!(answered.contains("Done: you are passed over in *support*") && answered.contains("Dee is on duty then"), "{answered}");
        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 1, "{told:#?}");
        assert!(last(&told).text.starts_with("Cho skips the turn of *support*"), "{told:#?}");
        let moved = play.dms("dee").await.pop().expect("dee's date moves");
        assert!(moved.text.contains("15 June"), "{}", moved.text);
        let next = play.types("eli", "/rotation next support 3").await;
        assert!(next.lines().any(|line| line.contains("Dee")), "{next}");
        assert!(!play.types("cho", "/rotation ooo list").await.contains("June"), "no absence elsewhere");

        let mine = newest(&play, "cho", "passed over").await;
        play.presses("cho", &mine, "skip_undo").await;
        play.waits("5s").await;
        let post = last(&play.channel("support").await).clone();
        assert!(post.is_edited && post.text.starts_with("Undone: Cho does not skip"), "{post:#?}");
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("Cho is on duty"));
        play.waits_until("2026-06-15T08:00:00Z").await;
        play.presses("cho", &mine, "skip_undo").await;
    }

    async fn somebody_is_assigned_in_a_form(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.becomes_known("ben").await;
        let form = play.opens("ana", "/rotation assign support").await;
        assert_snapshot!("the_form_of_an_assignment", block_kit(&form));

        let wrong = play.fills("ana", &form, &json!({"takes_over": "U0ELI", "from": "2026-06-16"})).await;
        assert!(wrong["errors"]["takes_over"].to_string().contains("Only a member"), "{wrong}");
        let wrong = play.fills("ana", &form, &json!({"takes_over": "U0DEE", "to": "2026-06-16"})).await;
        assert!(wrong["errors"]["from"].to_string().contains("first day as well"), "{wrong}");
        let days = json!({"takes_over": "U0DEE", "hands_over": "U0CHO", "from": "2026-06-16", "to": "2026-06-17"});
        let answer = play.fills("ana", &form, &days).await;
        play.waits("5s").await;

        let said = plain_blocks(&answer["view"]["blocks"]);
        assert!(said.starts_with("Done: Dee is on duty for *support* in place of Cho"), "{said}");
        assert!(last(&play.channel("support").await).text.contains("Arranged by Ana"));
        play.types("ana", "/rotation show support").await;
        let shown = newest(&play, "ana", "In order").await;
        let again = play.opens_by("ana", &shown, "skip_assign").await;
        assert_eq!(again["callback_id"], "assign");
        let refused = play.types("ben", "/rotation assign support").await;
        assert!(refused.contains("Only a manager"), "{refused}");
    }

    async fn skip_me_is_a_button_of_home_and_of_what_is_shown(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.becomes_known("cho").await;
        play.opens_home("cho").await;
        play.types("cho", "/rotation show support").await;
        let shown = newest(&play, "cho", "In order").await;

        play.presses("cho", &shown, "skip_me").await;
        play.waits("5s").await;

        assert!(last(&play.channel("support").await).text.starts_with("Cho skips the turn of *support*"));
        let home = play.home("cho").await.expect("a home");
        play.clicks_in_view("cho", &home, "skip_me").await;
        play.waits("5s").await;
        let told = play.channel("support").await;
        assert_eq!(told.iter().filter(|post| post.text.starts_with("Cho skips")).count(), 2, "the turn after it: {told:#?}");
        play.types("ben", "/rotation show support").await;
        let shown = newest(&play, "ben", "In order").await;
        let form = play.opens_by("ben", &shown, "skip_me").await;
        assert_eq!(form["callback_id"], "lifecycle_hand_over", "who is on duty hands over: {form}");
    }

    async fn a_turn_that_is_covered_away_is_not_the_one_that_is_skipped(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.types("ana", "/rotation assign <@U0DEE> for <@U0CHO>").await;
        play.waits("5s").await;

        let stands_in = play.types("dee", "/rotation skip").await;
        assert!(stands_in.contains("you stand in for Cho, so nothing was changed"), "{stands_in}");
        let answered = play.types("cho", "/rotation skip").await;
        play.waits("5s").await;

        assert!(answered.contains("Done: you are passed over in *support*") && answered.contains("6 July"), "{answered}");
        let next = play.types("eli", "/rotation next support 1").await;
        assert!(next.contains("Dee for Cho"), "the cover stays: {next}");
    }

    async fn who_skips_on_duty_hands_over_and_who_has_no_turn_is_told(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.becomes_known("eli").await;

        let form = play.opens("ben", "/rotation skip me support").await;
        assert_eq!(form["callback_id"], "lifecycle_hand_over", "{form}");
        let stranger = play.types("eli", "/rotation skip").await;
        assert!(stranger.contains("Only a member of the rotation"), "{stranger}");
    }
}

fn last(seen: &[Seen]) -> &Seen {
    seen.last().expect("a message")
}

fn has_undo(seen: &Seen) -> bool {
    seen.buttons.iter().any(|button| button.starts_with("skip_undo"))
}

/// Returns the newest direct message that begins with these words.
async fn on_duty(play: &Play, who: &str, begin: &str) -> Seen {
    let all = play.dms(who).await;
    let found = all.iter().rfind(|dm| dm.text.starts_with(begin)).cloned();
    found.unwrap_or_else(|| panic!("{who} is told that {begin}: {all:#?}"))
}

/// Returns the newest answer in the channel that says this.
async fn newest(play: &Play, who: &str, words: &str) -> Seen {
    let all = play.messages("support", who).await;
    let own =
        all.into_iter().rfind(|seen| seen.ephemeral_to.is_some() && seen.text.contains(words));
    own.expect("an answer")
}

/// Returns what a press on a button of a direct message was answered last.
async fn answered(play: &Play, who: &str) -> String {
    let all = play.messages("dm", who).await;
    all.last().map(|seen| seen.text.clone()).unwrap_or_default()
}
