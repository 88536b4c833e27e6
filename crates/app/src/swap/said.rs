//! What is said of a swap: to the one who asked or answered, to those whom it concerns, to the channel.

use super::Done as Swap;
use super::turns::{Turns, begins_at, key};
use crate::deliver::Composed;
use crate::outcome::{Decision, Done};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::effect::SwapEffect;
use domain::ids::UserId;
use domain::message::Message as Any;
use domain::refusal::Refusal;
use domain::reply::Reply as Answered;
use domain::story::swap::{Button, Card, Line, Message, Reply, Side, Standing, Told};
use store::{Store, SwapRecord, SwapSide, SwapState, Tx};

/// Returns the answer to the one who asked.
pub(super) async fn answered(
    store: &Store,
    request: &Request,
    decision: Decision,
) -> Result<Answered, AppError> {
    let done = match decision {
        Ok(Done::Swap(done)) => done,
        Ok(_) => return Ok(Answered::Refused(Refusal::Unreadable)),
        Err(refusal) => return Ok(Answered::Refused(refusal)),
    };
    let (Swap::Asked { id } | Swap::Answered { id, .. }) = done;
    let mut tx = store.read(request.workspace).await?;
    let Some(swap) = tx.find_swap(id).await? else { return Ok(Answered::Refused(Refusal::Gone)) };
    let Some(card) = card_of(&mut tx, &swap, request.now).await? else {
        return Ok(Answered::Refused(Refusal::Gone));
    };
    let reply = match done {
        Swap::Asked { .. } => Reply::Asked(card),
        Swap::Answered { standing, .. } => {
            let users = std::slice::from_ref(&request.actor);
            let by = Some(People::load(&mut tx, users).await?.person(&request.actor));
            Reply::Done(Told { card, standing, by })
        }
    };
    Ok(Answered::Swap(Box::new(reply)))
}

/// Composes a message of this story as things stand at `now`.
pub(crate) async fn compose(
    tx: &mut Tx,
    effect: &SwapEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let (SwapEffect::SwapAsked { swap, .. }
    | SwapEffect::SwapAnswered { swap, .. }
    | SwapEffect::SwapTold { swap, .. }
    | SwapEffect::SwapToldAgain { swap, .. }
    | SwapEffect::SwapPosted { swap, .. }) = effect;
    let Some(swap) = tx.find_swap(*swap).await? else {
        return Ok(Composed::Nothing("swap_gone"));
    };
    let has_begun = begins_at(&swap) <= now;
    let standing = match effect {
        SwapEffect::SwapAsked { user, .. } => {
            let has_agreed = |side: &SwapSide| side.user == *user && side.agreed_at.is_some();
            if swap.state != SwapState::Asked || has_agreed(&swap.a) || has_agreed(&swap.b) {
                return Ok(Composed::Nothing("answered_meanwhile"));
            }
            if has_begun {
                return Ok(Composed::TooLate);
            }
            None
        }
        SwapEffect::SwapAnswered { standing, .. }
        | SwapEffect::SwapTold { standing, .. }
        | SwapEffect::SwapToldAgain { standing, .. }
        | SwapEffect::SwapPosted { standing, .. } => match standing {
            Standing::Agreed if swap.state != SwapState::Agreed => {
                return Ok(Composed::Nothing("ended_meanwhile"));
            }
            // It cannot be undone any more.
            Standing::Agreed if has_begun => Some(Standing::Begun),
            standing => Some(*standing),
        },
    };
    let Some(card) = card_of(tx, &swap, now).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    let by = match &swap.closed_by {
        Some(by) => Some(People::load(tx, std::slice::from_ref(by)).await?.person(by)),
        None => None,
    };
    let message = match (effect, standing) {
        (SwapEffect::SwapPosted { .. }, Some(standing)) => {
            Message::Posted(Told { card, standing, by })
        }
        (
            SwapEffect::SwapAnswered { user, .. }
            | SwapEffect::SwapTold { user, .. }
            | SwapEffect::SwapToldAgain { user, .. },
            Some(standing),
        ) => Message::Told { told: Told { card, standing, by }, reader: user.clone() },
        (SwapEffect::SwapAsked { user, .. }, _) => Message::Asked { card, reader: user.clone() },
        _ => return Ok(Composed::Nothing("nothing_to_say")),
    };
    Ok(Composed::Say(Any::Swap(Box::new(message))))
}

/// Returns the swaps of a rotation that concern somebody and of which no turn has begun, with what they may press.
pub(crate) fn lines_of(snapshot: &Snapshot, user: &UserId, now: DateTime<Utc>) -> Vec<Line> {
    let mut live = snapshot.layers.live_swaps().filter(|swap| now < begins_at(swap)).peekable();
    if live.peek().is_none() {
        return Vec::new();
    }
    let turns = Turns::of(snapshot, now);
    let own = live.filter(|swap| [&swap.a.user, &swap.b.user, &swap.asked_by].contains(&user));
    own.map(|swap| {
        let is_agreed = swap.state == SwapState::Agreed;
        let (id, waits) =
            (swap.id, |side: &SwapSide| side.user == *user && side.agreed_at.is_none());
        let can = if is_agreed {
            vec![Button::Undo { swap: id }]
        } else if waits(&swap.a) || waits(&swap.b) {
            vec![Button::Agree { swap: id }, Button::Decline { swap: id }]
        } else if swap.asked_by == *user {
            vec![Button::Withdraw { swap: id }]
        } else {
            vec![Button::Decline { swap: id }]
        };
        let people = &snapshot.people;
        let sides = [turns.side(people, &swap.a), turns.side(people, &swap.b)];
        let reader = user.clone();
        Line { reader, card: card(snapshot, swap, people, (sides, &turns), now), is_agreed, can }
    })
    .collect()
}

async fn card_of(
    tx: &mut Tx,
    swap: &SwapRecord,
    now: DateTime<Utc>,
) -> Result<Option<Card>, AppError> {
    let Some(rotation) = tx.find_any_rotation(swap.rotation).await? else { return Ok(None) };
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let users = [swap.a.user.clone(), swap.b.user.clone(), swap.asked_by.clone()];
    let people = People::load(tx, &users).await?;
    let turns = Turns::of(&snapshot, now);
    let mut sides = [turns.side(&people, &swap.a), turns.side(&people, &swap.b)];
    for Side { from, until, .. } in sides.iter_mut().filter(|side| side.until.is_none()) {
        *until = tx.find_turn(swap.rotation, *from).await?.map(|turn| turn.ends_at);
    }
    Ok(Some(card(&snapshot, swap, &people, (sides, &turns), now)))
}

fn card(
    snapshot: &Snapshot,
    swap: &SwapRecord,
    people: &People,
    (sides, turns): ([Side; 2], &Turns<'_>),
    now: DateTime<Utc>,
) -> Card {
    let is_live = matches!(swap.state, SwapState::Asked | SwapState::Agreed);
    let is_ahead = is_live && now < begins_at(swap);
    let conflicts =
        is_ahead.then(|| turns.conflicts(&snapshot.people, &key(&swap.a), &key(&swap.b)));
    Card {
        swap: swap.id,
        name: snapshot.rotation.name.clone(),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
        sides,
        by: people.person(&swap.asked_by),
        conflicts: conflicts.unwrap_or_default(),
    }
}
