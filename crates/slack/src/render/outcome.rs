//! The outcome of a form, shown in the form's own window.

use super::reply::render_reply;
use chrono::{DateTime, Utc};
use domain::reply::Reply;
use domain::story::{cover, data, history, lifecycle, note, people};
use serde_json::{Value, json};

/// Returns what a submitted modal is answered with: the modal turns into its outcome, and there is nothing to submit
/// again.
#[must_use]
pub fn render_outcome(reply: &Reply, now: DateTime<Utc>) -> Value {
    json!({ "response_action": "update", "view": outcome_view(reply, now) })
}

/// Returns the outcome as a window of its own.
pub(super) fn outcome_view(reply: &Reply, now: DateTime<Utc>) -> Value {
    let message = render_reply(reply, now);
    let title = match reply {
        Reply::Roster(reply) if reply.is_question() => "One question",
        Reply::Roster(reply) if !reply.is_done() => "Not done",
        Reply::Refused(_)
        | Reply::Failed { .. }
        | Reply::Data(data::Reply::NotErased)
        | Reply::People(people::Reply::NotChecked | people::Reply::FormFaults(_)) => "Not done",
        Reply::AbsenceSource(reply) if reply.is_refusal() => "Not done",
        Reply::Cover(reply) => match **reply {
            cover::Reply::Standing { .. } | cover::Reply::AwayThen { .. } => "Not done",
            cover::Reply::Open { .. } => "Who needs cover",
            _ => "Done",
        },
        Reply::NotConfirmedYet => "Not confirmed yet",
        Reply::Next(_) => "Who is next",
        Reply::List(_) => "All rotations",
        Reply::Data(data::Reply::Link { .. }) => "Export",
        Reply::Data(data::Reply::Events(_)) => "Event log",
        Reply::Data(data::Reply::AskToErase) => "Erase me",
        Reply::Checkout(_) => "Billing",
        Reply::History(history::Reply::Turns(_)) => "History",
        Reply::History(history::Reply::Statistics(_)) => "Statistics",
        Reply::Note(note::Reply::List(_)) => "Your notes",
        Reply::Note(note::Reply::Opened(_)) => "Note",
        Reply::Lifecycle(lifecycle::Reply::Shown(_)) => "Rotation",
        Reply::People(people::Reply::Checking) => "Checking",
        _ => "Done",
    };
    let mut blocks = message["blocks"].clone();
    let is_end = match reply {
        Reply::Roster(reply) => !reply.is_question(),
        Reply::AbsenceSource(_) => true,
        _ => false,
    };
    if let Some(blocks) = blocks.as_array_mut().filter(|_| is_end) {
        // A form can be opened from a message, and not from the outcome of another form.
        blocks.retain(|block| block["type"] != "actions");
    }
    json!({
        "type": "modal",
        "callback_id": "outcome",
        // Closing it closes the steps beneath it as well.
        "clear_on_close": true,
        "title": {"type": "plain_text", "text": title},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": blocks,
    })
}
