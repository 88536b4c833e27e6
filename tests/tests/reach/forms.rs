//! Every form there is, filled in, one after the other.

use super::{ANOTHER, Hand};
use domain::action::Submission;
use domain::story::lifecycle::{self, Step};
use domain::story::{absence_source, cover, roster, settings, swap};
use serde_json::{Value, json};

/// How many forms there are.
pub(crate) const FORMS: usize = 22;

/// Two turns that somebody may want to swap.
const TURNS: [&str; 2] = ["2026-06-15T07:00:00Z|U0CHO", "2026-06-22T07:00:00Z|U0DEE"];

/// Returns every form as Slack sends it, in the order of [`after_form`], and as the bot reads it.
pub(crate) fn forms_of(hand: &Hand) -> impl Iterator<Item = (Value, Submission)> {
    let read = |callback_id: &str| {
        let view = filled(callback_id, hand);
        let form = slack::read_submission(&view);
        Some((view, form.unwrap_or_else(|| panic!("{callback_id} is a form of ours"))))
    };
    std::iter::successors(read("enter_absence"), move |(_, form)| read(after_form(form)?))
}

/// Returns the name of the form after another; nothing after the last.
fn after_form(form: &Submission) -> Option<&'static str> {
    Some(match form {
        Submission::EnterAbsence(_) => "cover_ask",
        Submission::Cover(form) => match form {
            cover::Submission::Ask(_) => "cover_part",
            cover::Submission::Part(_) => "source_connect",
        },
        Submission::Note(_) => "assign",
        Submission::Skip(_) => "swap",
        Submission::Swap(swap::Form { is_confirmed: false, .. }) => "swap_confirm",
        Submission::Swap(swap::Form { is_confirmed: true, .. }) => "settings_mine",
        Submission::Settings(form) => match form {
            settings::Submission::Mine { .. } => "settings_rotation",
            settings::Submission::Rotation(_) => "settings_workspace",
            settings::Submission::Workspace { .. } => "create_rotation",
        },
        Submission::CreateRotation(_) => "roster_order",
        Submission::Roster(form) => match form {
            roster::Submission::Order(_) => "roster_add",
            roster::Submission::Add(_) => "roster_remove",
            roster::Submission::Remove(_) => "lifecycle_edit",
        },
        Submission::Lifecycle(form) => match form {
            lifecycle::Submission::Edit { step, .. } => match step {
                Step::Main => "lifecycle_custom",
                Step::Custom => "lifecycle_confirm",
                Step::Confirm => "lifecycle_hand_over",
            },
            lifecycle::Submission::HandOver(_) => "lifecycle_pause",
            lifecycle::Submission::Pause { .. } => "lifecycle_delete",
            lifecycle::Submission::Delete { .. } => return None,
        },
        Submission::AbsenceSource(form) => match form {
            absence_source::Submission::Connect(_) => "source_webhook",
            absence_source::Submission::Webhook { .. } => "note",
        },
    })
}

/// Returns a form that is filled in; no two forms have a field of the same name that means another thing.
fn filled(callback_id: &str, hand: &Hand) -> Value {
    let Hand { rotation, revision, .. } = *hand;
    let edit = serde_json::to_string(&hand.edit).expect("a form that can be written down");
    let memory = match callback_id {
        "lifecycle_custom" | "lifecycle_confirm" => format!("{rotation}|{revision}|{edit}"),
        "lifecycle_hand_over" => format!("{rotation}|2026-06-08T07:00:00Z|U0BEN"),
        "lifecycle_pause" | "lifecycle_delete" | "cover_ask" | "swap" | "assign" => {
            rotation.to_string()
        }
        "settings_rotation" => format!("{rotation}|{revision}"),
        "source_connect" | "source_webhook" => String::from("hibob"),
        "note" => format!("{rotation}|-"),
        "cover_part" => hand.request.to_string(),
        "swap_confirm" => format!("{rotation};{};{}", TURNS[0], TURNS[1]),
        _ => format!("{rotation}|{revision}|1"),
    };
    // The rotation that a form makes is there by the time of the edit.
    let name = if callback_id == "create_rotation" { ANOTHER } else { "grabbed" };
    let text = |value: &str| json!({"value": {"type": "plain_text_input", "value": value}});
    let day = |day: &str| json!({"value": {"type": "datepicker", "selected_date": day}});
    let choice = |value: &str| json!({"value": {"type": "static_select", "selected_option": {"value": value}}});
    let people =
        json!({"value": {"selected_users": ["U0ELI"], "selected_options": [{"value": "U0ELI"}]}});
    let mut view = json!({
        "callback_id": callback_id,
        "private_metadata": memory,
        "state": {"values": {
            "name": text(name), "note": text("grabbed"), "members": people, "people": people, "managers": people,
            "cadence": choice("week"), "first_day": day("2026-06-08"), "from": day("2026-08-03"), "to": day("2026-08-04"),
            "time": {"value": {"type": "timepicker", "selected_time": "09:00"}}, "zone": text("Europe/Berlin"),
            "channel": {"value": {"type": "conversations_select", "selected_conversation": "C0SUPPORT"}},
            "announcement": text("Over to {people}"), "unseen": choice("4"), "asks_for_note": choice("1"), "notes_kept": text("30"), "creators": choice("admins"),
            "preferences": {"value": {"type": "checkboxes", "selected_options": [{"value": "quiet_nights"}]}},
            "turn": choice("2026-06-08T07:00:00Z|U0BEN"), "seats": text("1"), "skip_rule": choice("over_share"), "skip_amount": text("50"), "duty_hours": text(""),
            "every": text("1"), "unit": choice("week"), "when": choice("now"),
            "own_turn": choice(TURNS[0]), "other_turn": choice(TURNS[1]),
            "place_1": choice("U0CHO"), "place_2": choice("U0BEN"),
            "takes_over": {"value": {"type": "users_select", "selected_user": "U0CHO"}},
        }},
    });
    for (field, value) in [
        ("source_host", choice("production")),
        ("source_value_1", text("SVC1")),
        ("source_value_2", text("a-token")),
        ("webhook_secret", text("a-secret")),
    ] {
        view["state"]["values"][field] = value;
    }
    view
}
