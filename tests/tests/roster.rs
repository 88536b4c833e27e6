//! The people of a rotation: they join, leave and change their order.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, Seen, both_engines};

both_engines! {
    async fn somebody_joins_serves_last_and_everybody_concerned_is_told(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        play.waits("5s").await;

        let answer = play.types("ana", "/rotation add <@U0DEE|dee>").await;
        play.waits("5s").await;
        let again = play.types("ana", "/rotation add support <@U0DEE> and <@U0BEN>").await;

        assert_snapshot!("dee_joins", [answer, again].join("\n---\n"));
        assert_snapshot!("the_channel_learns_that_dee_joined", last_post(&play).await);
        assert_snapshot!("dee_is_welcomed", texts(&play.dms("dee").await));
        assert_eq!(play.channel("support").await.len(), 3, "created, handoff, joined");
    }

    async fn several_are_placed_before_a_member_in_one_change(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;

        let answer = play.types("ana", "/rotation add <@U0DEE>, <@U0ELI> before <@U0CHO>").await;
        play.waits("5s").await;

        assert_snapshot!("two_join_before_cho", answer);
        let next = play.types("ana", "/rotation next 4").await;
        assert_eq!(order_of(&next), ["Ben", "Dee", "Eli", "Cho"], "{next}");
        assert_snapshot!("cho_learns_that_the_turn_moved", texts(&play.dms("cho").await));
    }

    async fn the_card_of_a_rotation_opens_its_forms_for_who_may_use_them(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;

        play.types("ana", "/rotation show").await;
        let card = ephemeral(&play, "ana").await;
        let mut opened = Vec::new();
        for action in ["roster_order", "roster_add", "roster_remove", "settings_rotation"] {
            let form = play.opens_by("ana", &card, action).await;
            opened.push(form["callback_id"].as_str().unwrap_or_default().to_owned());
            play.closes("ana").await;
        }
        play.types("eli", "/rotation show").await;
        let of_stranger = ephemeral(&play, "eli").await;

        assert_eq!(opened, ["roster_order", "roster_add", "roster_remove", "settings_rotation"]);
        assert_eq!(of_stranger.buttons, ["history_turns", "history_statistics_90"]);
    }

    async fn a_member_leaves_with_a_button_of_the_card(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ben", "cho", "dee"]).await;
        play.types("ben", "/rotation show").await;
        let of_ben = ephemeral(&play, "ben").await;
        play.types("cho", "/rotation show").await;
        let of_cho = ephemeral(&play, "cho").await;

        play.presses("ben", &of_ben, "roster_leave_myself").await;
        tokio::join!(
            play.presses("cho", &of_cho, "roster_leave_myself"),
            play.presses("cho", &of_cho, "roster_leave_myself"),
        );

        let question = ephemeral(&play, "ben").await;
        assert_eq!(question.buttons, ["roster_leave_handoff", "roster_leave_now"], "who serves is asked: {question:?}");
        let who = play.types("ana", "/rotation list").await;
        assert!(who.contains("In order: Ben, Dee."), "only Cho has left: {who}");
        let channel = texts(&play.channel("support").await);
        assert_eq!(channel.matches("Cho left").count(), 1, "{channel}");
    }

    async fn somebody_not_on_duty_leaves_at_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho", "dee"]).await;
        play.waits("5s").await;

        let answer = play.types("ana", "/rotation remove <@U0BEN>").await;
        play.waits("5s").await;
        let again = play.types("ana", "/rotation remove <@U0BEN>").await;

        assert_snapshot!("ben_leaves", [answer, again].join("\n---\n"));
        assert_snapshot!("the_channel_learns_that_ben_left", last_post(&play).await);
        assert_snapshot!("ben_is_thanked", texts(&play.dms("ben").await));
    }

    async fn somebody_on_duty_is_asked_about_and_replaced_at_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        play.waits("5s").await;

        let question = play.types("ana", "/rotation remove <@U0ANA>").await;
        let asked = ephemeral(&play, "ana").await;
        assert_eq!(asked.buttons, ["roster_leave_handoff", "roster_leave_now"]);
        tokio::join!(play.presses("ana", &asked, "roster_leave_now"), play.presses("ana", &asked, "roster_leave_now"));
        play.waits("5s").await;

        assert_snapshot!("when_does_ana_leave", question);
        assert!(play.types("ben", "/rotation who").await.contains("Ben is on duty"));
        let channel = texts(&play.channel("support").await);
        assert_eq!(channel.matches("Ana left").count(), 1, "{channel}");
        assert_eq!(channel.matches("passes to <@U0BEN>").count(), 1, "{channel}");
    }

    async fn somebody_on_duty_can_serve_to_the_end_and_come_back(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;

        let leaving = play.types("ana", "/rotation remove support <@U0ANA> at the next handoff").await;
        let stays = play.types("ana", "/rotation add <@U0ANA>").await;
        let leaving_again = play.types("ana", "/rotation leave support at the next handoff").await;
        let known = play.types("ana", "/rotation leave").await;
        assert_snapshot!("ana_leaves_at_the_handoff", [leaving, stays, leaving_again, known].join("\n---\n"));
        assert!(play.types("ben", "/rotation who").await.contains("Ana is on duty"));

        play.waits_until("2026-06-08T08:00:00Z").await;
        assert!(!play.types("ben", "/rotation list").await.contains("Ana"), "she has left");
    }

    async fn the_last_one_leaves_only_on_purpose_and_somebody_can_begin_again(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ben"]).await;
        play.waits("5s").await;

        let question = play.types("ana", "/rotation remove <@U0BEN> now").await;
        assert!(play.types("ben", "/rotation who").await.contains("Ben is on duty"), "nothing is done yet");
        let asked = ephemeral(&play, "ana").await;
        play.presses("ana", &asked, "roster_leave_now").await;
        play.waits("5s").await;
        let posts = play.channel("support").await.len();
        play.waits("2w").await;
        assert_eq!(play.channel("support").await.len(), posts, "nobody is asked where nobody is");

        let begun = play.types("ana", "/rotation add <@U0CHO>").await;
        assert_snapshot!("nobody_and_somebody_again", [question, begun].join("\n---\n"));
        play.waits("8d").await;
        assert!(play.types("ben", "/rotation who").await.contains("Cho is on duty"));
    }

    async fn the_order_is_set_in_words_and_those_who_move_are_told(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho", "dee"]).await;
        play.waits("5s").await;

        let answer = play.types("ana", "/rotation order <@U0ANA> <@U0DEE>").await;
        let same = play.types("ana", "/rotation order <@U0ANA> <@U0DEE>").await;
        let stranger = play.types("ana", "/rotation order <@U0ELI> <@U0DEE>").await;
        play.waits("5s").await;

        assert_snapshot!("a_new_order", [answer, same, stranger].join("\n---\n"));
        assert_snapshot!("the_channel_learns_of_the_order", last_post(&play).await);
        assert_eq!(play.dms("dee").await.len(), 1);
    }

    async fn only_managers_change_others_and_anybody_leaves(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        play.waits("5s").await;

        let answers = [
            play.types("ben", "/rotation add <@U0DEE>").await,
            play.types("ben", "/rotation remove <@U0CHO>").await,
            play.types("ben", "/rotation order <@U0BEN>").await,
            play.types("ben", "/rotation add channel-members").await,
            play.types("eli", "/rotation remove me").await,
            play.types("ben", "/rotation remove @me").await,
        ];

        assert_snapshot!("who_may", answers.join("\n---\n"));
    }

    async fn words_that_are_no_people_are_answered_plainly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben"]).await;

        let answers = [
            play.types("ana", "/rotation add @nobody").await,
            play.types("ana", "/rotation add <!subteam^S1|@oncall>").await,
            play.types("ana", "/rotation add support <@U0ELI> nonsense").await,
            play.types("ana", "/rotation remove suport <@U0BEN>").await,
            play.types("ana", &format!("/rotation add {}", "<@U0ELI> ".repeat(600))).await,
        ];

        assert_snapshot!("no_people", answers.join("\n---\n"));
        assert!(!play.types("ana", "/rotation list").await.contains("Eli"));
    }

    async fn a_bot_or_guest_is_taken_out_again_and_the_one_who_added_them_is_told(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben"]).await;
        play.joins_team_as("Gus", &json!({"is_restricted": true})).await;
        play.ends_bot("stop").await;
        play.joins_team_as("Robo", &json!({"is_bot": true})).await;
        play.waits("1d").await;
        play.starts_bot().await;

        let answer = play.types("ana", "/rotation add <@U0ROBO> <@U0GUS> <@U0ELI> <@U0NOBODY>").await;
        play.waits("10s").await;

        assert!(answer.contains("join *support*"), "nobody knows them yet: {answer}");
        let again = play.types("ana", "/rotation add <@U0GUS>").await;
        assert!(again.contains("Gus: guests"), "who is known is left out at once: {again}");
        let list = play.types("ana", "/rotation list").await;
        assert!(list.contains("In order: Eli, Ana, Ben") || list.contains("In order: Ana, Ben, Eli"), "{list}");
        let told = texts(&play.dms("ana").await);
        assert!(told.contains("Robo: a bot cannot be on duty"), "{told}");
        assert_eq!(told.matches("Robo").count(), 1, "{told}");
        assert!(told.contains("Slack does not say who that is"), "{told}");
        let post = last_post(&play).await;
        assert!(post.contains("Ana added Eli to"), "{post}");
        assert!(!texts(&play.channel("support").await).contains("Robo"));
    }

    async fn of_who_cannot_be_in_it_only_the_one_who_added_them_is_told_and_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben"]).await;
        play.makes_admin("eli", true).await;
        play.becomes_known("eli").await;
        play.ends_bot("stop").await;
        play.joins_team_as("Gus", &json!({"is_restricted": true})).await;
        play.joins_team_as("Robo", &json!({"is_bot": true})).await;
        play.waits("1d").await;
        play.starts_bot().await;

        play.types("eli", "/rotation add support <@U0ROBO> <@U0GUS>").await;
        play.waits("10s").await;

        assert_snapshot!("eli_learns_who_cannot_be_in_it", texts(&play.dms("eli").await));
        assert!(!texts(&play.dms("ana").await).contains("Robo"), "{:?}", play.dms("ana").await);
        assert_eq!(play.dms("eli").await.len(), 1);
        assert!(!play.types("ana", "/rotation list").await.contains("Robo"));
    }

    async fn everybody_who_joins_is_told_however_far_their_first_turn_is(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana"]).await;
        let mut names = Vec::new();
        for number in 1..=9 {
            names.push(play.joins_team(&format!("Guest{number}")).await);
        }
        play.types("dee", "/rotation ooo add 2026-06-05 to 2027-06-04").await;
        play.waits("5s").await;

        let mentions: Vec<String> = names.iter().map(|user| format!("<@{user}>")).collect();
        play.types("ana", &format!("/rotation add support {} <@U0DEE>", mentions.join(" "))).await;
        play.waits("1m").await;

        for name in &names {
            let told = texts(&play.dms(name).await);
            assert_eq!(told.matches("Your first turn begins").count(), 1, "{name}: {told}");
        }
        assert_snapshot!("dee_joins_and_is_away_for_long", texts(&play.dms("dee").await));
    }

    async fn everybody_in_the_channel_joins_and_the_answer_comes_later(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana"]).await;
        play.joins_team_as("Robo", &json!({"is_bot": true})).await;
        play.joins_channel("U0ROBO", "C0SUPPORT").await;
        play.waits("5s").await;

        let first = play.types("ana", "/rotation add @channel-members").await;
        play.waits("30s").await;

        let later = ephemeral(&play, "ana").await;
        assert_snapshot!("everybody_joins", [first, later.text].join("\n---\n"));
        assert!(last_post(&play).await.contains("added"));
    }

    async fn a_private_channel_is_answered_with_how_to_invite_the_bot(play at "2026-06-05T10:00:00Z") {
        let channel = play.adds_private_channel("secret", &["ana", "ben"]).await;
        let form = json!({"name": "secret", "members": ["U0ANA"], "cadence": "week",
            "first_day": "2026-06-01", "time": "09:00", "zone": "Europe/Berlin", "channel": channel});
        play.creates("ana", &form).await;

        play.types("ana", "/rotation add secret channel-members").await;
        play.waits("30s").await;

        assert!(ephemeral(&play, "ana").await.text.contains("/invite"));
    }

    async fn the_forms_do_what_the_commands_do(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        play.waits("5s").await;

        let add = opens(&play, "add").await;
        assert_eq!(play.submits("ana", &add, &json!({})).await["response_action"], "errors");
        let added = play.submits("ana", &add, &json!({"people": ["U0DEE"], "before": "U0BEN"})).await;
        let order = opens(&play, "order").await;
        let twice = json!({"place_1": "U0ANA", "place_2": "U0ANA", "place_3": "U0BEN", "place_4": "U0CHO"});
        let refused = play.submits("ana", &order, &twice).await;
        assert!(refused["errors"]["place_2"].is_string(), "{refused}");
        let wanted = json!({"place_1": "U0ANA", "place_2": "U0CHO", "place_3": "U0BEN", "place_4": "U0DEE"});
        let ordered = play.submits("ana", &order, &wanted).await;
        let remove = opens(&play, "remove").await;
        let all = play.submits("ana", &remove, &json!({"people": ["U0ANA", "U0BEN", "U0CHO", "U0DEE"]})).await;
        assert!(all["errors"]["people"].is_string(), "{all}");
        let removed = play.submits("ana", &remove, &json!({"people": ["U0ANA", "U0BEN"], "when": "now"})).await;
        play.waits("5s").await;

        for answer in [added, ordered, removed] {
            assert_eq!(answer["view"]["title"]["text"], "Done", "{answer}");
        }
        assert!(play.types("ben", "/rotation who").await.contains("Cho is on duty"));
    }

    async fn a_form_that_was_overtaken_is_answered_plainly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        let order = opens(&play, "order").await;
        play.types("ana", "/rotation remove <@U0CHO>").await;

        let wanted = json!({"place_1": "U0ANA", "place_2": "U0CHO", "place_3": "U0BEN"});
        let answer = play.submits("ana", &order, &wanted).await;

        assert_eq!(answer["view"]["title"]["text"], "Not done", "{answer}");
        assert!(answer.to_string().contains("Somebody changed"), "{answer}");
    }
}

async fn opens(play: &Play, verb: &str) -> String {
    let act = json!({"team": play.team(), "user": "U0ANA", "command": "/rotation", "text": format!("{verb} support"), "channel": "#support"});
    let opened: Value = play.act(&act).await;
    let view = opened["views_opened"][0]["id"].as_str();
    view.unwrap_or_else(|| panic!("a form opens: {opened}")).to_owned()
}

/// Returns what only one person sees in the channel, the newest of it.
async fn ephemeral(play: &Play, who: &str) -> Seen {
    let all = play.messages("support", who).await;
    all.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer")
}

async fn last_post(play: &Play) -> String {
    play.channel("support").await.pop().map(|seen| seen.text).unwrap_or_default()
}

/// Returns who serves the turns of an answer to `next`.
fn order_of(next: &str) -> Vec<&str> {
    let turns = next.lines().filter(|line| line.starts_with('•'));
    turns.filter_map(|line| line.rsplit_once(": ").map(|(_, who)| who)).collect()
}

fn texts(messages: &[Seen]) -> String {
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    texts.join("\n---\n")
}
