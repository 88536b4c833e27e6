//! Replies.
use chrono::{DateTime, Utc};
use domain::reply::Reply;
use serde_json::Value;

/// Returns an answer as the body of a response that only the one who asked sees.
#[must_use]
pub fn render_reply(reply: &Reply, now: DateTime<Utc>) -> Value {
    serde_json::json!({ "text": format!("{reply:?}{now}") })
}
