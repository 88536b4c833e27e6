//! Handoff notes: their texts are sealed here, and opened here.

use super::{Tx, run};
use crate::error::StoreError;
use crate::records::{NoteFault, NoteReceiver, NoteRecord};
use chrono::{DateTime, SecondsFormat, Utc};
use crypto::{OpenFault, Place, Sealed};
use domain::ids::{NoteId, RotationId, UserId};
use domain::note::NoteText;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The one form of what is sealed that is written and read.
const FORM: u16 = 1;

/// What is sealed: the text with what it belongs to, which is compared when it is opened.
#[derive(Serialize, Deserialize)]
struct Plain<'a> {
    v: u16,
    rotation: RotationId,
    planned_at: String,
    text: std::borrow::Cow<'a, str>,
}

impl Tx {
    /// Stores a note with its text sealed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] where it cannot be sealed; otherwise what the database says, also where there is no such
    /// rotation.
    pub async fn insert_note(
        &mut self,
        note: &NoteRecord,
        text: &NoteText,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        let sealed = self.seal_note(note, text)?;
        self.forget(|it| it.noted = None);
        run!(self, notes::insert_note(workspace, note, &sealed))
    }

    /// Records another text of a note; returns `false` where it is not there or somebody was told it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] where it cannot be sealed; otherwise what the database says.
    pub async fn update_note(
        &mut self,
        note: NoteId,
        text: &NoteText,
        is_for_channel: bool,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        let Some(record) = self.find_note(note).await? else {
            return Ok(false);
        };
        let sealed = self.seal_note(&record, text)?;
        run!(self, notes::update_note(workspace, note, &sealed, is_for_channel, now))
    }

    /// Deletes a note; returns `false` where it is not there or somebody was told it.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_note(&mut self, note: NoteId) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::delete_note(workspace, note))
    }

    /// Returns a note without its text.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_note(&mut self, note: NoteId) -> Result<Option<NoteRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::find_note(workspace, note))
    }

    /// Returns the text of a note.
    ///
    /// Whoever is to read it must be its author or have received it; that is not asked here.
    ///
    /// # Errors
    ///
    /// [`NoteFault`]; the transaction stands after all but [`NoteFault::Store`].
    pub async fn open_note(&mut self, note: NoteId) -> Result<NoteText, NoteFault> {
        let record = self.find_note(note).await?.ok_or(NoteFault::NotThere)?;
        let bytes = self.find_note_sealed(note).await?.ok_or(NoteFault::NotThere)?;
        let sealed = Sealed::from_bytes(bytes).map_err(|_| NoteFault::Closed)?;
        let (tenant, row) = (self.workspace.as_uuid(), note.as_uuid());
        let opened =
            self.keys.open_text(&place(&tenant, &row), &sealed).map_err(|fault| match fault {
                OpenFault::UnknownKey { id } => NoteFault::UnknownKey { id },
                OpenFault::Closed => NoteFault::Closed,
            })?;
        let plain: Plain<'_> =
            serde_json::from_str(opened.expose_secret()).map_err(|_| NoteFault::Closed)?;
        let text = NoteText::new(plain.text.into_owned());
        if plain.v != FORM {
            return Err(NoteFault::Closed);
        }
        if plain.rotation != record.rotation || plain.planned_at != written(record.planned_at) {
            return Err(NoteFault::OtherTurn);
        }
        Ok(text)
    }

    /// Returns the notes that were written in a turn, the first written first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_notes(
        &mut self,
        rotation: RotationId,
        planned_at: DateTime<Utc>,
    ) -> Result<Vec<NoteRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::list_notes(workspace, rotation, planned_at))
    }

    /// Returns the notes of a rotation that nobody was told, the first written first; one that is assigned to somebody is
    /// among them until the message is sent.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_waiting_notes(
        &mut self,
        rotation: RotationId,
    ) -> Result<Vec<NoteRecord>, StoreError> {
        if self.foresight().is_some_and(|it| it.has_no_notes(rotation)) {
            return Ok(Vec::new());
        }
        let workspace = self.workspace;
        run!(self, notes::list_waiting_notes(workspace, rotation))
    }

    /// Returns the notes of a rotation that were written before a turn and read only in the turn in which they were
    /// written, by whoever covered it or took it over; the first written first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_notes_read_early(
        &mut self,
        rotation: RotationId,
        planned_at: DateTime<Utc>,
    ) -> Result<Vec<NoteRecord>, StoreError> {
        if self.foresight().is_some_and(|it| it.has_no_notes(rotation)) {
            return Ok(Vec::new());
        }
        let workspace = self.workspace;
        run!(self, notes::list_notes_read_early(workspace, rotation, planned_at))
    }

    /// Returns the notes that a person's on-duty message of a turn carries, told or not, the first written first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_notes_for(
        &mut self,
        rotation: RotationId,
        planned_at: DateTime<Utc>,
        user: &UserId,
    ) -> Result<Vec<NoteRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::list_notes_for(workspace, rotation, planned_at, user))
    }

    /// Returns the notes that a person wrote or was told, of one rotation or of all, the newest first: at most `most`,
    /// after the first `passed`.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_notes_of(
        &mut self,
        user: &UserId,
        rotation: Option<RotationId>,
        passed: u32,
        most: u32,
    ) -> Result<Vec<NoteRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::list_notes_of(workspace, user, rotation, (passed, most)))
    }

    /// Stores that a note goes to somebody; returns `false` where it did before.
    ///
    /// # Errors
    ///
    /// What the database says, also where there is no such note.
    pub async fn insert_note_receiver(
        &mut self,
        receiver: &NoteReceiver,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::insert_note_receiver(workspace, receiver))
    }

    /// Records that the message with a note was sent to somebody; returns `false` where it was before, or never was to go
    /// to them.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_note_told(
        &mut self,
        note: NoteId,
        user: &UserId,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::record_note_told(workspace, note, user, now))
    }

    /// Forgets that a note goes to somebody; returns `false` where they were told it, or it never was to go to them.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_note_receiver(
        &mut self,
        note: NoteId,
        user: &UserId,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::delete_note_receiver(workspace, note, user))
    }

    /// Counts a note that somebody was told to another turn; returns `false` where they were not told it.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn move_note_receiver(
        &mut self,
        note: NoteId,
        user: &UserId,
        planned_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::move_note_receiver(workspace, note, user, planned_at))
    }

    /// Returns to whom a note goes, told or not, the first assigned first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_note_receivers(
        &mut self,
        note: NoteId,
    ) -> Result<Vec<NoteReceiver>, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::list_note_receivers(workspace, note))
    }

    /// Returns to whom notes go with the on-duty messages of a turn, told or not, by the notes in the order of writing.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_note_receivers_in(
        &mut self,
        rotation: RotationId,
        planned_at: DateTime<Utc>,
    ) -> Result<Vec<NoteReceiver>, StoreError> {
        if self.foresight().is_some_and(|it| it.has_no_notes(rotation)) {
            return Ok(Vec::new());
        }
        let workspace = self.workspace;
        run!(self, notes::list_note_receivers_in(workspace, rotation, planned_at))
    }

    /// Deletes the notes of a rotation that everybody who receives them was told before an instant; returns how many.
    ///
    /// One that nobody was told stays; of somebody whom no message reached the instant of the decision counts.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_notes_told_before(
        &mut self,
        rotation: RotationId,
        before: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::delete_notes_told_before(workspace, rotation, before))
    }

    async fn find_note_sealed(&mut self, note: NoteId) -> Result<Option<Vec<u8>>, StoreError> {
        let workspace = self.workspace;
        run!(self, notes::find_note_sealed(workspace, note))
    }

    fn seal_note(&self, note: &NoteRecord, text: &NoteText) -> Result<Sealed, StoreError> {
        let plain = Plain {
            v: FORM,
            rotation: note.rotation,
            planned_at: written(note.planned_at),
            text: text.reveal().into(),
        };
        let plain = serde_json::to_string(&plain).map_err(|fault| seal_fault(&fault))?;
        let (tenant, row) = (self.workspace.as_uuid(), note.id.as_uuid());
        let sealed = self.keys.seal_text(&place(&tenant, &row), &SecretString::from(plain));
        sealed.map_err(|fault| seal_fault(&fault))
    }
}

/// Returns an instant as it stands in what is sealed.
fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn place<'a>(workspace: &'a Uuid, row: &'a Uuid) -> Place<'a> {
    Place { table: "notes", column: "sealed", workspace: workspace.as_bytes(), row: row.as_bytes() }
}

fn seal_fault(fault: &dyn std::fmt::Display) -> StoreError {
    StoreError::Sealed { table: "notes", column: "sealed", reason: fault.to_string() }
}
