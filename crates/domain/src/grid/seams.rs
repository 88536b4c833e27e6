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

/// How much further than needed seams are found, so that the next question needs none.
const AHEAD: TimeDelta = TimeDelta::days(4 * 366);

/// A stretch of wall-clock time in which the points are not the handoffs one by one.
#[derive(Clone, Debug)]
pub(super) struct Seam {
    /// The number of its first handoff.
    pub(super) first_handoff: u64,
    /// Its handoffs, sorted and distinct.
    pub(super) handoffs: Vec<DateTime<Utc>>,
    /// How many points, up to its end, are no handoffs of their own.
    pub(super) merged: u64,
}

/// The seams of a grid, or those from some local time on.
#[derive(Clone, Debug)]
pub(super) struct Seams {
    /// How many points before these seams are no handoffs of their own.
    merged_before: u64,
    known: Arc<[Seam]>,
    /// Every seam that starts before this local time is known.
    horizon: NaiveDateTime,
}

impl Seams {
    /// Returns the seams of these points without looking for any; where points lie far apart there are none at all.
    pub(super) fn of(points: &Points) -> Self {
        let first = points.at(0).unwrap_or(NaiveDateTime::MAX);
        // A gap that begins before the first point can reach beyond it.
        let from = first.checked_sub_signed(LONGEST_STRETCH).unwrap_or(first);
        let horizon = if points.closest() < LONGEST_STRETCH { from } else { NaiveDateTime::MAX };
        Self { merged_before: 0, known: Arc::from([]), horizon }
    }

    /// Returns the seams after those that are known, for some years.
    pub(super) fn following(&self, points: &Points, zone: &Zone) -> Self {
        let range = self.horizon..later(self.horizon, AHEAD);
        Self::between(points, zone, range, self.merged())
    }

    /// Returns the same seams, and more where those are not all that begin in so much time after the first point.
    pub(super) fn reaching_for(&self, points: &Points, zone: &Zone, time: TimeDelta) -> Self {
        let first = points.at(0).unwrap_or(NaiveDateTime::MAX);
        self.up_to(points, zone, later(first, time)).into_owned()
    }

    /// Returns the same seams, and more where those are not all that matter for handoff `k`.
    pub(super) fn reaching(&self, points: &Points, zone: &Zone, k: u64) -> Cow<'_, Self> {
        let mut seams = Cow::Borrowed(self);
        // Each seam that is found moves the handoff's point a little further, and there may be another one.
        while let Some(point) = k.checked_add(seams.merged()).and_then(|i| points.at(i))
            && !seams.reach(point)
        {
            seams = Cow::Owned(seams.up_to(points, zone, point).into_owned());
        }
        seams
    }

    /// Returns whether all seams are known that begin before a local time, or up to it.
    pub(super) fn reach(&self, local: NaiveDateTime) -> bool {
        local < self.horizon || self.horizon == NaiveDateTime::MAX
    }

    /// Returns the local time before which every seam that starts is known.
    pub(super) fn horizon(&self) -> NaiveDateTime {
        self.horizon
    }

    /// Returns a seam by its place.
    pub(super) fn get(&self, place: usize) -> Option<&Seam> {
        self.known.get(place)
    }

    /// Returns the place of the last seam that begins at or before handoff `k`, else 0, and how many points before it
    /// are no handoffs of their own.
    pub(super) fn place_of(&self, k: u64) -> (usize, u64) {
        let place = self.begun_until(k).len().saturating_sub(1);
        (place, place.checked_sub(1).map_or(self.merged_before, |before| self.known[before].merged))
    }

    /// Returns handoff `k`, or `None` where there is none.
    pub(super) fn handoff(&self, points: &Points, zone: &Zone, k: u64) -> Option<DateTime<Utc>> {
        self.reaching(points, zone, k).known_handoff(points, zone, k)
    }

    /// Returns how many handoffs, from the first on, fulfil a claim that holds up to about `local` and not after it.
    pub(super) fn count_while(
        &self,
        points: &Points,
        zone: &Zone,
        local: NaiveDateTime,
        claim: impl Fn(DateTime<Utc>) -> bool,
    ) -> u64 {
        let until = later(local, LONGEST_STRETCH);
        let seams = self.up_to(points, zone, until);
        // Points that far away are surely before, and surely after.
        let earliest = local.checked_sub_signed(LONGEST_STRETCH).unwrap_or(NaiveDateTime::MIN);
        let low = points.count_before(earliest).saturating_sub(seams.merged());
        let limit = points.count_before(until).saturating_add(1);
        super::points::count_while(low, limit, |k| {
            seams.known_handoff(points, zone, k).is_some_and(&claim)
        })
    }

    fn between(points: &Points, zone: &Zone, range: Range<NaiveDateTime>, merged: u64) -> Self {
        let is_last = points.sparse_after().is_some_and(|sparse| sparse <= range.end);
        Self {
            merged_before: merged,
            horizon: if is_last { NaiveDateTime::MAX } else { range.end },
            known: found(points, zone, range, merged).collect(),
        }
    }

    /// Returns at least the seams that begin up to a local time.
    fn up_to(&self, points: &Points, zone: &Zone, local: NaiveDateTime) -> Cow<'_, Self> {
        if self.reach(local) {
            return Cow::Borrowed(self);
        }
        let range = self.horizon..later(local, AHEAD);
        let later = Self::between(points, zone, range, self.merged());
        Cow::Owned(Self {
            merged_before: self.merged_before,
            known: self.known.iter().chain(&*later.known).cloned().collect(),
            horizon: later.horizon,
        })
    }

    /// Returns handoff `k`, where at least the seams that begin before it are known.
    fn known_handoff(&self, points: &Points, zone: &Zone, k: u64) -> Option<DateTime<Utc>> {
        let last = self.begun_until(k).last();
        if let Some(last) = last
            && let Ok(within) = usize::try_from(k - last.first_handoff)
            && let Some(handoff) = last.handoffs.get(within)
        {
            return Some(*handoff);
        }
        let merged = last.map_or(self.merged_before, |seam| seam.merged);
        points.at(k.checked_add(merged)?).map(|point| zone.instant_of(point))
    }

    fn begun_until(&self, k: u64) -> &[Seam] {
        &self.known[..self.known.partition_point(|seam| seam.first_handoff <= k)]
    }

    fn merged(&self) -> u64 {
        self.known.last().map_or(self.merged_before, |seam| seam.merged)
    }
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
    let jumps = zone
        .instant_of(range.start)
        .checked_sub_signed(LONGEST_STRETCH)
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

fn later(local: NaiveDateTime, by: TimeDelta) -> NaiveDateTime {
    local.checked_add_signed(by).unwrap_or(NaiveDateTime::MAX)
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
