//! Seams: the places where clocks jump forward between points that lie close together.
//!
//! A jump of length `d` at local time `g` moves every point in `[g, g + d)` forward by `d`, among those in
//! `[g + d, g + 2d)`. There two points can become one handoff or change places, so the handoffs of `[g, g + 2d)` are
//! sorted and counted one by one. Everywhere else a later point is a later handoff: clocks that go back delay points and
//! never reorder them, because a repeated time means its first occurrence.

use super::points::Points;
use crate::zone::{Gap, Zone};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

/// How long before the first point a gap can begin that still concerns it: twice the longest jump there is.
const REACH: TimeDelta = TimeDelta::hours(52);

/// A stretch of wall-clock time in which the points are not the handoffs one by one.
#[derive(Clone, Debug)]
pub(super) struct Seam {
    /// The first local time of the stretch.
    pub(super) start: NaiveDateTime,
    /// The number of its first point.
    first_point: u64,
    /// How many points it has.
    points: u64,
    /// Its handoffs, sorted and distinct.
    pub(super) handoffs: Vec<DateTime<Utc>>,
}

impl Seam {
    /// Returns the number of its first handoff, where the seams before it lost `merged` points.
    pub(super) fn first_handoff(&self, merged: u64) -> u64 {
        self.first_point.saturating_sub(merged)
    }

    /// Returns how many points are lost in it because they fall on another one's instant.
    pub(super) fn merged(&self) -> u64 {
        self.points.saturating_sub(self.handoffs.len().try_into().unwrap_or(u64::MAX))
    }
}

/// Returns the seams, the earliest first.
pub(super) fn seams(points: &Points, zone: &Zone) -> impl Iterator<Item = Seam> {
    let first = points.at(0);
    let jumps = first.and_then(|first| {
        let from = zone.instant_of(first).checked_sub_signed(REACH)?;
        Some(zone.gaps_after(from))
    });
    let closest = points.closest();
    let stretches =
        jumps.into_iter().flatten().map(stretch_of).filter(move |(a, b)| *b - *a > closest);
    joined(stretches).filter_map(move |(start, end)| seam(points, zone, start, end))
}

fn stretch_of(gap: Gap) -> (NaiveDateTime, NaiveDateTime) {
    let end = gap.end.checked_add_signed(gap.end - gap.start).unwrap_or(gap.end);
    (gap.start, end)
}

/// Joins each stretch with those that begin before it ends.
fn joined(
    stretches: impl Iterator<Item = (NaiveDateTime, NaiveDateTime)>,
) -> impl Iterator<Item = (NaiveDateTime, NaiveDateTime)> {
    let mut stretches = stretches.peekable();
    std::iter::from_fn(move || {
        let (start, mut end) = stretches.next()?;
        while let Some((_, later)) = stretches.next_if(|(next, _)| *next < end) {
            end = end.max(later);
        }
        Some((start, end))
    })
}

fn seam(points: &Points, zone: &Zone, start: NaiveDateTime, end: NaiveDateTime) -> Option<Seam> {
    let first_point = points.count_before(start);
    let count = points.count_before(end).checked_sub(first_point)?;
    if count < 2 {
        return None;
    }
    // An anchor inside a gap is moved as well; what it was moved past lies before turn 0.
    let anchor = zone.instant_of(points.at(0)?);
    let mut handoffs: Vec<DateTime<Utc>> = (first_point..first_point + count)
        .filter_map(|i| points.at(i))
        .map(|point| zone.instant_of(point))
        .filter(|handoff| *handoff >= anchor)
        .collect();
    handoffs.sort_unstable();
    handoffs.dedup();
    Some(Seam { start, first_point, points: count, handoffs })
}
