//! Requests follow what happens beside them: they are met, no longer needed, or made since somebody is unavailable.

use super::ask::{New, make};
use super::case::{Case, tell_post, turn_to};
use super::turns::turns_in;
use crate::AppError;
use crate::absence_book::book_of;
use crate::serving::{FAR, serving_in};
use crate::snapshot::{Position, Snapshot};
use chrono::{DateTime, TimeDelta, Utc};
use domain::coverage::requests::{News, Request, new_requests};
use domain::effect::CoverNews;
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use store::{
    AbsenceRecord, CoverRequestOrigin, CoverRequestRecord, CoverRequestState, CoverageRecord,
    RotationRecord, Tx,
};

/// Lets requests say what was taken of them; those of which all is covered now are met.
pub(super) async fn covered(
    tx: &mut Tx,
    covers: &[CoverageRecord],
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(first) = covers.first() else { return Ok(()) };
    let ends_at = covers.iter().map(|cover| cover.ends_at).max().unwrap_or(first.ends_at);
    let Some(window) = Interval::new(first.starts_at, ends_at) else { return Ok(()) };
    let asked = tx.list_cover_requests(first.rotation, window).await?;
    let is_asked = |it: &CoverRequestRecord| Some(&it.of) == first.of.as_ref();
    for record in asked.into_iter().filter(|it| it.state == CoverRequestState::Open && is_asked(it))
    {
        let mut case = Case::of(tx, record).await?;
        if case.open_from(now).is_empty() {
            let (met, by) = (CoverRequestState::Met, Some(&first.user));
            turn_to(tx, &mut case.record, met, by, now).await?;
        }
        let news = CoverNews::Taken { coverage: first.id };
        tell_post(tx, &case.record, &news, true, now).await?;
    }
    Ok(())
}

/// Closes the requests of a locked rotation for time that is not theirs any more, after it was walked, and ends cover of
/// such time.
pub(crate) async fn after_walk(
    tx: &mut Tx,
    rotation: RotationId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(window) = Interval::new(now, now + FAR) else { return Ok(()) };
    let mut open = tx.list_cover_requests(rotation, window).await?;
    open.retain(|request| request.state == CoverRequestState::Open);
    let covers = tx.list_coverages(rotation, window).await?;
    if open.is_empty() && covers.iter().all(|cover| cover.starts_at <= now) {
        return Ok(());
    }
    let Some(record) = tx.find_rotation(rotation).await? else { return Ok(()) };
    let snapshot = Snapshot::load(tx, record, now).await?;
    end_groundless(tx, &snapshot, now).await?;
    close_strange(tx, &snapshot, open, now).await
}

/// Ends cover of coming time that has no effect any more, as the turn is another's now; whoever was to serve is told.
///
/// In a rest nobody has a turn, and cover waits for its end.
async fn end_groundless(
    tx: &mut Tx,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let covers = &snapshot.layers.covers;
    for cover in covers.iter().filter(|cover| now < cover.starts_at) {
        let window = Interval::new(cover.starts_at, cover.ends_at);
        let (Some(of), Some(window)) = (&cover.of, window) else { continue };
        let turns = turns_in(snapshot, window, now);
        let has_effect = turns
            .iter()
            .any(|turn| turn.covers(&cover.user, window, covers) || turn.is_of(of, window, covers));
        if turns.is_empty() || has_effect {
            continue;
        }
        let mut met = tx.list_cover_requests(snapshot.rotation.id, window).await?;
        met.retain(|it| it.state == CoverRequestState::Met && it.of == *of);
        for mut record in met {
            close(tx, &mut record, now).await?;
        }
        super::undo::end(tx, &snapshot.rotation, cover, of, now).await?;
    }
    Ok(())
}

async fn close_strange(
    tx: &mut Tx,
    snapshot: &Snapshot,
    open: Vec<CoverRequestRecord>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for mut record in open {
        if !is_theirs(snapshot, &record, now) {
            close(tx, &mut record, now).await?;
        }
    }
    Ok(())
}

/// Returns whether some of what is left of a request is still the time of the one for whom it was made.
pub(super) fn is_theirs(
    snapshot: &Snapshot,
    record: &CoverRequestRecord,
    now: DateTime<Utc>,
) -> bool {
    let Some(window) = Interval::new(record.starts_at.max(now), record.ends_at) else {
        return true;
    };
    let covers = &snapshot.layers.covers;
    turns_in(snapshot, window, now).iter().any(|turn| turn.is_of(&record.of, window, covers))
}

/// Closes a request quietly: nobody need answer it any more.
pub(super) async fn close(
    tx: &mut Tx,
    record: &mut CoverRequestRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    turn_to(tx, record, CoverRequestState::Withdrawn, None, now).await?;
    tell_post(tx, record, &CoverNews::Closed { at: now }, false, now).await
}

/// Returns whether an absence of somebody touches a turn that they serve now, or may touch coming cover: more than the
/// absence may follow from it.
pub(crate) fn may_concern(
    snapshot: &Snapshot,
    absence: &AbsenceRecord,
    now: DateTime<Utc>,
) -> bool {
    // The order may give a turn to others that somebody is to stand in for.
    if snapshot.layers.covers.iter().any(|cover| now < cover.starts_at) {
        return true;
    }
    let position = snapshot.position(now);
    let Some(current) = position.current() else { return false };
    let touches = absence.starts_at < current.ends_at && absence.ends_at.is_none_or(|it| now < it);
    touches && serves_in(&position, &absence.user)
}

fn serves_in(position: &Position<'_>, user: &UserId) -> bool {
    position.running_shifts().iter().any(|shift| shift.members().any(|member| member == user))
}

/// Makes the requests that follow from absences of these people that appeared in one rotation, which is locked, and closes
/// those of which the reason is gone.
pub(crate) async fn absences_changed(
    tx: &mut Tx,
    record: RotationRecord,
    (users, gone): (&[UserId], &[AbsenceRecord]),
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    // A handoff that is due is carried out with what is known by then, and asks nobody.
    let is_due = record.next_handoff_at.is_some_and(|at| at <= now);
    let snapshot = Snapshot::load(tx, record, now).await?;
    end_groundless(tx, &snapshot, now).await?;
    for user in users {
        let open = close_groundless(tx, &snapshot, user, now).await?;
        close_strange(tx, &snapshot, open, now).await?;
        if !is_due {
            ask_for(tx, &snapshot, (user, gone), now).await?;
        }
    }
    Ok(())
}

/// Closes the requests that an absence made which is not there any more, and returns their other open ones.
async fn close_groundless(
    tx: &mut Tx,
    snapshot: &Snapshot,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<Vec<CoverRequestRecord>, AppError> {
    let Some(window) = Interval::new(now, now + FAR) else { return Ok(Vec::new()) };
    let mut open = tx.list_cover_requests(snapshot.rotation.id, window).await?;
    open.retain(|it| it.state == CoverRequestState::Open && it.of == *user);
    let mut others = Vec::new();
    for mut record in open {
        let left = Interval::new(record.starts_at.max(now), record.ends_at);
        let is_away = left.is_some_and(|left| is_away_in(snapshot, user, left));
        if record.origin == CoverRequestOrigin::Absence && !is_away {
            close(tx, &mut record, now).await?;
        } else {
            others.push(record);
        }
    }
    Ok(others)
}

/// Asks for cover for what is left of the running turn in which somebody serves and was not known to be away.
async fn ask_for(
    tx: &mut Tx,
    snapshot: &Snapshot,
    (user, gone): (&UserId, &[AbsenceRecord]),
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let position = snapshot.position(now);
    let Some(current) = position.current().filter(|current| !current.is_paused()) else {
        return Ok(());
    };
    let mut shifts = position.running_shifts();
    drop(position);
    for shift in &mut shifts {
        let seats = std::mem::take(&mut shift.seats);
        shift.seats = snapshot.layers.held(seats, shift.window.start());
    }
    let Some(turn) = Interval::new(current.planned_at, current.ends_at) else { return Ok(()) };
    // A rotation that was made in the middle of a turn knew what was known then.
    let begun_at = current.planned_at.max(snapshot.rotation.created_at);
    let own = || snapshot.absences.iter().filter(|absence| absence.user == *user);
    let then = own().filter(|absence| absence.created_at <= begun_at);
    let rules = &snapshot.rotation.rules;
    // What was taken back since was known then.
    let taken_back = gone.iter().filter(|it| it.user == *user && it.created_at <= begun_at);
    let then = book_of(then.map(AsRef::as_ref).chain(taken_back), rules);
    let is = book_of(own().map(AsRef::as_ref), rules);
    let asked = tx.list_cover_requests(snapshot.rotation.id, turn).await?;
    // One that was put aside is not made again; one that was no longer needed is.
    let stays = |it: &CoverRequestRecord| it.state != CoverRequestState::Withdrawn;
    let made: Vec<Request> = asked
        .into_iter()
        .filter(stays)
        .filter_map(|it| {
            Some(Request { window: Interval::new(it.starts_at, it.ends_at)?, of: it.of })
        })
        .collect();
    for request in new_requests(&shifts, News { then: &then, now: &is }, &made, now) {
        let new = New {
            of: &request.of,
            planned_at: current.planned_at,
            window: request.window,
            origin: CoverRequestOrigin::Absence,
            by: &request.of,
        };
        make(tx, snapshot, &new, now).await?;
    }
    Ok(())
}

/// Returns whether somebody is away for some of a window, by what counts in a rotation.
pub(super) fn is_away_in(snapshot: &Snapshot, user: &UserId, window: Interval) -> bool {
    snapshot.book().away_in(user, &[window]).next().is_some()
}

/// Returns the next in the order who is free, where somebody is on duty now and unavailable.
pub(super) fn next_instead_of(
    snapshot: &Snapshot,
    user: &UserId,
    now: DateTime<Utc>,
) -> Option<UserId> {
    let instant = Interval::new(now, now + TimeDelta::microseconds(1))?;
    let position = snapshot.position(now);
    let laid = position.laid()?;
    let serving = laid.on_duty(now).seats;
    if !serving.iter().any(|served| served.user == *user) || !is_away_in(snapshot, user, instant) {
        return None;
    }
    let besides = serving.iter().flat_map(|served| {
        std::iter::once(served.user.clone()).chain(served.covered_for().cloned())
    });
    let besides: Vec<UserId> = besides.chain(serving_in(&laid, now)).collect();
    let next = position.timeline().next_free(now, &besides)?;
    snapshot.rotation.members.contains(&next).then_some(next)
}
