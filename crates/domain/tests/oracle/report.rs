//! The shifts and findings of a plan, as they stand in its JSON.

use crate::active::Stretch;
use crate::cover::{Effects, Served, Slice, View, has_effect, list_slices};
use crate::model::{Instant, Rotation, written};
use crate::order::Skip;
use crate::timeline::{Timeline, walk};
use serde_json::{Value, json};

/// What a plan shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Report {
    pub(crate) shifts: Vec<Value>,
    /// Kind, turn, start and end, sorted.
    pub(crate) findings: Vec<Finding>,
}

/// A finding's kind, turn, start and end.
pub(crate) type Finding = (&'static str, usize, Instant, Instant);

/// Which shifts are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) from: Option<Instant>,
    pub(crate) reach: Reach,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Reach {
    Until(Instant),
    Count(usize),
}

/// All that is known about a rotation, before a window is cut from it.
pub(crate) struct Whole {
    shifts: Vec<Slice>,
    timeline: Timeline,
    effects: Effects,
}

/// Makes the plan of so many turns or some more; `None` where that is too far to walk.
pub(crate) fn make_whole(rotation: &Rotation, turns: usize) -> Option<Whole> {
    let until = rotation.coverage.iter().map(|cover| cover.end).max().unwrap_or(Instant::MIN);
    let swapped = rotation.swaps.iter().map(|(a, b)| *a.max(b)).max().unwrap_or(0);
    let timeline = walk(rotation, turns.max(swapped + 1), until)?;
    let (slices, effects) = list_slices(rotation, &timeline);
    let shifts = merge(slices);
    Some(Whole { shifts, timeline, effects })
}

impl Whole {
    /// Returns the times of the shifts; the last one is left out since it may go on.
    pub(crate) fn times(&self) -> Vec<Stretch> {
        let times = self.shifts.iter().map(|shift| shift.time);
        times.take(self.shifts.len() - 1).collect()
    }

    /// Returns what is seen in a window; `None` where that reaches too far.
    pub(crate) fn report(&self, rotation: &Rotation, shown: Shown) -> Option<Report> {
        let from = shown.from.unwrap_or(Instant::MIN);
        let times = self.times();
        let indices: Vec<usize> = (0..times.len()).filter(|i| times[*i].1 > from).collect();
        let cut: Vec<usize> = match shown.reach {
            Reach::Count(count) => indices.into_iter().take(count).collect(),
            Reach::Until(until) => indices.into_iter().filter(|i| times[*i].0 < until).collect(),
        };
        let is_whole = match shown.reach {
            Reach::Count(count) => cut.len() == count,
            Reach::Until(until) => times.last().is_some_and(|last| last.1 >= until),
        };
        if !is_whole {
            return None;
        }
        let (Some(first), Some(last)) = (cut.first(), cut.last()) else {
            return Some(Report { shifts: Vec::new(), findings: Vec::new() });
        };
        let time = (times[*first].0, times[*last].1);
        let mut findings = self.list_findings(rotation);
        findings.retain(|(_, _, start, end)| *start < time.1 && *end > time.0);
        findings.extend(self.thin_roster(self.shifts[*first].turn, time));
        findings.sort_unstable();
        let shifts = cut.into_iter().map(|index| self.shift_json(index)).collect();
        Some(Report { shifts, findings })
    }

    fn shift_json(&self, index: usize) -> Value {
        let shift = &self.shifts[index];
        let (state, seats): (_, &[Served]) = match &shift.view {
            View::OffHours => ("off_hours", &[]),
            View::Paused => ("paused", &[]),
            View::Seats(seats) if seats.is_empty() => ("unassigned", &[]),
            View::Seats(seats) => ("planned", seats),
        };
        let skipped = if self.shows_skips(shift.turn) == Some(index) {
            self.timeline.turns[shift.turn].skipped.iter().map(skip_json).collect()
        } else {
            Vec::new()
        };
        json!({
            "start": written(shift.time.0), "end": written(shift.time.1), "turn": shift.turn,
            "members": seats.iter().map(|seat| seat.by).collect::<Vec<_>>(),
            "covered_for": covered_for(seats), "state": state, "skipped": skipped,
        })
    }

    /// Returns the index of the shift that shows whom a turn's handoff passed over.
    fn shows_skips(&self, turn: usize) -> Option<usize> {
        let shows = |shift: &Slice| match &shift.view {
            View::Seats(seats) => seats.is_empty() || seats.iter().any(|seat| seat.is_own),
            _ => false,
        };
        self.shifts.iter().position(|shift| shift.turn == turn && shows(shift))
    }

    fn list_findings(&self, rotation: &Rotation) -> Vec<Finding> {
        let mut findings = Vec::new();
        for turn in &self.timeline.turns {
            let hull = |is_wanted: &dyn Fn(&[Served]) -> bool| -> Option<Stretch> {
                let shifts = self.shifts.iter().filter(|shift| match &shift.view {
                    View::Seats(seats) => shift.turn == turn.number && is_wanted(seats),
                    _ => false,
                });
                let times: Vec<Stretch> = shifts.map(|shift| shift.time).collect();
                Some((times.first()?.0, times.last()?.1))
            };
            let add = |kind, (start, end): Stretch| (kind, turn.number, start, end);
            findings.extend(hull(&<[_]>::is_empty).map(|time| add("unassigned", time)));
            let is_partly = |seats: &[Served]| !seats.is_empty() && seats.len() < rotation.seats;
            findings.extend(hull(&is_partly).map(|time| add("partly_filled", time)));
            if !turn.skipped.is_empty() && self.shows_skips(turn.number).is_none() {
                findings.push(add("skipped", (turn.start, turn.end)));
            }
        }
        findings.extend(self.swaps_without_effect(rotation));
        findings.extend(self.covers_without_effect(rotation));
        findings
    }

    fn swaps_without_effect<'a>(
        &'a self,
        rotation: &'a Rotation,
    ) -> impl Iterator<Item = Finding> + 'a {
        let swaps = rotation.swaps.iter().filter(|swap| !has_effect(**swap, &self.timeline));
        swaps.map(|(a, b)| {
            let turn = &self.timeline.turns[*a.min(b)];
            ("swap_without_effect", turn.number, turn.start, turn.end)
        })
    }

    fn covers_without_effect(&self, rotation: &Rotation) -> Vec<Finding> {
        let kind = "coverage_without_effect";
        let mut findings = Vec::new();
        for (index, cover) in rotation.coverage.iter().enumerate() {
            if self.effects.has_effect[index] {
                let mut stretches: Vec<(usize, Stretch)> = Vec::new();
                for (turn, time) in &self.effects.hindered[index] {
                    match stretches.last_mut() {
                        Some((_, last)) if last.1 == time.0 => last.1 = time.1,
                        _ => stretches.push((*turn, *time)),
                    }
                }
                findings
                    .extend(stretches.into_iter().map(|(turn, time)| (kind, turn, time.0, time.1)));
            } else {
                let turns = self.timeline.turns.iter();
                let turn = turns.filter(|turn| turn.start <= cover.start).count().saturating_sub(1);
                findings.push((kind, turn, cover.start, cover.end));
            }
        }
        findings
    }

    fn thin_roster(&self, turn: usize, (start, end): Stretch) -> Option<Finding> {
        let sizes = &self.timeline.sizes;
        let is_thin = sizes.iter().enumerate().any(|(index, (since, size))| {
            let until = sizes.get(index + 1).map_or(Instant::MAX, |next| next.0);
            *size < 3 && since < &until && *since < end && until > start
        });
        is_thin.then_some(("thin_roster", turn, start, end))
    }
}

fn covered_for(seats: &[Served]) -> Value {
    let covered: Vec<_> = seats.iter().filter_map(|seat| seat.instead_of).collect();
    match covered[..] {
        [] => Value::Null,
        [one] => json!(one),
        _ => seats.iter().map(|seat| json!(seat.instead_of)).collect(),
    }
}

fn skip_json(skip: &Skip) -> Value {
    match skip.share {
        Some(share) => {
            let share: f64 = format!("{share:.4}").parse().expect("is a number");
            json!({"member": skip.member, "reason": "away", "share": share})
        }
        None => json!({"member": skip.member, "reason": "already_seated"}),
    }
}

/// Joins slices in which the same is seen; off-hours are joined over handoffs too.
fn merge(slices: Vec<Slice>) -> Vec<Slice> {
    let mut shifts: Vec<Slice> = Vec::new();
    for slice in slices {
        match shifts.last_mut() {
            Some(last) if is_same(last, &slice) => last.time.1 = slice.time.1,
            _ => shifts.push(slice),
        }
    }
    shifts
}

fn is_same(one: &Slice, other: &Slice) -> bool {
    let seen = |slice: &Slice| match &slice.view {
        View::Seats(seats) => seats.iter().map(|seat| (seat.by, seat.instead_of)).collect(),
        _ => Vec::new(),
    };
    match (&one.view, &other.view) {
        (View::OffHours, View::OffHours) => true,
        (View::Paused, View::Paused) => one.turn == other.turn && one.time.1 == other.time.0,
        (View::Seats(_), View::Seats(_)) => {
            one.turn == other.turn && one.time.1 == other.time.0 && seen(one) == seen(other)
        }
        _ => false,
    }
}
