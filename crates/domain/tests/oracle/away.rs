//! Who is away for a turn.

use crate::active::{Stretch, overlap};
use crate::local_time::{instant_on, zone_of};
use crate::model::{Absence, Instant, Name, Rotation, SkipRule};
use jiff::ToSpan;
use jiff::civil::Time;

/// Returns the share of the active time that somebody misses, where it is so much that they are away for it.
pub(crate) fn share_away(rotation: &Rotation, member: Name, active: &[Stretch]) -> Option<f64> {
    let total: i64 = active.iter().map(|(start, end)| end - start).sum();
    let absences = rotation.absences.iter().filter(|absence| absence.member() == member);
    let missed = overlap(
        active,
        &absences.map(|absence| absence.stretch(rotation.zone)).collect::<Vec<_>>(),
    );
    let is_away = match rotation.rule {
        SkipRule::OverShare(share) => missed * 10_000 > share * total,
        SkipRule::Any => missed > 0,
        SkipRule::AtLeastHours(hours) => missed >= hours * 3600,
        SkipRule::Never => false,
    };
    (total > 0 && is_away).then(|| share(missed, total))
}

#[expect(clippy::cast_precision_loss, reason = "a turn has fewer seconds than a double counts")]
fn share(missed: i64, total: i64) -> f64 {
    missed as f64 / total as f64
}

impl Absence {
    fn member(&self) -> Name {
        match self {
            Self::Days { member, .. } | Self::Instants { member, .. } => member,
        }
    }

    fn stretch(&self, zone: &str) -> Stretch {
        match self {
            Self::Days { from, to, zone: own, .. } => {
                let zone = zone_of(own.unwrap_or(zone));
                (
                    instant_on(&zone, *from, Time::midnight()),
                    instant_on(&zone, *to + 1.day(), Time::midnight()),
                )
            }
            Self::Instants { start, end, .. } => (*start, end.unwrap_or(Instant::MAX)),
        }
    }
}
