//! Somebody cannot be written to: the managers are told once, and the person is read again.

use super::managers_but;
use crate::AppError;
use chrono::{DateTime, Utc};
use domain::effect::{DatesEffect, DutyEffect, Effect, Envelope, Recipient, TurnEffect};
use domain::story::duty::Silence;
use store::{InboxItem, Tx};

/// Tells the managers of a rotation that somebody cannot be written to: once for each person and rotation, nobody of
/// themselves, and never of a message like this one.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn tell_managers(
    tx: &mut Tx,
    undelivered: &Envelope,
    why: Silence,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let (Effect::Turn(TurnEffect::OnDutyDm { rotation, user, .. })
    | Effect::Duty(DutyEffect::NextDuty { rotation, user, .. })
    | Effect::Dates(DatesEffect::DatesMoved { rotation, user, .. })) = &undelivered.effect
    else {
        return Ok(());
    };
    let Some(record) = tx.find_rotation(*rotation).await? else { return Ok(()) };
    for manager in managers_but(tx, &record, user).await? {
        let effect = DutyEffect::Unreachable { rotation: *rotation, user: user.clone(), why };
        let to = Recipient::Person(manager);
        tx.insert_delivery(&Envelope::new(effect, to), now, now).await?;
    }
    if why == Silence::Gone {
        let item = InboxItem::RefreshPeople { users: vec![user.clone()] };
        let key = format!("silent:{}", undelivered.delivery_id(tx.workspace()));
        tx.insert_inbox(&item, &key, now).await?;
    }
    Ok(())
}
