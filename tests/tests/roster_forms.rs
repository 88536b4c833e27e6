//! The forms about a roster: what they show, what they refuse beside a field, and what they meet that changed meanwhile.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, block_kit, both_engines, plain_blocks};

both_engines! {
    async fn each_form_shows_the_roster_as_it_stands(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;

        for verb in ["add", "remove", "order"] {
            let form = play.opens("ana", &format!("/rotation {verb} support")).await;
            assert_snapshot!(format!("the_form_of_{verb}"), block_kit(&form));
            play.closes("ana").await;
        }
        for who in ["<@U0BEN>", "<@U0CHO>"] {
            play.types("ana", &format!("/rotation remove support {who}")).await;
        }
        let last = play.opens("ana", "/rotation remove support").await;
        assert_snapshot!("the_form_of_remove_with_the_last_one", block_kit(&last));
    }

    async fn the_question_when_somebody_on_duty_leaves_has_two_buttons(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben"]).await;

        let act = json!({"team": play.team(), "user": "U0BEN", "command": "/rotation", "text": "remove @me", "channel": "#support"});
        let bens = play.act(&act).await;
        play.waits_until("2026-06-08T08:00:00Z").await;
        let act = json!({"team": play.team(), "user": "U0ANA", "command": "/rotation", "text": "leave", "channel": "#support"});
        let anas = play.act(&act).await;

        assert_snapshot!("who_is_not_on_duty_leaves_at_once", block_kit(&bens["response"]));
        assert_snapshot!("the_last_one_on_duty_is_asked", block_kit(&anas["response"]));
    }

    async fn what_is_wrong_stands_beside_its_field(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        let many: Vec<String> = (0..101).map(|number| format!("U0MANY{number}")).collect();
        let add = play.opens("ana", "/rotation add support").await;
        let mut faults = vec![
            play.fills("ana", &add, &json!({})).await,
            play.fills("ana", &add, &json!({"people": ["U0DEE"], "everyone": ["everyone"]})).await,
            play.fills("ana", &add, &json!({"people": many})).await,
        ];
        play.closes("ana").await;
        let remove = play.opens("ana", "/rotation remove support").await;
        faults.push(play.submits("ana", id_of(&remove), &json!({"people": []})).await);
        faults.push(play.fills("ana", &remove, &json!({"people": ["U0ANA", "U0BEN", "U0CHO"]})).await);
        play.closes("ana").await;
        let order = play.opens("ana", "/rotation order support").await;
        faults.push(play.fills("ana", &order, &json!({"place_3": "U0ANA"})).await);

        let faults: Vec<String> = faults.iter().map(|fault| {
            assert_eq!(fault["response_action"], "errors", "{fault}");
            fault["errors"].to_string()
        }).collect();
        assert_snapshot!("errors_beside_the_fields_of_a_roster", faults.join("\n"));
        assert!(play.types("ana", "/rotation list").await.contains("In order: Ana, Ben, Cho"));
    }

    async fn a_corrected_form_is_carried_out(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        let order = play.opens("ana", "/rotation order support").await;
        let wrong = play.fills("ana", &order, &json!({"place_3": "U0ANA"})).await;
        assert!(wrong["errors"]["place_3"].is_string(), "{wrong}");

        let right = play.fills("ana", &order, &json!({"place_1": "U0CHO", "place_3": "U0ANA"})).await;

        assert_snapshot!("the_corrected_order", answer(&right));
    }

    async fn a_form_sent_twice_at_once_is_one_change(play at "2026-06-05T10:00:00Z") {
        play.becomes_known("dee").await;
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        play.waits("5s").await;
        let forms = [
            ("add", json!({"people": ["U0DEE"]})),
            ("order", json!({"place_1": "U0DEE", "place_2": "U0CHO", "place_3": "U0BEN", "place_4": "U0ANA"})),
            ("remove", json!({"people": ["U0BEN"]})),
        ];
        for (verb, filled) in forms {
            let posts = play.channel("support").await.len();
            let form = play.opens("ana", &format!("/rotation {verb} support")).await;

            let (one, other) = play.submits_twice("ana", id_of(&form), &filled).await;
            play.closes("ana").await;
            play.waits("5s").await;

            assert_eq!(one["view"]["title"]["text"], "Done", "{verb}: {one}");
            assert_eq!(one, other, "{verb}: the same submission is the same change");
            assert_eq!(play.channel("support").await.len(), posts + 1, "{verb} is told once");
        }
        assert!(play.types("ana", "/rotation list").await.contains("In order: Dee, Cho, Ana"));
    }

    async fn a_form_sent_an_hour_later_holds_where_nothing_changed(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        for (verb, filled) in [
            ("add", json!({"people": ["U0DEE"], "before": "U0CHO"})),
            ("order", json!({"place_1": "U0CHO", "place_2": "U0BEN", "place_3": "U0DEE", "place_4": "U0ANA"})),
            ("remove", json!({"people": ["U0ANA"], "when": "now"})),
        ] {
            let form = play.opens("ana", &format!("/rotation {verb} support")).await;
            play.waits("1h").await;

            let done = play.fills("ana", &form, &filled).await;

            play.closes("ana").await;
            assert_eq!(done["view"]["title"]["text"], "Done", "{verb}: {done}");
        }
        assert!(play.types("ana", "/rotation list").await.contains("In order: Cho, Ben, Dee"));
    }

    async fn a_form_that_was_overtaken_says_what_it_met(play at "2026-06-05T10:00:00Z") {
        play.becomes_known("dee").await;
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        let mut met = Vec::new();
        for (verb, meanwhile, filled) in [
            ("add", "add <@U0DEE>", json!({"people": ["U0DEE"]})),
            ("order", "add <@U0ELI>", json!({"place_1": "U0DEE", "place_2": "U0BEN", "place_3": "U0CHO", "place_4": "U0ANA"})),
            ("remove", "remove <@U0DEE>", json!({"people": ["U0DEE"]})),
            ("add", "remove <@U0CHO>", json!({"people": ["U0DEE"], "before": "U0CHO"})),
        ] {
            let form = play.opens("ana", &format!("/rotation {verb} support")).await;
            play.types("ana", &format!("/rotation {meanwhile}")).await;

            let late = play.fills("ana", &form, &filled).await;

            play.closes("ana").await;
            met.push(format!("{verb}, after {meanwhile}:\n{}", answer(&late)));
        }
        assert_snapshot!("forms_that_were_overtaken", met.join("\n---\n"));
        let listed = play.types("ana", "/rotation list").await;
        assert!(listed.contains("In order: Eli, Ana, Ben"), "{listed}");
    }

    async fn a_form_that_would_now_leave_nobody_is_refused_beside_its_field(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben"]).await;
        let form = play.opens("ana", "/rotation remove support").await;
        play.types("ana", "/rotation remove <@U0BEN>").await;

        let late = play.fills("ana", &form, &json!({"people": ["U0ANA"], "when": "now"})).await;

        assert!(late["errors"]["people"].as_str().is_some_and(|it| it.contains("leave nobody")), "{late}");
        assert!(play.types("ben", "/rotation who").await.contains("Ana is on duty"));
    }

    async fn a_form_for_the_last_one_does_not_empty_a_rotation_that_has_grown(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana"]).await;
        let form = play.opens("ana", "/rotation remove support").await;
        play.types("ana", "/rotation add <@U0BEN>").await;

        let late = play.fills("ana", &form, &json!({"people": ["U0ANA"], "when": "now"})).await;

        assert_eq!(late["view"]["title"]["text"], "Done", "{late}");
        assert!(play.types("ben", "/rotation who").await.contains("Ben is on duty"));
    }

    async fn who_no_longer_may_is_refused_at_the_submission(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        play.becomes_known("ben").await;
        for (verb, filled) in forms() {
            manages(&play, &["U0BEN"]).await;
            let form = play.opens("ben", &format!("/rotation {verb} support")).await;
            manages(&play, &[]).await;

            let late = play.fills("ben", &form, &filled).await;

            assert!(answer(&late).contains("Only a manager"), "{verb}: {late}");
            play.closes("ben").await;
        }
        assert!(play.types("ana", "/rotation list").await.contains("In order: Ana, Ben, Cho"));
    }

    async fn forms_of_a_deleted_rotation_are_answered_plainly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        play.makes_admin("eli", true).await;
        play.becomes_known("eli").await;
        for (verb, filled) in forms() {
            let form = play.opens("ana", &format!("/rotation {verb} support")).await;
            let deletes = play.opens("eli", "/rotation delete support").await;
            play.fills("eli", &deletes, &json!({})).await;
            play.closes("eli").await;
            play.waits("5s").await;

            let late = play.fills("ana", &form, &filled).await;

            assert!(answer(&late).contains("not there any more"), "{verb}: {late}");
            play.closes("ana").await;
            play.types("eli", "/rotation undelete support").await;
            play.waits("5s").await;
        }
        assert!(play.types("ana", "/rotation list").await.contains("In order: Ana, Ben, Cho"));
    }
}

/// Returns each form with what changes something.
fn forms() -> [(&'static str, Value); 3] {
    [
        ("add", json!({"people": ["U0DEE"]})),
        ("order", json!({"place_1": "U0CHO", "place_3": "U0ANA"})),
        ("remove", json!({"people": ["U0CHO"]})),
    ]
}

/// Chooses who manages the rotation beside Ana.
async fn manages(play: &Play, managers: &[&str]) {
    let settings = play.opens("ana", "/rotation settings support").await;
    play.fills("ana", &settings, &json!({"managers": managers})).await;
    play.closes("ana").await;
}

/// Returns what a submission was answered with, in words.
fn answer(answer: &Value) -> String {
    match answer["response_action"].as_str() {
        Some("errors") => answer["errors"].to_string(),
        _ => plain_blocks(&answer["view"]["blocks"]),
    }
}

fn id_of(view: &Value) -> &str {
    view["id"].as_str().expect("a view has an id")
}
