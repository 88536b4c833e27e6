//! Who is told of a swap, and which of its messages say how it stands.

use crate::AppError;
use chrono::{DateTime, Utc};
use domain::effect::{Envelope, Recipient, SwapEffect};
use domain::ids::UserId;
use domain::story::swap::Standing;
use std::collections::BTreeSet;
use store::{RotationRecord, SwapRecord, SwapSide, Tx};

/// Asks those of the two who did not ask themselves.
pub(super) async fn asked(
    tx: &mut Tx,
    swap: &SwapRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let (rotation, id) = (swap.rotation, swap.id);
    for SwapSide { user, .. } in both(swap).filter(|side| side.user != swap.asked_by) {
        let effect = SwapEffect::SwapAsked { rotation, swap: id, user: user.clone() };
        let envelope = Envelope::new(effect, Recipient::Person(user.clone()));
        tx.insert_delivery(&envelope, now, now).await?;
    }
    Ok(())
}

/// Tells how a swap stands that was just changed: those whom it concerns but who do not know it by what they did, and the
/// channel where who serves is otherwise than it was told. The messages of before say it too.
pub(super) async fn standing(
    tx: &mut Tx,
    rotation: &RotationRecord,
    swap: &SwapRecord,
    (standing, by): (Standing, Option<&UserId>),
    was_agreed: bool,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let (of, id) = (swap.rotation, swap.id);
    let person = |user: &UserId| Recipient::Person(user.clone());
    let knows = |user: &UserId| standing != Standing::Half || Some(user) == by;
    for user in concerned(swap).into_iter().filter(|user| knows(user)) {
        let (user, rotation) = (user.clone(), of);
        let answered =
            SwapEffect::SwapAnswered { rotation, swap: id, user: user.clone(), standing };
        replace(tx, Envelope::new(answered, person(&user)), now).await?;
        if standing != Standing::Agreed {
            let again =
                SwapEffect::SwapToldAgain { rotation, swap: id, user: user.clone(), standing };
            replace(tx, Envelope::new(again, person(&user)), now).await?;
        }
    }
    for user in readers(swap, standing).into_iter().filter(|user| Some(*user) != by) {
        let told = SwapEffect::SwapTold { rotation: of, swap: id, user: user.clone(), standing };
        tx.insert_delivery(&Envelope::new(told, person(user)), now, now).await?;
    }
    let is_otherwise = match standing {
        Standing::Agreed => true,
        Standing::Undone | Standing::Void => was_agreed,
        _ => false,
    };
    if is_otherwise {
        let post = SwapEffect::SwapPosted { rotation: of, swap: id, standing };
        let channel = Recipient::Channel(rotation.channel.clone());
        tx.insert_delivery(&Envelope::new(post, channel), now, now).await?;
    }
    Ok(())
}

/// Returns who gets a message of its own.
fn readers(swap: &SwapRecord, standing: Standing) -> BTreeSet<&UserId> {
    let all = concerned(swap);
    match standing {
        // The message that asked them says it.
        Standing::Half | Standing::Begun => BTreeSet::new(),
        // Who has not answered has the message that asked them, and needs no other.
        Standing::Declined | Standing::Withdrawn => {
            let waits = |user: &UserId| {
                both(swap).any(|side| side.user == *user && side.agreed_at.is_none())
            };
            all.into_iter().filter(|user| !waits(user)).collect()
        }
        Standing::Agreed
        | Standing::Undone
        | Standing::Void
        | Standing::Expired
        | Standing::Cut => all,
    }
}

/// Returns the two, and who asked for it.
fn concerned(swap: &SwapRecord) -> BTreeSet<&UserId> {
    both(swap).map(|side| &side.user).chain([&swap.asked_by]).collect()
}

fn both(swap: &SwapRecord) -> impl Iterator<Item = &SwapSide> {
    [&swap.a, &swap.b].into_iter()
}

/// Replaces a message, where it was to be sent.
async fn replace(tx: &mut Tx, envelope: Envelope, now: DateTime<Utc>) -> Result<(), AppError> {
    let Some(message) = envelope.updates(tx.workspace()) else { return Ok(()) };
    if tx.find_delivery(message).await?.is_some() {
        tx.insert_delivery(&envelope, now, now).await?;
    }
    Ok(())
}
