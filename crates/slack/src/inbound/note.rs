//! The modal in which a note is written, as it comes back.

use super::json::text_at;
use super::submission::{text_of, ticked_in};
use domain::action::Field;
use domain::ids::{NoteId, RotationId};
use domain::note::NoteText;
use domain::story::note::{FOR_CHANNEL, Form};
use serde_json::Value;

/// Returns the values of the modal, or `None` when it is another one.
pub(super) fn read(callback_id: &str, view: &Value) -> Option<Form> {
    if callback_id != "note" {
        return None;
    }
    Some(Form {
        of: text_at(view, "/private_metadata").and_then(read_of),
        text: NoteText::new(text_of(view, Field::Note).unwrap_or_default()),
        is_for_channel: ticked_in(view, Field::ForChannel).iter().any(|code| code == FOR_CHANNEL),
    })
}

/// Reads the rotation, and the note that is changed.
fn read_of(metadata: &str) -> Option<(RotationId, Option<NoteId>)> {
    let (rotation, note) = metadata.split_once('|')?;
    let note = match note {
        "-" => None,
        note => Some(NoteId::new(note.parse().ok()?)),
    };
    Some((RotationId::new(rotation.parse().ok()?), note))
}
