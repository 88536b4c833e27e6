//! A handoff: the duty passes, be it on time or after three weeks of down time.

use crate::AppError;
use crate::snapshot::{Snapshot, concerned, people_of, since};
use crate::walk::{Begun, Walk};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::effect::{Envelope, Recipient, TurnEffect};
use domain::ids::{RotationId, UserId, WorkspaceId};
use domain::settings::Rest;
use domain::zone::Zone;
use std::collections::BTreeSet;
use store::{RotationRecord, Store, Tx};

/// The longest stretch over which a turn that nobody can serve is asked about again.
const ASKED_FOR: TimeDelta = TimeDelta::days(31);

/// Carries out what is due in one rotation: every handoff up to `now`, in one transaction.
///
/// Handoffs whose whole turn has passed are recorded as missed; the newest is announced and says what was missed.
/// Returns for what instant the handoff was planned that was due, if one was. It may run twice, late, or on several replicas at once: the rotation is locked,
/// and a turn is recorded once for its planned instant.
///
/// A handoff that new zone data moved to later is put off: the clocks of a country change by decree.
///
/// # Errors
///
/// When the database cannot be reached, or what is stored cannot be planned with; nothing is changed then.
pub async fn hand_over(
    store: &Store,
    workspace: WorkspaceId,
    rotation: RotationId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, AppError> {
    // After months without the service a rotation alone may take longer than others may be kept waiting otherwise.
    let mut tx = store.write_at_length(workspace).await?;
    let record = tx.lock_rotation(rotation).await?;
    let Some(record) = record.filter(|record| is_due(record, now)) else {
        return Ok(None);
    };
    let planned_at = record.next_handoff_at;
    let walked = Walked::to(&mut tx, record, now).await?;
    walked.carry_out(&mut tx, now).await?;
    tx.commit().await?;
    Ok(planned_at.filter(|_| walked.is_begun()))
}

/// Carries out what is due in several rotations of a workspace, as [`hand_over`] does, in one transaction: what they need
/// is read for all of them, and what follows is written for all of them.
///
/// One that somebody else holds just now is left to them, and stays due where they do nothing about it. Returns for what
/// instants those handoffs were planned that were carried out, one for each rotation.
///
/// # Errors
///
/// Where one of them cannot be handed over none is: each is to be tried alone then.
pub async fn hand_over_together(
    store: &Store,
    workspace: WorkspaceId,
    rotations: &[RotationId],
    now: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, AppError> {
    let mut tx = store.write(workspace).await?;
    let mut records = tx.lock_rotations(rotations).await?;
    records.retain(|record| is_due(record, now));
    if records.is_empty() {
        // Their locks are gone when this returns; a dropped transaction would give them back some time later.
        tx.commit().await?;
        return Ok(Vec::new());
    }
    foresee(&mut tx, &records, now, now).await?;
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        all.push(Walked::to(&mut tx, record, now).await?);
    }
    let mut messages = Vec::new();
    for walked in &all {
        messages.extend(walked.walk.messages_to_end(&mut tx, &walked.snapshot).await?);
    }
    tx.foresee_deliveries(&messages).await?;
    for walked in &all {
        walked.carry_out(&mut tx, now).await?;
    }
    tx.commit().await?;
    let begun = all.iter().filter(|walked| walked.is_begun());
    Ok(begun.filter_map(|walked| walked.snapshot.rotation.next_handoff_at).collect())
}

/// A rotation that was walked to now.
struct Walked {
    snapshot: Snapshot,
    walk: Walk,
}

impl Walked {
    async fn to(tx: &mut Tx, record: RotationRecord, now: DateTime<Utc>) -> Result<Self, AppError> {
        let snapshot = Snapshot::load(tx, record, now).await?;
        let walk = Walk::to(&snapshot, &[], &snapshot.pauses(), now);
        if walk.begun.is_empty() && walk.after.next.is_some_and(|next| next.at <= now) {
            return Err(AppError::Unplannable("its grid has no such handoff"));
        }
        Ok(Self { snapshot, walk })
    }

    /// Returns whether a turn began: not so where new zone data moved the handoff to later.
    fn is_begun(&self) -> bool {
        !self.walk.begun.is_empty()
    }

    async fn carry_out(&self, tx: &mut Tx, now: DateTime<Utc>) -> Result<(), AppError> {
        let Self { snapshot, walk } = self;
        let rest = rest_after(snapshot.rotation.rest, now);
        walk.record(tx, &snapshot.rotation, rest, now).await?;
        walk.tell(tx, snapshot, now).await?;
        crate::cover::after_walk(tx, snapshot.rotation.id, now).await
    }
}

/// Reads ahead what handing over these rotations, or telling of them, asks for: from an instant on, or from when their
/// running turns began.
pub(crate) async fn foresee(
    tx: &mut Tx,
    records: &[RotationRecord],
    from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let ids: Vec<RotationId> = records.iter().map(|record| record.id).collect();
    let mut users = BTreeSet::new();
    let mut from = from;
    for record in records {
        users.extend(people_of(record));
        match &record.kept {
            Some(kept) => {
                users.extend(concerned(record, kept));
                from = from.min(since(record, kept, now));
            }
            None => from = from.min(record.next_handoff_at.unwrap_or(now)),
        }
    }
    let users: Vec<UserId> = users.into_iter().collect();
    Ok(tx.foresee(&ids, &users, from).await?)
}

fn is_due(record: &RotationRecord, now: DateTime<Utc>) -> bool {
    record.next_handoff_at.is_some_and(|at| at <= now)
}

/// Returns a rest that is not over.
pub(crate) fn rest_after(rest: Option<Rest>, now: DateTime<Utc>) -> Option<Rest> {
    rest.filter(|rest| rest.end().is_none_or(|end| now < end))
}

/// Asks the channel at once and at the start of each later active day of the turn.
///
/// The later posts are made now and wait: one that finds the turn taken says nothing.
pub(crate) async fn ask_for_takers(
    tx: &mut Tx,
    snapshot: &Snapshot,
    turn: &Begun,
    missed_from: Option<DateTime<Utc>>,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let zone = &snapshot.rotation.rules.zone;
    let end = turn.window.end().min(since.unwrap_or(turn.window.start()) + ASKED_FOR);
    let later = later_days(turn, zone, now, end);
    // Who takes a turn and leaves gives it back, and that asks at once, beside the posts of the later days.
    let covers = tx.list_coverages(snapshot.rotation.id, turn.window).await?;
    let taken = covers.iter().filter(|cover| cover.of.is_none()).count();
    let mut again = (taken > 0).then_some(taken);
    // What was missed is said once, by the first.
    let mut missed_from = missed_from;
    for at in std::iter::once(now).chain(later) {
        let post = TurnEffect::UnassignedPost {
            rotation: snapshot.rotation.id,
            planned_at: turn.window.start(),
            missed_from: missed_from.take(),
            day: zone.date_of(at),
            again: again.take(),
        };
        let to = Recipient::Channel(snapshot.rotation.channel.clone());
        tx.insert_delivery(&Envelope::new(post, to), at, now).await?;
    }
    Ok(())
}

/// Returns when each later active day of a turn begins, up to `end`: with its first window of duty, or where one goes on
/// from the day before at the time of day of the handoff.
fn later_days(
    turn: &Begun,
    zone: &Zone,
    now: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Vec<DateTime<Utc>> {
    let handoff_time = zone.local_of(turn.window.start()).time();
    let starts = turn.active.iter().map(|window| window.start());
    let starts: Vec<DateTime<Utc>> = starts.filter(|start| now < *start && *start < end).collect();
    let last = zone.date_of(end);
    let days = zone.date_of(now).iter_days().skip(1).take_while(|day| *day <= last);
    let begin = |day: NaiveDate| {
        let at = zone.instant_of(day.and_time(handoff_time));
        let is_active = turn.active.iter().any(|window| window.contains(at));
        let first = starts.iter().copied().find(|start| zone.date_of(*start) == day);
        first.or_else(|| is_active.then_some(at)).filter(|at| *at < end)
    };
    days.filter_map(begin).collect()
}
