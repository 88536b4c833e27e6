//! What people choose: for a rotation, for themselves, for their workspace.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{both_engines, plain_view};

both_engines! {
    async fn the_settings_of_a_rotation_are_shown_and_saved(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;

        let modal = play.opens("ana", "/rotation settings").await;
        let form = json!({"managers": ["U0CHO", "U0DEE"], "announcement": "  Over to {people} <!channel>  ",
            "messages": ["summary"], "unseen": "4"});
        let answer = play.fills("ana", &modal, &form).await;

        assert_snapshot!("the_settings_as_they_begin", plain_view(&modal));
        assert_snapshot!("the_settings_are_saved", plain_view(&answer["view"]));
        let again = play.opens("dee", "/rotation settings support").await;
        assert_snapshot!("the_settings_as_a_new_manager_sees_them", plain_view(&again));
    }

    async fn nonsense_in_the_settings_is_answered_beside_the_fields(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.becomes_known("eli").await;
        play.makes_guest("eli", true).await;
        let modal = play.opens("ana", "/rotation settings support").await;
        let id = modal["id"].as_str().expect("an id");

        let long = "x".repeat(1001);
        let form = json!({"announcement": long, "unseen": "3"});
        let faults = play.submits("ana", id, &form).await;
        let guest = play.submits("ana", id, &json!({"managers": ["U0ELI"]})).await;

        assert_snapshot!("errors_beside_the_settings", serde_json::to_string_pretty(&faults).expect("JSON"));
        assert_eq!(guest["response_action"], "errors", "{guest}");
        assert!(guest["errors"]["managers"].as_str().is_some_and(|it| it.contains("Guests")), "{guest}");
    }

    async fn only_who_manages_a_rotation_changes_its_settings(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;

        let refused = play.types("ben", "/rotation settings support").await;
        let modal = play.opens("ana", "/rotation settings support").await;
        play.fills("ana", &modal, &json!({"managers": ["U0BEN"]})).await;
        let of_ben = play.opens("ben", "/rotation settings support").await;
        let modal = play.opens("ana", "/rotation settings support").await;
        play.fills("ana", &modal, &json!({"managers": []})).await;
        let late = play.fills("ben", &of_ben, &json!({"unseen": "1"})).await;

        assert_snapshot!("settings_for_managers_only", refused);
        assert!(plain_view(&late["view"]).contains("Only a manager"), "{late}");
    }

    async fn settings_that_were_changed_meanwhile_are_not_overwritten(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        let modal = play.opens("ana", "/rotation settings support").await;
        play.fills("ana", &modal, &json!({"managers": ["U0BEN"]})).await;
        let of_ben = play.opens("ben", "/rotation settings support").await;
        let of_ana = play.opens("ana", "/rotation settings support").await;

        play.fills("ana", &of_ana, &json!({"unseen": "8"})).await;
        let late = play.fills("ben", &of_ben, &json!({"unseen": "1"})).await;

        assert_snapshot!("somebody_was_faster", plain_view(&late["view"]));
        let now = play.opens("ana", "/rotation settings support").await;
        assert!(plain_view(&now).contains("After 8 hours"), "{now}");
    }

    async fn quiet_nights_are_chosen_and_seen_in_the_home(play at "2026-06-05T10:00:00Z") {
        let home = play.opens_home("ben").await;
        let pressed = play.clicks_in_view("ben", &home, "settings_mine").await;
        let by_command = play.opens("ben", "/rotation settings me").await;

        let answer = play.fills("ben", &by_command, &json!({"preferences": ["quiet_nights"]})).await;

        assert_eq!(pressed["views_opened"][0]["callback_id"], "settings_mine", "{pressed}");
        assert_snapshot!("the_preferences_as_they_begin", plain_view(&by_command));
        assert_snapshot!("the_preferences_are_saved", plain_view(&answer["view"]));
        let home = plain_view(&play.home("ben").await.expect("a home"));
        assert!(home.contains("Nights are quiet"), "{home}");
        let modal = play.opens("ben", "/rotation settings me").await;
        play.fills("ben", &modal, &json!({"preferences": []})).await;
        let home = plain_view(&play.home("ben").await.expect("a home"));
        assert!(home.contains("Direct messages come at any hour"), "{home}");
    }

    async fn admins_say_who_may_create_rotations(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.opens_home("ben").await;
        let early = play.opens("ben", "/rotation create").await;
        play.closes("ben").await;

        let refused = play.types("ben", "/rotation admin").await;
        let modal = play.opens("ana", "/rotation admin").await;
        let answer = play.fills("ana", &modal, &json!({"creators": "admins"})).await;
        play.waits("5s").await;

        assert_snapshot!("the_workspace_is_for_admins", refused);
        assert_snapshot!("the_workspace_as_an_admin_sees_it", plain_view(&modal));
        assert_snapshot!("the_workspace_is_saved", plain_view(&answer["view"]));
        let home = play.home("ben").await.expect("a home");
        assert!(!home.to_string().contains("create_rotation"), "{home}");
        assert!(play.types("ben", "/rotation create docs").await.contains("Only an admin"));
        assert_eq!(early["callback_id"], "create_rotation");
        assert_eq!(play.opens("ana", "/rotation create docs").await["callback_id"], "create_rotation");
    }

    async fn a_form_that_was_open_before_creates_nothing_any_more(play at "2026-06-05T10:00:00Z") {
        let early = play.opens("ben", "/rotation create").await;
        let modal = play.opens("ana", "/rotation admin").await;
        play.fills("ana", &modal, &json!({"creators": "admins"})).await;

        let form = json!({"name": "docs", "members": ["U0BEN"], "cadence": "week", "first_day": "2026-06-08",
            "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        let late = play.fills("ben", &early, &form).await;

        assert!(plain_view(&late["view"]).contains("Only an admin"), "{late}");
        assert!(play.types("ana", "/rotation list").await.contains("/rotation create"), "nothing was made");
    }

    async fn a_modal_with_bent_data_is_answered_plainly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        let modal = play.opens("ana", "/rotation admin").await;
        let id = modal["id"].as_str().expect("an id");

        let answer: Value = play.submits("ana", id, &json!({"creators": "nobody"})).await;

        assert!(answer.to_string().contains("Checking with Slack"), "{answer}");
        play.waits("2s").await;
        let told = play.dms("ana").await.pop().expect("what became of it");
        assert!(told.text.contains("choose"), "{told:?}");
    }
}
