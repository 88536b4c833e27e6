//! The submitted modals of the settings.

use super::form::as_id;
use super::json::text_at;
use super::submission::{text_of, ticked_in, users_of};
use domain::action::Field;
use domain::ids::{ChannelId, RotationId};
use domain::story::settings::{RotationForm, Submission, WorkspaceForm};
use serde_json::Value;

/// Returns the values of a view, or `None` when the modal is not of this story.
pub(super) fn read(callback_id: &str, view: &Value) -> Option<Submission> {
    match callback_id {
        "settings_rotation" => Some(Submission::Rotation(RotationForm {
            of: text_at(view, "/private_metadata").and_then(read_of),
            managers: users_of(view, Field::Managers),
            announcement: text_of(view, Field::Announcement),
            messages: ticked_in(view, Field::Messages),
            unseen: text_of(view, Field::Unseen),
            asks_for_note: text_of(view, Field::AsksForNote),
            notes_kept: text_of(view, Field::NotesKept),
            cover_channel: text_of(view, Field::CoverChannel)
                .as_deref()
                .and_then(as_id)
                .map(ChannelId::new),
        })),
        "settings_mine" => Some(Submission::Mine { ticked: ticked_in(view, Field::Preferences) }),
        "settings_workspace" => Some(Submission::Workspace(WorkspaceForm {
            creators: text_of(view, Field::Creators),
            uncertain: text_of(view, Field::Uncertain),
        })),
        _ => None,
    }
}

/// Reads the rotation and its revision when the modal opened.
fn read_of(metadata: &str) -> Option<(RotationId, u64)> {
    let (rotation, revision) = metadata.split_once('|')?;
    Some((RotationId::new(rotation.parse().ok()?), revision.parse().ok()?))
}
