//! Covers that end on a walk since the coverer leaves: the duty goes back to the one whose it is, or to nobody.

use crate::AppError;
use crate::serving::on_duty;
use chrono::{DateTime, Utc};
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use domain::presence::Presence;
use domain::timeline::{RunningTurn, Standing};
use store::{CoverageRecord, RotationRecord, Tx};

/// Ends the covers in force in a turn whose coverer was there before and is not any more, and returns them.
pub(super) async fn end_covers(
    tx: &mut Tx,
    rotation: RotationId,
    (before, after): (&Presence, &Presence),
    turn: &RunningTurn,
    now: DateTime<Utc>,
) -> Result<Vec<CoverageRecord>, AppError> {
    let Some(left) = Interval::new(now, turn.window.end()).filter(|_| before != after) else {
        return Ok(Vec::new());
    };
    let mut ended = Vec::new();
    for cover in tx.list_coverages(rotation, left).await? {
        let Some(window) = Interval::new(cover.starts_at, cover.ends_at) else { continue };
        let stays = |presence: &Presence| {
            let stay = presence.stay_within(&cover.user, window);
            stay.is_some_and(|stay| stay.contains(now))
        };
        // What is left of it is nobody's cover any more, so others may take it.
        if stays(before) && !stays(after) && tx.record_coverage_end(cover.id, now).await? {
            ended.push(cover);
        }
    }
    Ok(ended)
}

/// Returns who serves a turn now, or when its next duty time begins, as a rotation stands after a walk.
pub(super) async fn serving(
    tx: &mut Tx,
    rotation: RotationId,
    standing: &Standing,
    turn: &RunningTurn,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let Some(open) = turn.open_stretch() else { return Ok(Vec::new()) };
    if open.active.is_empty() {
        return Ok(open.seats().iter().map(|seat| seat.user.clone()).collect());
    }
    let next = open.active.iter().find(|window| now < window.end());
    let at = next.map_or(now, |window| window.start().max(now));
    let covers = tx.list_coverages(rotation, open.window).await?;
    let on_duty = on_duty(&open, &covers, &standing.presence, standing.rules.seats, at);
    Ok(on_duty.seats.into_iter().map(|served| served.user).collect())
}

/// Lets cover up to the end of a turn go up to the end that the turn has now: whoever took over the rest of it has it.
pub(super) async fn move_covers(
    tx: &mut Tx,
    rotation: &RotationRecord,
    was: Interval,
    is: Interval,
) -> Result<(), AppError> {
    if was.end() == is.end() {
        return Ok(());
    }
    let covers = tx.list_coverages(rotation.id, was).await?;
    for cover in covers.iter().filter(|cover| cover.ends_at == was.end()) {
        tx.record_coverage_end(cover.id, is.end()).await?;
    }
    Ok(())
}
