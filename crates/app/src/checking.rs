//! Requests that wait until Slack was asked who makes them: kept sealed, carried out by the inbox worker, once.
//!
//! What waits is the request itself, whatever its story. A story that has a dangerous act has nothing to do here: it says
//! [`Reach::Danger`](domain::reach::Reach::Danger) for its command, button or form, and its use case runs when the
//! person was checked.

use crate::{AppError, Request};
use secrecy::SecretString;
use store::{InboxItem, Store};

/// Keeps a request until the person was checked; `text` is all that is needed to carry it out, and is sealed.
///
/// The same request that comes again waits once.
///
/// # Errors
///
/// When the database cannot be reached; nothing is kept then.
pub async fn keep(store: &Store, request: &Request, text: &SecretString) -> Result<(), AppError> {
    let mut tx = store.write(request.workspace).await?;
    let item = InboxItem::Checked { actor: request.actor.clone() };
    tx.insert_inbox_sealed(&item, text, &format!("checked:{}", request.key), request.now).await?;
    Ok(tx.commit().await?)
}
