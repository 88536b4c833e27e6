//! `people/search`: who somebody is there, by their address.

use super::Door;
use crate::source::SourcePerson;
use domain::source::SourceFault;

/// The people that are known.
pub(super) struct Known<'a>(&'a [SourcePerson]);

impl<'a> Known<'a> {
    pub(super) async fn ask(
        _door: &Door<'_>,
        people: &'a [SourcePerson],
    ) -> Result<Self, SourceFault> {
        Ok(Self(people))
    }
    pub(super) fn matched(&self) -> u32 {
        0
    }
    pub(super) fn of(&self, _employee: &str) -> Vec<&'a SourcePerson> {
        Vec::new()
    }
}

pub(super) async fn check(_door: &Door<'_>) -> Result<(), SourceFault> {
    Ok(())
}
