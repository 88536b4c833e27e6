//! What a change of a roster came to, and who is told of it.

use super::scene::Scene;
use crate::audit::{self, Entry};
use crate::outcome::{Decision, Done};
use crate::people::People;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::effect::{Envelope, Recipient, RosterEffect};
use domain::ids::UserId;
use domain::interval::Interval;
use domain::preview::{Coming, Difference};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::story::roster::{Card, Crowd, Line, MovedLine, Refused, Reply as Said, Unfit};
use serde_json::json;
use store::{RotationRecord, Store, Tx};

/// How many coming turns an answer shows.
const TURNS_SHOWN: usize = 5;

/// The most of those who were in the rotation before whose new dates are listed.
const MOST_MOVED: usize = 8;

/// Puts the outcome of a write into words, or what is to be said instead where this very request changed nothing.
///
/// A request that comes twice at once may meet its own change; it is answered with what the first came to.
pub(super) async fn answer(
    store: &Store,
    request: &Request,
    decision: Decision,
    said: Option<Said>,
) -> Result<Reply, AppError> {
    match (decision, said) {
        (Err(_), Some(said)) => Ok(Reply::Roster(said)),
        (decision, _) => say(store, request, decision).await,
    }
}

/// Puts the outcome of a write into words, from what was stored of it.
async fn say(store: &Store, request: &Request, decision: Decision) -> Result<Reply, AppError> {
    let card = match decision {
        Ok(Done::Roster { card }) => card,
        Ok(_) => return Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => return Ok(Reply::Refused(refusal)),
    };
    let mut tx = store.read(request.workspace).await?;
    let Some(rotation) = tx.find_any_rotation(card.rotation).await? else {
        return Ok(Reply::Refused(Refusal::Gone));
    };
    let users: Vec<UserId> = card.people().cloned().collect();
    let people = People::load(&mut tx, &users).await?;
    Ok(Reply::Roster(Said::Changed {
        name: rotation.name,
        zone: rotation.rules.zone.name().to_owned(),
        card: Box::new(card.map(|user| people.person(user))),
    }))
}

/// Writes down on a card what a change did to the turns.
pub(super) fn note_turns(
    card: &mut Card<UserId>,
    scene: &Scene,
    difference: &Difference,
    now: DateTime<Utc>,
) {
    let running = |turns: &[Coming]| -> Vec<UserId> {
        let first = turns.first().filter(|turn| turn.window.contains(now));
        first.map(people_of).unwrap_or_default()
    };
    let before = running(&difference.before);
    card.took_over = running(&difference.after);
    card.took_over.retain(|user| !before.contains(user));
    let to_come = difference.after.iter().filter(|turn| turn.window.start() > now);
    card.turns = to_come
        .take(TURNS_SHOWN)
        .map(|turn| {
            let was = difference.before.iter().find(|was| was.turn == turn.turn);
            let was = was.map(people_of).unwrap_or_default();
            Line { start: turn.window.start(), people: people_of(turn), was }
        })
        .collect();
    let (mut joined, mut others) = (Vec::new(), Vec::new());
    for moved in &difference.moved {
        let (was, is) = (moved.was.map(Interval::start), moved.is.map(Interval::start));
        let line = MovedLine { person: moved.user.clone(), was, is };
        if !scene.is_member(&moved.user) {
            joined.push(line);
        } else if was.is_some() && is.is_some() {
            // Who has no turn as far as is compared has left, or has one later.
            others.push(line);
        }
    }
    joined.truncate(Crowd::<UserId>::MOST);
    card.moved_more = others.len().saturating_sub(MOST_MOVED);
    others.truncate(MOST_MOVED);
    card.moved = joined.into_iter().chain(others).collect();
}

/// Tells the channel in one message who came and went.
pub(super) async fn tell_channel(
    tx: &mut Tx,
    rotation: &RotationRecord,
    card: &Card<UserId>,
    by: Option<&UserId>,
    (changed_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), AppError> {
    let effect = RosterEffect::RosterChanged {
        rotation: rotation.id,
        changed_at,
        by: by.cloned(),
        joined: card.joined.clone(),
        left: card.left.clone(),
        leaving: card.leaving.clone(),
    };
    let to = Recipient::Channel(rotation.channel.clone());
    tx.insert_delivery(&Envelope::new(effect, to), now, now).await?;
    Ok(())
}

/// Records a change in the audit.
pub(super) async fn record(
    tx: &mut Tx,
    scene: &Scene,
    action: &'static str,
    users: &[UserId],
    by: Option<&UserId>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let subject = if let [only] = users { Some(only) } else { None };
    let details = json!({"people": users.len(), "members": scene.members().count()});
    let rotation = Some(scene.rotation().id);
    audit::record(tx, now, Entry { action, actor: by, rotation, subject, details }).await
}

/// Returns people who were left out, by reason.
pub(super) fn by_reason(unfit: &[(UserId, Unfit)]) -> Vec<Refused<UserId>> {
    let reasons = [Unfit::Bot, Unfit::Guest, Unfit::Deactivated, Unfit::Unknown];
    let of = |why: Unfit| {
        let users = unfit.iter().filter(move |(_, reason)| *reason == why);
        Refused { why, who: Crowd::of(users.map(|(user, _)| user.clone())) }
    };
    reasons.into_iter().map(of).filter(|refused| !refused.who.is_empty()).collect()
}

fn people_of(turn: &Coming) -> Vec<UserId> {
    turn.people.iter().map(|(user, _)| user.clone()).collect()
}
