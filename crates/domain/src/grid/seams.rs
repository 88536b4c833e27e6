//! Seams: the places where clocks jump forward between points that lie close together.
//!
//! A jump of length `d` at local time `g` moves every point in `[g, g + d)` forward by `d`, among those in
//! `[g + d, g + 2d)`. There two points can become one handoff or change places, so the handoffs of `[g, g + 2d)` are
//! sorted and counted one by one. Everywhere else a later point is a later handoff: clocks that go back delay points and
//! never reorder them, because a repeated time means its first occurrence.

use super::points::Points;
use crate::zone::{Gap, Zone};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// How long the stretch after a jump can be in which points meet: twice the longest jump that zone data can express.
const LONGEST_STRETCH: TimeDelta = TimeDelta::hours(2 * 52);

/// How far after the first point the seams are found once and kept; later ones are found when they are asked for.
const KEPT: TimeDelta = TimeDelta::days(30 * 366);

/// A stretch of wall-clock time in which the points are not the handoffs one by one.
#[derive(Clone, Debug)]
pub(super) struct Seam {
    /// The number of its first handoff.
    first_handoff: u64,
    /// Its handoffs, sorted and distinct.
    handoffs: Vec<DateTime<Utc>>,
    /// How many points, up to its end, are no handoffs of their own.
    merged: u64,
}

/// The seams of a grid.
#[derive(Clone, Debug)]
pub(super) struct Seams {
    kept: Arc<[Seam]>,
    /// Every seam that starts before this local time is kept.
    horizon: NaiveDateTime,
}

impl Seams {
    /// Returns the seams of these points in a zone.
    pub(super) fn new(points: &Points, zone: &Zone) -> Self {
        let first = points.at(0).unwrap_or(NaiveDateTime::MAX);
        let horizon = first.checked_add_signed(KEPT).unwrap_or(NaiveDateTime::MAX);
        // A gap that begins before the first point can reach beyond it.
        let from = first.checked_sub_signed(LONGEST_STRETCH).unwrap_or(first);
        Self { kept: found(points, zone, from..horizon, 0).collect(), horizon }
    }

    /// Returns handoff `k`, or `None` where there is none.
    pub(super) fn handoff(&self, points: &Points, zone: &Zone, k: u64) -> Option<DateTime<Utc>> {
        let mut seams = Cow::Borrowed(&*self.kept);
        loop {
            // Each seam that is found moves the handoff's point a little further, and there may be another one.
            let point = points.at(k.checked_add(merged(&seams))?)?;
            let wider = self.up_to(points, zone, point);
            if wider.len() <= seams.len() {
                return handoff(&seams, points, zone, k);
            }
            seams = wider;
        }
    }

    /// Returns how many handoffs, from the first on, fulfil a claim that holds up to about `local` and not after it.
    pub(super) fn count_while(
        &self,
        points: &Points,
        zone: &Zone,
        local: NaiveDateTime,
        claim: impl Fn(DateTime<Utc>) -> bool,
    ) -> u64 {
        let seams = self.up_to(points, zone, local);
        super::points::count_while(|k| handoff(&seams, points, zone, k).is_some_and(&claim))
    }

    /// Returns at least the seams that matter for handoffs at about `local`.
    fn up_to(&self, points: &Points, zone: &Zone, local: NaiveDateTime) -> Cow<'_, [Seam]> {
        let until = local.checked_add_signed(LONGEST_STRETCH).unwrap_or(local);
        if until <= self.horizon {
            return Cow::Borrowed(&self.kept);
        }
        let later = found(points, zone, self.horizon..until, merged(&self.kept));
        Cow::Owned(self.kept.iter().cloned().chain(later).collect())
    }
}

/// Returns handoff `k`, given at least the seams that begin before it.
fn handoff(seams: &[Seam], points: &Points, zone: &Zone, k: u64) -> Option<DateTime<Utc>> {
    let before = &seams[..seams.partition_point(|seam| seam.first_handoff <= k)];
    if let Some(last) = before.last() {
        let within = usize::try_from(k - last.first_handoff).ok()?;
        if let Some(handoff) = last.handoffs.get(within) {
            return Some(*handoff);
        }
    }
    points.at(k.checked_add(merged(before))?).map(|point| zone.instant_of(point))
}

fn merged(seams: &[Seam]) -> u64 {
    seams.last().map_or(0, |seam| seam.merged)
}

/// Returns the seams that start in a range of local time, the earliest first, where those before it merged so many.
fn found(
    points: &Points,
    zone: &Zone,
    range: Range<NaiveDateTime>,
    mut merged: u64,
) -> impl Iterator<Item = Seam> {
    let closest = points.closest();
    let end = points.sparse_after().map_or(range.end, |sparse| sparse.min(range.end));
    // The instant is a little early, so that a gap at the very beginning is not missed.
    let jumps = (closest < LONGEST_STRETCH)
        .then(|| zone.instant_of(range.start).checked_sub_signed(LONGEST_STRETCH))
        .flatten()
        .map(|after| zone.gaps_after(after));
    let stretches = jumps
        .into_iter()
        .flatten()
        .take_while(move |gap| gap.start < end)
        .filter(move |gap| gap.start >= range.start)
        .map(stretch_of)
        .filter(move |(start, end)| *end - *start > closest);
    joined(stretches).filter_map(move |stretch| {
        let seam = seam(points, zone, stretch, merged)?;
        merged = seam.merged;
        Some(seam)
    })
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

/// Returns the seam of a stretch, or `None` where it has too few points for any to meet.
fn seam(
    points: &Points,
    zone: &Zone,
    (start, end): (NaiveDateTime, NaiveDateTime),
    merged: u64,
) -> Option<Seam> {
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
    let lost = count - u64::try_from(handoffs.len()).ok()?;
    let first_handoff = first_point.checked_sub(merged)?;
    Some(Seam { first_handoff, handoffs, merged: merged + lost })
}
