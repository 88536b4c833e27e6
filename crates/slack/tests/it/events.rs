//! How events are reduced: to ids, kinds and instants, before anything else sees them.

use domain::ids::{ChannelId, UserId};
use domain::story::announce::ChannelChange;
use serde_json::{Value, json};
use slack::{BOT_EVENTS, Event, EventKind, Inbound, read_event};

#[track_caller]
fn event(body: &Value) -> Event {
    match read_event(body.to_string().as_bytes()) {
        Inbound::Event(event) => event,
        other => panic!("not an event: {other:?}"),
    }
}

pub(crate) fn callback(event: &Value) -> Value {
    json!({
        "token": "canary-token", "team_id": "T1", "api_app_id": "A1", "type": "event_callback",
        "event_id": "Ev1", "event_time": 1_770_000_000, "event": event,
        "authorizations": [{ "enterprise_id": null, "team_id": "T1", "is_enterprise_install": false }],
    })
}

#[test]
fn the_address_of_the_events_is_verified_with_the_challenge() {
    let body = json!({ "type": "url_verification", "challenge": "3eZbrw1aB1", "token": "x" });

    assert_eq!(
        read_event(body.to_string().as_bytes()),
        Inbound::UrlVerification { challenge: String::from("3eZbrw1aB1") }
    );
}

#[test]
fn every_event_that_the_bot_subscribes_to_is_read() {
    for name in BOT_EVENTS.iter().copied() {
        let kind = name.split('.').next();
        // Only where a profile is told of, Slack tells it whole.
        let is_profile = matches!(name, "user_change" | "team_join");
        let user = if is_profile { json!({ "id": "U1" }) } else { json!("U1") };
        let told = json!({
            "type": kind, "user": user, "tab": "home", "app_id": "A1", "channel": "C1", "ts": "1.1",
            "old_channel_id": "C1", "new_channel_id": "C2",
        });

        assert_ne!(event(&callback(&told)).kind, EventKind::Other, "{name}");
    }
}

#[test]
fn events_are_reduced_to_their_kinds() {
    for (body, kind) in [
        (json!({ "type": "app_uninstalled" }), EventKind::AppUninstalled),
        (
            json!({ "type": "tokens_revoked", "tokens": { "oauth": ["U1"], "bot": ["U2"] } }),
            EventKind::TokensRevoked { bot: true },
        ),
        (
            json!({ "type": "tokens_revoked", "tokens": { "oauth": ["U1"], "bot": [] } }),
            EventKind::TokensRevoked { bot: false },
        ),
        (json!({ "type": "tokens_revoked" }), EventKind::TokensRevoked { bot: false }),
        (
            json!({ "type": "member_left_channel", "user": "U1", "channel": "C1", "team": null }),
            EventKind::ChannelLeft { user: UserId::new("U1"), channel: ChannelId::new("C1") },
        ),
        (json!({ "type": "member_left_channel", "user": "U1", "channel": null }), EventKind::Other),
        (json!({ "type": "member_left_channel", "channel": "C1" }), EventKind::Other),
        (json!({ "type": "user_change", "user": "U1" }), EventKind::Other),
        (
            json!({ "type": "group_left", "channel": "G1", "actor_id": "U1" }),
            EventKind::ChannelChanged {
                channel: ChannelId::new("G1"),
                change: ChannelChange::BotLeft,
            },
        ),
        (
            json!({ "type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2" }),
            EventKind::ChannelChanged {
                channel: ChannelId::new("C1"),
                change: ChannelChange::Moved { to: ChannelId::new("C2") },
            },
        ),
        (json!({ "type": "channel_archive", "channel": { "id": "C1" } }), EventKind::Other),
        (
            json!({ "type": "app_home_opened", "user": "U1", "tab": "home" }),
            EventKind::HomeOpened { user: UserId::new("U1") },
        ),
        (json!({ "type": "app_home_opened", "user": "U1", "tab": "messages" }), EventKind::Other),
        (json!({ "type": "app_home_opened", "user": "U1" }), EventKind::Other),
        (json!({ "type": "invented_in_2027", "x": [1] }), EventKind::Other),
        (Value::Null, EventKind::Other),
    ] {
        let event = event(&callback(&body));

        assert_eq!(event.kind, kind, "{body}");
        assert_eq!(event.event_id, "Ev1");
        assert_eq!(event.at.timestamp(), 1_770_000_000);
    }
}

#[test]
fn of_a_changed_person_only_what_is_kept_of_people_is_read() {
    let told = json!({ "type": "user_change", "user": { "id": "U1", "deleted": true, "tz": 7, "name": "ana",
        "profile": { "display_name": "Ana", "email": "canary@example.com", "phone": "canary" } } });

    let EventKind::UserChanged { said } = event(&callback(&told)).kind else {
        panic!("somebody changed");
    };

    assert_eq!((said.user.as_str(), said.display_name.as_str()), ("U1", "Ana"));
    assert!(said.is_deactivated && said.zone.is_none() && !said.is_guest);
    assert!(!format!("{said:?}").contains("canary"));
}

#[test]
fn our_own_message_is_known_by_the_apps_id_and_carries_its_delivery() {
    let delivery = "0190a4f8-0000-5000-8000-000000000002";
    let own = json!({
        "type": "message", "channel": "C1", "ts": "1.2", "user": "UBOT", "bot_id": "B1", "app_id": "A1",
        "metadata": { "event_type": "asyncbot_delivery", "event_payload": { "delivery_id": delivery } },
    });
    let mut forged = own.clone();
    forged["app_id"] = json!("A2");
    let mut edited = own.clone();
    edited["subtype"] = json!("message_changed");
    let mut bent = own.clone();
    bent["metadata"]["event_payload"]["delivery_id"] = json!("not-a-uuid");

    let EventKind::OwnMessage { channel, ts, delivery: found } = event(&callback(&own)).kind else {
        panic!("not our message");
    };
    assert_eq!((channel.as_str(), ts.as_str()), ("C1", "1.2"));
    assert_eq!(found.unwrap().to_string(), delivery);
    assert_eq!(event(&callback(&forged)).kind, EventKind::Other);
    assert_eq!(event(&callback(&edited)).kind, EventKind::Other);
    assert!(matches!(event(&callback(&bent)).kind, EventKind::OwnMessage { delivery: None, .. }));
}

#[test]
fn what_people_wrote_and_their_addresses_stop_at_the_door() {
    let user = json!({
        "id": "U1", "name": "ana", "real_name": "Ana",
        "profile": { "email": "canary@example.com", "phone": "canary", "status_text": "canary" },
    });
    for body in [
        json!({ "type": "user_change", "user": user }),
        json!({ "type": "team_join", "user": user }),
        json!({ "type": "message", "channel": "C1", "user": "U1", "text": "canary", "ts": "1.2",
            "blocks": [{ "type": "rich_text", "text": "canary" }] }),
        json!({ "type": "message", "channel": "C1", "text": "canary", "ts": "1.2", "app_id": "A1",
            "metadata": { "event_type": "asyncbot_delivery", "event_payload": { "delivery_id": "canary" } } }),
        json!({ "type": "member_joined_channel", "user": "U1", "inviter": "canary" }),
        json!({ "type": "tokens_revoked", "tokens": { "oauth": ["canary"], "bot": ["canary"] } }),
        json!({ "type": "canary" }),
    ] {
        let shown = format!("{:?}", read_event(callback(&body).to_string().as_bytes()));

        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[test]
fn an_event_without_its_ids_is_unreadable() {
    for missing in ["team_id", "event_id", "event_time"] {
        let mut body = callback(&json!({ "type": "app_uninstalled" }));
        body[missing] = Value::Null;
        body["authorizations"] = Value::Null;

        assert_eq!(read_event(body.to_string().as_bytes()), Inbound::Unreadable);
    }
}

#[test]
fn a_null_authorisation_does_not_cost_the_event() {
    let mut body = callback(&json!({ "type": "app_uninstalled" }));
    body["authorizations"] = json!([{ "team_id": null, "enterprise_id": null }]);

    assert_eq!(event(&body).kind, EventKind::AppUninstalled);
}

#[test]
fn an_event_of_a_shared_channel_is_for_the_workspace_where_we_are_installed() {
    let mut body = callback(&json!({ "type": "channel_archive", "channel": "C1" }));
    body["team_id"] = json!("T2");
    body["is_ext_shared_channel"] = json!(true);

    assert_eq!(event(&body).team.as_str(), "T1");
}

#[test]
fn who_came_into_a_channel_is_told_of_where_it_may_be_the_bot() {
    let joined = |bot: &Value| {
        let mut body =
            callback(&json!({ "type": "member_joined_channel", "user": "UBOT", "channel": "C1" }));
        body["authorizations"][0]["user_id"] = bot.clone();
        event(&body).kind
    };
    let channel = ChannelId::new("C1");
    let told = EventKind::JoinedChannel { channel, user: UserId::new("UBOT") };

    assert_eq!(joined(&json!("UBOT")), told);
    assert_eq!(joined(&json!(null)), told, "an event that does not say it is looked at later");
    assert_eq!(joined(&json!("UOTHER")), EventKind::Other);
}

#[test]
fn an_offer_in_a_thread_of_a_public_channel_is_reduced_to_who_and_where() {
    let offer = json!({
        "type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "ts": "1.2", "thread_ts": "1.1",
        "text": "I can take it canary", "blocks": [{ "type": "rich_text" }],
    });
    let with = |field: &str, value: Value| {
        let mut other = offer.clone();
        other[field] = value;
        event(&callback(&other)).kind
    };

    let kind = event(&callback(&offer)).kind;

    let expected = EventKind::ThreadOffer {
        channel: ChannelId::new("C1"),
        thread_ts: String::from("1.1"),
        user: UserId::new("U1"),
        ts: String::from("1.2"),
    };
    assert_eq!(kind, expected);
    assert!(!format!("{kind:?}").contains("canary"));
    assert_eq!(with("subtype", json!("thread_broadcast")), expected);
    for (field, value) in [
        ("text", json!("I can't take it")),
        ("text", json!("canary")),
        ("text", Value::Null),
        ("thread_ts", Value::Null),
        ("thread_ts", json!("1.2")),
        ("channel_type", json!("group")),
        ("channel_type", json!("im")),
        ("channel_type", Value::Null),
        ("subtype", json!("message_changed")),
        ("subtype", json!("bot_message")),
        ("bot_id", json!("B1")),
        ("app_id", json!("A1")),
        ("app_id", json!("A2")),
        ("bot_profile", json!({ "app_id": "A2" })),
        ("user", Value::Null),
        ("channel", Value::Null),
    ] {
        let kind = with(field, value.clone());
        let is_dropped = matches!(kind, EventKind::Other | EventKind::OwnMessage { .. });
        assert!(is_dropped, "{field}: {value} gives {kind:?}");
    }
}
