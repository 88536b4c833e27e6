//! The stage itself: people and channels live, and what people do in views reaches the bot.

use serde_json::json;
use stories::{both_engines, plain_view};

both_engines! {
    async fn somebody_deactivated_is_passed_over_and_comes_back(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.deactivates("ben").await;

        play.waits_until("2026-06-15T08:00:00Z").await;
        play.reactivates("ben").await;
        let typed = play.types("ben", "/rotation list").await;

        assert_eq!(play.dms("cho").await.len(), 1);
        assert!(typed.contains("support"), "{typed}");
    }

    async fn whoever_comes_in_any_standing_can_act_and_be_named(play at "2026-06-05T10:00:00Z") {
        let noa = play.joins_team("Noa").await;
        play.joins_team_as("Gus", &json!({"is_restricted": true})).await;
        play.joins_team_as("Robo", &json!({"is_bot": true})).await;
        play.joins_team_as("Zoe", &json!({"team_id": "T0QUAY"})).await;
        play.joins_channel("Gus", "#support").await;
        play.joins_channel("Zoe", "#support").await;
        let vault = play.adds_private_channel("#private", &["ben"]).await;

        let state = play.get("sim/state").await;
        let people = state["workspaces"][0]["people"].as_array().expect("people");
        let rank = |name: &str| people.iter().find(|one| one["name"] == name).expect("a person")["rank"].clone();
        let typed = play.types(&noa, "/rotation list").await;
        let by_guest = play.types("Gus", "/rotation list").await;
        let in_private = play.types_in("#private", "ben", "/rotation list").await;

        assert_eq!((noa.as_str(), vault.as_str()), ("U0NOA", "C0PRIVATE"));
        assert_eq!((rank("Noa"), rank("Gus")), (json!("member"), json!("guest")));
        assert!(![&typed, &by_guest, &in_private].into_iter().any(String::is_empty));
    }

    async fn a_channel_is_archived_renamed_and_left_without_harm_to_the_bot(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-08T08:00:00Z").await;
        play.renames_channel("#support", "help").await;
        play.leaves_channel("ben", "#help").await;
        play.joins_channel("ben", "#help").await;
        play.archives("#help").await;

        play.waits_until("2026-06-15T08:00:00Z").await;
        play.unarchives("#help").await;
        let typed = play.types_in("#help", "ana", "/rotation list").await;

        assert_eq!(play.dms("ben").await.len(), 1, "the duty passes though its channel is archived");
        assert!(typed.contains("support"), "{typed}");
        let refused = play.calls("chat.postMessage").await;
        assert!(refused.iter().any(|call| call["error"] == "is_archived"), "{refused:#?}");
    }

    async fn a_modal_is_opened_filled_and_closed(play at "2026-06-05T10:00:00Z") {
        let modal = play.opens("ana", "/rotation create").await;
        let read = plain_view(&modal);
        play.closes("ana").await;
        let closed = play.modals("ana").await;
        let modal = play.opens("ana", "/rotation create").await;

        let answer = play
            .fills("ana", &modal, &json!({"name": "support", "members": ["U0ANA", "U0BEN"], "cadence": "week",
                "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"}))
            .await;

        assert!(read.contains("Name: \n") && read.ends_with(']'), "{read}");
        assert!(closed.is_empty());
        assert_eq!(answer["response_action"], "update", "{answer}");
    }

    async fn a_home_is_opened(play at "2026-06-05T10:00:00Z") {
        let act = json!({"team": play.team(), "user": "U0BEN", "open_home": true});

        assert_eq!(play.act(&act).await["status"], 200);
    }
}
