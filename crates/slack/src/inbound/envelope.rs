//! What comes through a socket: envelopes around what HTTP would bring, and word of the connection itself.

use super::Inbound;
use super::command::read_command_payload;
use super::event::read_event_payload;
use super::interaction::read_interaction_payload;
use super::json::{id_at, is_set, text_at};
use serde_json::{Value, json};

/// A message of Slack's on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The connection stands.
    Hello,
    /// Something for the app, to be acknowledged within three seconds.
    Envelope(Box<Envelope>),
    /// Slack closes this connection soon, and another should take its place: `warning` and `refresh_requested`.
    Leaving,
    /// Socket Mode was turned off for the app.
    LinkDisabled,
    /// It is not what Slack documents, and without an id it cannot be acknowledged.
    Unreadable,
}

/// Something for the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// What it is acknowledged with.
    pub id: String,
    /// What is in it.
    pub content: Enclosed,
    /// Whether the acknowledgement may carry the answer.
    pub takes_answer: bool,
    /// Whether Slack sent it before and got no acknowledgement.
    pub is_again: bool,
}

/// What is in an envelope, by the address to which HTTP would bring it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enclosed {
    /// A slash command.
    Command(Inbound),
    /// A button or a modal.
    Interaction(Inbound),
    /// An event.
    Event(Inbound),
    /// A kind of the future: acknowledged and dropped.
    Other,
}

/// Returns the acknowledgement of an envelope, with the answer for one that takes it.
#[must_use]
pub fn acknowledge(envelope_id: &str, answer: Option<Value>) -> Value {
    let mut acknowledgement = json!({"envelope_id": envelope_id});
    if let Some(answer) = answer {
        acknowledgement["payload"] = answer;
    }
    acknowledgement
}

/// Reads a message of a socket.
#[must_use]
pub fn read_frame(text: &str) -> Frame {
    let Ok(json) = serde_json::from_str::<Value>(text) else {
        return Frame::Unreadable;
    };
    match text_at(&json, "/type") {
        Some("hello") => Frame::Hello,
        Some("disconnect") if text_at(&json, "/reason") == Some("link_disabled") => {
            Frame::LinkDisabled
        }
        // A reason of the future too means that this connection goes.
        Some("disconnect") => Frame::Leaving,
        kind => read_envelope(&json, kind.unwrap_or_default())
            .map_or(Frame::Unreadable, |it| Frame::Envelope(Box::new(it))),
    }
}

fn read_envelope(json: &Value, kind: &str) -> Option<Envelope> {
    let payload = json.get("payload").unwrap_or(&Value::Null);
    Some(Envelope {
        id: id_at(json, "/envelope_id")?.to_owned(),
        content: match kind {
            "slash_commands" => Enclosed::Command(read_command_payload(payload)),
            "interactive" => Enclosed::Interaction(read_interaction_payload(payload)),
            "events_api" => Enclosed::Event(read_event_payload(payload)),
            _ => Enclosed::Other,
        },
        takes_answer: is_set(json, "/accepts_response_payload"),
        is_again: json.pointer("/retry_attempt").and_then(Value::as_u64).is_some_and(|it| it > 0),
    })
}
