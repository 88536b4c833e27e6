//! The main job: a rotation is made and hands over by itself, on time, around absences, and after down time.

use insta::assert_snapshot;
use serde_json::json;
use stories::{Play, both_engines};

/// Friday noon in Berlin.
const MONDAY_NINE: &str = "2026-06-08T07:00:00Z";

both_engines! {
    async fn a_rotation_is_made_in_a_modal_and_answers_who_is_next(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits("5s").await;

        let answers = [
            play.types("ana", "/rotation list").await,
            play.types("ben", "/rotation who").await,
            play.types("cho", "/rotation next 4").await,
            play.types("dee", "/rotation").await,
        ];

        assert_snapshot!("answers_before_the_first_handoff", answers.join("\n---\n"));
        assert_snapshot!("the_channel_learns_of_the_rotation", texts(&play.channel("support").await));
    }

    async fn at_the_handoff_the_channel_and_the_right_person_are_told(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;

        play.waits_until(MONDAY_NINE).await;
        play.waits("5s").await;

        let channel = play.channel("support").await;
        assert_eq!(channel.len(), 2, "the rotation and its first handoff: {channel:#?}");
        assert_snapshot!("the_first_handoff", channel[1].text);
        let dms = play.dms("ana").await;
        assert_eq!(dms.len(), 1, "{dms:#?}");
        assert_snapshot!("the_first_on_duty_message", dms[0].text);
        assert_eq!(dms[0].buttons, ["seen_duty", "note_write", "lifecycle_hand_over", "cover_ask", "swap_open", "enter_absence", "show_next"]);
        for other in ["ben", "cho", "dee", "eli"] {
            assert_eq!(play.dms(other).await, [], "{other} is not on duty");
        }
        assert!(play.types("eli", "/rotation who").await.contains("Ana"));
    }

    async fn someone_on_leave_is_passed_over_and_told_why(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        let entered = play.types("ana", "/rotation ooo add <@U0BEN|ben> 2026-06-15 to 2026-06-19").await;

        play.waits_until("2026-06-15T07:00:00Z").await;
        play.waits("5s").await;

        assert_snapshot!("the_absence_is_confirmed", entered);
        let channel = play.channel("support").await;
        assert_snapshot!("ben_is_passed_over", channel[channel.len() - 1].text);
        assert_eq!(duties(&play, "ben").await, 0);
        assert_eq!(duties(&play, "cho").await, 1);
    }

    async fn three_weeks_of_down_time_are_told_in_one_post_and_one_message(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        let before = play.channel("support").await.len();

        play.ends_bot("kill").await;
        play.waits("3w").await;
        play.starts_bot().await;

        let channel = play.channel("support").await;
        assert_eq!(channel.len(), before + 1, "one post: {channel:#?}");
        assert_snapshot!("the_post_after_three_weeks", channel[before].text);
        let dms = play.dms("dee").await;
        assert_eq!(dms.len(), 1, "one message: {dms:#?}");
        assert_snapshot!("the_message_after_three_weeks", dms[0].text);
        assert_eq!(play.dms("ben").await, [], "a turn that passed is not announced to anybody");
        assert_eq!(play.dms("cho").await, []);

        play.waits_until("2026-07-06T07:00:00Z").await;
        play.waits("5s").await;
        assert_eq!(play.dms("ana").await.len(), 2, "then the order goes on with Ana");
    }

    async fn two_years_of_down_time_are_still_one_post_and_one_message(play at "2026-06-05T10:00:00Z") {
        let form = json!({"name": "support", "members": ["U0ANA", "U0BEN", "U0CHO"], "cadence": "day",
            "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        play.creates("ana", &form).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        let before = play.channel("support").await.len();

        play.ends_bot("kill").await;
        play.waits("104w").await;
        play.starts_bot().await;

        let channel = play.channel("support").await;
        assert_eq!(channel.len(), before + 1, "one post: {channel:#?}");
        assert_snapshot!("the_post_after_two_years", channel[before].text);
    }

    async fn a_bot_that_was_stopped_politely_catches_up_the_same(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        play.ends_bot("stop").await;
        play.waits("1w").await;
        play.starts_bot().await;

        let dms = play.dms("ben").await;
        assert_eq!(dms.len(), 1, "{dms:#?}");
        assert_snapshot!("a_late_message", dms[0].text);
        assert_eq!(play.channel("support").await.len(), 3);
    }

    async fn when_everybody_is_away_the_channel_is_asked_and_the_first_to_press_has_it(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        for who in ["U0ANA", "U0BEN", "U0CHO"] {
            play.types("ana", &format!("/rotation ooo add <@{who}> 2026-06-15 to 2026-06-21")).await;
        }
        play.waits_until("2026-06-15T07:00:00Z").await;
        play.waits("5s").await;
        let asked = play.channel("support").await.pop().expect("the channel is asked");
        assert_snapshot!("the_channel_is_asked", asked.text);
        assert_eq!(asked.buttons, ["take_turn", "assign_anyway"]);

        play.waits("1d").await;
        let again = play.channel("support").await.pop().expect("the channel is asked again");
        assert_ne!(again.ts, asked.ts, "each day asks once");

        tokio::join!(play.presses("ben", &again, "take_turn"), play.presses("cho", &asked, "take_turn"));
        play.waits("5s").await;

        let (ben, cho) = (duties(&play, "ben").await, duties(&play, "cho").await);
        assert_eq!(ben + cho, 1, "exactly one of two who press at once is on duty");
        let winner = if ben == 1 { "Ben" } else { "Cho" };
        assert!(play.types("eli", "/rotation who").await.contains(winner));
        let channel = play.channel("support").await;
        let edited: Vec<&str> = channel.iter().filter(|seen| seen.is_edited).map(|seen| seen.text.as_str()).collect();
        assert_eq!(edited.len(), 2, "both posts show the outcome: {channel:#?}");
        assert!(channel.iter().all(|seen| !seen.buttons.contains(&"take_turn".to_owned())));
        play.waits("3d").await;
        assert_eq!(play.channel("support").await.len(), channel.len(), "nobody is asked once it is taken");

        play.waits_until("2026-06-22T08:00:00Z").await;
        assert_eq!(duties(&play, "ben").await, ben + 1, "the order goes on where it stood");
    }

    async fn the_same_person_stays_on_with_one_line_when_only_they_are_free(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-21").await;

        play.waits_until("2026-06-15T08:00:00Z").await;

        let last = play.channel("support").await.pop().expect("a post");
        assert_snapshot!("the_duty_continues", last.text);
    }

    async fn an_absence_is_listed_and_taken_back_and_the_plan_follows(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.types("ben", "/rotation ooo add next monday to 19 June").await;
        let planned = play.types("ben", "/rotation next 3").await;

        let listed = play.types("ben", "/rotation ooo list").await;
        let removed = play.types("ben", "/rotation ooo remove").await;
        let planned_after = play.types("ben", "/rotation next 3").await;

        assert_snapshot!("absence_listed_and_removed", [planned, listed, removed, planned_after].join("\n---\n"));
    }

    async fn only_the_right_people_enter_somebody_elses_absence(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;

        let refused = play.types("ben", "/rotation ooo add <@U0CHO> 2026-06-15").await;
        let own = play.types("cho", "/rotation ooo add 2026-06-15").await;

        assert_snapshot!("not_for_others", refused);
        assert!(!own.contains("Only"), "{own}");
    }

    async fn somebody_who_left_slack_is_passed_over(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.act(&json!({"team": play.team(), "event": {"type": "user_change", "user": {"id": "U0BEN", "deleted": true}}})).await;

        play.waits_until("2026-06-15T08:00:00Z").await;

        let last = play.channel("support").await.pop().expect("a post");
        assert_snapshot!("ben_has_left", last.text);
        assert_eq!(play.dms("cho").await.len(), 1);
    }

    async fn somebody_who_left_slack_while_the_bot_was_down_is_passed_over_in_the_catch_up(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        play.ends_bot("kill").await;
        play.act(&json!({"team": play.team(), "event": {"type": "user_change", "user": {"id": "U0BEN", "deleted": true}}})).await;
        play.waits_until("2026-06-16T12:00:00Z").await;

        play.starts_bot().await;

        assert_eq!(play.dms("cho").await.len(), 1, "{:#?}", play.channel("support").await);
    }

    async fn somebody_who_left_slack_while_the_bot_was_down_is_passed_over_at_the_next_handoff(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        play.ends_bot("kill").await;
        play.act(&json!({"team": play.team(), "event": {"type": "user_change", "user": {"id": "U0BEN", "deleted": true}}})).await;
        play.waits_until("2026-06-10T12:00:00Z").await;
        play.starts_bot().await;

        play.waits_until("2026-06-15T08:00:00Z").await;

        assert_eq!(play.dms("cho").await.len(), 1, "{:#?}", play.channel("support").await);
    }

    async fn somebody_never_seen_before_is_met_in_their_own_zone(play at "2026-06-05T10:00:00Z") {
        let act = json!({"team": play.team(), "user": "U0ELI", "command": "/rotation", "text": "create", "channel": "#support"});

        let opened = play.act(&act).await;

        let view = opened["views_opened"][0].to_string();
        assert!(view.contains(r#""initial_value":"Europe/Berlin""#), "{view}");
    }

    async fn an_admin_never_seen_before_enters_somebody_elses_absence(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.ends_bot("stop").await;
        play.act(&json!({"team": play.team(), "event": {"type": "user_change", "user": {"id": "U0ELI", "is_admin": true}}})).await;
        play.waits("1d").await;
        play.starts_bot().await;

        let entered = play.types("eli", "/rotation ooo add <@U0BEN> 2026-06-15").await;

        assert!(!entered.contains("Only"), "{entered}");
    }

    async fn a_rotation_made_in_the_middle_of_a_turn_is_told_of_before_its_handoff(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben"]).await;

        play.waits("10s").await;

        let channel = texts(&play.channel("support").await);
        let (made, handoff) = (channel.find("is set up by"), channel.find("passes to"));
        assert!(made.is_some() && made < handoff, "{channel}");
        assert!(!channel.contains("late"), "nothing is late for who was not there: {channel}");
        assert_eq!(play.dms("ana").await.len(), 1);
    }
}

fn texts(messages: &[stories::Seen]) -> String {
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    texts.join("\n---\n")
}

/// Returns how many messages somebody has of their duties, beside what they are told of absences.
async fn duties(play: &Play, who: &str) -> usize {
    let told = play.dms(who).await;
    let of_absence = ["Who is away has changed", "Ana noted that you are away"];
    told.iter().filter(|dm| !of_absence.iter().any(|news| dm.text.starts_with(news))).count()
}
