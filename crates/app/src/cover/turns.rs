//! The turns for which cover can be asked: what is left of the running one, and those that come.

use crate::snapshot::{Position, Snapshot};
use chrono::{DateTime, Utc};
use domain::ids::UserId;
use domain::interval::Interval;
use domain::shift::{Right, Served, Shift, ShiftState};
use store::CoverageRecord;

/// A turn with who serves when, after coverage.
pub(super) struct Turn {
    pub(super) planned_at: DateTime<Utc>,
    /// What is left of it.
    pub(super) window: Interval,
    /// They touch the window.
    pub(super) shifts: Vec<Shift>,
}

/// Returns the running turn and at most `count` of those that come; where there is an `until`, those that begin before it.
pub(super) fn turns(
    position: &Position<'_>,
    until: Option<DateTime<Utc>>,
    count: usize,
    now: DateTime<Utc>,
) -> Vec<Turn> {
    let current = position.current().filter(|current| !current.is_paused());
    let running = current.and_then(|current| {
        let planned_at = current.planned_at;
        let window = Interval::new(now.max(planned_at), current.ends_at)?;
        let mut shifts = position.running_shifts();
        shifts.retain(|shift| now < shift.window.end());
        Some(Turn { planned_at, window, shifts })
    });
    let coming = position.coming_before(until, count).into_iter().filter(|turn| !turn.is_paused);
    let coming = coming.map(|turn| Turn {
        planned_at: turn.window.start(),
        window: turn.window,
        shifts: turn.shifts,
    });
    running.into_iter().chain(coming).collect()
}

/// Returns the turns that touch a window.
pub(super) fn turns_in(snapshot: &Snapshot, window: Interval, now: DateTime<Utc>) -> Vec<Turn> {
    let position = snapshot.position(now);
    let mut turns = turns(&position, Some(window.end()), crate::walk::MOST_COMPARED, now);
    turns.retain(|turn| turn.window.intersection(window).is_some());
    turns
}

impl Turn {
    /// Returns those who serve in seats that are their own, by order or by a swap, in the order of their first shift.
    pub(super) fn owners(&self, covers: &[CoverageRecord]) -> Vec<UserId> {
        let mut owners: Vec<UserId> = Vec::new();
        for shift in self.shifts.iter().filter(|shift| shift.state != ShiftState::OffHours) {
            let own = shift.seats.iter().filter(|served| is_own(served, shift.window, covers));
            for served in own {
                if !owners.contains(&served.user) {
                    owners.push(served.user.clone());
                }
            }
        }
        owners
    }

    /// Returns whether some of a window is somebody's time, though others may cover it.
    pub(super) fn is_of(&self, user: &UserId, window: Interval, covers: &[CoverageRecord]) -> bool {
        self.within(window).any(|shift| {
            let is_theirs = |served: &Served| match &served.right {
                _ if served.user == *user => is_own(served, shift.window, covers),
                // What a swap gave away is the other's to serve.
                Right::CoverOf(holder) => holder == user && !is_own(served, shift.window, covers),
                Right::Own(_) | Right::Taken => false,
            };
            shift.seats.iter().any(is_theirs)
        })
    }

    /// Returns whether somebody serves in some of a window by cover.
    pub(super) fn covers(
        &self,
        user: &UserId,
        window: Interval,
        covers: &[CoverageRecord],
    ) -> bool {
        self.within(window).any(|shift| {
            let stands_in =
                |served: &Served| served.user == *user && !is_own(served, shift.window, covers);
            shift.seats.iter().any(stands_in)
        })
    }

    /// Returns whether somebody serves in some of a window, by whatever right.
    pub(super) fn serves(&self, user: &UserId, window: Interval) -> bool {
        self.within(window).any(|shift| shift.members().any(|member| member == user))
    }

    fn within(&self, window: Interval) -> impl Iterator<Item = &Shift> {
        let on_duty = self.shifts.iter().filter(|shift| shift.state != ShiftState::OffHours);
        on_duty.filter(move |shift| shift.window.intersection(window).is_some())
    }
}

/// Returns whether a seat is the own of the one who serves in it: who serves for somebody without cover does by a swap.
fn is_own(served: &Served, window: Interval, covers: &[CoverageRecord]) -> bool {
    match &served.right {
        Right::Own(_) => true,
        Right::Taken => false,
        Right::CoverOf(_) => !covers.iter().any(|cover| {
            let time = Interval::new(cover.starts_at, cover.ends_at);
            cover.user == served.user && time.is_some_and(|it| it.intersection(window).is_some())
        }),
    }
}
