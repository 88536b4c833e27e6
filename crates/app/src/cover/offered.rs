//! Somebody offers in the thread of a request to serve: they alone are shown the button with which they take it.

use super::list::request_at;
use crate::AppError;
use crate::lookup::circle;
use crate::people::People;
use chrono::{DateTime, Utc};
use domain::effect::{Envelope, Recipient, RequestEffect};
use domain::ids::{ChannelId, UserId, WorkspaceId};
use domain::permission::{Act, may};
use store::{CoverRequestState, Store};

/// Where somebody wrote: a channel, the `ts` of the message to which the thread belongs, and that of what they wrote.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// The channel.
    pub channel: &'a ChannelId,
    /// Of the message to which the thread belongs.
    pub thread_ts: &'a str,
    /// Of what they wrote.
    pub ts: &'a str,
}

/// Shows a member who has offered in the thread of an open request the button with which they take it.
///
/// In other threads, and for anybody else, nothing is done.
///
/// # Errors
///
/// When the database cannot be reached; nothing is shown then.
pub async fn offered(
    store: &Store,
    workspace: WorkspaceId,
    written: Written<'_>,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Written { channel, thread_ts, ts } = written;
    let Some(request) = request_at(store, workspace, channel, thread_ts).await? else {
        return Ok(());
    };
    let mut tx = store.write(workspace).await?;
    let Some(record) = tx.find_cover_request(request).await? else { return Ok(()) };
    let Some(rotation) = tx.find_rotation(record.rotation).await? else { return Ok(()) };
    let people = People::load(&mut tx, std::slice::from_ref(user)).await?;
    let may_serve = may(&people.actor(user), Act::Serve(circle(&rotation))).is_ok();
    if record.state != CoverRequestState::Open || record.of == *user || !may_serve {
        return Ok(());
    }
    let offered = RequestEffect::CoverOffered {
        rotation: rotation.id,
        request,
        occasion: record.occasion,
        channel: channel.clone(),
        user: user.clone(),
        ts: ts.to_owned(),
    };
    let to = Recipient::Only { channel: channel.clone(), user: user.clone() };
    tx.insert_delivery(&Envelope::new(offered, to), now, now).await?;
    Ok(tx.commit().await?)
}
