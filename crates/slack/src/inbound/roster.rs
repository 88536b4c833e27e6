//! The values of the forms about a roster.

use super::form::as_id;
use super::submission::{element_of, text_of, users_of};
use domain::action::Field;
use domain::ids::{RotationId, UserId};
use domain::story::roster::{AddForm, OrderForm, PLACES, RemoveForm, Submission};
use serde_json::Value;

/// The most people who are read; more than a rotation can have, so that the form's own error says so.
const MOST_PEOPLE: usize = 2000;

/// Returns the values of a form of this story, or `None` for another one or one whose memory was bent.
pub(super) fn read(callback_id: &str, view: &Value) -> Option<Submission> {
    let memory = view.pointer("/private_metadata").and_then(Value::as_str).unwrap_or_default();
    let mut parts = memory.split('|');
    let rotation = parts.next().and_then(|id| id.parse().ok()).map(RotationId::new);
    let (revision, flag) = (parts.next(), parts.next());
    match callback_id {
        "roster_add" => Some(Submission::Add(AddForm {
            rotation: rotation?,
            people: users_of(view, Field::People),
            before: text_of(view, Field::Before).as_deref().and_then(as_id).map(UserId::new),
            everyone: text_of(view, Field::Everyone).is_some(),
        })),
        "roster_remove" => Some(Submission::Remove(RemoveForm {
            rotation: rotation?,
            people: chosen(view, Field::People),
            now: text_of(view, Field::When).as_deref() == Some("now"),
            may_empty: flag == Some("1"),
        })),
        "roster_order" => {
            let places =
                (0..PLACES).map(|place| Field::Place(u8::try_from(place).unwrap_or(u8::MAX)));
            let first: Vec<UserId> = places.flat_map(|place| chosen(view, place)).collect();
            let by_place = !first.is_empty();
            Some(Submission::Order(OrderForm {
                rotation: rotation?,
                revision: revision?.parse().ok()?,
                first: if by_place { first } else { chosen(view, Field::People) },
                by_place,
            }))
        }
        _ => None,
    }
}

/// Returns the people who were chosen from a list of ours, in order.
fn chosen(view: &Value, field: Field) -> Vec<UserId> {
    let Some(element) = element_of(view, field) else { return Vec::new() };
    let several = element.get("selected_options").and_then(Value::as_array).into_iter().flatten();
    let options = element.get("selected_option").into_iter().chain(several);
    let values = options.filter_map(|option| option.get("value")?.as_str().and_then(as_id));
    values.take(MOST_PEOPLE).map(UserId::new).collect()
}
