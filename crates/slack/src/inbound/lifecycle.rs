//! The modals of a rotation's life, as they come back.

use super::form::as_id;
use super::submission::{element_of, text_of};
use chrono::{DateTime, Utc};
use domain::action::Field;
use domain::ids::{ChannelId, RotationId, UserId};
use domain::story::lifecycle::{EditForm, HandOverForm, Step, Submission};
use serde_json::Value;

/// The most weekdays that are read.
const MOST_DAYS: usize = 7;

/// Returns the values of a modal of this story; `None` for one that is none of it or whose context was bent.
pub(super) fn read(callback_id: &str, view: &Value) -> Option<Submission> {
    let context = view.pointer("/private_metadata")?.as_str()?;
    let mut parts = context.splitn(3, '|');
    let rotation = RotationId::new(parts.next()?.parse().ok()?);
    let until = || text_of(view, Field::RestEnd);
    match callback_id {
        "lifecycle_edit" => {
            let (revision, form) = (parts.next()?.parse().ok()?, Box::new(main_form(view)));
            Some(Submission::Edit { step: Step::Main, rotation, revision, form })
        }
        "lifecycle_custom" | "lifecycle_confirm" => {
            let revision = parts.next()?.parse().ok()?;
            let mut form: Box<EditForm> = serde_json::from_str(parts.next()?).ok()?;
            let is_custom = callback_id == "lifecycle_custom";
            if is_custom {
                add_custom(&mut form, view);
            }
            let step = if is_custom { Step::Custom } else { Step::Confirm };
            Some(Submission::Edit { step, rotation, revision, form })
        }
        "lifecycle_pause" => Some(Submission::Pause { rotation, until: until() }),
        "lifecycle_delete" => Some(Submission::Delete { rotation }),
        "lifecycle_hand_over" => {
            let planned_at = DateTime::parse_from_rfc3339(parts.next()?).ok()?.with_timezone(&Utc);
            let from = UserId::new(as_id(parts.next()?)?);
            let chosen = user_of(view, Field::HandsOver);
            let to = user_of(view, Field::TakesOver);
            let from = chosen.unwrap_or(from);
            Some(Submission::HandOver(HandOverForm { rotation, planned_at, from, to }))
        }
        _ => None,
    }
}

fn main_form(view: &Value) -> EditForm {
    let channel = text_of(view, Field::Channel);
    EditForm {
        name: text_of(view, Field::Name),
        channel: channel.as_deref().and_then(as_id).map(ChannelId::new),
        cadence: text_of(view, Field::Cadence),
        day: text_of(view, Field::FirstDay),
        time: text_of(view, Field::Time),
        zone: text_of(view, Field::Zone),
        seats: text_of(view, Field::Seats),
        skip: text_of(view, Field::SkipRule),
        skip_amount: text_of(view, Field::SkipAmount),
        make_up: text_of(view, Field::MakeUp).is_some(),
        fallback: user_of(view, Field::Fallback),
        duty_hours: text_of(view, Field::DutyHours),
        ..EditForm::default()
    }
}

fn add_custom(form: &mut EditForm, view: &Value) {
    form.cadence = Some(domain::story::lifecycle::CUSTOM.to_owned());
    form.every = text_of(view, Field::Every);
    form.unit = text_of(view, Field::Unit);
    form.weekdays = codes_of(view, Field::Weekdays);
    form.nth_weekday = text_of(view, Field::NthWeekday);
}

fn user_of(view: &Value, field: Field) -> Option<UserId> {
    text_of(view, field).as_deref().and_then(as_id).map(UserId::new)
}

/// Returns the values of all options that were chosen.
fn codes_of(view: &Value, field: Field) -> Vec<String> {
    element_of(view, field)
        .and_then(|element| element.get("selected_options"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|option| option.get("value")?.as_str())
        .take(MOST_DAYS)
        .map(str::to_owned)
        .collect()
}
