//! Who holds the next turn is reminded of it, as things stand when that is due.

use crate::AppError;
use crate::people::People;
use crate::serving::serving_at;
use crate::snapshot::{Coming, Snapshot};
use chrono::{DateTime, Utc};
use domain::effect::{DutyEffect, Envelope, Recipient};
use domain::ids::{RotationId, UserId, WorkspaceId};
use domain::rules::Rules;
use domain::story::duty::{reminder_due_at, reminder_useful_until};
use std::collections::BTreeSet;
use store::{InboxItem, RotationRecord, Store, Tx};

/// Lets the one who has the next turn be reminded of it, whoever of the members that will be then.
///
/// One look at each instant at which any member would be reminded; after every change of the rotation anew.
pub(crate) async fn schedule(
    tx: &mut Tx,
    rotation: &RotationRecord,
    members: impl IntoIterator<Item = &UserId>,
    (rules, people): (&Rules, &People),
    handoff: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(handoff) = handoff.filter(|handoff| now < *handoff) else { return Ok(()) };
    let due = |user: &UserId| due_at(rules, people, user, handoff);
    let instants: BTreeSet<DateTime<Utc>> = members.into_iter().filter_map(due).collect();
    for at in instants.into_iter().filter(|at| now < reminder_useful_until(*at, handoff)) {
        look_at(tx, rotation, handoff, at.max(now), now).await?;
    }
    Ok(())
}

/// Reminds those who hold the next turn now, if it still begins at `planned_at` and they do not serve already.
///
/// # Errors
///
/// When the database cannot be reached; nobody is reminded then.
pub async fn remind(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(rotation) = tx.find_rotation(rotation).await? else { return Ok(()) };
    let Some(next) = next_seats(&mut tx, rotation, planned_at, now).await? else {
        return Ok(());
    };
    let (rotation, people) = (&next.snapshot.rotation, &next.snapshot.people);
    for user in next.seats {
        let Some(due) = due_at(&rotation.rules, people, &user, planned_at) else { continue };
        if now < due {
            look_at(&mut tx, rotation, planned_at, due, now).await?;
        } else if now < reminder_useful_until(due, planned_at) {
            let effect =
                DutyEffect::NextDuty { rotation: rotation.id, planned_at, user: user.clone() };
            let envelope = Envelope::new(effect, Recipient::Person(user));
            tx.insert_delivery(&envelope, now, now).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Who will serve the next turn and does not serve yet.
pub(super) struct Next {
    pub(super) snapshot: Snapshot,
    pub(super) turn: Coming,
    pub(super) seats: Vec<UserId>,
}

/// Returns who will serve the turn that begins at `planned_at`, where it is the next one and people want reminders.
pub(super) async fn next_seats(
    tx: &mut Tx,
    rotation: RotationRecord,
    planned_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<Next>, AppError> {
    let is_next = rotation.next_handoff_at == Some(planned_at) && now < planned_at;
    if !is_next || !rotation.settings.reminds_the_day_before {
        return Ok(None);
    }
    let serving = serving_at(tx, &rotation, now).await?;
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let next = snapshot.position(now).coming(1).pop();
    let Some(next) = next.filter(|next| next.window.start() == planned_at && !next.is_paused)
    else {
        return Ok(None);
    };
    let seats = next.seats.iter().filter(|user| !serving.contains(user)).cloned().collect();
    Ok(Some(Next { snapshot, turn: next, seats }))
}

async fn look_at(
    tx: &mut Tx,
    rotation: &RotationRecord,
    planned_at: DateTime<Utc>,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let (id, revision) = (rotation.id, rotation.revision);
    let item = InboxItem::RemindNext { rotation: id, planned_at };
    let (handoff, due) = (planned_at.timestamp(), at.timestamp());
    let key = format!("remind:{id}:{revision}:{handoff}:{due}");
    tx.insert_inbox_at(&item, &key, at, now).await?;
    Ok(())
}

fn due_at(
    rules: &Rules,
    people: &People,
    user: &UserId,
    handoff: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let zone = people.zone(user);
    reminder_due_at(rules, zone.as_ref().unwrap_or(&rules.zone), handoff)
}
