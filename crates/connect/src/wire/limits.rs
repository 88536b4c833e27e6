//! What all workspaces share: the pause after a firewall, the budget of refusals, and budgets a minute.

use chrono::{DateTime, TimeDelta, Utc};
use domain::source::SourceFault;
use std::collections::{BTreeMap, VecDeque};

/// How long nobody asks after a firewall kept us out.
const PAUSE: TimeDelta = TimeDelta::minutes(5);

/// How many refused credentials are let through in [`REFUSAL_WINDOW`].
const MOST_REFUSALS: usize = 20;

/// The stretch of time in which refusals count.
const REFUSAL_WINDOW: TimeDelta = TimeDelta::seconds(10);

/// The stretch of time for which a budget is.
const BUDGET_WINDOW: TimeDelta = TimeDelta::minutes(1);

/// What is counted, by the origin that is asked.
#[derive(Default)]
pub(crate) struct Limits {
    origins: BTreeMap<String, Origin>,
}

#[derive(Default)]
struct Origin {
    paused_until: Option<DateTime<Utc>>,
    refusals: VecDeque<DateTime<Utc>>,
    /// When was asked, by whose budget.
    asked: BTreeMap<String, VecDeque<DateTime<Utc>>>,
}

impl Limits {
    /// Returns nothing where the origin may be asked now, and counts it; else why not.
    pub(crate) fn allow(
        &mut self,
        origin: &str,
        budget: Option<(&str, usize)>,
        now: DateTime<Utc>,
    ) -> Result<(), SourceFault> {
        let origin = self.origins.entry(origin.to_owned()).or_default();
        if origin.paused_until.is_some_and(|until| now < until) {
            return Err(SourceFault::Blocked);
        }
        forget(&mut origin.refusals, now - REFUSAL_WINDOW);
        if origin.refusals.len() >= MOST_REFUSALS {
            return Err(SourceFault::Blocked);
        }
        origin.asked.retain(|_, asked| {
            forget(asked, now - BUDGET_WINDOW);
            !asked.is_empty()
        });
        let Some((whose, a_minute)) = budget else { return Ok(()) };
        let asked = origin.asked.entry(whose.to_owned()).or_default();
        if asked.len() >= a_minute {
            let until = asked.front().map_or(now, |first| *first) + BUDGET_WINDOW;
            return Err(SourceFault::Limited { until });
        }
        asked.push_back(now);
        Ok(())
    }

    /// Takes note of what an origin answered.
    pub(crate) fn note(&mut self, origin: &str, fault: Option<&SourceFault>, now: DateTime<Utc>) {
        let origin = self.origins.entry(origin.to_owned()).or_default();
        match fault {
            Some(SourceFault::Blocked) => origin.paused_until = Some(now + PAUSE),
            Some(SourceFault::Unauthorized) => origin.refusals.push_back(now),
            _ => {}
        }
    }
}

/// Drops what happened at `until` or before.
fn forget(instants: &mut VecDeque<DateTime<Utc>>, until: DateTime<Utc>) {
    while instants.front().is_some_and(|first| *first <= until) {
        instants.pop_front();
    }
}
