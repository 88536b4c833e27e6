//! The values of a submitted modal.

use super::form::as_id;
use super::interaction::read_value;
use super::settings;
use domain::action::{AbsenceForm, CreateForm, Field, Submission};
use domain::ids::{ChannelId, UserId};
use serde_json::Value;

/// The most members that are read; more than a rotation can have, so that the form's own error says so.
const MOST_MEMBERS: usize = 2000;

/// Returns the values of a view, or `None` when the modal is not one of ours.
#[must_use]
pub fn read_submission(view: &Value) -> Option<Submission> {
    match view.pointer("/callback_id")?.as_str()? {
        "create_rotation" => Some(Submission::CreateRotation(CreateForm {
            name: text_of(view, Field::Name),
            members: users_of(view, Field::Members),
            cadence: text_of(view, Field::Cadence),
            first_day: text_of(view, Field::FirstDay),
            time: text_of(view, Field::Time),
            zone: text_of(view, Field::Zone),
            channel: text_of(view, Field::Channel).as_deref().and_then(as_id).map(ChannelId::new),
        })),
        "enter_absence" => Some(Submission::EnterAbsence(AbsenceForm {
            who: text_of(view, Field::Who).as_deref().and_then(as_id).map(UserId::new),
            from: text_of(view, Field::From),
            from_part: text_of(view, Field::FromPart),
            from_time: text_of(view, Field::FromTime),
            to: text_of(view, Field::To),
            to_part: text_of(view, Field::ToPart),
            to_time: text_of(view, Field::ToTime),
            is_open: !ticked_in(view, Field::OpenEnd).is_empty(),
        })),
        other => super::lifecycle::read(other, view)
            .map(Submission::Lifecycle)
            .or_else(|| super::roster::read(other, view).map(Submission::Roster))
            .or_else(|| super::note::read(other, view).map(Submission::Note))
            .or_else(|| super::cover::read(other, view).map(Submission::Cover))
            .or_else(|| super::skip::read(other, view).map(Submission::Skip))
            .or_else(|| super::swap::read(other, view).map(Submission::Swap))
            .or_else(|| settings::read(other, view).map(Submission::Settings))
            .or_else(|| super::absence_source::read(other, view).map(Submission::AbsenceSource)),
    }
}

/// Returns the state of a field's element. A block of ours holds one, so its action id does not matter.
pub(super) fn element_of(view: &Value, field: Field) -> Option<&Value> {
    view.pointer("/state/values")?.get(field.block_id())?.as_object()?.values().next()
}

/// Returns the text or the choice of a field.
pub(super) fn text_of(view: &Value, field: Field) -> Option<String> {
    element_of(view, field).and_then(read_value).map(str::to_owned)
}

/// Returns the people of a field.
pub(super) fn users_of(view: &Value, field: Field) -> Vec<UserId> {
    element_of(view, field)
        .and_then(|element| element.get("selected_users"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|user| user.as_str().and_then(as_id))
        .take(MOST_MEMBERS)
        .map(UserId::new)
        .collect()
}

/// Returns the codes that are ticked in a field.
pub(super) fn ticked_in(view: &Value, field: Field) -> Vec<String> {
    element_of(view, field)
        .and_then(|element| element.get("selected_options"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|option| option.pointer("/value")?.as_str())
        .map(str::to_owned)
        .collect()
}
