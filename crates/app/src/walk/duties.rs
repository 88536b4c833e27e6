//! The duties that begin and end on a walk, as those whose they are and the channel are told of them.

use super::Begun;
use crate::AppError;
use crate::duty;
use crate::note;
use crate::serving::{LaidStretch, passings, serving_in};
use crate::snapshot::Snapshot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{DutyEffect, Envelope, Recipient, TurnEffect};
use domain::engine::Seat;
use domain::ids::{DeliveryId, RotationId, UserId};
use domain::presence::Presence;
use domain::timeline::RunningTurn;
use std::collections::BTreeSet;
use store::{RotationRecord, Tx};

/// Takes the buttons from the on-duty messages of those whose duty ends, and says how it ended.
pub(super) async fn end_duties(
    tx: &mut Tx,
    rotation: &RotationRecord,
    running: &RunningTurn,
    ended_at: DateTime<Utc>,
    staying: &[UserId],
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let planned_at = running.window.start();
    let users = last_on_duty(tx, rotation, running, ended_at).await?;
    for user in users.into_iter().filter(|user| !staying.contains(user)) {
        end_duty(tx, rotation, planned_at, &user, ended_at, now).await?;
    }
    Ok(())
}

/// Returns the on-duty messages of a turn that ends, as far as there may be some.
pub(super) async fn duty_messages(
    tx: &mut Tx,
    rotation: &RotationRecord,
    running: &RunningTurn,
    ended_at: DateTime<Utc>,
) -> Result<Vec<DeliveryId>, AppError> {
    let planned_at = running.window.start();
    let workspace = tx.workspace();
    // The stretch that ends now is not written down yet.
    let ends = [running.window.end(), ended_at].map(Some);
    let mut instants = instants_of_duty(tx, rotation.id, planned_at, ended_at).await?;
    instants.extend(ends.into_iter().filter(|end| *end != Some(planned_at)));
    let mut messages = Vec::new();
    for user in last_on_duty(tx, rotation, running, ended_at).await? {
        for since in &instants {
            let (rotation, since, user) = (rotation.id, *since, user.clone());
            let to = Recipient::Person(user.clone());
            let over = DutyEffect::DutyEnded { rotation, planned_at, user, since, ended_at };
            messages.extend(Envelope::new(over, to).updates(workspace));
        }
    }
    Ok(messages)
}

/// Returns those whose turn it was, and those who had the duty when it ended.
async fn last_on_duty(
    tx: &mut Tx,
    rotation: &RotationRecord,
    running: &RunningTurn,
    ended_at: DateTime<Utc>,
) -> Result<BTreeSet<UserId>, AppError> {
    let mut users: BTreeSet<UserId> =
        running.seats().iter().map(|seat| seat.user.clone()).collect();
    let presence = rotation.kept.as_ref().map(|kept| kept.presence().clone()).unwrap_or_default();
    let crew = (&presence, rotation.rules.seats);
    if let Some(laid) = LaidStretch::of_running(tx, rotation.id, running, crew).await? {
        let last = laid.on_duty(ended_at - TimeDelta::microseconds(1));
        users.extend(last.seats.into_iter().map(|served| served.user));
    }
    Ok(users)
}

/// Takes the buttons from the on-duty messages of one person for a turn.
pub(crate) async fn end_duty(
    tx: &mut Tx,
    rotation: &RotationRecord,
    planned_at: DateTime<Utc>,
    user: &UserId,
    ended_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let workspace = tx.workspace();
    for since in instants_of_duty(tx, rotation.id, planned_at, ended_at).await? {
        let effect = DutyEffect::DutyEnded {
            rotation: rotation.id,
            planned_at,
            user: user.clone(),
            since,
            ended_at,
        };
        let envelope = Envelope::new(effect, Recipient::Person(user.clone()));
        let Some(message) = envelope.updates(workspace) else { continue };
        if tx.find_delivery(message).await?.is_some() {
            tx.insert_delivery(&envelope, now, now).await?;
        }
    }
    Ok(())
}

/// Lets the on-duty messages of one person for a turn say again how things stand; those that are over stay as they are.
pub(crate) async fn refresh_duty(
    tx: &mut Tx,
    (rotation, planned_at): (RotationId, DateTime<Utc>),
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let workspace = tx.workspace();
    let to = || Recipient::Person(user.clone());
    for since in instants_of_duty(tx, rotation, planned_at, now).await? {
        let (user, ended_at, changed_at) = (user.clone(), now, now);
        let over =
            DutyEffect::DutyEnded { rotation, planned_at, user: user.clone(), since, ended_at };
        let over = Envelope::new(over, to()).delivery_id(workspace);
        let effect = DutyEffect::DutyRefreshed { rotation, planned_at, user, since, changed_at };
        let envelope = Envelope::new(effect, to());
        let Some(message) = envelope.updates(workspace) else { continue };
        if tx.find_delivery(message).await?.is_some() && tx.find_delivery(over).await?.is_none() {
            tx.insert_delivery(&envelope, now, now).await?;
        }
    }
    Ok(())
}

/// Returns the instants at which a duty may have come to somebody up to one of them: with the turn, which is `None`, or
/// in the middle of it.
async fn instants_of_duty(
    tx: &mut Tx,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Option<DateTime<Utc>>>, AppError> {
    let passings = passings(tx, rotation, planned_at, until).await?;
    Ok(std::iter::once(None).chain(passings.into_iter().map(Some)).collect())
}

/// Announces a duty that begins, and tells those whose it is; asks for takers where nobody has it.
pub(super) async fn begin_duty(
    tx: &mut Tx,
    snapshot: &Snapshot,
    (turn, presence): (&Begun, &Presence),
    missed_from: Option<DateTime<Utc>>,
    since: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<(), AppError> {
    let rotation = snapshot.rotation.id;
    let planned_at = turn.window.start();
    let serving = serving_in(&turn.laid(snapshot, presence), since.unwrap_or(planned_at).max(at));
    if serving.is_empty() {
        return crate::hand_over::ask_for_takers(tx, snapshot, turn, missed_from, since, at).await;
    }
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    let post = TurnEffect::HandoffPost { rotation, planned_at, missed_from, since };
    tx.insert_delivery(&Envelope::new(post, channel), at, at).await?;
    note::assign(tx, &snapshot.rotation, planned_at, &serving, at).await?;
    for user in &serving {
        let to = Recipient::Person(user.clone());
        let dm =
            TurnEffect::OnDutyDm { rotation, planned_at, missed_from, user: user.clone(), since };
        tx.insert_delivery(&Envelope::new(dm, to), at, at).await?;
        let time = (turn.window, turn.active.as_slice());
        duty::schedule_check(tx, &snapshot.rotation, time, user, since, at).await?;
    }
    Ok(())
}

pub(super) fn has_seat(seats: &[Seat], user: &UserId) -> bool {
    seats.iter().any(|seat| seat.user == *user)
}
