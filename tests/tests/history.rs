//! What was: the last turns, and what each person did.

use insta::assert_snapshot;
use stories::{both_engines, plain_view};

both_engines! {
    async fn the_last_turns_say_who_held_who_was_skipped_and_what_was_missed(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.types("ben", "/rotation ooo add 2026-06-15 to 2026-06-19").await;
        play.waits_until("2026-06-16T12:00:00Z").await;
        play.ends_bot("kill").await;
        play.waits("3w").await;
        play.starts_bot().await;

        let history = play.types("eli", "/rotation history support").await;
        let statistics = play.types("eli", "/rotation stats support").await;

        assert_snapshot!("the_last_turns", history);
        assert_snapshot!("what_each_did", statistics);
    }

    async fn older_turns_are_a_press_away(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-08-04T12:00:00Z").await;
        let home = play.opens_home("ben").await;

        let opened = play.clicks_in_view("ben", &home, "history_turns").await;
        let first = opened["views_opened"][0].clone();
        let older = play.clicks_in_view("ben", &first, "history_older").await;
        let older = older["views_opened"][0].clone();

        assert_snapshot!("the_newest_page", plain_view(&first));
        assert_snapshot!("the_page_before", plain_view(&older));
        assert!(!older.to_string().contains("history_older"), "there is nothing before: {older}");
    }

    async fn who_took_a_turn_counts_as_covering(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.types("ben", "/rotation ooo add 2026-06-08 to 2026-06-14").await;
        play.types("cho", "/rotation ooo add 2026-06-08 to 2026-06-14").await;
        play.waits_until("2026-06-08T08:00:00Z").await;
        let asked = play.channel("support").await.pop().expect("a post that asks");
        play.presses("ben", &asked, "take_turn").await;
        play.waits_until("2026-06-16T07:00:00Z").await;

        let history = play.types("cho", "/rotation history").await;
        let statistics = play.types("cho", "/rotation stats 30d").await;

        assert_snapshot!("a_turn_that_was_taken", history);
        assert_snapshot!("taken_turns_in_the_statistics", statistics);
    }

    async fn a_rotation_that_has_not_begun_has_no_history(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;

        let answers = [
            play.types("eli", "/rotation history").await,
            play.types("eli", "/rotation stats support 365d").await,
            play.types("eli", "/rotation stats support 12d").await,
            play.types("eli", "/rotation history suport").await,
        ];

        assert_snapshot!("nothing_was_yet", answers.join("\n---\n"));
    }
}
