//! The modal in which somebody is assigned, as it comes back.

use super::form::as_id;
use super::json::text_at;
use super::submission::text_of;
use domain::action::Field;
use domain::ids::{RotationId, UserId};
use domain::story::skip::Form;
use serde_json::Value;

/// Returns the values of the modal; `None` for another one, or where its context was bent.
pub(super) fn read(callback_id: &str, view: &Value) -> Option<Form> {
    if callback_id != "assign" {
        return None;
    }
    let user = |field| text_of(view, field).as_deref().and_then(as_id).map(UserId::new);
    Some(Form {
        rotation: RotationId::new(text_at(view, "/private_metadata")?.parse().ok()?),
        to: user(Field::TakesOver),
        of: user(Field::HandsOver),
        from: text_of(view, Field::From),
        until: text_of(view, Field::To),
    })
}
