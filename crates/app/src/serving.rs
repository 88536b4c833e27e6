//! Who serves at an instant: the turn, then its coverage (specification, Coverage 7).

use crate::AppError;
use chrono::{DateTime, TimeDelta, Utc};
use domain::coverage::Coverage;
use domain::engine::Stretch;
use domain::ids::UserId;
use domain::interval::Interval;
use domain::presence::Presence;
use domain::view::{Layers, OnDuty, on_duty_at};
use store::{CoverageRecord, RotationRecord, TurnState, Tx};

/// Returns who serves at an instant within a stretch.
pub(crate) fn on_duty(
    stretch: &Stretch,
    covers: &[CoverageRecord],
    presence: &Presence,
    seats: u16,
    at: DateTime<Utc>,
) -> OnDuty {
    let coverage: Vec<Coverage> = covers.iter().filter_map(cover).collect();
    on_duty_at(stretch, &Layers { coverage: &coverage, swap: None, presence, seats }, at)
}

/// Returns when the duty of those who serve at an instant ends: with the window of duty time, the stretch, or a cover.
pub(crate) fn duty_end(
    stretch: &Stretch,
    covers: &[CoverageRecord],
    at: DateTime<Utc>,
) -> DateTime<Utc> {
    let window = stretch.active.iter().find(|window| window.contains(at));
    let end = window.map_or(stretch.window.end(), |window| window.end());
    let edges = covers.iter().flat_map(|cover| [cover.starts_at, cover.ends_at]);
    edges.filter(|edge| *edge > at).fold(end, DateTime::min)
}

/// Returns who served at an instant of a rotation's past or present, by what is stored; nobody before its first turn.
pub(crate) async fn serving_at(
    tx: &mut Tx,
    rotation: &RotationRecord,
    at: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let Some(stretch) = stretch_at(tx, rotation, at).await? else {
        return Ok(Vec::new());
    };
    let covers = tx.list_coverages(rotation.id, stretch.window).await?;
    let presence = rotation.kept.as_ref().map(|kept| kept.presence().clone()).unwrap_or_default();
    let on_duty = on_duty(&stretch, &covers, &presence, rotation.rules.seats, at);
    Ok(on_duty.seats.into_iter().map(|served| served.user).collect())
}

/// Returns the stretch in which an instant lies, by what is stored.
pub(crate) async fn stretch_at(
    tx: &mut Tx,
    rotation: &RotationRecord,
    at: DateTime<Utc>,
) -> Result<Option<Stretch>, AppError> {
    let running = rotation.kept.as_ref().and_then(|kept| kept.running());
    let open = running.and_then(domain::timeline::RunningTurn::open_stretch);
    if let Some(open) = open.filter(|open| open.window.contains(at)) {
        return Ok(Some(open));
    }
    let Some(instant) = Interval::new(at, at + TimeDelta::microseconds(1)) else {
        return Ok(None);
    };
    let found = tx.list_stretches(rotation.id, instant).await?;
    Ok(found.into_iter().next().map(|record| record.stretch))
}

/// Returns who served last before an instant: after coverage, and nobody where that turn was missed.
pub(crate) async fn served_before(
    tx: &mut Tx,
    rotation: &RotationRecord,
    before: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let last = before - TimeDelta::microseconds(1);
    let turn = tx.find_turn_at(rotation.id, last).await?;
    if turn.is_none_or(|turn| turn.state != TurnState::Served) {
        return Ok(Vec::new());
    }
    let Some(stretch) = stretch_at(tx, rotation, last).await? else {
        return Ok(Vec::new());
    };
    // It may have ended in off-hours.
    let served_until = stretch.active.iter().map(|window| window.end().min(before)).max();
    let at = served_until.map_or(last, |end| end - TimeDelta::microseconds(1));
    serving_at(tx, rotation, at).await
}

/// Returns who serves at an instant, or when the duty time begins that comes next in the same stretch.
pub(crate) async fn serving_from(
    tx: &mut Tx,
    rotation: &RotationRecord,
    from: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let Some(stretch) = stretch_at(tx, rotation, from).await? else {
        return Ok(Vec::new());
    };
    let next = stretch.active.iter().find(|window| from < window.end());
    let at = next.map_or(from, |window| window.start().max(from));
    let serving = serving_at(tx, rotation, at).await?;
    // A turn without any duty time is somebody's all the same.
    let is_idle = stretch.active.is_empty();
    Ok(if is_idle {
        stretch.seats().iter().map(|seat| seat.user.clone()).collect()
    } else {
        serving
    })
}

/// Returns coverage as the rules know it; `None` for one without any time.
pub(crate) fn cover(record: &CoverageRecord) -> Option<Coverage> {
    Some(Coverage {
        by: record.user.clone(),
        of: record.of.clone(),
        window: Interval::new(record.starts_at, record.ends_at)?,
    })
}
