//! What the one who runs the service tells the admins of workspaces.

use crate::AppError;
use crate::audit::{self, Entry};
use crate::deliver::Composed;
use chrono::{DateTime, Utc};
use domain::effect::{Envelope, NoticeEffect, Recipient};
use domain::ids::{UserId, WorkspaceId};
use domain::message::Message;
use domain::story::notice::Breach;
use serde_json::json;
use std::collections::BTreeSet;
use store::{Store, Tx};

/// The most admins of a workspace that are told one by one.
const MOST_ADMINS: u32 = 200;

/// Who is told in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The admins, and who installed the app.
    pub people: Vec<UserId>,
    /// How many of them had not been told before; 0 where the same notice was sent already.
    pub new: usize,
}

/// Returns who would be told; nothing is written.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn recipients(store: &Store, workspace: WorkspaceId) -> Result<Vec<UserId>, AppError> {
    of_workspace(&mut store.read(workspace).await?).await
}

/// Tells the admins of a workspace of a breach: the running service delivers it. The same words are said once to each.
///
/// # Errors
///
/// When the database cannot be reached; nobody of this workspace is told then.
pub async fn tell_of_breach(
    store: &Store,
    workspace: WorkspaceId,
    breach: &Breach,
    now: DateTime<Utc>,
) -> Result<Told, AppError> {
    let mut tx = store.write(workspace).await?;
    let people = of_workspace(&mut tx).await?;
    let notice = breach.id();
    tx.insert_breach(breach, now).await?;
    let mut new = 0;
    for user in &people {
        let effect = NoticeEffect::BreachNotice { notice };
        let said = Envelope::new(effect, Recipient::Person(user.clone()));
        new += usize::from(tx.insert_delivery(&said, now, now).await?);
    }
    if new > 0 {
        let entry = Entry {
            action: "notice.sent",
            actor: None,
            rotation: None,
            subject: None,
            details: json!({"notice": notice, "kind": "breach", "people": new}),
        };
        audit::record(&mut tx, now, entry).await?;
    }
    tx.commit().await?;
    Ok(Told { people, new })
}

/// Composes a notice.
pub(crate) async fn compose(tx: &mut Tx, effect: &NoticeEffect) -> Result<Composed, AppError> {
    let NoticeEffect::BreachNotice { notice } = effect;
    let found = tx.find_breach(*notice).await?;
    Ok(found
        .map_or(Composed::Nothing("notice_gone"), |breach| Composed::Say(Message::Breach(breach))))
}

async fn of_workspace(tx: &mut Tx) -> Result<Vec<UserId>, AppError> {
    let mut people: BTreeSet<UserId> = tx.list_admins(MOST_ADMINS).await?.into_iter().collect();
    // Nobody may have been looked up yet; whoever installed it answers for it.
    people.extend(tx.find_workspace().await?.map(|workspace| workspace.installer));
    Ok(people.into_iter().collect())
}
