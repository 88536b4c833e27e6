//! Request keys and the audit log: what is written beside every change.

use super::{Tx, put_off, run};
use crate::error::StoreError;
use crate::records::{AuditEvent, AuditRow, Outcome};
use chrono::{DateTime, Utc};
use domain::ids::EventId;

impl Tx {
    /// Returns what a request came to, if it was answered with a change in the last day.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_outcome(&mut self, key: &str) -> Result<Option<Outcome>, StoreError> {
        let workspace = self.workspace;
        run!(self, requests::find_outcome(workspace, key))
    }

    /// Records what a request came to.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] with `request_keys` where the request was answered before; this transaction must not
    /// be committed then. Otherwise what the database says.
    pub async fn record_outcome(
        &mut self,
        key: &str,
        outcome: &Outcome,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run!(self, requests::record_outcome(workspace, key, outcome, now))
    }

    /// Records an event with its salt and its commitment; it is chained later.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_event(&mut self, event: &AuditEvent) -> Result<(), StoreError> {
        let workspace = self.workspace;
        if put_off!(self, events, audit::recording(workspace, event)) {
            return Ok(());
        }
        run!(self, audit::record_event(workspace, event))
    }

    /// Returns events from before an instant and an event, the newest first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_events(
        &mut self,
        before: (DateTime<Utc>, EventId),
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let workspace = self.workspace;
        run!(self, audit::list_events(workspace, before, limit))
    }
}
