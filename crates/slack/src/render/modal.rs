//! Our modals and the errors beside their fields.

use super::blocks::{clip, plain_text};
use super::names::straight;
use super::outcome::outcome_view;
use chrono::{DateTime, NaiveDate, Utc};
use domain::action::{CreateDefaults, Field, Modal};
use domain::command::MAX_NAME;
use domain::form::CADENCE_CHOICES;
use serde_json::{Map, Value, json};

/// The `action_id` of the one input in each block of our modals.
pub const INPUT_ACTION_ID: &str = "value";

/// The cadence that is chosen when the modal opens.
const USUAL_CADENCE: &str = "week";

/// The handoff time that is chosen when the modal opens.
const USUAL_TIME: &str = "09:00";

/// The longest name of a zone that can be typed, in characters.
const LONGEST_ZONE: usize = 100;

/// The longest text of a choice, in characters.
const LONGEST_OPTION: usize = 75;

/// The longest error beside a field, in characters.
const LONGEST_ERROR: usize = 500;

/// Returns a modal as `views.open` takes it, as it reads at `now`.
///
/// The blocks' ids are those of [`Field::block_id`]; the input in each has the action id [`INPUT_ACTION_ID`].
#[must_use]
pub fn render_modal(modal: &Modal, now: DateTime<Utc>) -> Value {
    match modal {
        Modal::CreateRotation(defaults) => {
            view("create_rotation", "New rotation", "Create", &create_blocks(defaults))
        }
        Modal::Roster(modal) => super::roster_form::render(modal),
        Modal::EnterAbsence { today, who } => super::absence::modal(*today, who.as_ref()),
        Modal::AbsenceSource(modal) => super::absence_source::modal(modal),
        Modal::Cover(modal) => super::cover_request::modal(modal, now),
        Modal::Outcome(reply) => outcome_view(reply, now),
        Modal::Settings(modal) => super::settings::modal(modal, now),
        Modal::Skip(modal) => super::cover::modal(modal),
        Modal::Swap(modal) => super::swap::modal(modal, now),
        Modal::Note(modal) => super::note::modal(modal),
        Modal::Lifecycle(modal) => super::lifecycle::modal(modal, now),
    }
}

/// Returns the answer to a submission that lays the next step over the modal.
#[must_use]
pub fn render_next_step(modal: &Modal, now: DateTime<Utc>) -> Value {
    json!({ "response_action": "push", "view": render_modal(modal, now) })
}

/// Returns the answer to a submission that keeps the modal open and says what is wrong beside each field.
#[must_use]
pub fn render_field_errors(errors: &[(Field, String)]) -> Value {
    let mut by_block: Map<String, Value> = Map::new();
    for (field, text) in errors {
        let text = if text.is_empty() { "Please look at this again." } else { text };
        // The first error of a field is the one to mend first.
        by_block
            .entry(field.block_id())
            .or_insert_with(|| json!(clip(&straight(text), LONGEST_ERROR)));
    }
    json!({ "response_action": "errors", "errors": by_block })
}

/// Returns a modal with a form.
pub(super) fn view(callback_id: &str, title: &str, submit: &str, blocks: &[Value]) -> Value {
    json!({
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title, 24),
        "submit": plain_text(submit, 24),
        "close": plain_text("Cancel", 24),
        "blocks": blocks,
    })
}

fn create_blocks(defaults: &CreateDefaults) -> Vec<Value> {
    vec![
        input(Field::Name, "Name", None, name_input(defaults.name.as_deref())),
        input(
            Field::Members,
            "Members, in the order of duty",
            Some("They take turns in the order in which you pick them. You may be one of them."),
            json!({ "type": "multi_users_select", "placeholder": plain_text("Pick people", 150) }),
        ),
        input(Field::Cadence, "It passes on", None, cadence_input()),
        input(Field::FirstDay, "First day", None, day_input(defaults.today)),
        input(
            Field::Time,
            "Handoff time",
            None,
            json!({ "type": "timepicker", "initial_time": USUAL_TIME }),
        ),
        input(
            Field::Zone,
            "Time zone",
            Some(
                "A name such as Europe/Berlin. The handoff stays at this wall-clock time all year.",
            ),
            text_input(Some(&defaults.zone), LONGEST_ZONE),
        ),
        input(
            Field::Channel,
            "Channel that is told",
            Some("Invite me to a private channel first, with /invite."),
            channel_input(defaults),
        ),
    ]
}

/// Returns a block with an input, and a hint below it where there is one.
pub(super) fn input(field: Field, label: &str, hint: Option<&str>, mut element: Value) -> Value {
    element["action_id"] = json!(INPUT_ACTION_ID);
    let mut block = json!({
        "type": "input",
        "block_id": field.block_id(),
        "label": plain_text(label, 2000),
        "element": element,
    });
    if let Some(hint) = hint {
        block["hint"] = plain_text(hint, 2000);
    }
    block
}

/// Returns a block whose field may stay empty.
pub(super) fn optional(mut block: Value) -> Value {
    block["optional"] = json!(true);
    block
}

/// Returns a choice of a menu.
pub(super) fn option(code: &str, label: &str) -> Value {
    json!({ "text": plain_text(label, LONGEST_OPTION), "value": code })
}

fn name_input(name: Option<&str>) -> Value {
    let mut element = text_input(name, MAX_NAME);
    element["placeholder"] = plain_text("support", 150);
    element
}

/// Returns a field for text.
pub(super) fn text_input(initial: Option<&str>, longest: usize) -> Value {
    let mut element = json!({ "type": "plain_text_input", "max_length": longest });
    let initial = initial.map(str::trim).filter(|text| !text.is_empty());
    if let Some(initial) = initial {
        element["initial_value"] = json!(clip(initial, longest));
    }
    element
}

pub(super) fn day_input(initial: NaiveDate) -> Value {
    json!({ "type": "datepicker", "initial_date": initial.to_string() })
}

fn cadence_input() -> Value {
    let options: Vec<Value> =
        CADENCE_CHOICES.iter().map(|choice| option(choice.code, choice.label)).collect();
    let mut element = json!({ "type": "static_select", "options": options });
    if let Some(usual) = CADENCE_CHOICES.iter().find(|choice| choice.code == USUAL_CADENCE) {
        element["initial_option"] = option(usual.code, usual.label);
    }
    element
}

fn channel_input(defaults: &CreateDefaults) -> Value {
    let mut element = json!({
        "type": "conversations_select",
        "filter": { "include": ["public", "private"], "exclude_bot_users": true },
    });
    if let Some(channel) = &defaults.channel {
        element["initial_conversation"] = json!(channel.as_str());
    }
    element
}
