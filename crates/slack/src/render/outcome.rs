//! The outcome of a form, shown in the form's own window.

use super::reply::render_reply;
use chrono::{DateTime, Utc};
use domain::reply::Reply;
use domain::story::people;
use serde_json::{Value, json};

/// Returns what a submitted modal is answered with: the modal turns into its outcome, and there is nothing to submit
/// again.
#[must_use]
pub fn render_outcome(reply: &Reply, now: DateTime<Utc>) -> Value {
    let message = render_reply(reply, now);
    let title = match reply {
        Reply::Refused(_) | Reply::Failed { .. } => "Not done",
        Reply::NotConfirmedYet => "Not confirmed yet",
        Reply::People(people::Reply::Checking) => "Checking",
        Reply::People(people::Reply::NotChecked | people::Reply::FormFaults(_)) => "Not done",
        _ => "Done",
    };
    json!({
        "response_action": "update",
        "view": {
            "type": "modal",
            "callback_id": "outcome",
            "title": {"type": "plain_text", "text": title},
            "close": {"type": "plain_text", "text": "Close"},
            "blocks": message["blocks"],
        },
    })
}
