//! Nobody counts on somebody any more: the cover that they took goes back, and the requests made for them are closed.

use super::settle::close;
use super::undo::{end, given_back};
use crate::AppError;
use chrono::{DateTime, Utc};
use domain::ids::UserId;
use store::{InboxItem, Tx};

/// Ends the cover that somebody took, as far as it is not over, and closes the open requests for their time.
pub(crate) async fn leave(tx: &mut Tx, user: &UserId, now: DateTime<Utc>) -> Result<(), AppError> {
    let mut covers = tx.list_coverages_since(now).await?;
    covers.retain(|cover| cover.user == *user);
    for cover in covers {
        let Some(rotation) = tx.lock_rotation(cover.rotation).await? else { continue };
        if now < cover.starts_at {
            if end(tx, &rotation, &cover, user, now).await? {
                given_back(tx, &cover, now).await?;
            }
        } else if tx.record_coverage_end(cover.id, now).await? {
            // What is left of it is nobody's cover any more: whoever serves from now on is told.
            let item = InboxItem::CoverEdge { rotation: rotation.id, at: now };
            let key = format!("edge:{}:{}", rotation.id, now.timestamp_micros());
            tx.insert_inbox(&item, &key, now).await?;
        }
    }
    let mut open = tx.list_open_cover_requests().await?;
    open.retain(|request| request.of == *user);
    for mut request in open {
        close(tx, &mut request, now).await?;
    }
    Ok(())
}
