//! A swap is agreed to, declined, taken back or undone.

use super::Done as Swap;
use super::said::answered;
use super::tell;
use super::turns::{Turns, begins_at, key};
use crate::audit::{self, Entry};
use crate::home;
use crate::lifecycle::walked;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use domain::effect::{Envelope, Recipient, SwapEffect};
use domain::ids::SwapId;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::Answer;
use domain::story::swap::{Refusal as Why, Standing};
use serde_json::json;
use store::{Store, SwapRecord, SwapSide, SwapState, Tx};

/// One of the two agrees; with the second the swap is made.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn agree(store: &Store, request: &Request, swap: SwapId) -> Result<Answer, AppError> {
    change(store, request, swap, Way::Agree).await
}

/// One of the two does not want it.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn decline(store: &Store, request: &Request, swap: SwapId) -> Result<Answer, AppError> {
    change(store, request, swap, Way::Decline).await
}

/// Who asked takes it back.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn withdraw(store: &Store, request: &Request, swap: SwapId) -> Result<Answer, AppError> {
    change(store, request, swap, Way::Withdraw).await
}

/// One of the two, or who arranged it or manages the rotation, undoes what was agreed.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn undo(store: &Store, request: &Request, swap: SwapId) -> Result<Answer, AppError> {
    change(store, request, swap, Way::Undo).await
}

/// What is done with a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Agree,
    Decline,
    Withdraw,
    Undo,
}

async fn change(
    store: &Store,
    request: &Request,
    swap: SwapId,
    way: Way,
) -> Result<Answer, AppError> {
    let act = async |tx: &mut Tx| carry_out(tx, request, swap, way).await;
    let decision = once(store, request, act).await?;
    if decision.is_ok() && says_it_itself(store, request, swap).await? {
        return Ok(Answer::Nothing);
    }
    Ok(Answer::Say(Box::new(answered(store, request, decision).await?)))
}

/// Returns whether the message in which it was pressed says how it stands now.
async fn says_it_itself(store: &Store, request: &Request, swap: SwapId) -> Result<bool, AppError> {
    if !request.channel.as_ref().is_some_and(|channel| channel.as_str().starts_with('D')) {
        return Ok(false);
    }
    let mut tx = store.read(request.workspace).await?;
    let Some(SwapRecord { rotation, .. }) = tx.find_swap(swap).await? else { return Ok(false) };
    let user = request.actor.clone();
    let told = SwapEffect::SwapTold { rotation, swap, user, standing: Standing::Agreed };
    let user = request.actor.clone();
    for effect in [SwapEffect::SwapAsked { rotation, swap, user }, told] {
        let message = Envelope::new(effect, Recipient::Person(request.actor.clone()));
        if tx.find_delivery(message.delivery_id(request.workspace)).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn carry_out(
    tx: &mut Tx,
    request: &Request,
    swap: SwapId,
    way: Way,
) -> Result<Decision, AppError> {
    let Some(found) = tx.find_swap(swap).await? else { return Ok(Err(Refusal::Gone)) };
    let Some(snapshot) = walked(tx, request, found.rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    // With the rotation locked, nobody else answers it.
    let Some(mut swap) = tx.find_swap(swap).await? else { return Ok(Err(Refusal::Gone)) };
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    let was_agreed = swap.state == SwapState::Agreed;
    let standing = match decide(request, &snapshot, &people, &mut swap, way) {
        Ok(standing) => standing,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !tx.update_swap(&swap).await? {
        return Ok(Err(Refusal::Gone));
    }
    let now = request.now;
    let action = match standing {
        Standing::Half | Standing::Agreed => "swap_agreed",
        Standing::Declined => "swap_declined",
        Standing::Withdrawn => "swap_withdrawn",
        _ => "swap_undone",
    };
    let entry = Entry {
        action,
        actor: Some(&request.actor),
        rotation: Some(swap.rotation),
        subject: Some(&swap.b.user),
        details: json!({"swap": swap.id, "turns": swap.turns()}),
    };
    audit::record(tx, now, entry).await?;
    let told = (standing, Some(&request.actor));
    tell::standing(tx, &snapshot.rotation, &swap, told, was_agreed, now).await?;
    // Whose time it is that somebody asked cover for may be another now.
    crate::cover::after_walk(tx, swap.rotation, now).await?;
    home::touch(tx, home::people_of(&snapshot.rotation), now).await?;
    Ok(Ok(Done::Swap(Swap::Answered { id: swap.id, standing })))
}

/// Changes a swap as somebody wants, where they may and where that is possible.
fn decide(
    request: &Request,
    snapshot: &Snapshot,
    people: &People,
    swap: &mut SwapRecord,
    way: Way,
) -> Result<Standing, Refusal> {
    let (now, actor) = (request.now, &request.actor);
    let who = people.actor(actor);
    may(&who, Act::Change)?;
    let is_side = [&swap.a, &swap.b].into_iter().any(|side| side.user == *actor);
    let is_asker = swap.asked_by == *actor;
    let is_manager = may(&who, Act::Manage(circle(&snapshot.rotation))).is_ok();
    let has_begun = begins_at(swap) <= now;
    let is_theirs = match way {
        Way::Agree | Way::Decline => is_side,
        Way::Withdraw => is_asker,
        Way::Undo => is_side || is_asker || is_manager,
    };
    if !is_theirs {
        return Err(Why::NotYours.into());
    }
    if let Some(why) = over(swap.state) {
        return Err(why.into());
    }
    match (way, swap.state) {
        (Way::Undo, SwapState::Agreed) if has_begun => return Err(Why::HasBegun.into()),
        (Way::Undo, SwapState::Agreed) => return Ok(close(swap, SwapState::Undone, request)),
        (Way::Undo, _) => return Err(Why::NotAgreed.into()),
        (_, SwapState::Agreed) => return Err(Why::DoneAlready.into()),
        _ if has_begun => return Err(Why::TooLate.into()),
        (Way::Withdraw, _) => return Ok(close(swap, SwapState::Withdrawn, request)),
        // Who asked does not decline, but takes it back.
        (Way::Decline, _) if is_asker => return Ok(close(swap, SwapState::Withdrawn, request)),
        (Way::Decline, _) => return Ok(close(swap, SwapState::Declined, request)),
        (Way::Agree, _) => {}
    }
    Turns::of(snapshot, now).check(&key(&swap.a), &key(&swap.b), Some(swap.id))?;
    let own = |side: &&mut SwapSide| side.user == *actor;
    let side = [&mut swap.a, &mut swap.b].into_iter().find(own).ok_or(Why::NotYours)?;
    if side.agreed_at.replace(now).is_some() {
        return Err(Why::AgreedAlready.into());
    }
    if swap.a.agreed_at.is_none() || swap.b.agreed_at.is_none() {
        return Ok(Standing::Half);
    }
    swap.state = SwapState::Agreed;
    Ok(Standing::Agreed)
}

fn close(swap: &mut SwapRecord, state: SwapState, request: &Request) -> Standing {
    swap.state = state;
    swap.closed_at = Some(request.now);
    swap.closed_by = Some(request.actor.clone());
    match state {
        SwapState::Declined => Standing::Declined,
        SwapState::Withdrawn => Standing::Withdrawn,
        _ => Standing::Undone,
    }
}

/// Returns why nothing can be done with a swap that is over.
fn over(state: SwapState) -> Option<Why> {
    match state {
        SwapState::Asked | SwapState::Agreed => None,
        SwapState::Declined => Some(Why::Declined),
        SwapState::Withdrawn => Some(Why::Withdrawn),
        SwapState::Undone => Some(Why::Undone),
        SwapState::Void => Some(Why::Void),
        SwapState::Expired => Some(Why::TooLate),
    }
}
