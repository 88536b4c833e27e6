//! A rotation in which the two disagree, made as small as it gets.

use crate::compare::{Verdict, compare};
use crate::model::{Absence, Change, Leaving, Rotation, SkipRule};
use crate::report::{Reach, Shown};

/// Drops whatever can be dropped while the two still disagree about the same kind of thing.
pub(crate) fn shrink(
    mut rotation: Rotation,
    turns: usize,
    mut shown: Shown,
    kind: &str,
) -> (Rotation, Shown) {
    let differs = |rotation: &Rotation, shown| {
        let verdict = compare(rotation, turns, shown);
        matches!(verdict, Verdict::Different(difference) if difference.kind == kind)
    };
    loop {
        let smaller = list_smaller(&rotation).into_iter().find(|smaller| differs(smaller, shown));
        let less = list_less(shown).into_iter().find(|less| differs(&rotation, *less));
        match (smaller, less) {
            (None, None) => return (rotation, shown),
            (Some(smaller), _) => rotation = smaller,
            (None, Some(less)) => shown = less,
        }
    }
}

fn list_less(shown: Shown) -> Vec<Shown> {
    let mut less = Vec::new();
    if shown.from.is_some() {
        less.push(Shown { from: None, ..shown });
    }
    if let Reach::Count(count) = shown.reach {
        less.extend((1..count).map(|count| Shown { reach: Reach::Count(count), ..shown }));
    }
    less
}

fn list_smaller(rotation: &Rotation) -> Vec<Rotation> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Rotation)| {
        let mut smaller = rotation.clone();
        change(&mut smaller);
        all.push(smaller);
    };
    for index in 0..rotation.pauses.len() {
        with(&|smaller| _ = smaller.pauses.remove(index));
        if rotation.pauses[index].start_now {
            with(&|smaller| smaller.pauses[index].start_now = false);
        }
    }
    for index in 0..rotation.cadence_changes.len() {
        with(&|smaller| _ = smaller.cadence_changes.remove(index));
        let change = &rotation.cadence_changes[index];
        if change.cadence.weekdays.is_some() {
            with(&|smaller| smaller.cadence_changes[index].cadence.weekdays = None);
        }
        if change.zone.is_some() {
            with(&|smaller| smaller.cadence_changes[index].zone = None);
        }
    }
    for index in 0..rotation.roster_changes.len() {
        with(&|smaller| _ = smaller.roster_changes.remove(index));
        if let Change::Remove { how: Leaving::Deactivated, member } =
            rotation.roster_changes[index].what
        {
            with(&|smaller| {
                smaller.roster_changes[index].what = Change::Remove { how: Leaving::Now, member };
            });
        }
    }
    for index in 0..rotation.coverage.len() {
        with(&|smaller| _ = smaller.coverage.remove(index));
    }
    for index in 0..rotation.swaps.len() {
        with(&|smaller| _ = smaller.swaps.remove(index));
    }
    for index in 0..rotation.absences.len() {
        with(&|smaller| _ = smaller.absences.remove(index));
        if matches!(rotation.absences[index], Absence::Days { zone: Some(_), .. }) {
            with(&|smaller| {
                if let Absence::Days { zone, .. } = &mut smaller.absences[index] {
                    *zone = None;
                }
            });
        }
    }
    for index in 0..rotation.duty_hours.len() {
        with(&|smaller| _ = smaller.duty_hours.remove(index));
    }
    for index in 0..rotation.members.len() {
        with(&|smaller| _ = smaller.members.remove(index));
    }
    if rotation.seats > 1 {
        with(&|smaller| smaller.seats -= 1);
    }
    if rotation.make_up {
        with(&|smaller| smaller.make_up = false);
    }
    if rotation.rule != SkipRule::OverShare(2500) {
        with(&|smaller| smaller.rule = SkipRule::OverShare(2500));
    }
    if rotation.fallback.is_some() {
        with(&|smaller| smaller.fallback = None);
    }
    if rotation.last_turn.is_some() {
        with(&|smaller| smaller.last_turn = None);
    }
    if rotation.cadence.weekdays.is_some() || rotation.cadence.nth_weekday.is_some() {
        with(&|smaller| (smaller.cadence.weekdays, smaller.cadence.nth_weekday) = (None, None));
    }
    if rotation.cadence.every > 1 {
        with(&|smaller| smaller.cadence.every = 1);
    }
    if rotation.zone != "UTC" {
        with(&|smaller| smaller.zone = "UTC");
    }
    all
}
