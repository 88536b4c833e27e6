//! Where deliveries go: channels that the bot is not in, and direct messages that are no longer there.

use domain::ids::{TeamId, UserId, WorkspaceId};
use domain::settings::Preferences;
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};
use store::DeliveryState;
use stories::{Play, Seen, both_engines};

both_engines! {
    async fn a_direct_message_is_looked_up_before_it_is_updated(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        let told = play.dms("ben").await.pop().expect("a message");
        assert_eq!(play.calls("conversations.info").await.len(), 0);

        play.presses("ben", &told, "seen_duty").await;
        play.waits_until("2026-06-15T07:10:00Z").await;

        let calls = lookups_and_updates(&play).await;
        assert_eq!(calls, ["conversations.info D0BEN", "chat.update D0BEN"].repeat(2), "seen, then ended");
        let update = play.calls("chat.update").await.pop().expect("an update");
        assert_json_snapshot!("the_update_of_a_duty_that_ended", update["arguments"]["blocks"]);
    }

    async fn a_direct_message_that_is_gone_is_left_alone(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        // A question before the end would be a new message.
        play.asks_for_no_notes("ana").await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        assert_eq!(play.dms("ben").await.len(), 1);

        play.deletes_channel("D0BEN").await;
        play.waits_until("2026-06-15T07:10:00Z").await;

        assert_eq!(lookups_and_updates(&play).await, ["conversations.info D0BEN"]);
        is_quietly_settled(&play).await;
    }

    async fn a_closed_direct_message_is_left_alone(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        // A question before the end would be a new message.
        play.asks_for_no_notes("ana").await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        play.closes_dms("ben").await;
        play.waits_until("2026-06-15T07:10:00Z").await;

        assert_eq!(lookups_and_updates(&play).await, ["conversations.info D0BEN"]);
        is_quietly_settled(&play).await;
    }

    async fn a_direct_message_to_who_left_slack_is_left_alone(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        play.deactivates("ben").await;
        play.waits("1h").await;

        assert_eq!(lookups_and_updates(&play).await, ["conversations.info D0BEN"]);
        let told = play.dms("cho").await;
        assert!(told.iter().any(|seen| seen.buttons.contains(&"seen_duty".into())), "the duty goes on: {told:#?}");
        is_quietly_settled(&play).await;
    }

    async fn a_lookup_that_slack_does_not_answer_is_made_again(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        for fault in [json!({"kind": "429", "retry_after_s": 40}), json!({"kind": "500"}), json!({"kind": "reset"})] {
            let mut fault = fault;
            fault["method"] = json!("conversations.info");
            play.breaks(&fault).await;
        }

        play.waits_until("2026-06-15T07:00:30Z").await;
        assert_eq!(play.calls("chat.update").await.len(), 0, "nothing is changed unseen");
        play.waits("10m").await;

        assert_eq!(play.calls("conversations.info").await.len(), 4);
        assert_eq!(play.calls("chat.update").await.len(), 1);
        assert_eq!(play.dms("ben").await[0].buttons, Vec::<String>::new());
    }

    async fn an_installation_that_may_not_look_updates_all_the_same(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        let fault = json!({"method": "conversations.info", "kind": "error", "error": "missing_scope"});
        play.breaks(&fault).await;

        play.waits_until("2026-06-15T07:10:00Z").await;

        assert_eq!(play.dms("ben").await[0].buttons, Vec::<String>::new());
    }

    async fn a_public_channel_that_asks_for_it_is_joined_and_told_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.waits("10s").await;
        play.removes_bot("ana", "#support").await;
        let (before, joined) = (play.channel("support").await.len(), play.calls("conversations.join").await.len());
        play.breaks(&refusal("chat.postMessage", "not_in_channel")).await;

        play.types("ana", "/rotation pause support").await;
        play.waits("10s").await;

        let posts = play.channel("support").await;
        assert_eq!(posts.len(), before + 1, "{posts:#?}");
        assert_eq!(play.calls("conversations.join").await.len(), joined + 1);
        assert_eq!(warnings(&play, "ana").await, [], "nothing to tell anybody of");
        let post = play.calls("chat.postMessage").await.pop().expect("a post");
        assert_eq!(post["answer"]["ok"], true, "{post}");
        assert_json_snapshot!("the_post_after_joining", post["arguments"]["blocks"]);
        play.types("ana", "/rotation resume support").await;
        play.waits("10s").await;
        assert_eq!(play.channel("support").await.len(), before + 2);
        assert_eq!(play.calls("conversations.join").await.len(), joined + 1, "it stays in");
    }

    async fn a_joining_that_slack_is_too_busy_for_is_made_later(play at "2026-06-05T10:00:00Z") {
        let mut busy = json!({"method": "conversations.join", "kind": "429", "retry_after_s": 40});
        // The bot comes into a new rotation's channel, and tries again where Slack asks for it.
        busy["times"] = json!(2);
        play.breaks(&busy).await;
        play.breaks(&refusal("chat.postMessage", "not_in_channel")).await;

        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.waits("30s").await;
        assert_eq!(play.channel("support").await, []);
        play.waits("1m").await;

        assert_eq!(play.channel("support").await.len(), 1);
        assert_eq!(warnings(&play, "ana").await, [], "nothing to tell anybody of");
    }

    async fn a_channel_that_cannot_be_joined_is_told_to_the_managers_once(play at "2026-06-05T10:00:00Z") {
        let codes = ["method_not_supported_for_channel_type", "is_archived", "missing_scope", "restricted_action"];
        let mut told = Vec::new();
        for code in codes {
            let name = code.split('_').next().expect("a word");
            let channel = play.adds_channel(name).await;
            play.breaks(&refusal("chat.postMessage", "not_in_channel")).await;
            for _ in 0..2 {
                // The bot comes into a new rotation's channel, and tries again where Slack asks for it.
                play.breaks(&refusal("conversations.join", code)).await;
            }
            let form = json!({"name": name, "members": ["U0BEN", "U0CHO"], "cadence": "week",
                "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": channel});
            play.creates("ana", &form).await;
            play.waits("1m").await;
            told.push(warnings(&play, "ana").await.pop().map(|seen| seen.text).unwrap_or_default());
        }
        assert_snapshot!("channels_that_cannot_be_joined", told.join("\n---\n"));
        assert_eq!(warnings(&play, "ana").await.len(), codes.len());
        let posts = play.calls("chat.postMessage").await;
        let blocks: Vec<&Value> = posts
            .iter()
            .filter(|call| call["arguments"]["text"].as_str().is_some_and(|text| text.contains("I cannot post in")))
            .map(|call| &call["arguments"]["blocks"])
            .collect();
        assert_json_snapshot!("a_channel_that_cannot_be_joined", blocks[0]);

        for (method, code) in [("chat.postMessage", "not_in_channel"), ("conversations.join", "missing_scope")] {
            let mut fault = refusal(method, code);
            fault["times"] = json!(9);
            play.breaks(&fault).await;
        }
        play.waits_until("2026-06-08T07:10:00Z").await;
        assert_eq!(warnings(&play, "ana").await.len(), codes.len(), "once, until it can be told again");
    }

    async fn who_moves_a_rotation_to_a_private_channel_is_told_how_to_invite_the_bot(play at "2026-06-05T21:00:00Z") {
        let form = json!({"name": "crew", "members": ["U0BEN", "U0CHO"], "cadence": "week",
            "first_day": "2026-06-01", "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        play.creates("ben", &form).await;
        play.waits("5s").await;
        let channel = play.adds_private_channel("#crew", &["ben"]).await;

        // Ana may edit it as an admin, and is none of its managers.
        let edit = play.opens("ana", "/rotation edit crew").await;
        let saved = play.fills("ana", &edit, &json!({"name": "night crew", "channel": channel})).await;
        assert!(saved.to_string().contains("Saved."), "{saved}");
        play.waits("1m").await;

        for who in ["ana", "ben"] {
            assert_eq!(warnings(&play, who).await.len(), 1, "{who} is told once");
        }
        assert_eq!(warnings(&play, "cho").await, [], "whoever cannot do anything about it hears nothing");
        assert_snapshot!("how_to_invite_the_bot", warnings(&play, "ana").await[0].text);
        let posts = play.calls("chat.postMessage").await;
        let warned = posts.iter().rfind(|call| call["arguments"]["channel"] == "D0ANA");
        assert_json_snapshot!("how_to_invite_the_bot_in_blocks", warned.expect("a message")["arguments"]["blocks"]);

        play.invites_bot("ana", "#crew").await;
        play.waits("10s").await;
        let posts = play.messages("crew", "ben").await;
        assert_eq!(posts.len(), 1, "{posts:#?}");
        assert!(posts[0].text.contains("Ben is on duty"), "{}", posts[0].text);
    }

    async fn who_chose_a_channel_is_told_at_once_even_at_night(play at "2026-06-05T10:00:00Z") {
        quiet_nights(&play, "U0ANA").await;
        play.waits_until("2026-06-05T21:00:00Z").await;
        let channel = play.adds_private_channel("#crew", &["ben"]).await;
        let form = json!({"name": "crew", "members": ["U0BEN", "U0CHO"], "cadence": "week",
            "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": channel});
        play.creates("ana", &form).await;

        play.waits("10s").await;

        assert_eq!(warnings(&play, "ana").await.len(), 1, "they ask for it now");
    }

    async fn a_new_public_channel_is_joined_like_the_first(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.waits("5s").await;
        let edit = play.opens("ana", "/rotation edit support").await;
        play.fills("ana", &edit, &json!({"channel": "C0GENERAL"})).await;
        play.waits("5s").await;

        let joined = play.calls("conversations.join").await;
        let channels: Vec<&Value> = joined.iter().map(|call| &call["arguments"]["channel"]).collect();
        assert_eq!(channels, ["C0SUPPORT", "C0GENERAL"]);
    }
}

fn refusal(method: &str, code: &str) -> Value {
    json!({"method": method, "kind": "error", "error": code})
}

/// Returns the lookups and updates of messages, in the order in which Slack was asked.
async fn lookups_and_updates(play: &Play) -> Vec<String> {
    let all = play.get("sim/calls").await;
    let calls = all["calls"].as_array().into_iter().flatten();
    calls
        .filter(|call| call["method"] == "conversations.info" || call["method"] == "chat.update")
        .map(|call| format!("{} {}", call["method"], call["arguments"]["channel"]).replace('"', ""))
        .collect()
}

/// Checks that one delivery had nobody left to tell, and that nothing failed or waits.
async fn is_quietly_settled(play: &Play) {
    let counted = play.database().open().await.system().count_outbox_by_state().await;
    let counted = counted.expect("the outbox is counted");
    let of =
        |state| counted.iter().find(|(found, _)| *found == state).map_or(0, |(_, count)| *count);
    assert_eq!(of(DeliveryState::Dropped), 1, "{counted:?}");
    assert_eq!(of(DeliveryState::Failed), 0, "{counted:?}");
    let calls = play.calls("conversations.info").await.len();
    play.waits("1d").await;
    assert_eq!(play.calls("conversations.info").await.len(), calls, "it is not tried again");
}

/// Returns what a person was told of channels that cannot be posted in.
async fn warnings(play: &Play, who: &str) -> Vec<Seen> {
    let dms = play.dms(who).await;
    dms.into_iter().filter(|seen| seen.text.contains("Until then the duty goes on")).collect()
}

async fn quiet_nights(play: &Play, user: &str) {
    let store = play.database().open().await;
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let mut tx = store.write(workspace).await.expect("a transaction");
    let quiet = Preferences { has_quiet_nights: true, ..Preferences::default() };
    tx.record_preferences(&UserId::new(user), &quiet).await.expect("preferences");
    tx.commit().await.expect("a commit");
}
