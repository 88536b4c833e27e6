//! Our buttons with their labels.

use super::blocks::{clip, plain_text};
use super::names::unmarked;
use super::people;
use domain::action::{Button, MENU};
use domain::ids::RotationId;
use domain::story::skip;
use serde_json::{Value, json};

/// The most options of a menu.
pub(crate) const MOST_IN_MENU: usize = 5;

/// The longest label, seen or heard, in characters.
const LONGEST_LABEL: usize = 75;

/// Returns a button.
pub(crate) fn button(button: &Button) -> Value {
    json!({
        "type": "button",
        "action_id": button.action_id(),
        "value": button.value(),
        "text": plain_text(label(button), LONGEST_LABEL),
    })
}

/// Returns a button of which several stand in one place: whoever hears it is told which one this is.
pub(crate) fn button_of(which: &Button, about: &str) -> Value {
    let mut json = button(which);
    let heard = format!("{}: {}", label(which), unmarked(about));
    json["accessibility_label"] = json!(clip(&heard, LONGEST_LABEL));
    json
}

/// Returns the button that is the obvious one to press.
pub(crate) fn primary(which: &Button) -> Value {
    let mut json = button(which);
    json["style"] = json!("primary");
    json
}

/// Returns "Assign anyway", which asks before it does.
pub(crate) fn assign_anyway(which: &Button) -> Value {
    let mut json = button(which);
    json["confirm"] = json!({
        "title": plain_text("Assign anyway?", 100),
        "text": plain_text("The next in the order will be on duty, although unavailable.", 300),
        "confirm": plain_text("Assign", 30),
        "deny": plain_text("Not now", 30),
    });
    json
}

/// Returns "Leave…", which asks before it does.
pub(crate) fn leave(which: &Button) -> Value {
    let mut json = button(which);
    json["confirm"] = json!({
        "title": plain_text("Leave the rotation?", 100),
        "text": plain_text("Your turns go to the others. Whoever manages it can add you again.", 300),
        "confirm": plain_text("Leave", 30),
        "deny": plain_text("Not now", 30),
    });
    json
}

/// Returns "Skip me", which asks before it does.
pub(crate) fn skip_me(rotation: RotationId, about: &str) -> Value {
    let mut json = button_of(&Button::Skip(skip::Button::Skip { rotation }), about);
    json["confirm"] = json!({
        "title": plain_text("Skip your turn?", 100),
        "text": plain_text("You are passed over in your next turn, and the channel is told. While you are on duty you choose who takes over.", 300),
        "confirm": plain_text("Skip me", 30),
        "deny": plain_text("Not now", 30),
    });
    json
}

/// Returns a menu of at most [`MOST_IN_MENU`] buttons.
pub(crate) fn menu(buttons: &[Button]) -> Value {
    let option = |which: &Button| {
        json!({
            "text": plain_text(label(which), LONGEST_LABEL),
            "value": which.menu_value(),
        })
    };
    let options: Vec<Value> = buttons.iter().take(MOST_IN_MENU).map(option).collect();
    json!({ "type": "overflow", "action_id": MENU, "options": options })
}

/// Returns a button as Slack takes it, marked as one to be careful with.
pub(crate) fn danger(which: &Button) -> Value {
    let mut json = button(which);
    json["style"] = json!("danger");
    json
}

const fn label(button: &Button) -> &'static str {
    match button {
        Button::CreateRotation => "Create a rotation",
        Button::TakeTurn { .. } => "Take it",
        Button::AssignAnyway { .. } => "Assign anyway",
        Button::SeenDuty { .. } => "Got it",
        Button::ShowNext { .. } => "Who is next",
        Button::EnterAbsence => "I'm away…",
        Button::RemoveAbsence { .. } => "Take it back",
        Button::StayAvailable { .. } => "I'm available after all",
        Button::AbsenceSource(button) => super::absence_source::label(button),
        Button::Calendar(button) => super::calendar::label(*button),
        Button::Data(button) => super::data::label(*button),
        Button::Checkout(button) => super::checkout::label(*button),
        Button::History(button) => super::history::label(button),
        Button::Home(button) => super::home::label(*button),
        Button::Announce(_) => "Send a test",
        Button::Cover(button) => super::cover_request::label(button),
        Button::Lifecycle(button) => super::lifecycle::label(button.press),
        Button::Note(button) => super::note::label(button),
        Button::People(button) => people::label(button),
        Button::Roster(button) => super::roster::label(button),
        Button::Skip(button) => super::cover::label(*button),
        Button::Swap(button) => super::swap::label(button),
        Button::Settings(button) => super::settings::label(button),
    }
}
