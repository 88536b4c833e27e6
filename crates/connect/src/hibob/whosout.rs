//! `timeoff/whosout`: who is away in a window.

use super::Door;
use crate::source::SourcePerson;
use domain::source::{DateRange, SourceAbsence, SourceFault};
use zeroize::Zeroizing;

pub(super) async fn ask(
    _door: &Door<'_>,
    _window: DateRange,
) -> Result<Zeroizing<Vec<u8>>, SourceFault> {
    Err(SourceFault::Unreachable)
}

pub(super) fn check(_body: &[u8]) -> Result<(), SourceFault> {
    Ok(())
}

pub(super) fn read<'a>(
    _body: &[u8],
    _window: DateRange,
    _whose: &dyn Fn(&str) -> Vec<&'a SourcePerson>,
) -> Result<Vec<SourceAbsence>, SourceFault> {
    Err(SourceFault::Unreadable)
}

/// Reads an answer as if every absence in it were this person's.
///
/// # Errors
///
/// [`SourceFault::Unreadable`].
pub fn read_whosout(
    body: &[u8],
    person: &SourcePerson,
    window: DateRange,
) -> Result<Vec<SourceAbsence>, SourceFault> {
    read(body, window, &|_| vec![person])
}
