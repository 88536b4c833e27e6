//! An absence is entered: in words, by those of whom all is known in one trip to the database, or in the modal.

use super::said::{added_to, say};
use super::subject::{Subject, added};
use crate::absence_change::{first_turns, moved};
use crate::cover;
use crate::facts::Facts as KnownFacts;
use crate::home;
use crate::memo::Memo;
use crate::outcome::{self, Carried, Done, enter_once, once, once_versioned};
use crate::people::{People, is_seen_lately};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::action::{AbsenceForm, Field};
use domain::date_words::parse_span;
use domain::effect::Envelope;
use domain::form::read_absence_form;
use domain::ids::UserId;
use domain::reply::{Answer, Reply};
use std::collections::BTreeSet;
use std::slice::from_ref;
use std::sync::Arc;
use store::{AbsenceRecord, Store, Tx};

/// An absence that was entered or refused.
#[derive(Debug)]
pub struct Added {
    /// What is answered.
    pub reply: Reply,
    /// Whether it left something to do for the workers.
    pub gives_work: bool,
}

/// Enters an absence in words: whose (the asker's own by default), and when as typed.
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
    let subject = Subject::known(known, request, who);
    let is_seen = is_seen_lately(known.people(), request);
    let is_plain = |subject: &&Subject| is_seen && !subject.has_swaps(known);
    let decided = subject.as_ref().filter(is_plain).and_then(|subject| {
        let span = parse_span(days, &subject.zone, request.now).ok()?;
        let absence = subject.absence(request, span).ok()?;
        // Whoever serves then may need cover, which is looked at where rotations are locked.
        let concerned = known.rotations().into_iter();
        let mut concerned =
            concerned.filter(|it| it.snapshot.rotation.members.contains(&absence.user));
        let asks = concerned.any(|it| cover::may_concern(&it.snapshot, &absence, request.now));
        let stands_in = known.rotations().into_iter().any(|it| {
            let fallback = it.snapshot.rotation.rules.fallback.as_ref();
            fallback == Some(&absence.user)
        });
        (!asks && !stands_in).then(|| (subject, Arc::new(absence)))
    });
    let mut entered = None;
    let act = async |tx: &mut Tx| {
        let loaded;
        let subject = if let Some(subject) = &subject {
            subject
        } else {
            loaded = Subject::load(tx, request, who).await?;
            &loaded
        };
        let span = parse_span(days, &subject.zone, request.now);
        match span.and_then(|span| subject.absence(request, span)) {
            Ok(absence) => {
                subject.insert(tx, request, &absence).await?;
                let done = Done::AbsenceAdded { absence: absence.id };
                entered = Some(Arc::new(absence));
                Ok(Ok(done))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    };
    let mut after = None;
    let carried = if let Some((subject, absence)) = decided {
        let now_known = known.with_absence(&absence);
        let carried = enter(memo.store(), subject, (known, &now_known), request, &absence).await?;
        after = Some(now_known);
        entered = Some(absence);
        carried
    } else {
        once_versioned(memo.store(), request, is_seen, act).await?
    };
    let Carried { decision, version, gives_work } = carried;
    let Some(absence) = entered.filter(|_| version.is_some()) else {
        return Ok(Added { reply: say(memo.store(), request, decision).await?, gives_work });
    };
    let after = after.unwrap_or_else(|| known.with_absence(&absence));
    let card = if let Some(subject) = subject {
        added_to(&subject.people, known, &after, &absence, request.now)
    } else {
        // Nobody who is named elsewhere: only their name is to be learnt.
        let mut tx = memo.store().read(request.workspace).await?;
        let people = People::load(&mut tx, from_ref(&absence.user)).await?;
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
    let who = form.who.as_ref();
    let mut tx = store.read(request.workspace).await?;
    let subject = Subject::load(&mut tx, request, who).await?;
    drop(tx);
    if subject.of != request.actor
        && let Err(refusal) = subject.permission(&request.actor)
    {
        return Ok(Answer::FieldErrors(vec![(Field::Who, refusal.to_string())]));
    }
    let span = match read_absence_form(form, &subject.zone, request.now) {
        Ok(span) => span,
        Err(faults) => return Ok(Answer::FieldErrors(faults)),
    };
    let act = async |tx: &mut Tx| {
        let subject = Subject::load(tx, request, who).await?;
        match subject.absence(request, span) {
            Ok(absence) => {
                subject.insert(tx, request, &absence).await?;
                Ok(Ok(Done::AbsenceAdded { absence: absence.id }))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    };
    let decision = once(store, request, act).await?;
    Ok(Answer::Say(Box::new(say(store, request, decision).await?)))
}

/// Enters an absence of which all is known: whom it concerns was read with the facts.
async fn enter(
    store: &Store,
    subject: &Subject,
    (before, after): (&KnownFacts, &KnownFacts),
    request: &Request,
    absence: &AbsenceRecord,
) -> Result<Carried, AppError> {
    let done = Done::AbsenceAdded { absence: absence.id };
    let entry = store::Entry {
        absence: absence.clone(),
        event: subject.event(request, added(absence), absence.id).event(request.now),
        deliveries: deliveries(subject, (before, after), request, absence),
        key: request.key.clone(),
        outcome: outcome::write(&done)?,
        now: request.now,
    };
    enter_once(store, request, &entry, done).await
}

/// Returns what is told and shown of it: to whoever it was entered for, to those whose next turn moves, and in homes.
fn deliveries(
    subject: &Subject,
    (before, after): (&KnownFacts, &KnownFacts),
    request: &Request,
    absence: &AbsenceRecord,
) -> Vec<(Envelope, DateTime<Utc>)> {
    let now = request.now;
    let mut told: Vec<Envelope> = subject.news_of(request, absence).into_iter().collect();
    let known = before.rotations().into_iter().zip(after.rotations());
    for (before, after) in known.map(|(before, after)| (&before.snapshot, &after.snapshot)) {
        if after.concerns(&absence.user) {
            let turns = (&first_turns(before, now), &first_turns(after, now));
            // They are told of the absence itself.
            told.extend(moved(after, turns, Some(&subject.of), (now, now)));
        }
    }
    let concerned: BTreeSet<&UserId> = subject.concerned().collect();
    let open = concerned.into_iter().filter(|user| before.has_home(user));
    let homes = home::updates(open, now);
    told.into_iter().map(|envelope| (envelope, now)).chain(homes).collect()
}
