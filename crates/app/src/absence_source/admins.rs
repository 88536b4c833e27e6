//! Who is told of what only an admin can mend.

use crate::AppError;
use crate::people::People;
use domain::ids::UserId;
use std::collections::BTreeSet;
use store::{AbsenceSourceRecord, Tx};

/// The most admins who are told.
const MOST: u32 = 20;

/// Returns the admins who are known, who connected the source and who installed the app, as far as they are there.
pub(super) async fn admins(
    tx: &mut Tx,
    source: &AbsenceSourceRecord,
) -> Result<Vec<UserId>, AppError> {
    let mut users: BTreeSet<UserId> = tx.list_admins(MOST).await?.into_iter().collect();
    users.insert(source.connected_by.clone());
    users.extend(tx.find_workspace().await?.map(|workspace| workspace.installer));
    let mut users: Vec<UserId> = users.into_iter().collect();
    let people = People::load(tx, &users).await?;
    users.retain(|user| people.is_present(user) && !people.is_bot(user));
    Ok(users)
}
