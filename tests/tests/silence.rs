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

        play.fills("ana", &modal, &json!({"uncertain": "leave_it"})).await;
        play.closes("ana").await;
        play.waits("5s").await;
        play.waits_until("2026-06-07T16:00:00Z").await;
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "hang", "times": 4})).await;
        play.waits_until("2026-06-08T07:30:00Z").await;
        play.mends().await;

        let told = play.dms("ana").await;
        assert_eq!(told.len(), 1, "the duty stays unsaid: {told:?}");
        assert_snapshot!("silence_is_saved", told[0].text);
        let home = plain_view(&play.home("ana").await.expect("a home"));
        assert!(home.contains("I leave it"), "{home}");
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

        play.fills("ana", &modal, &json!({})).await;
        play.waits("5s").await;

        let told = play.dms("ana").await.pop().expect("what became of it");
        assert!(told.text.contains("I say it again"), "{told:?}");
    }
}
