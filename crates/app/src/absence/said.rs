//! What is said of an absence that was entered or taken back: to the one who asked, and to the one whose it is.

use super::available::cut;
use super::lines::entered;
use crate::deliver::Composed;
use crate::facts::Facts as KnownFacts;
use crate::outcome::{Decision, Done, TakenBack};
use crate::people::People;
use crate::snapshot::{Position, Snapshot};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::effect::AbsenceNews;
use domain::ids::AbsenceId;
use domain::message::Message;
use domain::refusal::Refusal;
use domain::reply::{AbsenceCard, AbsenceEffect, AbsenceLine, Reply};
use domain::story::absence::Message as Told;
use std::slice::from_ref;
use store::{AbsenceRecord, Store, Tx};

/// How many coming turns of a rotation are compared to say what an absence changes.
const TURNS_COMPARED: usize = 60;

/// Answers with what a write of absences came to.
pub(super) async fn say(
    store: &Store,
    request: &Request,
    decision: Decision,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match decision {
        Ok(Done::AbsenceAdded { absence }) => match tx.find_absence(absence).await? {
            Some(absence) => {
                Ok(Reply::AbsenceAdded(added_card(&mut tx, &absence, request.now).await?))
            }
            None => Ok(Reply::Refused(Refusal::Gone)),
        },
        Ok(Done::AbsenceRemoved { user, taken }) => {
            let people = People::load(&mut tx, from_ref(&user)).await?;
            let lines = taken.into_iter().map(line_of).collect();
            Ok(Reply::AbsenceRemoved { person: people.person(&user), lines })
        }
        Ok(_) => Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

/// Composes a message to the one whose absence it is.
pub(crate) async fn compose(tx: &mut Tx, news: &AbsenceNews) -> Result<Composed, AppError> {
    let (AbsenceNews::AbsenceEntered { by, .. } | AbsenceNews::AbsenceTakenBack { by, .. }) = news;
    let by = People::load(tx, from_ref(by)).await?.person(by);
    let told = match news {
        AbsenceNews::AbsenceEntered { absence, .. } => match tx.find_absence(*absence).await? {
            Some(absence) => Told::Entered { line: entered(&absence), by },
            None => return Ok(Composed::Nothing("absence_gone")),
        },
        AbsenceNews::AbsenceTakenBack { absence, span, zone, is_available, .. } => {
            let line = taken_line(*absence, (*span, zone.clone()), *is_available);
            Told::TakenBack { line, by }
        }
    };
    Ok(Composed::Say(Message::Absence(told)))
}

fn line_of(taken: TakenBack) -> AbsenceLine {
    taken_line(taken.absence, (taken.span, taken.zone), taken.is_available)
}

fn taken_line(
    absence: AbsenceId,
    (span, zone): (domain::absence::Span, String),
    is_available: bool,
) -> AbsenceLine {
    AbsenceLine {
        absence,
        span,
        zone,
        is_available,
        source: None,
        label: None,
        is_flagged: false,
        is_overruled: false,
    }
}

/// Returns the absence with what it changes in each of the person's rotations.
async fn added_card(
    tx: &mut Tx,
    absence: &AbsenceRecord,
    now: DateTime<Utc>,
) -> Result<AbsenceCard, AppError> {
    let people = People::load(tx, from_ref(&absence.user)).await?;
    let mut card = card(&people, absence);
    if absence.is_available {
        let from = now.max(absence.starts_at);
        let others = tx.list_absences(from_ref(&absence.user), from, absence.ends_at).await?;
        card.is_away_by_hand = others
            .iter()
            .any(|it| !it.is_available && it.rotation.is_none() && !it.source.is_synced());
        let mut synced = others.iter().filter(|it| it.source.is_synced());
        card.goes_on = synced.any(|it| cut(it, now) == Some(absence.span));
    }
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
pub(super) fn added_to(
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
        line: entered(absence),
        effects: Vec::new(),
        on_duty_now: Vec::new(),
        is_away_by_hand: false,
        goes_on: false,
    }
}

/// Adds what an absence changes in a rotation, of where that stands without it and with it.
fn compare(
    card: &mut AbsenceCard,
    absence: &AbsenceRecord,
    snapshot: &Snapshot,
    (without, with): &(Position<'_>, Position<'_>),
) {
    let user = &absence.user;
    let holds = !absence.is_available
        && with.current().is_some_and(|turn| {
            turn.holders().any(|holder| holder == user) && absence.starts_at < turn.ends_at
        });
    if holds {
        card.on_duty_now.push(snapshot.rotation.name.clone());
    }
    // Nothing is said of what begins after the absence, so nobody walks there.
    let before = without.coming_before(absence.ends_at, TURNS_COMPARED);
    let after = with.coming_before(absence.ends_at, TURNS_COMPARED);
    let passed = before.iter().zip(&after).filter(|(before, after)| {
        let (given, taken) = if absence.is_available { (after, before) } else { (before, after) };
        given.seats.contains(user) && !taken.seats.contains(user)
    });
    card.effects.extend(passed.map(|(before, after)| {
        // Whoever is new in the turn stands in; with one seat that is its holder.
        let newcomer = after.seats.iter().find(|user| !before.seats.contains(user));
        let instead = if absence.is_available { Some(user) } else { newcomer.or(after.holder()) };
        AbsenceEffect {
            rotation: snapshot.rotation.name.clone(),
            zone: snapshot.rotation.rules.zone.name().to_owned(),
            start: after.window.start(),
            instead: instead.map(|user| snapshot.people.person(user)),
        }
    }));
}
