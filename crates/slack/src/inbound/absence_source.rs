//! The submitted modals of absence sources.

use super::json::text_at;
use super::submission::text_of;
use domain::action::Field;
use domain::source::SourceCode;
use domain::story::absence_source::{ConnectForm, MOST_VALUES, Submission, Typed};
use serde_json::Value;

/// Returns the values of a view, or `None` when the modal is not of this story.
pub(super) fn read(callback_id: &str, view: &Value) -> Option<Submission> {
    let source = || text_at(view, "/private_metadata").and_then(SourceCode::new);
    let typed = |field| text_of(view, field).map(Typed::new);
    match callback_id {
        "source_connect" => Some(Submission::Connect(ConnectForm {
            source: source(),
            host: text_of(view, Field::SourceHost),
            values: (0..MOST_VALUES).map(|place| typed(Field::SourceValue(place))).collect(),
        })),
        "source_webhook" => {
            Some(Submission::Webhook { source: source(), secret: typed(Field::WebhookSecret) })
        }
        _ => None,
    }
}
