//! "Skip me": whoever is on duty hands over, anybody else is passed over in their next turn.

use super::told::said;
use super::{Done as Skip, Skipped};
use crate::audit::{self, Entry};
use crate::cover;
use crate::home;
use crate::lifecycle::hand_over_form;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::serving::serving_in;
use crate::snapshot::{Coming, Position, Snapshot};
use crate::swap;
use crate::walk::MOST_COMPARED;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::absence::Span;
use domain::effect::{CoverEffect, DatesEffect, Envelope, Recipient};
use domain::ids::{AbsenceId, RotationId, UserId};
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::shift::Right;
use domain::story::skip::Refusal as Why;
use serde_json::json;
use std::sync::Arc;
use store::{AbsenceRecord, AbsenceSource, Store, Tx};

/// Passes the one who asks over in their next turn; who is on duty gets the form in which the duty is handed over.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn skip(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Answer, AppError> {
    if is_on_duty(store, request, rotation).await? {
        return hand_over_form(store, request, rotation, None).await;
    }
    let act = async |tx: &mut Tx| pass_over(tx, request, rotation).await;
    let decision = once(store, request, act).await?;
    Ok(Answer::Say(Box::new(said(store, request, decision).await?)))
}

async fn is_on_duty(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<bool, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(record) = tx.find_rotation(rotation).await? else { return Ok(false) };
    let snapshot = Snapshot::load(&mut tx, record, request.now).await?;
    let laid = snapshot.position(request.now).laid();
    Ok(laid.is_some_and(|laid| serving_in(&laid, request.now).contains(&request.actor)))
}

async fn pass_over(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
) -> Result<Decision, AppError> {
    let (now, actor) = (request.now, &request.actor);
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let snapshot = Snapshot::load(tx, record, now).await?;
    let people = People::load(tx, std::slice::from_ref(actor)).await?;
    if let Err(refusal) = may(&people.actor(actor), Act::Serve(circle(&snapshot.rotation))) {
        return Ok(Err(refusal));
    }
    let name = snapshot.rotation.name.clone();
    let before = snapshot.position(now);
    let looked = most_turns(&snapshot);
    let serves = |turn: &Coming| !turn.is_paused && is_served_by(turn, actor);
    let Some(turn) = before.coming(looked).into_iter().find(serves) else {
        return Ok(Err(Why::NoTurn { name }.into()));
    };
    if let Some(why) = served_for_another(&snapshot, &turn, actor) {
        return Ok(Err(why.into()));
    }
    let absence =
        Arc::new(absence_from(&snapshot, request, (turn.window.start(), turn.window.end())));
    let skipped = snapshot.with(&absence);
    let after = skipped.position(now);
    let stays =
        after.coming(looked).into_iter().find(|it| it.window.start() == turn.window.start());
    if stays.is_none_or(|turn| turn.seats.contains(actor)) {
        return Ok(Err(Why::NotPassedOver { name }.into()));
    }
    tx.insert_absence(&absence).await?;
    let it = Skipped {
        rotation,
        absence: absence.id,
        user: actor.clone(),
        from: turn.window.start(),
        until: turn.window.end(),
    };
    record_event(tx, request, "turn_skipped", &it).await?;
    let post = CoverEffect::TurnSkipped {
        rotation,
        absence: it.absence,
        user: it.user.clone(),
        from: it.from,
        until: it.until,
    };
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    tx.insert_delivery(&Envelope::new(post, channel), now, now).await?;
    let moved = moved(&snapshot, (&before, &after));
    tell_moved(tx, request, rotation, moved).await?;
    swap::look_again(tx, rotation, &format!("{}", it.absence), now).await?;
    cover::after_walk(tx, rotation, now).await?;
    home::touch(tx, home::people_of(&snapshot.rotation), now).await?;
    Ok(Ok(Done::Skip(Skip::Skipped(it))))
}

/// Returns whether somebody serves in a turn, after coverage; one without any duty time is that of its holders.
fn is_served_by(turn: &Coming, user: &UserId) -> bool {
    if turn.active.is_empty() {
        return turn.seats.contains(user);
    }
    !turn.windows_of(user).is_empty()
}

/// Returns why somebody cannot skip a turn that is not theirs by order: an absence would change the order, and the turn
/// would stay theirs or fall to others than those who agreed.
fn served_for_another(snapshot: &Snapshot, turn: &Coming, user: &UserId) -> Option<Why> {
    let served = turn.shifts.iter().flat_map(|shift| {
        let own = shift.seats.iter().filter(|served| served.user == *user);
        own.map(|served| (served, shift.window.start()))
    });
    let served: Vec<_> = served.collect();
    if served.iter().any(|(served, _)| matches!(served.right, Right::Own(_))) {
        return None;
    }
    let (served, from) = served.first().copied()?;
    let name = snapshot.rotation.name.clone();
    let of = served.covered_for().and_then(|of| snapshot.people.person(of).name);
    let of = of.unwrap_or_else(|| String::from("somebody else"));
    Some(if snapshot.layers.is_by_cover(served, from) {
        Why::StandsIn { name, of }
    } else {
        Why::SwappedTurn { name, of }
    })
}

/// Returns the absence from one turn, in this rotation only.
fn absence_from(
    snapshot: &Snapshot,
    request: &Request,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> AbsenceRecord {
    let zone = &snapshot.rotation.rules.zone;
    AbsenceRecord {
        id: AbsenceId::new(store::new_id(request.now)),
        user: request.actor.clone(),
        source: AbsenceSource::Skip,
        rotation: Some(snapshot.rotation.id),
        span: Span::Clock { start: from, end: Some(until) },
        zone: zone.name().to_owned(),
        is_available: false,
        label: None,
        is_flagged: false,
        starts_at: from,
        ends_at: Some(until),
        entered_by: Some(request.actor.clone()),
        created_at: request.now,
    }
}

/// Records what was done with a turn that somebody skips.
pub(super) async fn record_event(
    tx: &mut Tx,
    request: &Request,
    action: &'static str,
    it: &Skipped,
) -> Result<(), AppError> {
    let entry = Entry {
        action,
        actor: Some(&request.actor),
        rotation: Some(it.rotation),
        subject: Some(&it.user),
        details: json!({"absence": it.absence, "planned_at": it.from}),
    };
    audit::record(tx, request.now, entry).await
}

/// Returns whose next turn begins at another time, each with when it began before.
pub(super) fn moved(
    snapshot: &Snapshot,
    (before, after): (&Position<'_>, &Position<'_>),
) -> Vec<(UserId, Option<DateTime<Utc>>)> {
    let looked = most_turns(snapshot);
    let was = |user: &UserId| {
        let was = before.first_turn_of(user, looked);
        (was != after.first_turn_of(user, looked)).then(|| (user.clone(), was))
    };
    snapshot.rotation.members.iter().filter_map(was).collect()
}

/// Tells them, but not the one who did it.
pub(super) async fn tell_moved(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    moved: Vec<(UserId, Option<DateTime<Utc>>)>,
) -> Result<(), AppError> {
    for (user, was) in moved.into_iter().filter(|(user, _)| *user != request.actor) {
        let effect = DatesEffect::DatesMoved {
            rotation,
            user: user.clone(),
            changed_at: request.now,
            was,
            by: Some(request.actor.clone()),
            is_new: false,
            is_by_absence: false,
        };
        let envelope = Envelope::new(effect, Recipient::Person(user));
        tx.insert_delivery(&envelope, request.now, request.now).await?;
    }
    Ok(())
}

fn most_turns(snapshot: &Snapshot) -> usize {
    (snapshot.rotation.members.len() * 2 + 2).min(MOST_COMPARED)
}

/// Returns an answer that says no.
pub(super) fn no(refusal: Refusal) -> Reply {
    Reply::Refused(refusal)
}
