//! Turns that have begun.

use super::{Tx, put_off, run, run_touching};
use crate::error::StoreError;
use crate::records::{StretchRecord, TurnRecord};
use chrono::{DateTime, Utc};
use domain::ids::RotationId;
use domain::interval::Interval;

impl Tx {
    /// Stores a turn that has begun; returns `false` where it was stored before, as far as that is known by then.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_turn(&mut self, turn: &TurnRecord) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.turns = None);
        if put_off!(self, turns, turns::inserting_turn(workspace, turn)) {
            self.is_touching = true;
            return Ok(true);
        }
        run_touching!(self, turns::insert_turn(workspace, turn))
    }

    /// Returns the turn that was planned for exactly this instant.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_turn(
        &mut self,
        rotation: RotationId,
        planned_at: DateTime<Utc>,
    ) -> Result<Option<TurnRecord>, StoreError> {
        if let Some(own) = self.known(rotation, planned_at).and_then(|it| it.turns_of(rotation)) {
            return Ok(own.iter().find(|turn| turn.planned_at == planned_at).cloned());
        }
        let workspace = self.workspace;
        run!(self, turns::find_turn(workspace, rotation, planned_at))
    }

    /// Returns the latest turn that was planned at or before an instant; it may have ended by then.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_turn_at(
        &mut self,
        rotation: RotationId,
        at: DateTime<Utc>,
    ) -> Result<Option<TurnRecord>, StoreError> {
        // Where none is known, an earlier one may be the latest.
        if let Some(own) = self.known(rotation, at).and_then(|it| it.turns_of(rotation))
            && let Some(turn) = own.iter().rfind(|turn| turn.planned_at <= at)
        {
            return Ok(Some(turn.clone()));
        }
        let workspace = self.workspace;
        run!(self, turns::find_turn_at(workspace, rotation, at))
    }

    /// Returns the turns planned in `[from, until)`, the earliest first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_turns(
        &mut self,
        rotation: RotationId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, turns::list_turns(workspace, rotation, from, until))
    }

    /// Returns the last turns that were planned before an instant, the newest first; at most `most`.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_turns_before(
        &mut self,
        rotation: RotationId,
        before: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, turns::list_turns_before(workspace, rotation, before, most))
    }

    /// Records the end, the seats and the state of a turn that is there; returns `false` where it is not.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn update_turn(&mut self, turn: &TurnRecord) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.turns = None);
        run_touching!(self, turns::update_turn(workspace, turn))
    }

    /// Records that somebody on duty has seen it; returns `false` where somebody had before.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_seen(
        &mut self,
        rotation: RotationId,
        planned_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.turns = None);
        run_touching!(self, turns::record_seen(workspace, rotation, planned_at, now))
    }

    /// Stores a stretch that has ended; returns `false` where it is there already.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_stretch(&mut self, stretch: &StretchRecord) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        if put_off!(self, stretches, turns::inserting_stretch(workspace, stretch)) {
            self.is_touching = true;
            return Ok(self.foresight.as_mut().is_some_and(|it| it.add_stretch(stretch)));
        }
        run_touching!(self, turns::insert_stretch(workspace, stretch))
    }

    /// Returns the stretches that have ended and touch a window, in order.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_stretches(
        &mut self,
        rotation: RotationId,
        window: Interval,
    ) -> Result<Vec<StretchRecord>, StoreError> {
        if let Some(known) = self.known(rotation, window.start()) {
            return Ok(known.stretches_in(rotation, window));
        }
        let workspace = self.workspace;
        run!(self, turns::list_stretches(workspace, rotation, window))
    }
}
