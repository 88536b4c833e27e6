//! Random roster changes, each of them right for those who are members then.

use crate::model::{Change, Instant, Leaving, Name, RosterChange, Rotation};
use crate::random::Random;

const JOINERS: [Name; 3] = ["G", "H", "I"];

/// Returns up to five changes at instants that `moment` chooses.
pub(crate) fn roster_changes(
    random: &mut Random,
    rotation: &Rotation,
    moment: impl Fn(&mut Random) -> Instant,
) -> Vec<RosterChange> {
    let mut times: Vec<Instant> = (0..=random.below(5)).map(|_| moment(random)).collect();
    if random.chance(20) {
        times.push(times[0]);
    }
    times.sort_unstable();
    let mut members = rotation.members.clone();
    let mut leaving = Vec::new();
    let mut changes = Vec::new();
    for at in times {
        if let Some(what) = change(random, rotation, &mut members, &mut leaving) {
            changes.push(RosterChange { at, what });
        }
    }
    // The file may have them in any order; those of one instant happen in the file's.
    let is_tied = changes.windows(2).any(|two| two[0].at == two[1].at);
    if !is_tied && random.chance(30) {
        changes.reverse();
    }
    changes
}

fn change(
    random: &mut Random,
    rotation: &Rotation,
    members: &mut Vec<Name>,
    leaving: &mut Vec<Name>,
) -> Option<Change> {
    match random.below(10) {
        0..4 => {
            let all = rotation.members.iter().chain(&JOINERS);
            let gone =
                all.filter(|name| !members.contains(name) && rotation.fallback != Some(**name));
            let gone: Vec<Name> = gone.copied().collect();
            let member = *gone.get(random.below(gone.len()))?;
            let before = (!members.is_empty() && random.chance(25)).then(|| random.pick(members));
            members.push(member);
            leaving.retain(|name| *name != member);
            Some(Change::Add { member, before })
        }
        4..9 => {
            let mut staying = members.clone();
            // Whether somebody who left still stands by is a question of its own.
            staying.retain(|name| rotation.fallback != Some(*name));
            let member = *staying.get(random.below(staying.len()))?;
            members.retain(|name| *name != member);
            let how = random.pick(&[
                Leaving::Now,
                Leaving::Now,
                Leaving::NextHandoff,
                Leaving::Deactivated,
            ]);
            if how == Leaving::NextHandoff {
                leaving.push(member);
            }
            Some(Change::Remove { member, how })
        }
        _ if leaving.is_empty() && !members.is_empty() => {
            let mut order = members.clone();
            for index in 0..order.len() {
                order.swap(index, random.below(members.len()));
            }
            members.clone_from(&order);
            Some(Change::Order(order))
        }
        _ => None,
    }
}

impl RosterChange {
    /// Returns who is added.
    pub(crate) fn added(&self) -> Option<Name> {
        match self.what {
            Change::Add { member, .. } => Some(member),
            _ => None,
        }
    }
}
