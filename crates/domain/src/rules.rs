//! The settings of a rotation that decide who serves when.

use crate::cadence::{Cadence, Unit};
use crate::duty_hours::DutyHours;
use crate::fault::Fault;
use crate::ids::UserId;
use crate::skip::SkipRule;
use crate::zone::Zone;
use serde::{Deserialize, Serialize};

/// The most people that can be on duty at once.
pub const MAX_SEATS: u16 = 1000;

/// The most windows of duty in one turn: ten a day for ninety years.
const MAX_WINDOWS: i64 = 330_000;

/// The rules of one rotation, stored as JSON.
///
/// Unknown fields are passed over, so that an older version can read what a newer one stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// The zone in which the cadence is meant.
    pub zone: Zone,
    /// When the duty passes.
    pub cadence: Cadence,
    /// How much absence makes a member be passed over.
    #[serde(default)]
    pub skip: SkipRule,
    /// The weekly windows in which somebody is on duty; `None` means all the time that is active.
    #[serde(default)]
    pub duty_hours: Option<DutyHours>,
    /// How many serve at once, 1 to [`MAX_SEATS`].
    #[serde(default = "one_seat")]
    pub seats: u16,
    /// Whether someone passed over goes ahead of the order when they are free again.
    #[serde(default)]
    pub make_up: bool,
    /// Who serves when nobody else can; a member or somebody else.
    #[serde(default)]
    pub fallback: Option<UserId>,
}

impl Rules {
    /// Returns the rules of a zone and a cadence, with the default of everything else.
    #[must_use]
    pub fn new(zone: Zone, cadence: Cadence) -> Self {
        Self {
            zone,
            cadence,
            skip: SkipRule::default(),
            duty_hours: None,
            seats: one_seat(),
            make_up: false,
            fallback: None,
        }
    }

    /// Checks what the types leave open.
    ///
    /// # Errors
    ///
    /// One fault for each setting that is out of its bounds, with its path such as `cadence.every`.
    pub fn validate(&self) -> Result<(), Vec<Fault>> {
        let cadence = self.cadence.validate(&self.zone).err().unwrap_or_default();
        let faults: Vec<Fault> = cadence
            .into_iter()
            .map(|fault| fault.under("cadence"))
            .chain(self.skip.validate().err().map(|fault| fault.under("skip")))
            .chain(self.faults_of_duty_hours())
            .chain(self.fault_of_seats())
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn faults_of_duty_hours(&self) -> impl Iterator<Item = Fault> {
        let faults = self.duty_hours.as_ref().map(|hours| match hours.validate() {
            Ok(()) => [self.fault_of_never_meeting(hours), self.fault_of_long_turns(hours)]
                .into_iter()
                .flatten()
                .collect(),
            Err(faults) => faults,
        });
        faults.into_iter().flatten().map(|fault| fault.under("duty_hours"))
    }

    /// Returns a fault where nobody would ever be on duty, because no duty time lies on an active day.
    fn fault_of_never_meeting(&self, hours: &DutyHours) -> Option<Fault> {
        let Cadence { weekdays, unit, anchor, .. } = &self.cadence;
        let weekdays = weekdays.filter(|days| !days.is_empty())?;
        (matches!(unit, Unit::Day | Unit::Week) && !hours.meets(weekdays, anchor.time())).then(
            || {
                let text = "never meet the active weekdays, which begin at the handoff time; \
                        choose hours on those days";
                Fault::new("", text)
            },
        )
    }

    /// Returns a fault where a turn has more windows of duty than can be looked at in no time.
    fn fault_of_long_turns(&self, hours: &DutyHours) -> Option<Fault> {
        let a_week: u32 = hours.windows().iter().map(|window| window.days.len()).sum();
        let weeks = self.cadence.length().num_weeks() + 1;
        let windows = weeks.saturating_mul(a_week.into());
        (windows > MAX_WINDOWS).then(|| {
            let text = format!(
                "make some {windows} windows in one turn, and {MAX_WINDOWS} is the most; choose shorter \
                 turns or fewer windows"
            );
            Fault::new("", text)
        })
    }

    fn fault_of_seats(&self) -> Option<Fault> {
        let seats = self.seats;
        (!(1..=MAX_SEATS).contains(&seats))
            .then(|| Fault::new("seats", format!("{seats} is not between 1 and {MAX_SEATS}")))
    }
}

const fn one_seat() -> u16 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_newer_version_stored_is_read_and_what_has_a_default_may_be_left_out() {
        let json = r#"{
            "zone": "Europe/Berlin", "seats": 2,
            "cadence": {"every": 1, "unit": "week", "anchor": "2026-01-05T09:00", "colour": "red"}
        }"#;

        let rules: Rules = serde_json::from_str(json).unwrap();

        assert_eq!(rules.skip, SkipRule::OverShare(0.25));
        assert_eq!(rules.validate(), Ok(()));
        let stored = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<Rules>(&stored).unwrap(), rules);
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let json = r#"{
            "zone": "Europe/Berlin", "skip": {"over_share": 1.5},
            "cadence": {"every": 0, "unit": "week", "anchor": "2026-01-05T09:00", "weekdays": []}
        }"#;
        let rules: Rules = serde_json::from_str(json).unwrap();

        let faults = rules.validate().unwrap_err();

        let places: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(places, ["cadence.every", "cadence.weekdays", "skip.over_share"]);
    }

    #[test]
    fn duty_hours_that_begin_before_an_active_day_and_reach_into_it_meet_it() {
        let json = r#"{
            "zone": "Europe/Berlin",
            "cadence": {"every": 1, "unit": "week", "anchor": "2026-01-05T09:00", "weekdays": ["mon"]},
            "duty_hours": [{"days": ["mon"], "from": "08:00", "to": "10:00"}]
        }"#;

        assert_eq!(serde_json::from_str::<Rules>(json).unwrap().validate(), Ok(()));
    }

    #[test]
    fn weekdays_and_duty_hours_that_never_meet_are_wrong() {
        let json = r#"{
            "zone": "Europe/Berlin",
            "cadence": {"every": 1, "unit": "week", "anchor": "2026-01-05T09:00", "weekdays": ["mon"]},
            "duty_hours": [{"days": ["sat"], "from": "09:00", "to": "17:00"}]
        }"#;
        let mut rules: Rules = serde_json::from_str(json).unwrap();

        let faults = rules.validate().unwrap_err();

        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].path, "duty_hours");
        rules.cadence.weekdays = None;
        assert_eq!(rules.validate(), Ok(()));
    }
}
