//! The turns that began on a walk, put together from their stretches and written down.

use crate::AppError;
use crate::audit::{self, Entry};
use chrono::{DateTime, Utc};
use domain::engine::{Seat, Seating, Skip, SkipReason, Stretch};
use domain::interval::Interval;
use domain::timeline::{RunningTurn, Standing};
use serde_json::json;
use store::{RotationRecord, SkipCode, SkipRecord, TurnRecord, TurnState, Tx};

/// A turn that began on the way.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) turn: u64,
    pub(crate) window: Interval,
    pub(crate) active: Vec<Interval>,
    pub(crate) seats: Vec<Seat>,
    pub(crate) skipped: Vec<Skip>,
    pub(crate) state: TurnState,
}

impl Begun {
    /// Adds what comes later in the turn.
    fn go_on(&mut self, window: Interval, active: &[Interval], seating: &Seating) {
        self.window = self.window.up_to(window.end());
        self.active.extend(active);
        if let Seating::On(seats) = seating {
            self.seats.clone_from(seats);
            self.state = TurnState::Missed;
        }
    }
}

/// Returns the turns that began on the way, put together from their stretches.
pub(super) fn begun(
    before: &Standing,
    stretches: &[Stretch],
    running: Option<&RunningTurn>,
) -> Vec<Begun> {
    let Some(first) = before.next.map(|next| next.turn) else { return Vec::new() };
    let mut turns: Vec<Begun> = Vec::new();
    for stretch in stretches.iter().filter(|stretch| stretch.turn >= first) {
        let seats = stretch.seats();
        match turns.last_mut().filter(|last| last.turn == stretch.turn) {
            Some(last) => last.go_on(stretch.window, &stretch.active, &stretch.seating),
            None => turns.push(Begun {
                turn: stretch.turn,
                window: stretch.window,
                active: stretch.active.clone(),
                seats: seats.to_vec(),
                skipped: stretch.skipped.clone(),
                state: state_of(&stretch.seating, TurnState::Missed),
            }),
        }
    }
    let Some(running) = running.filter(|running| running.turn >= first) else { return turns };
    match turns.last_mut().filter(|last| last.turn == running.turn) {
        Some(last) => {
            last.go_on(running.window, &[], &running.seating);
            last.window = running.window;
            last.active.clone_from(&running.active);
            last.state = state_of(&running.seating, TurnState::Served);
        }
        None => turns.push(Begun {
            turn: running.turn,
            window: running.window,
            active: running.active.clone(),
            seats: running.seats().to_vec(),
            skipped: running.skipped.clone(),
            state: state_of(&running.seating, TurnState::Served),
        }),
    }
    turns
}

/// Writes down a turn that began.
pub(super) async fn record_turn(
    tx: &mut Tx,
    rotation: &RotationRecord,
    turn: &Begun,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let record = TurnRecord {
        rotation: rotation.id,
        planned_at: turn.window.start(),
        ends_at: turn.window.end(),
        number: turn.turn,
        seats: turn.seats.clone(),
        state: turn.state,
        skips: turn.skipped.iter().filter_map(skip_record).collect(),
        seen_at: None,
    };
    tx.insert_turn(&record).await?;
    let action = match turn.state {
        TurnState::Served => "handoff",
        TurnState::Missed => "handoff_missed",
        TurnState::Paused => return Ok(()),
    };
    let entry = Entry {
        action,
        actor: None,
        rotation: Some(rotation.id),
        subject: record.holder(),
        details: json!({"planned_at": record.planned_at, "turn": record.number}),
    };
    audit::record(tx, now, entry).await
}

/// Returns what is stored of a skip; nothing of somebody who serves this very turn.
fn skip_record(skip: &Skip) -> Option<SkipRecord> {
    let (reason, share, until) = match skip.reason {
        SkipReason::Away { share, until } => (SkipCode::Away, Some(share), until),
        SkipReason::Deactivated => (SkipCode::Deactivated, None, None),
        SkipReason::AlreadySeated => return None,
    };
    Some(SkipRecord { user: skip.member.clone(), reason, share, until })
}

fn state_of(seating: &Seating, otherwise: TurnState) -> TurnState {
    if *seating == Seating::Paused { TurnState::Paused } else { otherwise }
}
