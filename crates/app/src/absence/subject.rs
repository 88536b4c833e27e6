//! Whose absence it is: what deciding on it needs, and what is written with every change of it.

use crate::absence_change::{Before, Cause};
use crate::audit::{self, Entry};
use crate::facts::Facts as KnownFacts;
use crate::home;
use crate::lookup::circle;
use crate::people::{People, zone_or_installers};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::absence::Span;
use domain::effect::{AbsenceNews, Envelope, Recipient};
use domain::form::check_absence;
use domain::ids::{AbsenceId, UserId};
use domain::permission::{Act, Circle, may};
use domain::refusal::Refusal;
use domain::zone::Zone;
use serde_json::json;
use std::slice::from_ref;
use std::sync::Arc;
use store::{AbsenceRecord, AbsenceSource, RotationRecord, Tx};

/// Somebody whose absences are looked at: their zone, and who manages them.
pub(super) struct Subject {
    pub(super) of: UserId,
    pub(super) people: Arc<People>,
    pub(super) zone: Zone,
    pub(super) rotations: Vec<Arc<RotationRecord>>,
}

impl Subject {
    pub(super) async fn load(
        tx: &mut Tx,
        request: &Request,
        who: Option<&UserId>,
    ) -> Result<Self, AppError> {
        let of = who.unwrap_or(&request.actor).clone();
        let people = People::load(tx, &[of.clone(), request.actor.clone()]).await?;
        let rotations: Vec<_> = tx.list_rotations().await?.into_iter().map(Arc::new).collect();
        let people = Arc::new(people);
        if let Some(subject) = Self::of(&of, &people, rotations) {
            return Ok(subject);
        }
        let zone = zone_or_installers(tx, &people, &of).await?;
        Ok(Self { of, people, zone, rotations: Vec::new() })
    }

    /// Returns them where everybody was looked for already.
    pub(super) fn known(
        known: &KnownFacts,
        request: &Request,
        who: Option<&UserId>,
    ) -> Option<Self> {
        let of = who.unwrap_or(&request.actor);
        if ![of, &request.actor].into_iter().all(|user| known.has_sought(user)) {
            return None;
        }
        let rotations = known.rotations();
        let rotations = rotations.iter().map(|known| Arc::clone(&known.snapshot.rotation));
        Self::of(of, known.people(), rotations.collect())
    }

    /// Returns them where a zone is known; one of a rotation serves as well.
    fn of(
        of: &UserId,
        people: &Arc<People>,
        mut rotations: Vec<Arc<RotationRecord>>,
    ) -> Option<Self> {
        rotations.retain(|rotation| rotation.members.contains(of));
        let of_rotation = || rotations.first().map(|rotation| rotation.rules.zone.clone());
        let zone = people.zone(of).or_else(of_rotation)?;
        Some(Self { of: of.clone(), people: Arc::clone(people), zone, rotations })
    }

    pub(super) fn permission(&self, actor: &UserId) -> Result<(), Refusal> {
        let circles: Vec<Circle<'_>> =
            self.rotations.iter().map(|rotation| circle(rotation)).collect();
        let act = Act::EnterAbsence { of: &self.of, circles: &circles };
        may(&self.people.actor(actor), act)
    }

    /// Returns the absences that are not over and count in every rotation.
    pub(super) async fn absences(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
    ) -> Result<Vec<AbsenceRecord>, AppError> {
        let mut found = tx.list_absences(from_ref(&self.of), now, None).await?;
        found.retain(|absence| absence.rotation.is_none());
        Ok(found)
    }

    /// Returns the absence that is to be entered.
    pub(super) fn absence(&self, request: &Request, span: Span) -> Result<AbsenceRecord, Refusal> {
        self.permission(&request.actor)?;
        check_absence(&span, &self.zone, request.now)?;
        Ok(self.record(request, span, &self.zone))
    }

    /// Returns what is written down of an absence that somebody enters.
    pub(super) fn record(&self, request: &Request, span: Span, zone: &Zone) -> AbsenceRecord {
        let (starts_at, ends_at) = span.bounds(zone);
        AbsenceRecord {
            id: AbsenceId::new(store::new_id(request.now)),
            user: self.of.clone(),
            source: AbsenceSource::Manual,
            rotation: None,
            span,
            zone: zone.name().to_owned(),
            is_available: false,
            label: None,
            is_flagged: false,
            starts_at,
            ends_at,
            entered_by: Some(request.actor.clone()),
            created_at: request.now,
        }
    }

    /// Returns whether one of the rotations has a swap whose turns an absence may move.
    pub(super) fn has_swaps(&self, known: &KnownFacts) -> bool {
        let own = |rotation| self.rotations.iter().any(|own| own.id == rotation);
        let mut known = known.rotations().into_iter().map(|known| &known.snapshot);
        known.any(|it| own(it.rotation.id) && it.layers.live_swaps().next().is_some())
    }

    /// Enters an absence, with everything that follows from it.
    pub(super) async fn insert(
        &self,
        tx: &mut Tx,
        request: &Request,
        absence: &AbsenceRecord,
    ) -> Result<(), AppError> {
        let before = Before::load(tx, &[self.of.clone()].into(), request.now).await?;
        tx.insert_absence(absence).await?;
        let key = absence.id.to_string();
        // They are told of the absence itself.
        let cause =
            Cause { key: &key, users: from_ref(&self.of), gone: &[], knows: Some(&self.of) };
        before.settle(tx, cause, request.now).await?;
        audit::record(tx, request.now, self.event(request, added(absence), absence.id)).await?;
        if let Some(news) = self.news_of(request, absence) {
            tx.insert_delivery(&news, request.now, request.now).await?;
        }
        Ok(())
    }

    /// Takes absences back, with everything that follows from that; `false` where one of them is gone already.
    pub(super) async fn delete(
        &self,
        tx: &mut Tx,
        request: &Request,
        absences: &[AbsenceRecord],
    ) -> Result<bool, AppError> {
        let Some(first) = absences.first() else { return Ok(false) };
        let before = Before::load(tx, &[self.of.clone()].into(), request.now).await?;
        for absence in absences {
            if !tx.delete_absence(absence.id).await? {
                return Ok(false);
            }
        }
        let key = format!("{}:removed", first.id);
        let cause = Cause { key: &key, users: from_ref(&self.of), gone: absences, knows: None };
        before.settle(tx, cause, request.now).await?;
        for absence in absences {
            let event = self.event(request, "absence_removed", absence.id);
            audit::record(tx, request.now, event).await?;
            if self.of != request.actor {
                let news = AbsenceNews::AbsenceTakenBack {
                    absence: absence.id,
                    by: request.actor.clone(),
                    span: absence.span,
                    zone: absence.zone.clone(),
                    is_available: absence.is_available,
                };
                let news = Envelope::new(news, Recipient::Person(self.of.clone()));
                tx.insert_delivery(&news, request.now, request.now).await?;
            }
        }
        Ok(true)
    }

    /// Returns what the person is told of an absence that somebody else entered.
    pub(super) fn news_of(&self, request: &Request, absence: &AbsenceRecord) -> Option<Envelope> {
        let news = AbsenceNews::AbsenceEntered { absence: absence.id, by: request.actor.clone() };
        let news = Envelope::new(news, Recipient::Person(self.of.clone()));
        (self.of != request.actor).then_some(news)
    }

    pub(super) fn event<'a>(
        &'a self,
        request: &'a Request,
        action: &'static str,
        absence: AbsenceId,
    ) -> Entry<'a> {
        Entry {
            action,
            actor: Some(&request.actor),
            rotation: None,
            subject: Some(&self.of),
            details: json!({"absence": absence}),
        }
    }

    /// Returns everybody whose home shows something of the person's absences.
    pub(super) fn concerned(&self) -> impl Iterator<Item = &UserId> {
        let others = self.rotations.iter().flat_map(|rotation| home::people_of(rotation));
        std::iter::once(&self.of).chain(others)
    }
}

/// Returns the word of the audit log for an absence that was entered.
pub(super) const fn added(absence: &AbsenceRecord) -> &'static str {
    if absence.is_available { "availability_added" } else { "absence_added" }
}
