//! Who serves when in a rotation, past and to come, in one row of shifts.

use crate::AppError;
use crate::people::People;
use crate::serving::Layers;
use crate::snapshot::Snapshot;
use chrono::{DateTime, Utc};
use domain::engine::Stretch;
use domain::ids::UserId;
use domain::interval::Interval;
use domain::shift::Shift;
use domain::view::FinalView;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{RotationRecord, Tx};

/// How many stretches are shown before now, and how many after: a year of days twice over, and some months of hours.
const MOST: usize = 2_000;

/// The shifts of a rotation in a window.
pub(super) struct Laid {
    /// The rotation as it is planned.
    pub(super) snapshot: Snapshot,
    /// In order; the first and the last may reach out of the window.
    pub(super) row: Vec<Shift>,
    /// Everybody who is named in them.
    pub(super) people: People,
}

/// Loads the shifts that touch a window.
///
/// What was comes from what was stored, what is to come from the plan, and both have cover and swaps laid over them in one
/// go: a turn that is swapped with one of last week is served as agreed.
pub(super) async fn load(
    tx: &mut Tx,
    rotation: RotationRecord,
    window: Interval,
    now: DateTime<Utc>,
) -> Result<Laid, AppError> {
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let rotation = Arc::clone(&snapshot.rotation);
    let mut stretches: Vec<(DateTime<Utc>, Stretch)> = Vec::new();
    for record in tx.list_stretches(rotation.id, window).await? {
        stretches.push((record.planned_at, record.stretch));
    }
    stretches.drain(..stretches.len().saturating_sub(MOST));
    // From where the rotation was stored last: a handoff that is due but not carried out yet is looked ahead at.
    let pauses = snapshot.pauses();
    let mut timeline = snapshot.timeline(&[], &pauses);
    let mut begun = snapshot.standing().running.map(|it| (it.turn, it.window.start()));
    let coming = timeline.by_ref().take_while(|stretch| stretch.window.start() < window.end());
    for stretch in coming.take(MOST) {
        let of_turn = begun.filter(|(turn, _)| *turn == stretch.turn);
        let (_, planned_at) =
            *begun.insert(of_turn.unwrap_or((stretch.turn, stretch.window.start())));
        stretches.push((planned_at, stretch));
    }
    let first = stretches.first().map_or(window.start(), |(planned_at, _)| *planned_at);
    let last = stretches.last().map_or(window.end(), |(_, stretch)| stretch.window.end());
    let all = Interval::new(first.min(window.start()), last.max(window.end())).unwrap_or(window);
    let layers = Layers::new(
        tx.list_coverages(rotation.id, all).await?,
        tx.list_swaps(rotation.id, all.start(), all.end()).await?,
    );
    let coverage = layers.coverage();
    let swaps = layers.swaps(stretches.iter().map(|(planned_at, it)| (it.turn, *planned_at)));
    let mut view = FinalView::new(&coverage, swaps, rotation.rules.seats);
    let mut shifts = Vec::new();
    for (_, stretch) in &stretches {
        view.push_shifts(stretch, timeline.presence(), &mut shifts);
    }
    drop(timeline);
    shifts.retain(|shift: &Shift| shift.window.intersection(window).is_some());
    let people = People::load(tx, &named(&shifts)).await?;
    Ok(Laid { snapshot, row: shifts, people })
}

/// Returns everybody whom shifts name.
pub(super) fn named(shifts: &[Shift]) -> Vec<UserId> {
    let mut named = BTreeSet::new();
    for shift in shifts {
        named.extend(shift.members().cloned());
        named.extend(shift.seats.iter().filter_map(|served| served.covered_for().cloned()));
        named.extend(shift.skipped.iter().map(|skip| skip.member.clone()));
    }
    named.into_iter().collect()
}
