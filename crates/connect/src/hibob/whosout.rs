//! `timeoff/whosout`: who is away in a window.

use super::entry::{Entry, each_entry};
use super::{Door, GRANT_PRIVATE, GRANT_WHOSOUT, when};
use crate::source::SourcePerson;
use domain::source::{DateRange, SourceAbsence, SourceFault};
use domain::zone::Zone;
use zeroize::Zeroizing;

/// What stands behind a grant that is not needed, where all are listed.
const RECOMMENDED: &str = " (recommended)";

/// Who is away, as it came.
pub(super) struct Told {
    pub(super) body: Zeroizing<Vec<u8>>,
    /// The grant without which what is private is missing.
    pub(super) lacks: Option<String>,
}

/// Asks who is away, with what is private if that is allowed.
///
/// Working from elsewhere is sent as an absence unless it is asked not to be.
pub(super) async fn ask(door: &Door<'_>, window: DateRange) -> Result<Told, SourceFault> {
    let path = |is_private: bool| {
        let DateRange { first, last } = window;
        format!(
            "timeoff/whosout?from={first}&to={last}&includeWorkingRequests=false&includeHourly=true\
             &includePrivate={is_private}"
        )
    };
    match door.ask(&path(true), None, GRANT_WHOSOUT, None).await {
        Err(SourceFault::Forbidden { .. }) => {
            let body = door.ask(&path(false), None, GRANT_WHOSOUT, None).await?;
            let grant = GRANT_PRIVATE.strip_suffix(RECOMMENDED).unwrap_or(GRANT_PRIVATE);
            Ok(Told { body, lacks: Some(grant.to_owned()) })
        }
        other => other.map(|body| Told { body, lacks: None }),
    }
}

/// Returns whether an answer is one, without a look at anybody.
///
/// # Errors
///
/// [`SourceFault::Unreadable`].
pub(super) fn check(body: &[u8]) -> Result<(), SourceFault> {
    each_entry(body, &mut |_| Ok(()))
}

/// Returns when the people whom `whose` knows by their employee id are away; those whom it does not know are passed over.
///
/// # Errors
///
/// [`SourceFault::Unreadable`] where the answer is none, and where an absence in it could not be told to anybody or not
/// even be put on the calendar: rather an answer too few than an absence too few.
pub(super) fn read<'a>(
    body: &[u8],
    window: DateRange,
    whose: &dyn Fn(&str) -> &'a [&'a SourcePerson],
) -> Result<Vec<SourceAbsence>, SourceFault> {
    let mut absences = Vec::new();
    each_entry(body, &mut |entry| {
        if entry.is_approved() == Some(false) {
            return Ok(());
        }
        let employee = entry.employee.as_ref().ok_or(SourceFault::Unreadable)?;
        for person in whose(employee) {
            read_entry(&entry, person, window, &mut absences)?;
        }
        Ok(())
    })?;
    absences.sort();
    absences.dedup();
    Ok(absences)
}

/// Reads an answer as if every absence in it were this person's.
///
/// # Errors
///
/// [`SourceFault::Unreadable`] where not all of it can be read.
pub fn read_whosout(
    body: &[u8],
    person: &SourcePerson,
    window: DateRange,
) -> Result<Vec<SourceAbsence>, SourceFault> {
    read(body, window, &|_| std::slice::from_ref(&person))
}

fn read_entry(
    entry: &Entry,
    person: &SourcePerson,
    window: DateRange,
    absences: &mut Vec<SourceAbsence>,
) -> Result<(), SourceFault> {
    let told = when::read(entry, &person.zone, window)?;
    let is_strange = entry.is_approved().is_none();
    let in_window = told.pieces.iter().filter(|piece| touches(&piece.span, &told.zone, window));
    absences.extend(in_window.map(|piece| SourceAbsence {
        user: person.user.clone(),
        span: piece.span,
        zone: told.zone.name().to_owned(),
        label: entry.label(),
        is_flagged: piece.is_flagged || is_strange,
    }));
    Ok(())
}

fn touches(span: &domain::absence::Span, zone: &Zone, window: DateRange) -> bool {
    let (first, last) = span.dates(zone);
    first <= window.last && last.is_none_or(|last| window.first <= last)
}
