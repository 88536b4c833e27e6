//! What happens to a rotation, in turn.

use crate::cadence::Cadence;
use crate::change::{Change, Pause, RosterChange, Timed};
use crate::rules::Rules;
use crate::zone::Zone;
use chrono::{DateTime, Utc};
use std::collections::VecDeque;

/// Something that happens to a rotation.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) at: DateTime<Utc>,
    pub(super) what: Happening,
}

#[derive(Clone, Debug)]
pub(super) enum Happening {
    Roster(RosterChange),
    Cadence { cadence: Cadence, zone: Option<Zone> },
    Rules(Box<Rules>),
    Pause,
    Resume { start_now: bool },
}

impl Event {
    /// Returns whether it comes before a handoff at an instant: a change of the cadence sees a turn that begins at its
    /// own instant, everything else does not.
    pub(super) fn comes_before_handoff_at(&self, handoff: DateTime<Utc>) -> bool {
        match self.what {
            Happening::Cadence { .. } | Happening::Rules(_) => self.at < handoff,
            _ => self.at <= handoff,
        }
    }

    fn is_after_handoff(&self) -> bool {
        matches!(self.what, Happening::Cadence { .. } | Happening::Rules(_))
    }
}

/// Returns the events in the order in which they happen; at one instant in the order in which they were given.
pub(super) fn in_turn(changes: &[Timed<Change>], pauses: &[Pause]) -> VecDeque<Event> {
    let changes = changes.iter().map(|change| Event {
        at: change.at,
        what: match &change.what {
            Change::Roster(roster) => Happening::Roster(roster.clone()),
            Change::Cadence { cadence, zone } => {
                Happening::Cadence { cadence: cadence.clone(), zone: zone.clone() }
            }
            Change::Rules(rules) => Happening::Rules(rules.clone()),
        },
    });
    let mut events: Vec<Event> = changes.chain(rests(pauses)).collect();
    events.sort_by_key(|event| (event.at, event.is_after_handoff()));
    events.into()
}

/// Returns the beginnings and ends of pauses; those that overlap or touch are one, which ends as the last of them does.
fn rests(pauses: &[Pause]) -> Vec<Event> {
    let mut sorted: Vec<&Pause> = pauses.iter().collect();
    sorted.sort_by_key(|pause| pause.start);
    let mut united: Vec<Pause> = Vec::new();
    for pause in sorted {
        match united.last_mut().filter(|last| last.end.is_none_or(|end| pause.start <= end)) {
            Some(last) if ends_later(last.end, pause.end) => {
                last.end = pause.end;
                last.start_now = pause.start_now;
            }
            Some(last) => last.start_now |= last.end == pause.end && pause.start_now,
            None => united.push(pause.clone()),
        }
    }
    let events = united.into_iter().flat_map(|Pause { start, end, start_now }| {
        let resume = end.map(|at| Event { at, what: Happening::Resume { start_now } });
        std::iter::once(Event { at: start, what: Happening::Pause }).chain(resume)
    });
    events.collect()
}

fn ends_later(end: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> bool {
    end.is_some_and(|end| other.is_none_or(|other| end < other))
}
