//! Cover: asked for, taken and given back, and written down with what is to be done when it begins and ends.
//!
//! Whatever changes a request holds the lock of its rotation, and reads the request under it: of many who press at once
//! one takes it.

mod answer;
mod ask;
mod case;
mod edge;
mod form;
mod leave;
mod list;
mod offered;
mod settle;
mod steps;
mod take;
mod told;
mod turns;
mod undo;

pub use answer::{cannot, dismiss, hand_over, withdraw};
pub use ask::submit as submit_ask;
pub use edge::edge;
pub use form::{open, open_for, open_part};
pub use list::{list, request_at};
pub use offered::{Written, offered};
pub(crate) use steps::ask_at_home;
pub use steps::{may_post, step};
pub use take::{submit as submit_part, take};
pub use undo::undo;
pub(crate) use undo::{end_coming, given_back};

pub(crate) use edge::begin;
pub(crate) use leave::leave;
pub(crate) use list::wanted;
pub(crate) use settle::{absences_changed, after_walk, may_concern};
pub(crate) use told::compose;

use crate::AppError;
use crate::note;
use crate::serving::{LaidStretch, serving_in};
use crate::walk::refresh_duty;
use chrono::{DateTime, Utc};
use domain::ids::{CoverRequestId, CoverageId};
use serde::{Deserialize, Serialize};
use store::{CoverageRecord, InboxItem, Tx};

/// What a write came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cover", rename_all = "snake_case")]
pub(crate) enum Done {
    Asked { request: CoverRequestId, is_old: bool },
    Taken { request: CoverRequestId, coverages: Vec<CoverageId> },
    Noted { request: CoverRequestId },
    Closed { request: CoverRequestId },
    Undone { request: CoverRequestId, coverage: CoverageId },
}

/// Stores cover, and looks again when it begins and when it ends; a request that it meets is closed, and
/// whoever is on duty reads when that ends now.
pub(crate) async fn insert(
    tx: &mut Tx,
    cover: &CoverageRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    insert_all(tx, std::slice::from_ref(cover), now).await
}

/// Stores cover of several windows that one person takes at once, as [`insert`].
async fn insert_all(
    tx: &mut Tx,
    covers: &[CoverageRecord],
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for cover in covers {
        tx.insert_coverage(cover).await?;
        for at in [cover.starts_at, cover.ends_at].into_iter().filter(|at| now < *at) {
            // Where a turn begins or ends just then its handoff tells; but turns move when a rotation is edited.
            let item = InboxItem::CoverEdge { rotation: cover.rotation, at };
            let key = format!("edge:{}:{}", cover.rotation, at.timestamp_micros());
            tx.insert_inbox_at(&item, &key, at, now).await?;
        }
    }
    if let Some(cover) = covers.first() {
        note::schedule_asking_now(tx, cover.rotation, now).await?;
    }
    for cover in covers.iter().filter(|cover| now < cover.starts_at) {
        refresh(tx, cover, now).await?;
    }
    settle::covered(tx, covers, now).await
}

/// Lets those on duty in the turn of cover that is to come, or was, read again how long they are.
pub(crate) async fn refresh(
    tx: &mut Tx,
    cover: &CoverageRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(rotation) = tx.find_rotation(cover.rotation).await? else { return Ok(()) };
    let laid = LaidStretch::at(tx, &rotation, now).await?;
    let Some(laid) = laid.filter(|laid| laid.planned_at == cover.planned_at) else { return Ok(()) };
    for user in serving_in(&laid, now) {
        refresh_duty(tx, (rotation.id, laid.planned_at), &user, now).await?;
    }
    Ok(())
}
