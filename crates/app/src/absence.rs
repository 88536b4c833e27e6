//! Absences by hand: entered, listed, taken back.

use crate::audit::{self, Entry};
use crate::home;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::{People, zone_or_installers};
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, NaiveDate, Utc};
use domain::absence::whole_days;
use domain::action::AbsenceForm;
use domain::date_words::parse_range;
use domain::form::{check_absence_days, read_absence_form};
use domain::ids::{AbsenceId, UserId};
use domain::permission::{Act, Circle, may};
use domain::refusal::Refusal;
use domain::reply::{AbsenceCard, AbsenceEffect, AbsenceLine, Answer, Reply};
use domain::zone::Zone;
use serde_json::json;
use store::{AbsenceRecord, AbsenceSource, RotationRecord, Store, Tx};

/// How many coming turns of a rotation are compared to say what an absence changes.
const TURNS_COMPARED: usize = 60;

/// Enters an absence in words: whose (the asker's own by default), and the days as typed.
///
/// # Errors
///
/// When the database cannot be reached; nothing is saved then.
pub async fn add(
    store: &Store,
    request: &Request,
    who: Option<&UserId>,
    days: &str,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| {
        let facts = Facts::load(tx, request, who).await?;
        match parse_range(days, facts.today) {
            Ok((from, to)) => facts.insert(tx, request, from, to).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    };
    let decision = once(store, request, act).await?;
    say(store, request, decision).await
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
        facts.insert(tx, request, from, to).await
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
    let found = tx.list_absences(std::slice::from_ref(&facts.of), request.now, None).await?;
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
        let found = tx.list_absences(std::slice::from_ref(&facts.of), request.now, None).await?;
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
            .find(|absence| absence.from <= to && from <= absence.to)
            .ok_or(Refusal::NoAbsence { day: Some(from) });
    }
    let last = found.pop().ok_or(Refusal::NoAbsence { day: None })?;
    if found.is_empty() { Ok(last) } else { Err(Refusal::WhichAbsence) }
}

/// What deciding on an absence needs: whose, their zone and date, and who manages them.
struct Facts {
    of: UserId,
    people: People,
    zone: Zone,
    today: NaiveDate,
    rotations: Vec<RotationRecord>,
}

impl Facts {
    async fn load(tx: &mut Tx, request: &Request, who: Option<&UserId>) -> Result<Self, AppError> {
        let of = who.unwrap_or(&request.actor).clone();
        let people = People::load(tx, &[of.clone(), request.actor.clone()]).await?;
        let mut rotations = tx.list_rotations().await?;
        rotations.retain(|rotation| rotation.members.contains(&of));
        let of_rotation = || rotations.first().map(|rotation| rotation.rules.zone.clone());
        let zone = match people.zone(&of).or_else(of_rotation) {
            Some(zone) => zone,
            None => zone_or_installers(tx, &people, &of).await?,
        };
        let today = zone.date_of(request.now);
        Ok(Self { of, people, zone, today, rotations })
    }

    fn permission(&self, actor: &UserId) -> Result<(), Refusal> {
        let circles: Vec<Circle<'_>> = self.rotations.iter().map(circle).collect();
        let act = Act::EnterAbsence { of: &self.of, circles: &circles };
        may(&self.people.actor(actor), act)
    }

    async fn insert(
        &self,
        tx: &mut Tx,
        request: &Request,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Decision, AppError> {
        let checked = self.permission(&request.actor);
        if let Err(refusal) = checked.and_then(|()| check_absence_days(from, to, self.today)) {
            return Ok(Err(refusal));
        }
        let window = whole_days(&self.zone, from, to);
        let id = AbsenceId::new(store::new_id(request.now));
        tx.insert_absence(&AbsenceRecord {
            id,
            user: self.of.clone(),
            source: AbsenceSource::Manual,
            from,
            to,
            zone: self.zone.name().to_owned(),
            starts_at: window.start(),
            ends_at: Some(window.end()),
            entered_by: request.actor.clone(),
            created_at: request.now,
        })
        .await?;
        self.record(tx, request, "absence_added", id).await?;
        Ok(Ok(Done::AbsenceAdded { absence: id }))
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
        self.record(tx, request, "absence_removed", absence.id).await?;
        Ok(Ok(Done::AbsenceRemoved {
            absence: absence.id,
            user: absence.user.clone(),
            from: absence.from,
            to: absence.to,
        }))
    }

    async fn record(
        &self,
        tx: &mut Tx,
        request: &Request,
        action: &'static str,
        absence: AbsenceId,
    ) -> Result<(), AppError> {
        let entry = Entry {
            action,
            actor: Some(&request.actor),
            rotation: None,
            subject: Some(&self.of),
            details: json!({"absence": absence}),
        };
        audit::record(tx, request.now, entry).await?;
        let others = self.rotations.iter().flat_map(home::people_of);
        home::touch(tx, std::iter::once(&self.of).chain(others), request.now).await
    }
}

async fn say(store: &Store, request: &Request, decision: Decision) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match decision {
        Ok(Done::AbsenceAdded { absence }) => match tx.find_absence(absence).await? {
            Some(absence) => Ok(Reply::AbsenceAdded(added(&mut tx, &absence, request.now).await?)),
            None => Ok(Reply::Refused(Refusal::Gone)),
        },
        Ok(Done::AbsenceRemoved { absence, user, from, to }) => {
            let people = People::load(&mut tx, std::slice::from_ref(&user)).await?;
            let line = AbsenceLine { absence, from, to };
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
    let mut effects = Vec::new();
    let mut on_duty_now = Vec::new();
    let mut rotations = tx.list_rotations().await?;
    rotations.retain(|rotation| rotation.members.contains(&absence.user));
    for rotation in rotations {
        let snapshot = Snapshot::load(tx, rotation, now).await?;
        let position = snapshot.position(now);
        let holds = position.current().is_some_and(|turn| {
            turn.holders().any(|user| *user == absence.user) && absence.starts_at < turn.ends_at
        });
        if holds {
            on_duty_now.push(snapshot.rotation.name.clone());
        }
        let book = snapshot.without(absence.id);
        let without = snapshot.position_with(&book, now);
        // Nothing is said of what begins after the absence, so nobody walks there.
        let before = without.coming_before(absence.ends_at, TURNS_COMPARED);
        let after = position.coming_before(absence.ends_at, TURNS_COMPARED);
        let passed = before.iter().zip(&after).filter(|(before, after)| {
            before.seats.contains(&absence.user) && !after.seats.contains(&absence.user)
        });
        effects.extend(passed.map(|(before, after)| {
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
    Ok(AbsenceCard {
        person: people.person(&absence.user),
        line: line(absence),
        effects,
        on_duty_now,
    })
}

fn line(absence: &AbsenceRecord) -> AbsenceLine {
    AbsenceLine { absence: absence.id, from: absence.from, to: absence.to }
}
