//! A handoff: the duty passes, be it on time or after three weeks of down time.

use crate::AppError;
use crate::snapshot::Snapshot;
use crate::walk::{Begun, Walk};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::effect::{Envelope, Recipient, TurnEffect};
use domain::ids::{RotationId, WorkspaceId};
use domain::settings::Rest;
use domain::zone::Zone;
use store::{Store, Tx};

/// The longest stretch over which a turn that nobody can serve is asked about again.
const ASKED_FOR: TimeDelta = TimeDelta::days(31);

/// Carries out what is due in one rotation: every handoff up to `now`, in one transaction.
///
/// Handoffs whose whole turn has passed are recorded as missed; the newest is announced and says what was missed.
/// Returns whether anything was due. It may run twice, late, or on several replicas at once: the rotation is locked,
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
) -> Result<bool, AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(false);
    };
    if record.next_handoff_at.is_none_or(|at| now < at) {
        return Ok(false);
    }
    let snapshot = Snapshot::load(&mut tx, record, now).await?;
    let walk = Walk::to(&snapshot, &[], &snapshot.pauses(), now);
    if walk.begun.is_empty() && walk.after.next.is_some_and(|next| next.at <= now) {
        return Err(AppError::Unplannable("its grid has no such handoff"));
    }
    let rest = rest_after(snapshot.rotation.rest, now);
    walk.record(&mut tx, &snapshot.rotation, rest, now).await?;
    walk.tell(&mut tx, &snapshot, now).await?;
    crate::cover::after_walk(&mut tx, rotation, now).await?;
    tx.commit().await?;
    Ok(!walk.begun.is_empty())
}

/// Returns a rest that is not over.
pub(crate) fn rest_after(rest: Option<Rest>, now: DateTime<Utc>) -> Option<Rest> {
    rest.filter(|rest| rest.until.is_none_or(|until| now < until))
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
