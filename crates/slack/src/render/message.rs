//! Messages.
use super::Rendered;
use chrono::{DateTime, Utc};
use domain::message::Message;

/// Returns a message of the bot's own as Slack shows it at `now`.
#[must_use]
pub fn render_message(message: &Message, now: DateTime<Utc>) -> Rendered {
    Rendered { text: format!("{message:?}{now}"), blocks: serde_json::json!([]) }
}
