//! What has served its time is deleted, or kept with less in it.

use super::{Tx, run, run_touching};
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use domain::ids::RotationId;
use serde_json::{Map, Value};

impl Tx {
    /// Moves deliveries out of the outbox that were sent before one instant, and those of which that is unknown that were
    /// given up before another, `limit` at most; returns how many. [`Tx::find_delivery`] still finds them.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn move_said(
        &mut self,
        sent_before: DateTime<Utc>,
        unconfirmed_before: DateTime<Utc>,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, retention::move_said(workspace, (sent_before, unconfirmed_before), limit))
    }

    /// Forgets for good what was said before an instant; returns how many deliveries.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_said_before(&mut self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, retention::delete_old_said(workspace, before))
    }

    /// Returns the instant since which people's absences may still matter: the earliest begin of a turn that runs or is due.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_planned_since(
        &mut self,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let workspace = self.workspace;
        run!(self, retention::find_planned_since(workspace, now))
    }

    /// Deletes the absences that ended before an instant; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_absences_before(
        &mut self,
        before: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, retention::delete_old_absences(workspace, before))
    }

    /// Deletes the turns that ended before an instant, with their cover, requests, swaps and notes; returns how many rows.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_turns_before(&mut self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, retention::delete_old_turns(workspace, before))
    }

    /// Returns turns that ended before an instant and in which somebody was passed over: each rotation and planned instant,
    /// with what is stored of that.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_turns_with_skips(
        &mut self,
        before: DateTime<Utc>,
    ) -> Result<Vec<(RotationId, DateTime<Utc>, Value)>, StoreError> {
        let workspace = self.workspace;
        run!(self, retention::list_turns_with_skips(workspace, before))
    }

    /// Stores who was passed over in a turn.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_skips(
        &mut self,
        turn: (RotationId, DateTime<Utc>),
        skips: &Value,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run_touching!(self, retention::record_skips(workspace, turn, skips))
    }

    /// Returns all that is stored of the workspace, by table, as JSON: all but what is sealed, what waits in the inbox, and
    /// what only the service uses, such as leases.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn export(&mut self) -> Result<Map<String, Value>, StoreError> {
        let workspace = self.workspace;
        run!(self, export::export(workspace))
    }
}
