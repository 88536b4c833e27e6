//! Handoff notes: who is on duty, or was just before, writes down what the next one should know.
//!
//! The text is sealed before it is stored and opened where it is shown; outcomes, events and the outbox hold ids only.

mod ask;
mod pass;
mod read;
mod write;

pub use ask::ask;
pub(crate) use pass::told_by;
pub use pass::{forget_old, told};
pub use read::{list, list_of, read};
pub use write::{open, open_note, open_of, remove, submit};

pub(crate) use ask::{schedule as schedule_asking, schedule_running as schedule_asking_now};
pub(crate) use pass::{assign, compose, of_duty};

use crate::AppError;
use domain::ids::{NoteId, RotationId, UserId};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::note::Body;
use serde::{Deserialize, Serialize};
use store::{NoteFault, Tx};

/// What a write of this story came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "noted", rename_all = "snake_case")]
pub(crate) enum Done {
    Kept { rotation: RotationId, to: Vec<UserId> },
    Removed { rotation: RotationId },
}

/// Opens a note; one that does not open stops nothing.
async fn body(tx: &mut Tx, note: NoteId) -> Result<Body, AppError> {
    match tx.open_note(note).await {
        Ok(text) => Ok(Body::Text(text)),
        Err(NoteFault::Store(fault)) => Err(fault.into()),
        Err(fault) => {
            tracing::warn!(error = %fault, note.id = %note, "A handoff note could not be opened.");
            Ok(Body::Closed)
        }
    }
}

fn say(reply: domain::story::note::Reply) -> Answer {
    Answer::Say(Box::new(Reply::Note(reply)))
}

fn refused(refusal: impl Into<Refusal>) -> Answer {
    Answer::Say(Box::new(Reply::Refused(refusal.into())))
}
