//! Who is told of the plan: those who can change it.

use crate::AppError;
use crate::people::People;
use chrono::{DateTime, Utc};
use domain::effect::{Effect, Envelope, Recipient};
use domain::ids::UserId;
use std::collections::BTreeSet;
use store::Tx;

/// The most admins who are told.
const MOST: u32 = 20;

/// Returns the admins who are known, and who installed the app, as far as they are there.
async fn admins(tx: &mut Tx) -> Result<Vec<UserId>, AppError> {
    let mut users: BTreeSet<UserId> = tx.list_admins(MOST).await?.into_iter().collect();
    users.extend(tx.find_workspace().await?.map(|workspace| workspace.installer));
    let mut users: Vec<UserId> = users.into_iter().collect();
    let people = People::load(tx, &users).await?;
    users.retain(|user| people.is_present(user) && !people.is_bot(user));
    Ok(users)
}

/// Tells each of them, once.
pub(crate) async fn tell_admins(
    tx: &mut Tx,
    effect: &(impl Into<Effect> + Clone),
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for user in admins(tx).await? {
        let envelope = Envelope::new(effect.clone(), Recipient::Person(user));
        tx.insert_delivery(&envelope, now, now).await?;
    }
    Ok(())
}
