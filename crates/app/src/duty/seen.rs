//! The person on duty says that they have seen it; whoever does not is mentioned to the managers, where they want that.

use super::{managers_but, posted_at};
use crate::audit::{self, Entry};
use crate::outcome::{Decision, Done, once};
use crate::serving::serving_from;
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::effect::{DutyEffect, Envelope, Recipient};
use domain::ids::{RotationId, UserId, WorkspaceId};
use domain::interval::Interval;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::duty::seen_check_due_at;
use serde_json::json;
use store::{DeliveryState, InboxItem, RotationRecord, Store, TurnRecord, Tx};

/// Records that the on-duty message was seen, and lets the message show it. Two presses are one.
///
/// # Errors
///
/// When the database cannot be reached; nothing is recorded then.
pub async fn see(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    since: Option<DateTime<Utc>>,
) -> Result<Answer, AppError> {
    let act = async |tx: &mut Tx| record(tx, request, (rotation, planned_at), since).await;
    let refusal = match once(store, request, act).await? {
        // The message itself shows it.
        Ok(Done::DutySeen { .. }) => return Ok(Answer::Nothing),
        Ok(_) => Refusal::Unreadable,
        Err(refusal) => refusal,
    };
    Ok(Answer::Say(Box::new(Reply::Refused(refusal))))
}

async fn record(
    tx: &mut Tx,
    request: &Request,
    (rotation, planned_at): (RotationId, DateTime<Utc>),
    since: Option<DateTime<Utc>>,
) -> Result<Decision, AppError> {
    let Some(record) = tx.find_rotation(rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let Some(turn) = tx.find_turn(rotation, planned_at).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let (user, now) = (&request.actor, request.now);
    if turn.ends_at <= now {
        return Ok(Err(Refusal::TurnIsOver));
    }
    if !serving_from(tx, &record, now.max(planned_at)).await?.contains(user) {
        return Ok(Err(Refusal::DutyIsNotYours));
    }
    let done = Done::DutySeen { rotation, until: turn.ends_at };
    let is_first = tx.record_seen(rotation, planned_at, now).await?;
    let shows = Message { rotation, planned_at, user, since }.seen();
    let is_told = match shows.updates(tx.workspace()) {
        Some(told) => tx.find_delivery(told).await?.is_some(),
        None => false,
    };
    let is_news = is_told && tx.insert_answer(&shows, now, now).await?;
    if is_first || is_news {
        let entry = Entry {
            action: "duty_seen",
            actor: Some(user),
            rotation: Some(rotation),
            subject: None,
            details: json!({"planned_at": planned_at}),
        };
        audit::record(tx, now, entry).await?;
    }
    Ok(Ok(done))
}

/// The on-duty message of somebody.
#[derive(Clone, Copy)]
struct Message<'a> {
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    user: &'a UserId,
    since: Option<DateTime<Utc>>,
}

impl Message<'_> {
    /// Returns what shows in it that it was seen.
    fn seen(&self) -> Envelope {
        let Self { rotation, planned_at, user, since } = *self;
        let effect = DutyEffect::DutySeen { rotation, planned_at, user: user.clone(), since };
        Envelope::new(effect, Recipient::Person(user.clone()))
    }

    /// Lets it be looked at later whether it was seen.
    async fn check_at(
        &self,
        tx: &mut Tx,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let Self { rotation, planned_at, user, since } = *self;
        let item = InboxItem::CheckSeen { rotation, planned_at, user: user.clone(), since };
        let since = since.unwrap_or(planned_at).timestamp_micros();
        let key = format!("seen:{rotation}:{since}:{user}:{}", at.timestamp_micros());
        tx.insert_inbox_at(&item, &key, at, now).await?;
        Ok(())
    }
}

/// Lets it be looked at later whether somebody has seen a duty that begins now, where the managers want to know.
pub(crate) async fn schedule(
    tx: &mut Tx,
    rotation: &RotationRecord,
    (window, active): (Interval, &[Interval]),
    user: &UserId,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(hours) = rotation.settings.unseen_after_hours else { return Ok(()) };
    let planned_at = window.start();
    let told_at = since.unwrap_or(planned_at).max(now);
    let Some(at) = seen_check_due_at(active, told_at, hours) else { return Ok(()) };
    Message { rotation: rotation.id, planned_at, user, since }.check_at(tx, at, now).await
}

/// Tells the managers once of somebody on duty who has not said by now that they saw it.
///
/// # Errors
///
/// When the database cannot be reached; nobody is told then.
pub async fn check_seen(
    store: &Store,
    workspace: WorkspaceId,
    (rotation, planned_at): (RotationId, DateTime<Utc>),
    user: &UserId,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(record) = tx.find_rotation(rotation).await? else { return Ok(()) };
    let Some(turn) = tx.find_turn(rotation, planned_at).await? else { return Ok(()) };
    let Some(hours) = record.settings.unseen_after_hours else { return Ok(()) };
    let message = Message { rotation, planned_at, user, since };
    if !is_unseen(&mut tx, &record, &turn, message, now).await? {
        return Ok(());
    }
    let Some(told_at) = told_at(&mut tx, message).await? else { return Ok(()) };
    let snapshot = Snapshot::load(&mut tx, record, now).await?;
    let running = snapshot.standing().running;
    let active = running.map(|running| running.active).unwrap_or_default();
    match seen_check_due_at(&active, told_at, hours) {
        None => return Ok(()),
        // They were told later than planned, or the turn was changed.
        Some(due) if due > now => message.check_at(&mut tx, due, now).await?,
        Some(_) => {
            for manager in managers_but(&mut tx, &snapshot.rotation, user).await? {
                let effect =
                    DutyEffect::DutyUnseen { rotation, planned_at, user: user.clone(), since };
                let to = Recipient::Person(manager);
                tx.insert_delivery(&Envelope::new(effect, to), now, now).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}

/// Returns whether somebody still has the duty and has not said that they saw it.
async fn is_unseen(
    tx: &mut Tx,
    rotation: &RotationRecord,
    turn: &TurnRecord,
    message: Message<'_>,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    if turn.ends_at <= now {
        return Ok(false);
    }
    let seen = message.seen().delivery_id(tx.workspace());
    let is_seen = tx.find_delivery(seen).await?.is_some();
    let serving = serving_from(tx, rotation, now.max(turn.planned_at)).await?;
    Ok(!is_seen && serving.contains(message.user))
}

/// Returns when somebody was told, or will be; `None` where they cannot be.
async fn told_at(tx: &mut Tx, message: Message<'_>) -> Result<Option<DateTime<Utc>>, AppError> {
    let Some(told) = message.seen().updates(tx.workspace()) else { return Ok(None) };
    let told = tx.find_delivery(told).await?;
    Ok(told.and_then(|told| match told.state {
        DeliveryState::Sent => posted_at(&told).or(Some(told.available_at)),
        DeliveryState::Pending | DeliveryState::Sending | DeliveryState::Ambiguous => {
            Some(told.available_at)
        }
        _ => None,
    }))
}

/// Returns whether a message that managers get of somebody is still true.
pub(super) async fn is_still_unseen(
    tx: &mut Tx,
    rotation: &RotationRecord,
    turn: &TurnRecord,
    user: &UserId,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let (rotation_id, planned_at) = (turn.rotation, turn.planned_at);
    let message = Message { rotation: rotation_id, planned_at, user, since };
    is_unseen(tx, rotation, turn, message, now).await
}
