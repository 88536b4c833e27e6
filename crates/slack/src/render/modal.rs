//! Modals.
use domain::action::{Field, Modal};
use serde_json::Value;

/// The `action_id` of the one input in each block of our modals.
pub const INPUT_ACTION_ID: &str = "value";

/// Returns a modal as `views.open` takes it.
#[must_use]
pub fn render_modal(modal: &Modal) -> Value {
    serde_json::json!({ "text": format!("{modal:?}") })
}

/// Returns the answer to a submission that keeps the modal open and shows what is wrong beside the fields.
#[must_use]
pub fn render_field_errors(errors: &[(Field, String)]) -> Value {
    serde_json::json!({ "text": format!("{errors:?}") })
}
