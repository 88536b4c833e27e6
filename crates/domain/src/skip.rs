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
