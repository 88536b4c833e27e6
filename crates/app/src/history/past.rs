//! The past of a rotation in a window: who held the duty and, by the final view, who served.

use crate::AppError;
use crate::serving::Layers;
use chrono::{DateTime, Utc};
use domain::engine::Stretch;
use domain::ids::UserId;
use domain::interval::Interval;
use domain::shift::{Served, Shift};
use domain::timeline::RunningTurn;
use domain::view::FinalView;
use std::collections::BTreeSet;
use store::{RotationRecord, Tx};

/// The stretches of a window with the shifts they come to, in order.
#[derive(Default)]
pub(crate) struct Past {
    parts: Vec<Part>,
}

/// A stretch of the turn that was planned for an instant.
struct Part {
    planned_at: DateTime<Utc>,
    stretch: Stretch,
    shifts: Vec<Shift>,
}

impl Past {
    /// Loads the stretches that touch a window, and of the running turn what lies in it.
    pub(crate) async fn load(
        tx: &mut Tx,
        rotation: &RotationRecord,
        window: Interval,
    ) -> Result<Self, AppError> {
        let ended = tx.list_stretches(rotation.id, window).await?;
        let mut stretches: Vec<(DateTime<Utc>, Stretch)> =
            ended.into_iter().map(|record| (record.planned_at, record.stretch)).collect();
        let running = rotation.kept.as_ref().and_then(|kept| kept.running());
        stretches.extend(running.and_then(|running| open_in(running, window)));
        let first = stretches.first().map_or(window.start(), |(_, first)| first.window.start());
        let all = Interval::new(first.min(window.start()), window.end()).unwrap_or(window);
        let from = stretches.first().map_or(window.start(), |(planned_at, _)| *planned_at);
        let layers = Layers::new(
            tx.list_coverages(rotation.id, all).await?,
            tx.list_swaps(rotation.id, from, window.end()).await?,
        );
        let covers = layers.coverage();
        let turns = stretches.iter().map(|(planned_at, stretch)| (stretch.turn, *planned_at));
        let swaps = layers.swaps(turns);
        let presence =
            rotation.kept.as_ref().map(|kept| kept.presence().clone()).unwrap_or_default();
        let mut view = FinalView::new(&covers, swaps, rotation.rules.seats);
        let part = |(planned_at, stretch): (DateTime<Utc>, Stretch)| {
            let shifts = view.shifts_of(&stretch, &presence);
            Part { planned_at, stretch, shifts }
        };
        Ok(Self { parts: stretches.into_iter().map(part).collect() })
    }

    /// Returns who held a turn before coverage, each once, in the order of seating and then of time.
    pub(super) fn holders(&self, planned_at: DateTime<Utc>) -> Vec<UserId> {
        let mut holders = Vec::new();
        for part in self.of(planned_at) {
            for seat in part.stretch.seats() {
                if !holders.contains(&seat.user) {
                    holders.push(seat.user.clone());
                }
            }
        }
        holders
    }

    /// Returns who served in a turn, with each of the shifts.
    pub(super) fn served(
        &self,
        planned_at: DateTime<Utc>,
    ) -> impl Iterator<Item = (&Shift, &Served)> {
        let shifts = self.of(planned_at).flat_map(|part| &part.shifts);
        shifts.flat_map(|shift| shift.seats.iter().map(move |served| (shift, served)))
    }

    /// Returns all shifts, in order.
    pub(crate) fn into_shifts(self) -> Vec<Shift> {
        self.parts.into_iter().flat_map(|part| part.shifts).collect()
    }

    /// Returns everybody who held or served.
    pub(super) fn people(&self) -> BTreeSet<UserId> {
        let mut people = BTreeSet::new();
        for part in &self.parts {
            people.extend(part.stretch.seats().iter().map(|seat| seat.user.clone()));
            for served in part.shifts.iter().flat_map(|shift| &shift.seats) {
                people.insert(served.user.clone());
                people.extend(served.covered_for().cloned());
            }
        }
        people
    }

    fn of(&self, planned_at: DateTime<Utc>) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(move |part| part.planned_at == planned_at)
    }
}

/// Returns what lies in a window of the stretch that is open.
fn open_in(running: &RunningTurn, window: Interval) -> Option<(DateTime<Utc>, Stretch)> {
    let mut open = running.open_stretch()?;
    open.window = Interval::new(open.window.start(), open.window.end().min(window.end()))?;
    open.window.intersection(window)?;
    open.active = open.active.iter().filter_map(|part| part.intersection(open.window)).collect();
    Some((running.window.start(), open))
}
