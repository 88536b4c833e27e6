//! The duty: who has it is told, reminded and asked whether they saw it, and told again when it is over.

mod ending;
mod remind;
mod seen;
mod silence;
mod told;

pub use remind::remind;
pub use seen::{check_seen, see};
pub use silence::tell_managers;

pub(crate) use remind::schedule as schedule_reminder;
pub(crate) use seen::schedule as schedule_check;
pub(crate) use told::{Said, compose, on_duty};

use crate::lookup::circle;
use crate::people::People;
use crate::{AppError, snapshot::Snapshot};
use chrono::{DateTime, Utc};
use domain::ids::UserId;
use domain::interval::Interval;
use domain::story::duty::AwayDays;
use store::{AbsenceRecord, DeliveryRecord, DeliveryState, RotationRecord, Tx};

/// Returns those who manage a rotation and can be written to, but for the one of whom they are to be told.
async fn managers_but(
    tx: &mut Tx,
    rotation: &RotationRecord,
    of: &UserId,
) -> Result<Vec<UserId>, AppError> {
    let mut users = managers(tx, rotation).await?;
    users.retain(|user| user != of);
    Ok(users)
}

/// Returns those who manage a rotation and can be written to.
pub(crate) async fn managers(
    tx: &mut Tx,
    rotation: &RotationRecord,
) -> Result<Vec<UserId>, AppError> {
    let circle = circle(rotation);
    let mut users = vec![circle.made_by.clone()];
    for manager in circle.managers {
        if !users.contains(manager) {
            users.push(manager.clone());
        }
    }
    let people = People::load(tx, &users).await?;
    users.retain(|user| people.is_present(user) && !people.is_bot(user));
    Ok(users)
}

/// Returns the days on which somebody is away within these windows.
fn days_away(snapshot: &Snapshot, user: &UserId, windows: &[Interval]) -> Vec<AwayDays> {
    let touches = |start: DateTime<Utc>, end: Option<DateTime<Utc>>| {
        windows
            .iter()
            .any(|window| start < window.end() && end.is_none_or(|end| window.start() < end))
    };
    let own = snapshot.absences.iter().filter(|it| it.user == *user && !it.is_available);
    own.filter(|absence| touches(absence.starts_at, absence.ends_at))
        .filter(|absence| !absence.source.is_synced() || counts(snapshot, absence, windows))
        .map(|absence| {
            let (from, to) = absence.dates();
            AwayDays { from, to }
        })
        .collect()
}

/// Returns whether something of an absence is left after what the person says about themselves.
fn counts(snapshot: &Snapshot, absence: &AbsenceRecord, windows: &[Interval]) -> bool {
    let until = windows.last().map(|window| absence.ends_at.unwrap_or(window.end()));
    let all = until.and_then(|until| Interval::new(absence.starts_at, until));
    all.is_some_and(|all| {
        let is_part = absence.span.amounts().next().is_some();
        is_part || snapshot.book().away_in(&absence.user, &[all]).next().is_some()
    })
}

/// Returns the first time in which somebody is away within these windows; off-hours do not end it.
fn time_away(snapshot: &Snapshot, user: &UserId, windows: &[Interval]) -> Option<Interval> {
    let mut away = snapshot.book().away_in(user, windows);
    let first = away.next()?;
    let is_duty = |from: DateTime<Utc>, to: DateTime<Utc>| {
        Interval::new(from, to)
            .is_some_and(|gap| windows.iter().any(|window| window.intersection(gap).is_some()))
    };
    let joined = away.try_fold(first, |whole, next| {
        if is_duty(whole.end(), next.start()) { Err(whole) } else { Ok(whole.up_to(next.end())) }
    });
    Some(joined.unwrap_or_else(|whole| whole))
}

/// Returns when a message was posted: its `ts` is Slack's time of it.
fn posted_at(delivery: &DeliveryRecord) -> Option<DateTime<Utc>> {
    if delivery.state != DeliveryState::Sent {
        return None;
    }
    time_of(delivery.ts.as_deref()?)
}

/// Returns the second that Slack's `ts` of a message names.
pub(crate) fn time_of(ts: &str) -> Option<DateTime<Utc>> {
    let seconds = ts.split('.').next()?.parse().ok()?;
    DateTime::from_timestamp(seconds, 0)
}
