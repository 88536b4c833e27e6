//! What is said of a roster that changed.

use super::Composed;
use crate::AppError;
use crate::people::People;
use crate::snapshot::Snapshot;
use chrono::{DateTime, Utc};
use domain::effect::RosterEffect;
use domain::ids::UserId;
use domain::message::Message;
use domain::story::roster::{Crowd, Message as Said};
use std::collections::BTreeSet;
use store::{RotationRecord, Tx};

/// How many coming turns the channel is told.
const TURNS_TOLD: usize = 3;

/// Composes what is said of a change; who came or went and is back where they were is not spoken of.
pub(super) async fn compose(
    tx: &mut Tx,
    effect: &RosterEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let (RosterEffect::RosterChanged { rotation, .. }
    | RosterEffect::JoinersTakenOut { rotation, .. }) = effect;
    let Some(rotation) = tx.find_rotation(*rotation).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    match effect {
        RosterEffect::RosterChanged { by, joined, left, leaving, .. } => {
            changed(tx, rotation, by.as_ref(), [joined, left, leaving], now).await
        }
        RosterEffect::JoinersTakenOut { refused, .. } => {
            let who = refused.iter().flat_map(|refused| &refused.who.named);
            let people = People::load(tx, &who.cloned().collect::<Vec<_>>()).await?;
            let refused =
                refused.iter().map(|refused| refused.map(|user| people.person(user))).collect();
            let name = rotation.name;
            Ok(Composed::Say(Message::Roster(Said::TakenOut { name, refused })))
        }
    }
}

async fn changed(
    tx: &mut Tx,
    rotation: RotationRecord,
    by: Option<&UserId>,
    [joined, left, leaving]: [&Crowd<UserId>; 3],
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let position = snapshot.position(now);
    let standing = position.timeline().standing();
    let is_in = |user: &UserId| standing.roster.contains(user);
    let was_change = ![joined, left, leaving].into_iter().all(Crowd::is_empty);
    let joined = kept(joined, is_in);
    let left = kept(left, |user| !is_in(user));
    let leaving = kept(leaving, |user| !is_in(user) || standing.leaving.contains(user));
    if was_change && [&joined, &left, &leaving].into_iter().all(Crowd::is_empty) {
        return Ok(Composed::Nothing("changed_back"));
    }
    let coming = position.coming(TURNS_TOLD);
    let named = [&joined, &left, &leaving].into_iter().flat_map(|crowd| &crowd.named);
    let users: BTreeSet<&UserId> =
        named.chain(by).chain(coming.iter().flat_map(|turn| &turn.seats)).collect();
    let people = People::load(tx, &users.into_iter().cloned().collect::<Vec<_>>()).await?;
    let person = |user: &UserId| people.person(user);
    let turns = coming.iter().filter(|turn| !turn.is_paused);
    let next = turns.map(|turn| (turn.window.start(), turn.seats.iter().map(person).collect()));
    Ok(Composed::Say(Message::Roster(Said::Changed {
        name: snapshot.rotation.name.clone(),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
        by: by.map(person),
        joined: joined.map(person),
        left: left.map(person),
        leaving: leaving.map(person),
        next: next.collect(),
        is_empty: standing.roster.members().is_empty(),
    })))
}

/// Returns a crowd without those named of whom it is no longer true.
fn kept(crowd: &Crowd<UserId>, is_true: impl Fn(&UserId) -> bool) -> Crowd<UserId> {
    let named = crowd.named.iter().filter(|user| is_true(user)).cloned().collect();
    Crowd { named, more: crowd.more }
}
