//! The settings of a rotation that decide who serves when.

use crate::cadence::Cadence;
use crate::fault::Fault;
use crate::skip::SkipRule;
use crate::zone::Zone;
use serde::{Deserialize, Serialize};

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
}

impl Rules {
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
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
