//! How requests are read: leniently, and never with a panic.

use crate::events::callback;
use domain::action::{AbsenceForm, Button, CreateForm, Submission};
use domain::ids::{ChannelId, RotationId, TeamId, UserId};
use proptest::prelude::*;
use serde_json::{Value, json};
use slack::{
    Click, Inbound, SlashCommand, Submit, is_ssl_check, read_command, read_event, read_frame,
    read_interaction,
};

const ROTATION: &str = "0190a4f8-0000-7000-8000-000000000001";

pub(crate) fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

pub(crate) fn interaction(payload: &Value) -> Inbound {
    read_interaction(&form(&[("payload", &payload.to_string())]))
}

#[track_caller]
fn click(payload: &Value) -> Click {
    match interaction(payload) {
        Inbound::Click(click) => click,
        other => panic!("not a click: {other:?}"),
    }
}

#[track_caller]
fn submit(payload: &Value) -> Submit {
    match interaction(payload) {
        Inbound::Submit(submit) => submit,
        other => panic!("not a submission: {other:?}"),
    }
}

#[track_caller]
fn command(fields: &[(&str, &str)]) -> SlashCommand {
    match read_command(&form(fields)) {
        Inbound::Command(command) => command,
        other => panic!("not a command: {other:?}"),
    }
}

pub(crate) const COMMAND: [(&str, &str); 9] = [
    ("team_id", "T1"),
    ("team_domain", "harbour"),
    ("channel_id", "C1"),
    ("user_id", "U1"),
    ("user_name", "ana"),
    ("command", "/rotation"),
    ("text", "next support"),
    ("response_url", "https://hooks.slack.com/commands/T1/1/x"),
    ("trigger_id", "13345224609.738474920.8088930838d88f008e0"),
];

pub(crate) fn button_press() -> Value {
    json!({
        "type": "block_actions",
        "team": { "id": "T1", "domain": "harbour" },
        "user": { "id": "U1", "username": "ana", "team_id": "T1" },
        "api_app_id": "A1",
        "container": {
            "type": "message", "message_ts": "1548261231.000200", "channel_id": "C1", "is_ephemeral": false
        },
        "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
        "channel": { "id": "C1", "name": "support" },
        "message": { "type": "message", "text": "canary", "ts": "1548261231.000200" },
        "response_url": "https://hooks.slack.com/actions/T1/1/x",
        "actions": [{
            "type": "button", "action_id": "show_next", "block_id": "b", "value": ROTATION,
            "action_ts": "1548426417.840180"
        }],
    })
}

pub(crate) fn submission(callback_id: &str, values: &Value) -> Value {
    json!({
        "type": "view_submission",
        "team": { "id": "T1", "domain": "harbour" },
        "user": { "id": "U1", "team_id": "T1" },
        "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
        "view": {
            "id": "V1", "hash": "156772938.1827394", "callback_id": callback_id,
            "state": { "values": values },
        },
    })
}

#[test]
fn a_command_is_read_as_it_was_typed() {
    let command = command(&COMMAND);

    assert_eq!(command.team, TeamId::new("T1"));
    assert_eq!(command.user, UserId::new("U1"));
    assert_eq!(command.channel, Some(ChannelId::new("C1")));
    assert_eq!(command.text, "next support");
    assert_eq!(command.key(), "command;2:T1;41:13345224609.738474920.8088930838d88f008e0");
}

#[test]
fn a_command_keeps_its_text_and_its_addresses_out_of_the_log() {
    let shown = format!("{:?}", command(&COMMAND));

    assert!(
        !shown.contains("next support")
            && !shown.contains("hooks")
            && !shown.contains("8088930838")
    );
}

#[test]
fn a_command_without_its_ids_is_unreadable() {
    for missing in ["team_id", "user_id", "trigger_id"] {
        let fields: Vec<_> = COMMAND.into_iter().filter(|(name, _)| *name != missing).collect();

        assert_eq!(read_command(&form(&fields)), Inbound::Unreadable, "without {missing}");
    }
}

#[test]
fn an_id_that_a_database_would_choke_on_is_unreadable() {
    let long = "T".repeat(256);
    for bad in ["", "T 1", "T\u{0}1", "T\n1", &long] {
        let mut fields = COMMAND;
        fields[0].1 = bad;

        assert_eq!(read_command(&form(&fields)), Inbound::Unreadable, "{bad:?}");
    }
}

#[test]
fn a_check_of_the_certificate_is_known_as_one() {
    let body = form(&[("ssl_check", "1"), ("token", "x")]);

    assert_eq!(read_command(&body), Inbound::SslCheck);
    assert_eq!(read_interaction(&body), Inbound::SslCheck);
    assert!(is_ssl_check(&body) && !is_ssl_check(&form(&COMMAND)));
}

#[test]
fn organisation_wide_installations_are_known_as_such() {
    let mut fields = COMMAND.to_vec();
    fields.push(("is_enterprise_install", "true"));
    let mut press = button_press();
    press["is_enterprise_install"] = json!(true);
    press["team"] = Value::Null;
    let mut changed = callback(&json!({ "type": "user_change", "user": { "id": "U1" } }));
    changed["team_id"] = Value::Null;
    changed["enterprise_id"] = json!("E1");
    changed["authorizations"][0]["team_id"] = Value::Null;

    assert_eq!(read_command(&form(&fields)), Inbound::OrgWide);
    assert_eq!(interaction(&press), Inbound::OrgWide);
    assert_eq!(read_event(changed.to_string().as_bytes()), Inbound::OrgWide);
}

#[test]
fn a_button_is_read_with_its_message() {
    let click = click(&button_press());

    let rotation = RotationId::new(ROTATION.parse().unwrap());
    assert_eq!(click.button, Some(Button::ShowNext { rotation }));
    let container = click.container.clone().unwrap();
    assert_eq!((container.channel.as_str(), container.ts.as_str()), ("C1", "1548261231.000200"));
    assert!(!container.is_ephemeral && !click.is_foreign);
    assert_eq!(
        click.key(),
        "click;2:T1;2:U1;20:C1/1548261231.000200;9:show_next;17:1548426417.840180"
    );
}

#[test]
fn a_foreign_or_bent_button_is_a_click_without_a_button() {
    for (action_id, value) in
        [("somebody_elses", "-"), ("show_next", "not-a-rotation"), ("take_turn", ROTATION)]
    {
        let mut press = button_press();
        press["actions"][0]["action_id"] = json!(action_id);
        press["actions"][0]["value"] = json!(value);

        assert_eq!(click(&press).button, None, "{action_id} {value}");
    }
}

#[test]
fn a_person_of_another_workspace_is_flagged() {
    let mut press = button_press();
    press["user"]["team_id"] = json!("T2");

    assert!(click(&press).is_foreign);
}

#[test]
fn a_person_whose_home_is_the_organisation_is_no_stranger_for_that() {
    let mut press = button_press();
    press["user"]["team_id"] = json!("E1");
    assert!(click(&press).is_foreign, "of an organisation that nobody named");
    press["enterprise"] = json!({ "id": "E1", "name": "Organisation" });
    assert!(!click(&press).is_foreign);
    press["enterprise"] = Value::Null;
    press["team"]["enterprise_id"] = json!("E1");

    assert!(!click(&press).is_foreign);
}

#[test]
fn a_form_from_a_shared_channel_is_for_the_workspace_where_we_are_installed() {
    let mut sent = submission("enter_absence", &json!({}));
    sent["team"] = json!({ "id": "T2", "domain": "elsewhere" });
    sent["user"]["team_id"] = json!("T2");
    sent["view"]["app_installed_team_id"] = json!("T1");

    let submit = submit(&sent);

    assert_eq!(submit.team.as_str(), "T1");
    assert!(submit.is_foreign);
}

#[test]
fn two_presses_have_two_keys_even_without_a_timestamp() {
    let mut first = button_press();
    first["actions"][0]["action_ts"] = Value::Null;
    let mut second = first.clone();
    second["trigger_id"] = json!("another");

    assert_ne!(click(&first).key(), click(&second).key());
    assert_eq!(click(&first).key(), click(&first).key());
}

#[test]
fn whatever_is_missing_from_a_click_costs_only_itself() {
    let mut press = button_press();
    for part in ["container", "channel", "message", "trigger_id", "response_url"] {
        press[part] = Value::Null;
    }
    press["user"]["team_id"] = Value::Null;

    let click = click(&press);

    assert!(click.button.is_some());
    assert_eq!((click.container, click.trigger_id, click.response_url), (None, None, None));
}

#[test]
fn a_null_team_without_an_organisation_is_unreadable() {
    let mut press = button_press();
    press["team"] = Value::Null;

    assert_eq!(interaction(&press), Inbound::Unreadable);
}

#[test]
fn other_interactions_are_ignored() {
    for kind in ["view_closed", "shortcut", "message_action", "block_suggestion", "brand_new"] {
        assert_eq!(interaction(&json!({ "type": kind })), Inbound::Ignored);
    }
}

#[test]
fn the_create_modal_is_read_from_its_raw_state() {
    let submit = submit(&submission(
        "create_rotation",
        &json!({
            "name": { "value": { "type": "plain_text_input", "value": "support" } },
            "members": { "value": { "type": "multi_users_select", "selected_users": ["U2", "U1", 7, ""] } },
            "cadence": { "value": { "type": "static_select", "selected_option": { "value": "week" } } },
            "first_day": { "value": { "type": "datepicker", "selected_date": "2026-06-08" } },
            "time": { "value": { "type": "timepicker", "selected_time": "09:00", "timezone": "x" } },
            "zone": { "value": { "type": "plain_text_input", "value": "Europe/Berlin" } },
            "channel": { "value": { "type": "conversations_select", "selected_conversation": "C1" } },
        }),
    ));

    assert_eq!(
        submit.submission,
        Some(Submission::CreateRotation(CreateForm {
            name: Some(String::from("support")),
            members: vec![UserId::new("U2"), UserId::new("U1")],
            cadence: Some(String::from("week")),
            first_day: Some(String::from("2026-06-08")),
            time: Some(String::from("09:00")),
            zone: Some(String::from("Europe/Berlin")),
            channel: Some(ChannelId::new("C1")),
        }))
    );
    assert_eq!(submit.key(), "submit;2:T1;2:V1;17:156772938.1827394");
}

#[test]
fn the_fields_of_an_absence_are_read() {
    let time = |time| json!({ "value": { "type": "timepicker", "selected_time": time } });
    let part = |code| json!({ "value": { "type": "static_select", "selected_option": { "value": code } } });
    let values = |who: &str| {
        json!({
            "who": { "value": { "type": "users_select", "selected_user": who } },
            "from": { "value": { "type": "datepicker", "selected_date": "2026-06-15" } },
            "from_part": part("noon"),
            "from_time": time("14:00"),
            "to": { "value": { "type": "datepicker", "selected_date": "2026-06-16" } },
            "to_part": part("time"),
            "to_time": time("16:00"),
            "open_end": { "value": { "type": "checkboxes", "selected_options": [{ "value": "open" }] } },
        })
    };
    let text = |text: &str| Some(String::from(text));
    let form = AbsenceForm {
        who: Some(UserId::new("U7")),
        from: text("2026-06-15"),
        from_part: text("noon"),
        from_time: text("14:00"),
        to: text("2026-06-16"),
        to_part: text("time"),
        to_time: text("16:00"),
        is_open: true,
    };

    let sent = submit(&submission("enter_absence", &values("U7")));
    assert_eq!(sent.submission, Some(Submission::EnterAbsence(form.clone())));
    let bent = submit(&submission("enter_absence", &values("U 7")));
    assert_eq!(bent.submission, Some(Submission::EnterAbsence(AbsenceForm { who: None, ..form })));
}

#[test]
fn empty_fields_of_a_modal_are_not_there() {
    let submit = submit(&submission(
        "enter_absence",
        &json!({
            "from": { "value": { "type": "datepicker", "selected_date": null } },
            "to": {},
        }),
    ));

    assert_eq!(submit.submission, Some(Submission::EnterAbsence(AbsenceForm::default())));
}

#[test]
fn a_corrected_submission_is_a_new_one() {
    let first = submission("enter_absence", &json!({}));
    let mut second = first.clone();
    second["view"]["hash"] = json!("156772939.000");

    assert_ne!(submit(&first).key(), submit(&second).key());
}

#[test]
fn a_modal_that_is_not_ours_is_a_submission_without_values() {
    assert_eq!(submit(&submission("somebody_elses", &json!({}))).submission, None);
}

#[test]
fn a_click_and_a_submission_keep_texts_and_addresses_out_of_the_log() {
    let name = json!({ "name": { "value": { "value": "canary" } } });
    let shown = format!(
        "{:?} {:?}",
        interaction(&button_press()),
        interaction(&submission("create_rotation", &name))
    );

    assert!(!shown.contains("canary") && !shown.contains("hooks") && !shown.contains("d8c1bb"));
}

#[test]
fn other_outer_types_are_ignored_and_nonsense_is_unreadable() {
    assert_eq!(read_event(br#"{"type":"app_rate_limited","team_id":"T1"}"#), Inbound::Ignored);
    for body in [&b""[..], b"null", b"[]", b"{}", b"{\"type\":7}", b"\xff\xfe", b"payload=%7B"] {
        assert_eq!(read_event(body), Inbound::Unreadable);
        assert_eq!(read_interaction(body), Inbound::Unreadable);
        assert_eq!(read_command(body), Inbound::Unreadable);
    }
}

#[test]
fn deep_nesting_is_unreadable_and_overflows_nothing() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));

    assert_eq!(read_event(deep.as_bytes()), Inbound::Unreadable);
    assert_eq!(read_interaction(&form(&[("payload", &deep)])), Inbound::Unreadable);
}

/// Any JSON, with the keys and words that Slack uses among its own.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("block_actions"),
        Just("view_submission"),
        Just("event_callback"),
        Just("message"),
        Just("create_rotation"),
        Just("show_next"),
        Just("T1"),
        Just(""),
        Just("\u{0}"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("type"),
        Just("team"),
        Just("user"),
        Just("id"),
        Just("actions"),
        Just("view"),
        Just("state"),
        Just("values"),
        Just("event"),
        Just("team_id"),
        Just("event_id"),
        Just("event_time"),
        Just("trigger_id"),
        Just("action_id"),
        Just("value"),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(key.clone().prop_map(String::from), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body: Vec<u8>) {
        drop((read_command(&body), read_interaction(&body), read_event(&body)));
        drop(read_frame(&String::from_utf8_lossy(&body)));
    }

    #[test]
    fn no_json_makes_it_panic(mut json in any_json(), kind in "block_actions|view_submission|event_callback") {
        for kind in ["slash_commands", "interactive", "events_api", "disconnect"] {
            drop(read_frame(&json!({"type": kind, "envelope_id": "e", "payload": json}).to_string()));
        }
        if let Some(object) = json.as_object_mut() {
            object.insert(String::from("type"), Value::from(kind));
        }
        drop((interaction(&json), read_event(json.to_string().as_bytes())));
    }

    #[test]
    fn no_bent_field_makes_it_panic(index in 0_usize..12, bent in any_json()) {
        for mut payload in [button_press(), submission("create_rotation", &json!({ "name": { "value": {} } }))] {
            let object = payload.as_object_mut().unwrap();
            let key = object.keys().nth(index % object.len()).unwrap().clone();
            object.insert(key, bent.clone());
            drop(interaction(&payload));
        }
    }
}
