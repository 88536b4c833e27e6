//! Lenient reading of JSON: a field that is not what it should be is a field that is not there.

use super::form::as_id;
use domain::ids::{ChannelId, TeamId, UserId};
use serde_json::Value;

/// Returns the text at a JSON pointer.
pub(crate) fn text_at<'a>(json: &'a Value, pointer: &str) -> Option<&'a str> {
    json.pointer(pointer)?.as_str()
}

/// Returns the text at a JSON pointer if it can serve as an id.
pub(crate) fn id_at<'a>(json: &'a Value, pointer: &str) -> Option<&'a str> {
    text_at(json, pointer).and_then(as_id)
}

/// Returns the workspace at a JSON pointer.
pub(crate) fn team_at(json: &Value, pointer: &str) -> Option<TeamId> {
    id_at(json, pointer).map(TeamId::new)
}

/// Returns the person at a JSON pointer.
pub(crate) fn user_at(json: &Value, pointer: &str) -> Option<UserId> {
    id_at(json, pointer).map(UserId::new)
}

/// Returns the channel at a JSON pointer.
pub(crate) fn channel_at(json: &Value, pointer: &str) -> Option<ChannelId> {
    id_at(json, pointer).map(ChannelId::new)
}

/// Returns whether the value at a JSON pointer says yes; Slack writes both `true` and `"true"`.
pub(crate) fn is_set(json: &Value, pointer: &str) -> bool {
    match json.pointer(pointer) {
        Some(Value::Bool(is_set)) => *is_set,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}
