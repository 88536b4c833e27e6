//! Two people who press the same button, or send the same form, at the same instant: one of them does it, and nothing is
//! doubled.

use serde_json::{Value, json};
use stories::{Play, Seen, both_engines, plain_blocks};

both_engines! {
    async fn a_turn_that_nobody_has_is_taken_once(play at "2026-06-05T10:00:00Z") {
        let asked = nobody_is_free(&play).await;

        tokio::join!(play.presses("ben", &asked, "take_turn"), play.presses("cho", &asked, "take_turn"));
        play.waits("5s").await;

        let answers = [newest(&play, "ben").await, newest(&play, "cho").await];
        check_one(&answers, "Thank you!", "has somebody already");
        taken_once(&play).await;
    }

    async fn a_turn_that_nobody_has_is_assigned_once(play at "2026-06-05T10:00:00Z") {
        let asked = nobody_is_free(&play).await;

        tokio::join!(play.presses("ana", &asked, "assign_anyway"), play.presses("ben", &asked, "assign_anyway"));
        play.waits("5s").await;

        let answers = [newest(&play, "ana").await, newest(&play, "ben").await];
        check_one(&answers, "Thank you!", "has somebody already");
        taken_once(&play).await;
    }

    async fn one_takes_and_one_assigns_and_one_of_both_is_done(play at "2026-06-05T10:00:00Z") {
        let asked = nobody_is_free(&play).await;

        tokio::join!(play.presses("cho", &asked, "take_turn"), play.presses("ana", &asked, "assign_anyway"));
        play.waits("5s").await;

        let answers = [newest(&play, "cho").await, newest(&play, "ana").await];
        check_one(&answers, "Thank you!", "has somebody already");
        taken_once(&play).await;
    }

    async fn a_duty_that_is_seen_twice_is_seen_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.waits_until("2026-06-08T08:00:00Z").await;
        let dm = play.dms("ben").await.pop().expect("his duty");

        tokio::join!(play.presses("ben", &dm, "seen_duty"), play.presses("ben", &dm, "seen_duty"));
        play.waits("5s").await;

        let dms = play.dms("ben").await;
        assert_eq!(dms.len(), 1, "{dms:#?}");
        assert_eq!(dms[0].text.matches("You have seen this").count(), 1, "{dms:#?}");
        assert!(!dms[0].buttons.iter().any(|button| button == "seen_duty"), "{dms:#?}");
    }

    async fn an_absence_is_taken_back_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.types("ben", "/rotation ooo add 2026-06-08 to 2026-06-12").await;
        let bens = ephemeral(&play, "ben").await;
        play.types("ana", "/rotation ooo list <@U0BEN>").await;
        let anas = ephemeral(&play, "ana").await;

        tokio::join!(play.presses("ben", &bens, "remove_absence"), play.presses("ana", &anas, "remove_absence"));
        play.waits("5s").await;

        let answers = [told(&play, "ben", "Taken back", "not there").await, told(&play, "ana", "Taken back", "not there").await];
        check_one(&answers, "Taken back", "not there any more");
        assert!(play.types("ben", "/rotation ooo list").await.contains("no absence"));
        assert!(play.types("ben", "/rotation next 1").await.contains("Ben"));
    }

    async fn somebody_who_is_back_is_added_again_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        second_manager(&play).await;
        play.deactivates("cho").await;
        play.reactivates("cho").await;
        play.waits("5s").await;
        let (anas, elis) = (last_dm(&play, "ana").await, last_dm(&play, "eli").await);

        tokio::join!(play.presses("ana", &anas, "people_add_again"), play.presses("eli", &elis, "people_add_again"));
        play.waits("5s").await;

        let listed = play.types("ana", "/rotation list").await;
        assert!(listed.contains("In order: Ben, Cho"), "{listed}");
        assert_eq!(listed.matches("Cho").count(), 1, "{listed}");
    }

    async fn two_managers_remove_who_is_on_duty_and_they_leave_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ben", "cho", "dee"]).await;
        second_manager(&play).await;
        for who in ["ana", "eli"] {
            play.types(who, "/rotation remove <@U0BEN>").await;
        }
        let (anas, elis) = (ephemeral(&play, "ana").await, ephemeral(&play, "eli").await);

        tokio::join!(play.presses("ana", &anas, "roster_leave_now"), play.presses("eli", &elis, "roster_leave_now"));
        play.waits("5s").await;

        let posts = texts(&play.channel("support").await);
        assert_eq!(posts.matches("removed Ben").count(), 1, "{posts}");
        assert_eq!(posts.matches("passes to <@U0CHO>").count(), 1, "{posts}");
        assert_eq!(on_duty_dms(&play, "cho").await, 1);
        let answers = [told(&play, "ana", "no longer in", "is not in").await, told(&play, "eli", "no longer in", "is not in").await];
        check_one(&answers, "no longer in", "is not in");
    }

    async fn one_says_now_and_one_at_the_handoff_and_they_leave_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ben", "cho", "dee"]).await;
        second_manager(&play).await;
        for who in ["ana", "eli"] {
            play.types(who, "/rotation remove <@U0BEN>").await;
        }
        let (anas, elis) = (ephemeral(&play, "ana").await, ephemeral(&play, "eli").await);

        tokio::join!(play.presses("ana", &anas, "roster_leave_handoff"), play.presses("eli", &elis, "roster_leave_now"));
        play.waits("5s").await;

        assert_eq!(on_duty_dms(&play, "cho").await, 1, "whichever came first, the one who said now is heard");
        assert!(play.types("dee", "/rotation who").await.contains("Cho is on duty"));
        play.waits_until("2026-06-08T08:00:00Z").await;
        assert!(play.types("dee", "/rotation who").await.contains("Dee is on duty"));
        assert!(!play.types("dee", "/rotation list").await.contains("Ben"));
    }

    async fn a_rest_is_ended_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ben", "cho"]).await;
        second_manager(&play).await;
        for (action, done) in [("lifecycle_resume", "resumed it"), ("lifecycle_start_now", "passes to <@U0CHO>")] {
            if action == "lifecycle_resume" {
                play.types("ana", "/rotation pause support").await;
            }
            play.types("ana", "/rotation show support").await;
            play.types("eli", "/rotation show support").await;
            let (anas, elis) = (ephemeral(&play, "ana").await, ephemeral(&play, "eli").await);
            let before = texts(&play.channel("support").await).matches(done).count();

            tokio::join!(play.presses("ana", &anas, action), play.presses("eli", &elis, action));
            play.waits("5s").await;

            let posts = texts(&play.channel("support").await);
            assert_eq!(posts.matches(done).count(), before + 1, "{action}: {posts}");
        }
    }

    async fn a_rotation_is_deleted_once_and_brought_back_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ben", "cho"]).await;
        second_manager(&play).await;
        let forms = (
            play.opens("ana", "/rotation delete support").await,
            play.opens("eli", "/rotation delete support").await,
        );

        let none = json!({});
        tokio::join!(play.fills("ana", &forms.0, &none), play.fills("eli", &forms.1, &none));
        play.waits("5s").await;
        let answers = [last_dm(&play, "ana").await.text, last_dm(&play, "eli").await.text];
        check_one(&answers, "is deleted", "not there any more");
        let posts = play.channel("support").await;
        assert_eq!(texts(&posts).matches("was deleted by").count(), 1, "{posts:#?}");

        let post = posts.last().expect("the post of the deletion");
        tokio::join!(play.presses("ana", post, "lifecycle_undelete"), play.presses("eli", post, "lifecycle_undelete"));
        play.waits("5s").await;

        let posts = texts(&play.channel("support").await);
        assert_eq!(posts.matches("restored it").count(), 1, "{posts}");
        let answers = [newest(&play, "ana").await, newest(&play, "eli").await];
        check_one(&answers, "is back", "is there already");
        assert_eq!(play.types("ana", "/rotation list").await.matches("*support*").count(), 1);
    }

    async fn the_same_edit_by_two_is_saved_once_and_another_is_not_lost(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        second_manager(&play).await;
        for (who, name) in [("ana", "first line"), ("eli", "second line")] {
            let form = play.opens(who, "/rotation edit support").await;
            play.fills(who, &form, &json!({"name": name, "cadence": "day"})).await;
        }
        let (anas, elis) = (top(&play, "ana").await, top(&play, "eli").await);

        let none = json!({});
        let (one, other) = tokio::join!(play.fills("ana", &anas, &none), play.fills("eli", &elis, &none));
        play.waits("5s").await;

        let answers = [plain_blocks(&one["view"]["blocks"]), plain_blocks(&other["view"]["blocks"])];
        check_one(&answers, "Saved.", "Somebody changed");
        let posts = texts(&play.channel("support").await);
        assert_eq!(posts.matches("is now called").count(), 1, "{posts}");
    }

    async fn the_settings_of_two_are_saved_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        second_manager(&play).await;
        let anas = play.opens("ana", "/rotation settings support").await;
        let elis = play.opens("eli", "/rotation settings support").await;

        let (four, eight) = (json!({"unseen": "4"}), json!({"unseen": "8"}));
        let (one, other) = tokio::join!(play.fills("ana", &anas, &four), play.fills("eli", &elis, &eight));

        let answers = [plain_blocks(&one["view"]["blocks"]), plain_blocks(&other["view"]["blocks"])];
        check_one(&answers, "are saved", "Somebody changed");
    }

    async fn forms_of_the_roster_by_two_are_one_change(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        second_manager(&play).await;
        for (verb, filled, done, not_done) in [
            ("add", json!({"people": ["U0DEE"]}), "joins", "is in it already"),
            ("order", json!({"place_1": "U0DEE", "place_4": "U0ANA"}), "new order", "Somebody changed"),
            ("remove", json!({"people": ["U0DEE"]}), "no longer in", "is not in"),
        ] {
            let (anas, elis) = (
                play.opens("ana", &format!("/rotation {verb} support")).await,
                play.opens("eli", &format!("/rotation {verb} support")).await,
            );
            let before = play.channel("support").await.len();

            let (one, other) = tokio::join!(play.fills("ana", &anas, &filled), play.fills("eli", &elis, &filled));
            for who in ["ana", "eli"] {
                play.closes(who).await;
            }
            play.waits("5s").await;

            let answers = [plain_blocks(&one["view"]["blocks"]), plain_blocks(&other["view"]["blocks"])];
            let not_done = if answers.iter().any(|it| it.contains(not_done)) { not_done } else { "is in *support* already" };
            check_one(&answers, done, not_done);
            assert_eq!(play.channel("support").await.len(), before + 1, "{verb} is told once");
        }
    }

    async fn two_rotations_of_one_name_are_one(play at "2026-06-05T10:00:00Z") {
        for who in ["ana", "ben"] {
            play.becomes_known(who).await;
        }
        let forms = (play.opens("ana", "/rotation create").await, play.opens("ben", "/rotation create").await);
        let filled = json!({"name": "support", "members": ["U0BEN"], "cadence": "week", "first_day": "2026-06-08",
            "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});

        let (one, other) = tokio::join!(play.fills("ana", &forms.0, &filled), play.fills("ben", &forms.1, &filled));
        play.waits("5s").await;

        let answers = [one, other].map(|answer| match answer["response_action"].as_str() {
            Some("errors") => answer["errors"]["name"].to_string(),
            _ => plain_blocks(&answer["view"]["blocks"]),
        });
        check_one(&answers, "Done, it is set up", "already");
        assert_eq!(play.channel("support").await.len(), 1, "told once");
    }
}

/// Makes a rotation whose turn nobody can serve, and returns the post that asks who takes it.
async fn nobody_is_free(play: &Play) -> Seen {
    play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
    for who in ["U0ANA", "U0BEN", "U0CHO"] {
        play.types("ana", &format!("/rotation ooo add <@{who}> 2026-06-08 to 2026-06-14")).await;
    }
    for who in ["ben", "cho"] {
        play.becomes_known(who).await;
    }
    play.waits_until("2026-06-08T07:01:00Z").await;
    let asked = play.channel("support").await.pop().expect("the channel is asked");
    assert_eq!(asked.buttons, ["take_turn", "assign_anyway"], "{asked:?}");
    asked
}

/// Checks that the turn has one person, and that it was told once.
async fn taken_once(play: &Play) {
    let posts = texts(&play.channel("support").await);
    assert_eq!(posts.matches(". Thank you!").count(), 1, "{posts}");
    let mut dms = 0;
    for who in ["ana", "ben", "cho"] {
        dms += on_duty_dms(play, who).await;
    }
    assert_eq!(dms, 1, "one of them is told that they are on duty");
    let who = play.types("eli", "/rotation who").await;
    assert!(who.contains(" is on duty until"), "{who}");
}

/// Lets Eli manage the rotation beside Ana.
async fn second_manager(play: &Play) {
    play.makes_admin("eli", true).await;
    play.becomes_known("eli").await;
    let form = play.opens("ana", "/rotation settings support").await;
    play.fills("ana", &form, &json!({"managers": ["U0ELI"]})).await;
    play.closes("ana").await;
}

/// Checks that of two answers one says that it is done and the other that it is not.
#[track_caller]
fn check_one(answers: &[String; 2], done: &str, not_done: &str) {
    let says = |word: &str| answers.iter().filter(|answer| answer.contains(word)).count();
    assert_eq!((says(done), says(not_done)), (1, 1), "{answers:#?}");
}

async fn top(play: &Play, who: &str) -> Value {
    play.modals(who).await.pop().expect("a window is open")
}

async fn last_dm(play: &Play, who: &str) -> Seen {
    play.dms(who).await.pop().expect("a direct message")
}

async fn on_duty_dms(play: &Play, who: &str) -> usize {
    play.dms(who).await.iter().filter(|dm| dm.text.contains("You are on duty for")).count()
}

/// Returns the newest message that only one person sees.
async fn ephemeral(play: &Play, who: &str) -> Seen {
    let all = play.messages("support", who).await;
    all.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer")
}

async fn newest(play: &Play, who: &str) -> String {
    ephemeral(play, who).await.text
}

/// Returns what one person was told, wherever it stands, that says one of two things.
async fn told(play: &Play, who: &str, one: &str, other: &str) -> String {
    let all = play.messages("support", who).await;
    let found = all.iter().rfind(|seen| {
        seen.ephemeral_to.is_some() && (seen.text.contains(one) || seen.text.contains(other))
    });
    found.map(|seen| seen.text.clone()).unwrap_or_default()
}

fn texts(messages: &[Seen]) -> String {
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    texts.join("\n---\n")
}
