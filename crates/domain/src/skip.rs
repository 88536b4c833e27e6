//! When somebody counts as away for a turn.

use crate::fault::Fault;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The rule that says how much absence in a turn makes a member be passed over (specification, Who is next 4).
///
/// All are measured on the turn's active time. As JSON: `{"over_share": 0.25}`, `{"any": true}`,
/// `{"at_least_hours": 8}` or `{"never": true}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum SkipRule {
    /// More than this share of the active time, 0 to below 1.
    OverShare(f64),
    /// Any active time at all.
    Any,
    /// At least so many active hours, added up.
    AtLeastHours(f64),
    /// Nobody is passed over for an absence.
    Never,
}

impl SkipRule {
    /// Returns whether missing `missed` of `active` makes a member be passed over.
    ///
    /// Nobody counts as away for a turn without active time.
    #[must_use]
    pub fn is_away(self, missed: TimeDelta, active: TimeDelta) -> bool {
        if missed <= TimeDelta::zero() || active <= TimeDelta::zero() {
            return false;
        }
        match self {
            Self::OverShare(share) => share_of(missed, active) > share,
            Self::Any => true,
            Self::AtLeastHours(hours) => missed.as_seconds_f64() >= hours * 3600.0,
            Self::Never => false,
        }
    }

    /// Checks the number.
    ///
    /// # Errors
    ///
    /// A share that is not at least 0 and below 1, or hours that are not above 0.
    pub fn validate(self) -> Result<(), Fault> {
        match self {
            Self::OverShare(share) if !(0.0..1.0).contains(&share) => {
                Err(Fault::new("over_share", format!("{share} is not at least 0 and below 1")))
            }
            Self::AtLeastHours(hours) if !(hours > 0.0 && hours.is_finite()) => {
                Err(Fault::new("at_least_hours", format!("{hours} is not more than 0")))
            }
            _ => Ok(()),
        }
    }
}

impl Default for SkipRule {
    fn default() -> Self {
        Self::OverShare(0.25)
    }
}

/// Returns how much of `active` is `missed`, 0 to 1; 0 where nothing is active.
#[must_use]
pub fn share_of(missed: TimeDelta, active: TimeDelta) -> f64 {
    if active <= TimeDelta::zero() {
        return 0.0;
    }
    missed.as_seconds_f64() / active.as_seconds_f64()
}

/// The rule as it is written down: exactly one of the four.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    over_share: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    any: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least_hours: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    never: Option<bool>,
}

impl TryFrom<Written> for SkipRule {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written { over_share: Some(share), any: None, at_least_hours: None, never: None } => {
                Ok(Self::OverShare(share))
            }
            Written { over_share: None, any: Some(true), at_least_hours: None, never: None } => {
                Ok(Self::Any)
            }
            Written { over_share: None, any: None, at_least_hours: Some(hours), never: None } => {
                Ok(Self::AtLeastHours(hours))
            }
            Written { over_share: None, any: None, at_least_hours: None, never: Some(true) } => {
                Ok(Self::Never)
            }
            _ => Err("use one of {\"over_share\": 0.25}, {\"any\": true}, \
                      {\"at_least_hours\": 8} and {\"never\": true}"),
        }
    }
}

impl From<SkipRule> for Written {
    fn from(rule: SkipRule) -> Self {
        match rule {
            SkipRule::OverShare(share) => Self { over_share: Some(share), ..Self::default() },
            SkipRule::Any => Self { any: Some(true), ..Self::default() },
            SkipRule::AtLeastHours(hours) => {
                Self { at_least_hours: Some(hours), ..Self::default() }
            }
            SkipRule::Never => Self { never: Some(true), ..Self::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_json(json: &str, rule: SkipRule) {
        assert_eq!(serde_json::from_str::<SkipRule>(json).unwrap(), rule);
        assert_eq!(serde_json::to_string(&rule).unwrap(), json);
    }

    /// Checks how many minutes of a day of eight hours are the most that the rule keeps.
    #[track_caller]
    fn check_kept(rule: SkipRule, most: i64) {
        let is_away = |minutes| rule.is_away(TimeDelta::minutes(minutes), TimeDelta::hours(8));

        let kept: Vec<i64> = (0..=480).filter(|minutes| !is_away(*minutes)).collect();

        assert_eq!(kept, (0..=most).collect::<Vec<i64>>());
    }

    #[test]
    fn each_rule_keeps_up_to_its_line_and_nobody_beyond_it() {
        check_kept(SkipRule::OverShare(0.25), 120);
        check_kept(SkipRule::OverShare(0.0), 0);
        check_kept(SkipRule::OverShare(0.99), 475);
        check_kept(SkipRule::Any, 0);
        check_kept(SkipRule::AtLeastHours(2.0), 119);
        check_kept(SkipRule::AtLeastHours(0.25), 14);
        check_kept(SkipRule::AtLeastHours(8.0), 479);
        check_kept(SkipRule::AtLeastHours(9.0), 480);
        check_kept(SkipRule::Never, 480);
    }

    #[test]
    fn nobody_is_away_for_no_time_at_all() {
        for rule in [SkipRule::OverShare(0.0), SkipRule::Any, SkipRule::AtLeastHours(1.0)] {
            assert!(!rule.is_away(TimeDelta::hours(9), TimeDelta::zero()));
        }
    }

    #[test]
    fn each_rule_has_its_json_form() {
        check_json(r#"{"over_share":0.25}"#, SkipRule::OverShare(0.25));
        check_json(r#"{"any":true}"#, SkipRule::Any);
        check_json(r#"{"at_least_hours":8.0}"#, SkipRule::AtLeastHours(8.0));
        check_json(r#"{"never":true}"#, SkipRule::Never);
    }

    #[test]
    fn anything_but_exactly_one_rule_is_refused() {
        for json in [
            "{}",
            r#"{"any": false}"#,
            r#"{"any": true, "never": true}"#,
            r#"{"over_share": null}"#,
            r#"{"over_shar": 0.3}"#,
            "0.25",
        ] {
            assert!(serde_json::from_str::<SkipRule>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn numbers_out_of_bounds_are_refused() {
        for rule in [
            SkipRule::OverShare(1.0),
            SkipRule::OverShare(-0.1),
            SkipRule::OverShare(f64::NAN),
            SkipRule::AtLeastHours(0.0),
            SkipRule::AtLeastHours(f64::INFINITY),
            SkipRule::AtLeastHours(f64::NAN),
        ] {
            assert!(rule.validate().is_err(), "{rule:?}");
        }
        assert_eq!(SkipRule::OverShare(0.0).validate(), Ok(()));
        assert_eq!(SkipRule::default().validate(), Ok(()));
    }

    #[test]
    fn exactly_the_share_is_not_over_it_and_exactly_the_hours_are_enough() {
        let check = |rule: SkipRule, missed: i64, expected: bool| {
            let is_away = rule.is_away(TimeDelta::minutes(missed), TimeDelta::hours(40));
            assert_eq!(is_away, expected, "{rule:?} {missed}");
        };

        check(SkipRule::OverShare(0.2), 8 * 60, false);
        check(SkipRule::OverShare(0.2), 8 * 60 + 1, true);
        check(SkipRule::AtLeastHours(8.0), 8 * 60, true);
        check(SkipRule::AtLeastHours(8.0), 8 * 60 - 1, false);
        check(SkipRule::Any, 1, true);
        check(SkipRule::Any, 0, false);
        check(SkipRule::Never, 40 * 60, false);
    }
}
