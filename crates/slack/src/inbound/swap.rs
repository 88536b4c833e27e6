//! The modals of a swap, as they come back.

use super::json::text_at;
use super::submission::text_of;
use domain::action::Field;
use domain::ids::RotationId;
use domain::story::swap::{Form, TurnKey};
use serde_json::Value;

/// Returns the values of a modal of this story; `None` for one that is none of it or whose context was bent.
pub(super) fn read(callback_id: &str, view: &Value) -> Option<Form> {
    let memory = text_at(view, "/private_metadata");
    match callback_id {
        "swap" => {
            let turn = |field| text_of(view, field).and_then(|text| text.parse().ok());
            Some(Form {
                rotation: RotationId::new(memory?.parse().ok()?),
                own: turn(Field::OwnTurn),
                other: turn(Field::OtherTurn),
                is_confirmed: false,
            })
        }
        "swap_confirm" => {
            let mut parts = memory?.split(';');
            let rotation = RotationId::new(parts.next()?.parse().ok()?);
            let mut turn = || parts.next()?.parse::<TurnKey>().ok();
            let (own, other) = (Some(turn()?), Some(turn()?));
            Some(Form { rotation, own, other, is_confirmed: true })
        }
        _ => None,
    }
}
