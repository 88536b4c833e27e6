//! The modals and the errors beside their fields.

use chrono::{DateTime, NaiveDate, Utc};
use domain::action::{CreateDefaults, Field, Modal};
use domain::ids::{ChannelId, UserId};
use proptest::prelude::*;
use serde_json::Value;
use slack::{render_field_errors, render_modal};

fn render(modal: &Modal) -> Value {
    let view = render_modal(modal, now());
    assert_eq!(crate::limits::faults_of_modal(&view), Vec::<String>::new());
    view
}

/// Returns a view with one line for each of its blocks.
fn compact(view: &Value) -> String {
    let mut frame = view.clone();
    let blocks = frame.as_object_mut().and_then(|frame| frame.remove("blocks"));
    let blocks = blocks.as_ref().and_then(Value::as_array).into_iter().flatten();
    let lines: Vec<String> = std::iter::once(&frame).chain(blocks).map(Value::to_string).collect();
    lines.join("\n")
}

fn now() -> DateTime<Utc> {
    "2026-06-08T07:00:00Z".parse().unwrap()
}

fn today() -> NaiveDate {
    "2026-06-08".parse().unwrap()
}

fn defaults() -> CreateDefaults {
    CreateDefaults {
        name: Some(String::from("support")),
        channel: Some(ChannelId::new("C1")),
        zone: String::from("Europe/Berlin"),
        today: today(),
    }
}

#[test]
fn the_create_modal_asks_for_a_rotation() {
    insta::assert_snapshot!(compact(&render(&Modal::CreateRotation(defaults()))), @r#"
    {"callback_id":"create_rotation","close":{"text":"Cancel","type":"plain_text"},"submit":{"text":"Create","type":"plain_text"},"title":{"text":"New rotation","type":"plain_text"},"type":"modal"}
    {"block_id":"name","element":{"action_id":"value","initial_value":"support","max_length":80,"placeholder":{"text":"support","type":"plain_text"},"type":"plain_text_input"},"label":{"text":"Name","type":"plain_text"},"type":"input"}
    {"block_id":"members","element":{"action_id":"value","placeholder":{"text":"Pick people","type":"plain_text"},"type":"multi_users_select"},"hint":{"text":"They take turns in the order in which you pick them. You may be one of them.","type":"plain_text"},"label":{"text":"Members, in the order of duty","type":"plain_text"},"type":"input"}
    {"block_id":"cadence","element":{"action_id":"value","initial_option":{"text":{"text":"Every week","type":"plain_text"},"value":"week"},"options":[{"text":{"text":"Every day","type":"plain_text"},"value":"day"},{"text":{"text":"Every workday (Monday to Friday)","type":"plain_text"},"value":"workday"},{"text":{"text":"Every week","type":"plain_text"},"value":"week"},{"text":{"text":"Every two weeks","type":"plain_text"},"value":"two_weeks"},{"text":{"text":"Every month","type":"plain_text"},"value":"month"}],"type":"static_select"},"label":{"text":"It passes on","type":"plain_text"},"type":"input"}
    {"block_id":"first_day","element":{"action_id":"value","initial_date":"2026-06-08","type":"datepicker"},"label":{"text":"First day","type":"plain_text"},"type":"input"}
    {"block_id":"time","element":{"action_id":"value","initial_time":"09:00","type":"timepicker"},"label":{"text":"Handoff time","type":"plain_text"},"type":"input"}
    {"block_id":"zone","element":{"action_id":"value","initial_value":"Europe/Berlin","max_length":100,"type":"plain_text_input"},"hint":{"text":"A name such as Europe/Berlin. The handoff stays at this wall-clock time all year.","type":"plain_text"},"label":{"text":"Time zone","type":"plain_text"},"type":"input"}
    {"block_id":"channel","element":{"action_id":"value","filter":{"exclude_bot_users":true,"include":["public","private"]},"initial_conversation":"C1","type":"conversations_select"},"hint":{"text":"Invite me to a private channel first, with /invite.","type":"plain_text"},"label":{"text":"Channel that is told","type":"plain_text"},"type":"input"}
    "#);
}

#[test]
fn without_defaults_the_create_modal_leaves_fields_empty() {
    let bare = CreateDefaults { name: None, channel: None, zone: String::new(), today: today() };
    let shown = render(&Modal::CreateRotation(bare)).to_string();

    assert!(!shown.contains("initial_value") && !shown.contains("initial_conversation"));
}

#[test]
fn the_absence_modal_asks_for_days_and_parts_of_them() {
    let modal = Modal::EnterAbsence { today: today(), who: None };

    insta::assert_snapshot!(compact(&render(&modal)));
}

#[test]
fn who_manages_others_is_asked_whose_absence_it_is() {
    let who = Some(UserId::new("U1"));
    let modal = Modal::EnterAbsence { today: today(), who };

    let view = render(&modal);

    assert_eq!(view["blocks"][0]["block_id"], "who");
    assert_eq!(view["blocks"][0]["element"]["initial_user"], "U1");
}

#[test]
fn errors_stand_beside_their_fields_the_first_of_each() {
    let errors = [
        (Field::Name, String::from("Please give it a name.")),
        (Field::Zone, String::from("“Mars” is not a time zone.")),
        (Field::Zone, String::from("And another thing.")),
        (Field::To, String::new()),
    ];

    insta::assert_snapshot!(compact(&render_field_errors(&errors)), @r#"
    {"errors":{"name":"Please give it a name.","to":"Please look at this again.","zone":"“Mars” is not a time zone."},"response_action":"errors"}
    "#);
}

proptest! {
    #[test]
    fn whatever_was_typed_after_create_fits_into_the_modal(name in ".{0,300}", zone in ".{0,300}") {
        render(&Modal::CreateRotation(CreateDefaults { name: Some(name), channel: None, zone, today: today() }));
    }
}
