//! What people change of a rotation is carried out by a walk, and those whose dates move are told.

use super::Walk;
use crate::AppError;
use crate::snapshot::{Position, Snapshot};
use chrono::{DateTime, Utc};
use domain::change::{Change, Pause, RosterChange, Timed};
use domain::effect::{DatesEffect, Envelope, Recipient};
use domain::ids::UserId;
use domain::interval::Interval;
use domain::preview::{Difference, Moved, coming, compare};
use domain::settings::Rest;
use std::collections::HashSet;
use store::{RotationRecord, Tx};

/// How many turns a preview shows.
const TURNS_SHOWN: usize = 6;

/// When more people than this join at once, as many of them are told one by one: those whose turns come first.
const CROWD: usize = 30;

/// The most turns that are compared to say whose dates move.
pub(crate) const MOST_COMPARED: usize = 400;

/// What people change of a rotation, from now on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edit {
    /// Changes of its roster and cadence, at `now`.
    pub(crate) changes: Vec<Timed<Change>>,
    /// Its rest from now on, where that changes: a pause, or a rest that ends now.
    pub(crate) pauses: Option<Vec<Pause>>,
    /// The rest that is stored then.
    pub(crate) rest: Option<Rest>,
}

impl Edit {
    /// Returns a change at `now`; a rest goes on as it is.
    pub(crate) fn of(snapshot: &Snapshot, change: Change, now: DateTime<Utc>) -> Self {
        Self::of_all(snapshot, vec![change], now)
    }

    /// Returns changes at `now`, as [`Edit::of`].
    pub(crate) fn of_all(snapshot: &Snapshot, changes: Vec<Change>, now: DateTime<Utc>) -> Self {
        let rest = crate::hand_over::rest_after(snapshot.rotation.rest, now);
        let changes = changes.into_iter().map(|what| Timed { at: now, what }).collect();
        Self { changes, pauses: None, rest }
    }
}

/// Carries out what people change of a locked rotation: walks it to now, records it, and tells the channel, those on
/// duty and those whose dates move. Returns what it does to the coming turns.
pub(crate) async fn carry_out(
    tx: &mut Tx,
    snapshot: &Snapshot,
    edit: &Edit,
    by: Option<&UserId>,
    now: DateTime<Utc>,
) -> Result<Difference, AppError> {
    let pauses = edit.pauses.clone().unwrap_or_else(|| snapshot.pauses());
    let difference = difference(snapshot, &edit.changes, &pauses, now);
    apply(tx, snapshot, edit, now).await?;
    let mut moved = difference.moved.clone();
    // Who joins learns it even where their first turn is further away than turns are compared.
    let known: HashSet<&UserId> = difference.moved.iter().map(|moved| &moved.user).collect();
    let further = joining(&edit.changes).filter(|user| !known.contains(user));
    let further = further.filter(|user| !snapshot.rotation.members.contains(user));
    moved.extend(further.map(|user| Moved { user: user.clone(), was: None, is: None }));
    let is_new = |moved: &Moved| !snapshot.rotation.members.contains(&moved.user);
    if CROWD < moved.iter().filter(|moved| is_new(moved)).count() {
        // The channel is told of them all, and each is reminded before their first turn.
        moved.sort_by_key(|moved| (moved.is.is_none(), moved.is));
        let mut told = 0;
        moved.retain(|moved| {
            !is_new(moved) || {
                told += 1;
                told <= CROWD
            }
        });
    }
    tell_moved(tx, &snapshot.rotation, &moved, by, now).await?;
    Ok(difference)
}

/// Carries out what people change of a locked rotation, as [`carry_out`] does, where nobody is told of their dates.
pub(crate) async fn apply(
    tx: &mut Tx,
    snapshot: &Snapshot,
    edit: &Edit,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let pauses = edit.pauses.clone().unwrap_or_else(|| snapshot.pauses());
    let walk = Walk::to(snapshot, &edit.changes, &pauses, now);
    walk.record(tx, &snapshot.rotation, edit.rest, now).await?;
    tx.record_rotation_revision(snapshot.rotation.id).await?;
    walk.tell(tx, snapshot, now).await?;
    crate::cover::after_walk(tx, snapshot.rotation.id, now).await
}

/// Returns what a change does to the coming turns: the next ones without and with it, and whose dates move.
pub(crate) fn difference(
    snapshot: &Snapshot,
    changes: &[Timed<Change>],
    pauses: &[Pause],
    now: DateTime<Utc>,
) -> Difference {
    let members = snapshot.rotation.members.len() + joining(changes).count();
    let count = (members * 2 + 4).clamp(TURNS_SHOWN + 1, MOST_COMPARED);
    let turns = |changes: &[Timed<Change>], pauses: &[Pause]| {
        let mut timeline = snapshot.timeline(changes, pauses);
        timeline.advance_to(now);
        let position = Position::of(snapshot, timeline);
        let open = position.current().map(|current| current.stretch);
        let rest = position.timeline().clone();
        let running = open.as_ref().map(|open| open.turn);
        let later = rest.filter(move |stretch| Some(stretch.turn) != running);
        coming(open.into_iter().chain(later), count)
    };
    compare(turns(&[], &snapshot.pauses()), turns(changes, pauses), TURNS_SHOWN)
}

/// Returns who joins by changes.
fn joining(changes: &[Timed<Change>]) -> impl Iterator<Item = &UserId> {
    changes.iter().filter_map(|change| match &change.what {
        Change::Roster(RosterChange::Add { user, .. }) => Some(user),
        _ => None,
    })
}

/// Tells those whose next turn a change moves, but not the one who made it; who joined by it is told when their name is
/// known.
async fn tell_moved(
    tx: &mut Tx,
    rotation: &RotationRecord,
    moved: &[Moved],
    by: Option<&UserId>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for moved in moved.iter().filter(|moved| Some(&moved.user) != by) {
        let effect = DatesEffect::DatesMoved {
            rotation: rotation.id,
            user: moved.user.clone(),
            changed_at: now,
            was: moved.was.map(Interval::start),
            by: by.cloned(),
            is_new: !rotation.members.contains(&moved.user),
            is_by_absence: false,
        };
        let is_new = matches!(effect, DatesEffect::DatesMoved { is_new: true, .. });
        let at = if is_new { now + crate::create_rotation::NAMES_FIRST } else { now };
        let to = Recipient::Person(moved.user.clone());
        tx.insert_delivery(&Envelope::new(effect, to), at, now).await?;
    }
    Ok(())
}
