//! What admins choose for a message of which nobody can tell whether it arrived, and what they see of such messages.

use insta::assert_snapshot;
use serde_json::json;
use stories::{both_engines, plain_view};

both_engines! {
    async fn admins_choose_silence_and_see_what_may_not_have_arrived(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.opens_home("ana").await;
        let modal = play.opens("ana", "/rotation admin").await;
        assert!(!modal.to_string().contains("may or may not"), "of nothing there is nothing to tell");

        let answer = play.fills("ana", &modal, &json!({"uncertain": "leave_it"})).await;
        play.closes("ana").await;
        play.waits("5s").await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "hang", "times": 4})).await;
        play.waits_until("2026-06-08T07:30:00Z").await;
        play.mends().await;

        assert_snapshot!("silence_is_saved", plain_view(&answer["view"]));
        let home = plain_view(&play.home("ana").await.expect("a home"));
        assert!(home.contains("I leave it"), "{home}");
        assert_eq!(play.dms("ana").await, [], "it stays unsaid");
        let modal = play.opens("ana", "/rotation admin").await;
        assert_snapshot!("two_messages_may_not_have_arrived", plain_view(&modal));
        play.closes("ana").await;
        play.waits("8d").await;
        let modal = play.opens("ana", "/rotation admin").await;
        assert!(!plain_view(&modal).contains("may or may not"), "a week is enough");
    }

    async fn by_default_it_is_said_again(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        let modal = play.opens("ana", "/rotation admin").await;

        let answer = play.fills("ana", &modal, &json!({})).await;

        assert!(plain_view(&answer["view"]).contains("I say it again"), "{answer}");
    }
}
