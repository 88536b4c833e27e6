//! The app comes into a workspace, goes, and comes back.

use insta::assert_snapshot;
use serde_json::json;
use store::DeliveryState;
use stories::{Play, Visitor, both_engines};

/// What a person chooses on Slack's page of consent.
const ANA_ALLOWS: [(&str, &str); 1] = [("as", "U0ANA")];

both_engines! {
    async fn what_was_missed_while_the_app_was_gone_is_told_in_one_post(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-19").await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        let (channel, calls) = (play.channel("support").await.len(), play.calls("chat.postMessage").await.len());

        play.uninstalls().await;
        play.waits("3w").await;
        assert!(!is_installed(&play).await);
        assert_eq!(play.calls("chat.postMessage").await.len(), calls, "a workspace without the app is left alone");
        play.installs().await;
        play.waits("10s").await;

        assert!(is_installed(&play).await);
        let posts = play.channel("support").await;
        assert_eq!(posts.len(), channel + 1, "one post: {posts:#?}");
        assert_snapshot!("the_post_after_three_weeks_without_the_app", posts[channel].text);
        assert_eq!(play.dms("ana").await.len(), 2, "the order has come round to Ana");
        let told = play.dms("cho").await;
        assert_eq!(told.len(), 1, "a turn that passed is not announced to anybody: {told:#?}");
        assert!(told[0].text.starts_with("Who is away has changed"), "{told:#?}");
        assert!(play.types("ben", "/rotation who").await.contains("Ana"), "nothing is lost");
    }

    async fn what_waited_for_the_app_is_sent_when_it_is_back(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-07T12:00:00Z").await;
        let before = play.channel("support").await.len();
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "429", "times": 2, "retry_after_s": 60})).await;
        play.waits_until("2026-06-08T07:00:01Z").await;

        play.uninstalls().await;
        play.waits("1d").await;
        assert_eq!(play.channel("support").await.len(), before);
        play.installs().await;
        play.waits("5s").await;

        assert_eq!(play.channel("support").await.len(), before + 1);
        assert_eq!(play.dms("ana").await.len(), 1);
    }

    async fn what_waited_for_an_app_that_never_came_back_expires(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-07T12:00:00Z").await;
        play.breaks(&json!({"service": "slack", "method": "chat.postMessage", "kind": "429", "times": 2, "retry_after_s": 60})).await;
        play.waits_until("2026-06-08T07:00:01Z").await;

        play.uninstalls().await;
        play.waits("8d").await;

        let counted = play.database().open().await.system().count_outbox_by_state().await;
        let counted = counted.expect("the outbox is counted");
        // The handoff, the message about the duty, and later the question for a note.
        assert!(counted.contains(&(DeliveryState::Expired, 3)), "{counted:?}");
    }

    async fn both_events_in_any_order_and_twice_are_one_end(play at "2026-06-05T10:00:00Z") {
        let revoked = json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}});
        let uninstalled = json!({"type": "app_uninstalled"});
        for order in [[&revoked, &uninstalled], [&uninstalled, &revoked], [&revoked, &revoked]] {
            play.waits("1m").await;
            for event in order {
                play.act(&json!({"team": play.team(), "event": event})).await;
                play.stage().clock().settle().await;
                assert!(!is_installed(&play).await, "after {event}");
            }
            play.waits("1m").await;
            play.installs().await;
            assert!(is_installed(&play).await);
        }
    }

    async fn tokens_of_people_that_are_revoked_mean_nothing_to_the_bot(play at "2026-06-05T10:00:00Z") {
        play.waits("1m").await;
        for tokens in [json!({"oauth": ["U0ANA"], "bot": []}), json!({"oauth": ["U0ANA"]}), json!({"bot": null})] {
            play.act(&json!({"team": play.team(), "event": {"type": "tokens_revoked", "tokens": tokens}})).await;
            play.stage().clock().settle().await;
        }

        assert!(is_installed(&play).await);
    }

    async fn events_of_the_old_installation_do_not_end_the_new_one(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits("1m").await;
        play.ends_bot("stop").await;
        play.uninstalls().await;
        play.starts_bot().await;
        play.installs().await;

        play.waits("10m").await;

        let log = play.get("sim/log").await.to_string();
        assert!(log.contains("Event app_uninstalled (attempt 3)."), "it came late: {log}");
        assert!(is_installed(&play).await);
        play.waits_until("2026-06-08T07:01:00Z").await;
        assert_eq!(play.dms("ana").await.len(), 1, "and the token is the new one");
    }

    async fn an_end_in_the_second_of_the_installation_is_seen_at_the_next_call(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;

        play.uninstalls().await;
        assert!(is_installed(&play).await, "the event may be of the installation before");
        play.waits("5s").await;

        assert!(!is_installed(&play).await, "Slack refused the token");
    }

    async fn an_uninstallation_that_nobody_told_of_is_seen_at_the_next_call(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits("5s").await;
        let before = play.channel("support").await.len();
        play.ends_bot("kill").await;
        play.uninstalls().await;
        play.waits("1h").await;
        play.starts_bot().await;

        play.waits_until("2026-06-08T09:00:00Z").await;
        assert!(!is_installed(&play).await);
        let calls = play.calls("chat.postMessage").await.len() + play.calls("conversations.open").await.len();
        play.waits("1d").await;
        let later = play.calls("chat.postMessage").await.len() + play.calls("conversations.open").await.len();
        assert_eq!(calls, later, "it is not tried for ever");
        play.installs().await;
        play.waits("10s").await;

        assert_eq!(play.channel("support").await.len(), before + 1);
        assert_eq!(play.dms("ana").await.len(), 1);
    }

    async fn who_installs_the_app_is_welcomed_once_for_each_installation(play at "2026-06-05T10:00:00Z") {
        let first = play.welcomes("ana").await;
        assert_eq!(first.len(), 1, "{first:#?}");
        assert_eq!(first[0].buttons, ["create_rotation"]);
        assert_eq!(play.welcomes("ben").await, [], "who did not install it is left alone");
        let pressed = play.presses("ana", &first[0], "create_rotation").await;
        assert!(pressed["views_opened"][0]["id"].is_string(), "the button opens the form: {pressed}");
        play.makes_support("2026-06-08", &["ana", "ben"]).await;

        play.waits("1d").await;
        play.uninstalls().await;
        play.waits("1d").await;
        play.installs().await;
        play.waits("1d").await;

        let welcomes = play.welcomes("ana").await;
        assert_eq!(welcomes.len(), 2, "{welcomes:#?}");
        assert_snapshot!("the_welcomes_of_two_installations", format!("{}\n---\n{}", welcomes[0].text, welcomes[1].text));
    }

    async fn who_cancels_on_slacks_page_has_changed_nothing(play at "2026-06-05T10:00:00Z") {
        let mut visitor = Visitor::new(&play);
        let consent = visitor.begins().await;

        let (status, page) = visitor.answers(consent, &[("cancel", "1")]).await;

        assert_eq!(status, 200);
        assert!(page.contains("Nothing was installed") && page.contains("/slack/install"), "{page}");
        let (_, page) = visitor.comes_back("error=access_denied").await;
        assert!(page.contains("Nothing was installed"), "from Slack's own pages too: {page}");
        assert!(is_installed(&play).await);
    }

    async fn an_installation_begun_in_slacks_own_pages_is_asked_to_begin_here(play at "2026-06-05T10:00:00Z") {
        let exchanged = play.calls("oauth.v2.access").await.len();
        for query in ["code=1.2.3", "code=1.2.3&state=", ""] {
            let (status, page) = Visitor::new(&play).comes_back(query).await;

            assert_eq!(status, 200, "{query}");
            assert!(page.contains("One more step") && page.contains("/slack/install"), "{query}: {page}");
        }
        let (status, page) = Visitor::new(&play).comes_back("code=1.2.3&state=of-somebody-else").await;
        assert_eq!(status, 400);
        assert!(page.contains("begin once more"), "{page}");
        assert_eq!(play.calls("oauth.v2.access").await.len(), exchanged, "no code was traded");
    }

    async fn an_installation_for_a_whole_organisation_is_refused_in_plain_words(play at "2026-06-05T10:00:00Z") {
        let mut visitor = Visitor::new(&play);
        let consent = visitor.begins().await;
        let team = play.team().to_owned();
        let choices = [("org", "1"), ("sim_team", team.as_str()), ANA_ALLOWS[0]];

        let (status, page) = visitor.answers(consent, &choices).await;

        assert_eq!(status, 200);
        assert!(page.contains("Please install per workspace"), "{page}");
        let listed = play.database().open().await.system().list_workspaces().await;
        assert_eq!(listed.expect("the workspaces are listed").len(), 1, "nothing was stored");
        assert!(is_installed(&play).await, "and what was there is untouched");
    }
}

async fn is_installed(play: &Play) -> bool {
    let store = play.database().open().await;
    let listed = store.system().list_workspaces().await.expect("the workspaces are listed");
    let it = listed.into_iter().find(|one| one.team.as_str() == play.team()).expect("it is known");
    let mut tx = store.read(it.id).await.expect("the database can be read");
    let token = tx.find_bot_token().await.expect("its token can be read");
    assert_eq!(token.is_some(), it.is_active, "the token goes with the installation");
    it.is_active
}
