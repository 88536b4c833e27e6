//! Changes of a rotation's rules, and whom the order would find for what is left of a turn.

use super::Timeline;
use crate::engine::{Crew, Seat, SeatedBy, replace};
use crate::grid::Grid;
use crate::ids::UserId;
use crate::rules::Rules;
use chrono::{DateTime, Utc};

impl Timeline<'_> {
    /// Returns whom the order finds first for what is left of the running turn, besides some people.
    ///
    /// Nobody where nothing is left, or where nobody else is free for it.
    #[must_use]
    pub fn next_free(&self, at: DateTime<Utc>, besides: &[UserId]) -> Option<UserId> {
        let left = self.running.as_ref()?.active_from(at);
        if left.is_empty() {
            return None;
        }
        let crew = Crew {
            rules: &self.rules,
            roster: &self.roster,
            absences: self.absences,
            deactivated: &self.deactivated,
        };
        let seats: Vec<Seat> = besides
            .iter()
            .map(|user| Seat { user: user.clone(), by: SeatedBy::Replacement })
            .collect();
        // Asked on a copy: it moves nothing.
        let seats = replace(crew, &mut self.order.clone(), seats, besides.len() + 1, &left);
        seats.into_iter().nth(besides.len()).map(|seat| seat.user)
    }

    /// Goes on with other rules. The seats of the running turn stay as they are.
    pub(super) fn change_rules(&mut self, rules: Rules, at: DateTime<Utc>) {
        let is_regridded = rules.cadence != self.rules.cadence || rules.zone != self.rules.zone;
        let has_other_hours = rules.duty_hours != self.rules.duty_hours;
        let (cadence, zone) = (rules.cadence.clone(), rules.zone.clone());
        if !rules.make_up {
            self.order.owed.clear();
        }
        self.rules = rules;
        if is_regridded {
            self.change_cadence(cadence, Some(zone), at);
        } else if has_other_hours {
            self.change_duty_hours(at);
        }
    }

    /// Goes on with the same handoffs and other windows of duty.
    fn change_duty_hours(&mut self, at: DateTime<Utc>) {
        self.grid = Grid::new(&self.rules);
        self.grids.push((at, self.grid.clone()));
        let Some(next) = self.next else { return };
        self.handoffs = self.grid.handoffs(next.point + 1);
        if let Some(running) = &mut self.running {
            running.change_end(at, next.at, &self.grid);
        }
    }
}
