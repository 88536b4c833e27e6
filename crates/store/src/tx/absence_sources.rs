//! The absence sources of a workspace.

use super::{Tx, run, run_touching};
use crate::error::StoreError;
use crate::records::AbsenceSourceRecord;
use chrono::{DateTime, Utc};
use crypto::{Place, Sealed};
use domain::ids::WorkspaceId;
use domain::source::SourceCode;
use secrecy::SecretString;
use uuid::Uuid;

impl Tx {
    /// Stores a source with what opens it, which is sealed; one that is there already is replaced, and a sync of it that
    /// is under way has lost its lease.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] where it cannot be sealed; otherwise what the database says.
    pub async fn upsert_source(
        &mut self,
        record: &AbsenceSourceRecord,
        opens: &SecretString,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        let sealed = self.keys.seal_text(&place(&workspace.as_uuid(), &record.source), opens);
        let sealed = sealed.map_err(|fault| seal_fault(&fault))?;
        self.gives_work = true;
        run_touching!(self, absence_sources::upsert_source(workspace, record, &sealed))
    }

    /// Returns the sources, by code.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_sources(&mut self) -> Result<Vec<AbsenceSourceRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, absence_sources::list_sources(workspace))
    }

    /// Returns a source.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_source(
        &mut self,
        source: &SourceCode,
    ) -> Result<Option<AbsenceSourceRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, absence_sources::find_source(workspace, source))
    }

    /// Returns a source, and holds it against other writers until the transaction ends.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn lock_source(
        &mut self,
        source: &SourceCode,
    ) -> Result<Option<AbsenceSourceRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, absence_sources::lock_source(workspace, source))
    }

    /// Returns what opens a source.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] where it does not open; otherwise what the database says.
    pub async fn open_source(
        &mut self,
        source: &SourceCode,
    ) -> Result<Option<SecretString>, StoreError> {
        let workspace: WorkspaceId = self.workspace;
        let Some(bytes) = run!(self, absence_sources::find_source_sealed(workspace, source))?
        else {
            return Ok(None);
        };
        let sealed = Sealed::from_bytes(bytes).map_err(|fault| seal_fault(&fault))?;
        let opened = self.keys.open_text(&place(&workspace.as_uuid(), source), &sealed);
        opened.map(Some).map_err(|fault| seal_fault(&fault))
    }

    /// Stores how a source is and when it is asked next; returns `false` where it is not there.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_source(
        &mut self,
        record: &AbsenceSourceRecord,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.gives_work = true;
        run_touching!(self, absence_sources::record_source(workspace, record))
    }

    /// Keeps the lease of a sync until a later instant; returns `false` where it was lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn extend_sync(
        &mut self,
        source: &SourceCode,
        fence: i64,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, absence_sources::extend_sync(workspace, source, fence, until))
    }

    /// Gives back the lease of a sync; returns `false` where it was lost, and then nothing of the sync may be stored.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn finish_sync(
        &mut self,
        source: &SourceCode,
        fence: i64,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, absence_sources::finish_sync(workspace, source, fence))
    }

    /// Deletes a source with what opens it; returns whether it was there.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_source(&mut self, source: &SourceCode) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, absence_sources::delete_source(workspace, source))
    }
}

fn place<'a>(workspace: &'a Uuid, source: &'a SourceCode) -> Place<'a> {
    Place {
        table: "absence_sources",
        column: "sealed",
        workspace: workspace.as_bytes(),
        row: source.as_str().as_bytes(),
    }
}

fn seal_fault(fault: &dyn std::fmt::Display) -> StoreError {
    StoreError::Sealed { table: "absence_sources", column: "sealed", reason: fault.to_string() }
}
