//! Absences by hand: entered, listed, taken back.

use crate::audit::{self, Entry};
use crate::cover;
use crate::facts::Facts as KnownFacts;
use crate::home;
use crate::lookup::circle;
use crate::memo::Memo;
use crate::outcome::{self, Carried, Decision, Done, enter_once, once, once_versioned};
use crate::people::{People, is_seen_lately, zone_or_installers};
use crate::snapshot::{Position, Snapshot};
use crate::swap;
use crate::{AppError, Request};
use chrono::{DateTime, NaiveDate, Utc};
use domain::absence::{Span, whole_days};
use domain::action::AbsenceForm;
use domain::date_words::parse_range;
use domain::form::{check_absence_days, read_absence_form};
use domain::ids::{AbsenceId, UserId};
use domain::permission::{Act, Circle, may};
use domain::refusal::Refusal;
use domain::reply::{AbsenceCard, AbsenceEffect, AbsenceLine, Answer, Reply};
use domain::zone::Zone;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{AbsenceRecord, AbsenceSource, RotationRecord, Store, Tx};

/// How many coming turns of a rotation are compared to say what an absence changes.
const TURNS_COMPARED: usize = 60;

/// An absence that was entered or refused.
#[derive(Debug)]
pub struct Added {
    /// What is answered.
    pub reply: Reply,
    /// Whether it left something to do for the workers.
    pub gives_work: bool,
}

/// Enters an absence in words: whose (the asker's own by default), and the days as typed.
///
/// # Errors
///
/// When the database cannot be reached; nothing is saved then.
pub async fn add(
    memo: &Memo,
    known: &KnownFacts,
    request: &Request,
    who: Option<&UserId>,
    days: &str,
) -> Result<Added, AppError> {
    let facts = Facts::known(known, request, who);
    let mut entered = None;
    let is_seen = is_seen_lately(known.people(), request);
    let is_plain = |facts: &&Facts| is_seen && !facts.has_swaps(known);
    let decided = facts.as_ref().filter(is_plain).and_then(|facts| {
        let (from, to) = parse_range(days, facts.today).ok()?;
        let absence = facts.absence(request, from, to).ok()?;
        // Whoever serves then may need cover, which is looked at where rotations are locked.
        let concerned = known.rotations().into_iter();
        let mut concerned =
            concerned.filter(|it| it.snapshot.rotation.members.contains(&absence.user));
        let asks = concerned.any(|it| cover::may_concern(&it.snapshot, &absence, request.now));
        (!asks).then_some((facts, absence))
    });
    let act = async |tx: &mut Tx| {
        let loaded;
        let facts = if let Some(facts) = &facts {
            facts
        } else {
            loaded = Facts::load(tx, request, who).await?;
            &loaded
        };
        let days = parse_range(days, facts.today);
        match days.and_then(|(from, to)| facts.absence(request, from, to)) {
            Ok(absence) => {
                let decision = facts.insert(tx, request, &absence).await?;
                entered = Some(absence);
                Ok(decision)
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    };
    let carried = if let Some((facts, absence)) = decided {
        let carried = facts.enter(memo.store(), known, request, &absence).await?;
        entered = Some(absence);
        carried
    } else {
        once_versioned(memo.store(), request, is_seen, act).await?
    };
    let Carried { decision, version, gives_work } = carried;
    let Some(absence) = entered.filter(|_| version.is_some()).map(Arc::new) else {
        return Ok(Added { reply: say(memo.store(), request, decision).await?, gives_work });
    };
    let after = known.with_absence(&absence);
    let card = if let Some(facts) = facts {
        added_to(&facts.people, known, &after, &absence, request.now)
    } else {
        // Nobody who is named elsewhere: only their name is to be learnt.
        let mut tx = memo.store().read(request.workspace).await?;
        let people = People::load(&mut tx, std::slice::from_ref(&absence.user)).await?;
        added_to(&people, known, &after, &absence, request.now)
    };
    memo.enter(request.workspace, version, &absence, (known, after));
    Ok(Added { reply: Reply::AbsenceAdded(card), gives_work })
}

/// Enters the absence that the modal describes, or answers with what is wrong beside the fields.
///
/// # Errors
///
/// When the database cannot be reached; nothing is saved then.
pub async fn submit(
    store: &Store,
    request: &Request,
    form: &AbsenceForm,
) -> Result<Answer, AppError> {
    let today = Facts::load(&mut store.read(request.workspace).await?, request, None).await?.today;
    let (from, to) = match read_absence_form(form, today) {
        Ok(days) => days,
        Err(faults) => return Ok(Answer::FieldErrors(faults)),
    };
    let act = async |tx: &mut Tx| {
        let facts = Facts::load(tx, request, None).await?;
        match facts.absence(request, from, to) {
            Ok(absence) => facts.insert(tx, request, &absence).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    };
    let decision = once(store, request, act).await?;
    Ok(Answer::Say(Box::new(say(store, request, decision).await?)))
}

/// Answers with the absences of one person that are not over.
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
    let facts = Facts::load(&mut tx, request, who).await?;
    let found = facts.entered(&mut tx, request.now).await?;
    Ok(Reply::AbsenceList {
        person: facts.people.person(&facts.of),
        absences: found.iter().map(line).collect(),
        can_remove: facts.permission(&request.actor).is_ok(),
    })
}

/// Takes back the absence that touches the days typed, or the only one there is.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn remove(
    store: &Store,
    request: &Request,
    who: Option<&UserId>,
    days: Option<&str>,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| {
        let facts = Facts::load(tx, request, who).await?;
        let found = facts.entered(tx, request.now).await?;
        match choose(found, days, facts.today) {
            Ok(absence) => facts.delete(tx, request, &absence).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    };
    let decision = once(store, request, act).await?;
    say(store, request, decision).await
}

/// Takes back the absence whose button was pressed.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn remove_by_id(
    store: &Store,
    request: &Request,
    absence: AbsenceId,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| {
        let Some(absence) = tx.find_absence(absence).await? else {
            return Ok(Err(Refusal::Gone));
        };
        let facts = Facts::load(tx, request, Some(&absence.user)).await?;
        facts.delete(tx, request, &absence).await
    };
    let decision = once(store, request, act).await?;
    say(store, request, decision).await
}

/// Returns the absence that is meant.
fn choose(
    mut found: Vec<AbsenceRecord>,
    days: Option<&str>,
    today: NaiveDate,
) -> Result<AbsenceRecord, Refusal> {
    if let Some(days) = days {
        let (from, to) = parse_range(days, today)?;
        return found
            .into_iter()
            .find(|absence| {
                let (first, last) = absence.dates();
                first <= to && last.is_none_or(|last| from <= last)
            })
            .ok_or(Refusal::NoAbsence { day: Some(from) });
    }
    let last = found.pop().ok_or(Refusal::NoAbsence { day: None })?;
    if found.is_empty() { Ok(last) } else { Err(Refusal::WhichAbsence) }
}

/// What deciding on an absence needs: whose, their zone and date, and who manages them.
struct Facts {
    of: UserId,
    people: Arc<People>,
    zone: Zone,
    today: NaiveDate,
    rotations: Vec<Arc<RotationRecord>>,
}

impl Facts {
    async fn load(tx: &mut Tx, request: &Request, who: Option<&UserId>) -> Result<Self, AppError> {
        let of = who.unwrap_or(&request.actor).clone();
        let people = People::load(tx, &[of.clone(), request.actor.clone()]).await?;
        let rotations: Vec<_> = tx.list_rotations().await?.into_iter().map(Arc::new).collect();
        let people = Arc::new(people);
        if let Some(facts) = Self::of(&of, &people, rotations, request.now) {
            return Ok(facts);
        }
        let zone = zone_or_installers(tx, &people, &of).await?;
        let today = zone.date_of(request.now);
        Ok(Self { of, people, zone, today, rotations: Vec::new() })
    }

    /// Returns them where everybody was looked for already.
    fn known(known: &KnownFacts, request: &Request, who: Option<&UserId>) -> Option<Self> {
        let of = who.unwrap_or(&request.actor);
        if ![of, &request.actor].into_iter().all(|user| known.has_sought(user)) {
            return None;
        }
        let rotations = known.rotations();
        let rotations = rotations.iter().map(|known| Arc::clone(&known.snapshot.rotation));
        Self::of(of, known.people(), rotations.collect(), request.now)
    }

    /// Returns them where a zone is known; one of a rotation serves as well.
    fn of(
        of: &UserId,
        people: &Arc<People>,
        mut rotations: Vec<Arc<RotationRecord>>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        rotations.retain(|rotation| rotation.members.contains(of));
        let of_rotation = || rotations.first().map(|rotation| rotation.rules.zone.clone());
        let zone = people.zone(of).or_else(of_rotation)?;
        let today = zone.date_of(now);
        Some(Self { of: of.clone(), people: Arc::clone(people), zone, today, rotations })
    }

    fn permission(&self, actor: &UserId) -> Result<(), Refusal> {
        let circles: Vec<Circle<'_>> =
            self.rotations.iter().map(|rotation| circle(rotation)).collect();
        let act = Act::EnterAbsence { of: &self.of, circles: &circles };
        may(&self.people.actor(actor), act)
    }

    /// Returns the absences that are not over and count in every rotation.
    async fn entered(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
    ) -> Result<Vec<AbsenceRecord>, AppError> {
        let mut found = tx.list_absences(std::slice::from_ref(&self.of), now, None).await?;
        found.retain(|absence| absence.rotation.is_none());
        Ok(found)
    }

    /// Returns the absence that is to be entered.
    fn absence(
        &self,
        request: &Request,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<AbsenceRecord, Refusal> {
        self.permission(&request.actor)?;
        check_absence_days(from, to, self.today)?;
        let window = whole_days(&self.zone, from, to);
        Ok(AbsenceRecord {
            id: AbsenceId::new(store::new_id(request.now)),
            user: self.of.clone(),
            source: AbsenceSource::Manual,
            rotation: None,
            span: Span::days(from, to),
            zone: self.zone.name().to_owned(),
            is_available: false,
            label: None,
            is_flagged: false,
            starts_at: window.start(),
            ends_at: Some(window.end()),
            entered_by: Some(request.actor.clone()),
            created_at: request.now,
        })
    }

    /// Returns whether one of the rotations has a swap whose turns an absence may move.
    fn has_swaps(&self, known: &KnownFacts) -> bool {
        let own = |rotation| self.rotations.iter().any(|own| own.id == rotation);
        let mut known = known.rotations().into_iter().map(|known| &known.snapshot);
        known.any(|it| own(it.rotation.id) && it.layers.live_swaps().next().is_some())
    }

    /// Enters an absence of which all is known: whom it concerns was read with the facts.
    async fn enter(
        &self,
        store: &Store,
        known: &KnownFacts,
        request: &Request,
        absence: &AbsenceRecord,
    ) -> Result<Carried, AppError> {
        let done = Done::AbsenceAdded { absence: absence.id };
        let concerned: BTreeSet<&UserId> = self.concerned().collect();
        let open = concerned.into_iter().filter(|user| known.has_home(user));
        let entry = store::Entry {
            absence: absence.clone(),
            event: self.told(request, "absence_added", absence.id).event(request.now),
            homes: home::updates(open, request.now),
            key: request.key.clone(),
            outcome: outcome::write(&done)?,
            now: request.now,
        };
        enter_once(store, request, &entry, done).await
    }

    async fn insert(
        &self,
        tx: &mut Tx,
        request: &Request,
        absence: &AbsenceRecord,
    ) -> Result<Decision, AppError> {
        tx.insert_absence(absence).await?;
        cover::after_absence_change(tx, &absence.user, request.now).await?;
        self.record(tx, request, "absence_added", absence.id).await?;
        self.look_at_swaps(tx, &format!("{}", absence.id), request.now).await?;
        Ok(Ok(Done::AbsenceAdded { absence: absence.id }))
    }

    async fn delete(
        &self,
        tx: &mut Tx,
        request: &Request,
        absence: &AbsenceRecord,
    ) -> Result<Decision, AppError> {
        if let Err(refusal) = self.permission(&request.actor) {
            return Ok(Err(refusal));
        }
        if !tx.delete_absence(absence.id).await? {
            return Ok(Err(Refusal::Gone));
        }
        cover::after_absence_change(tx, &absence.user, request.now).await?;
        self.record(tx, request, "absence_removed", absence.id).await?;
        self.look_at_swaps(tx, &format!("{}:removed", absence.id), request.now).await?;
        Ok(Ok(Done::AbsenceRemoved {
            absence: absence.id,
            user: absence.user.clone(),
            span: absence.span,
            zone: absence.zone.clone(),
            is_available: absence.is_available,
        }))
    }

    async fn record(
        &self,
        tx: &mut Tx,
        request: &Request,
        action: &'static str,
        absence: AbsenceId,
    ) -> Result<(), AppError> {
        audit::record(tx, request.now, self.told(request, action, absence)).await?;
        home::touch(tx, self.concerned(), request.now).await
    }

    async fn look_at_swaps(
        &self,
        tx: &mut Tx,
        cause: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        for rotation in &self.rotations {
            swap::look_again(tx, rotation.id, cause, now).await?;
        }
        Ok(())
    }

    fn told<'a>(
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

    fn concerned(&self) -> impl Iterator<Item = &UserId> {
        let others = self.rotations.iter().flat_map(|rotation| home::people_of(rotation));
        std::iter::once(&self.of).chain(others)
    }
}

async fn say(store: &Store, request: &Request, decision: Decision) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match decision {
        Ok(Done::AbsenceAdded { absence }) => match tx.find_absence(absence).await? {
            Some(absence) => Ok(Reply::AbsenceAdded(added(&mut tx, &absence, request.now).await?)),
            None => Ok(Reply::Refused(Refusal::Gone)),
        },
        Ok(Done::AbsenceRemoved { absence, user, span, zone, is_available }) => {
            let people = People::load(&mut tx, std::slice::from_ref(&user)).await?;
            let line = AbsenceLine { absence, span, zone, is_available, source: None, label: None };
            Ok(Reply::AbsenceRemoved { person: people.person(&user), line })
        }
        Ok(_) => Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

/// Returns the absence with what it changes in each of the person's rotations.
async fn added(
    tx: &mut Tx,
    absence: &AbsenceRecord,
    now: DateTime<Utc>,
) -> Result<AbsenceCard, AppError> {
    let people = People::load(tx, std::slice::from_ref(&absence.user)).await?;
    let mut card = card(&people, absence);
    let mut rotations = tx.list_rotations().await?;
    rotations.retain(|rotation| rotation.members.contains(&absence.user));
    for rotation in rotations {
        let snapshot = Snapshot::load(tx, rotation, now).await?;
        let book = snapshot.without(absence.id);
        let positions = (snapshot.position_with(&book, now), snapshot.position(now));
        compare(&mut card, absence, &snapshot, &positions);
    }
    Ok(card)
}

/// Returns the absence with what it changes between two facts.
fn added_to(
    people: &People,
    before: &KnownFacts,
    after: &KnownFacts,
    absence: &AbsenceRecord,
    now: DateTime<Utc>,
) -> AbsenceCard {
    let mut card = card(people, absence);
    for (before, after) in before.rotations().into_iter().zip(after.rotations()) {
        if after.snapshot.rotation.members.contains(&absence.user) {
            let positions = (before.snapshot.position(now), after.snapshot.position(now));
            compare(&mut card, absence, &after.snapshot, &positions);
        }
    }
    card
}

fn card(people: &People, absence: &AbsenceRecord) -> AbsenceCard {
    AbsenceCard {
        person: people.person(&absence.user),
        line: line(absence),
        effects: Vec::new(),
        on_duty_now: Vec::new(),
    }
}

/// Adds what an absence changes in a rotation, of where that stands without it and with it.
fn compare(
    card: &mut AbsenceCard,
    absence: &AbsenceRecord,
    snapshot: &Snapshot,
    (without, with): &(Position<'_>, Position<'_>),
) {
    let holds = with.current().is_some_and(|turn| {
        turn.holders().any(|user| *user == absence.user) && absence.starts_at < turn.ends_at
    });
    if holds {
        card.on_duty_now.push(snapshot.rotation.name.clone());
    }
    // Nothing is said of what begins after the absence, so nobody walks there.
    let before = without.coming_before(absence.ends_at, TURNS_COMPARED);
    let after = with.coming_before(absence.ends_at, TURNS_COMPARED);
    let passed = before.iter().zip(&after).filter(|(before, after)| {
        before.seats.contains(&absence.user) && !after.seats.contains(&absence.user)
    });
    card.effects.extend(passed.map(|(before, after)| {
        AbsenceEffect {
            rotation: snapshot.rotation.name.clone(),
            zone: snapshot.rotation.rules.zone.name().to_owned(),
            start: after.window.start(),
            // Whoever is new in the turn stands in; with one seat that is its holder.
            instead: after
                .seats
                .iter()
                .find(|user| !before.seats.contains(user))
                .or(after.holder())
                .map(|user| snapshot.people.person(user)),
        }
    }));
}

/// Returns an absence as its own person reads it.
pub(crate) fn line(absence: &AbsenceRecord) -> AbsenceLine {
    AbsenceLine {
        absence: absence.id,
        span: absence.span,
        zone: absence.zone.clone(),
        is_available: absence.is_available,
        source: None,
        label: absence.label.clone(),
    }
}
