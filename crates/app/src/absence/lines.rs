//! Absences as people read them: as they were entered, with who may see what of those that a source says.

use super::subject::Subject;
use crate::people::{is_seen_lately, look_up_actor};
use crate::{AppError, Request};
use domain::absence::Span;
use domain::ids::UserId;
use domain::permission::{Act, may};
use domain::reply::{AbsenceLine, Reply};
use domain::source::SourceCode;
use std::collections::HashMap;
use store::{AbsenceRecord, AbsenceSource, Store, Tx};

/// Answers with the absences of one person that are not over.
///
/// Leave types are for the person and for admins; an admin of whom Slack was not asked within a day is looked up first.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn list(
    store: &Store,
    request: &Request,
    who: Option<&UserId>,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let subject = Subject::load(&mut tx, request, who).await?;
    let found = subject.absences(&mut tx, request.now).await?;
    let is_own = subject.of == request.actor;
    let is_admin = may(&subject.people.actor(&request.actor), Act::Administer).is_ok();
    // Who was an admin may be one no more: Slack is asked before they read on.
    let is_seen = is_seen_lately(&subject.people, request);
    let sees_types = is_own || (is_admin && is_seen);
    let sight = Sight::load(&mut tx).await?;
    drop(tx);
    if is_admin && !is_own && !is_seen {
        let mut tx = store.write(request.workspace).await?;
        look_up_actor(&mut tx, request).await?;
        tx.commit().await?;
    }
    Ok(Reply::AbsenceList {
        person: subject.people.person(&subject.of),
        is_own,
        absences: found.iter().map(|it| sight.line(it, &found, sees_types)).collect(),
        can_remove: subject.permission(&request.actor).is_ok(),
    })
}

/// Returns absences as their own person reads them at home.
pub(crate) async fn of_home(
    tx: &mut Tx,
    absences: &[AbsenceRecord],
) -> Result<Vec<AbsenceLine>, AppError> {
    let sight = Sight::load(tx).await?;
    Ok(absences.iter().map(|it| sight.line(it, absences, true)).collect())
}

/// What lines are made with: the names of the sources.
pub(crate) struct Sight {
    names: HashMap<SourceCode, String>,
}

impl Sight {
    pub(crate) async fn load(tx: &mut Tx) -> Result<Self, AppError> {
        let sources = tx.list_sources().await?.into_iter();
        Ok(Self { names: sources.map(|source| (source.source, source.name)).collect() })
    }

    /// Returns the name of the system that says an absence; `None` where a person does.
    pub(crate) fn name_of(&self, source: &AbsenceSource) -> Option<String> {
        match source {
            AbsenceSource::Manual | AbsenceSource::Skip => None,
            AbsenceSource::Synced(code) => {
                Some(self.names.get(code).cloned().unwrap_or_else(|| code.to_string()))
            }
        }
    }

    /// Returns one of a person's absences, with its type where the reader may see that.
    fn line(
        &self,
        absence: &AbsenceRecord,
        all: &[AbsenceRecord],
        sees_types: bool,
    ) -> AbsenceLine {
        let is_synced = absence.source.is_synced();
        AbsenceLine {
            source: self.name_of(&absence.source),
            label: absence.label.clone().filter(|_| sees_types),
            is_flagged: absence.is_flagged && sees_types,
            is_overruled: is_synced && is_overruled(absence, all),
            ..entered(absence)
        }
    }
}

/// Returns the line of an absence that was entered by hand.
pub(super) fn entered(absence: &AbsenceRecord) -> AbsenceLine {
    AbsenceLine {
        absence: absence.id,
        span: absence.span,
        zone: absence.zone.clone(),
        is_available: absence.is_available,
        source: None,
        label: None,
        is_flagged: false,
        is_overruled: false,
    }
}

/// Returns whether the person says of all of that time to be available.
pub(super) fn is_overruled(absence: &AbsenceRecord, all: &[AbsenceRecord]) -> bool {
    let covers = |said: &AbsenceRecord| {
        let is_whole = !matches!(said.span, Span::Halves { .. }) || said.span == absence.span;
        let lasts = match (said.ends_at, absence.ends_at) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(end), Some(needed)) => needed <= end,
        };
        said.is_available && is_whole && said.starts_at <= absence.starts_at && lasts
    };
    all.iter().any(covers)
}
