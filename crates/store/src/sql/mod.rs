//! The SQL, written once and compiled for each engine.
//!
//! The parent module gives `Db`, `Conn`, `Row` and the macro `fragment!`, which holds every difference between the two.
//! Each statement is declared by `statements!`, which also lists it, so that a test can prepare them all.

mod row;

pub(crate) mod absence_sources;
pub(crate) mod absences;
pub(crate) mod audit;
pub(crate) mod backups;
pub(crate) mod calendar_links;
pub(crate) mod chain;
pub(crate) mod copy;
pub(crate) mod cover_requests;
pub(crate) mod coverages;
pub(crate) mod deliveries;
pub(crate) mod directs;
pub(crate) mod entries;
pub(crate) mod erasure;
pub(crate) mod export;
pub(crate) mod export_links;
pub(crate) mod inbox;
pub(crate) mod inbox_queue;
pub(crate) mod limits;
pub(crate) mod meta;
pub(crate) mod notes;
pub(crate) mod notices;
pub(crate) mod outbox_queue;
pub(crate) mod replay;
pub(crate) mod requests;
pub(crate) mod retention;
pub(crate) mod rotations;
pub(crate) mod sealed;
pub(crate) mod setbacks;
pub(crate) mod steps;
pub(crate) mod subscriptions;
pub(crate) mod swaps;
pub(crate) mod system;
pub(crate) mod turns;
pub(crate) mod watch;
pub(crate) mod workspaces;

use super::{Conn, Db, NUMBERED, Row};
use domain::ids::UserId;
use row::Fields;
use uuid::Uuid;

/// Every statement with its name.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static str)> {
    [
        absence_sources::STATEMENTS,
        absences::STATEMENTS,
        audit::STATEMENTS,
        backups::STATEMENTS,
        calendar_links::STATEMENTS,
        chain::STATEMENTS,
        copy::STATEMENTS,
        cover_requests::STATEMENTS,
        coverages::STATEMENTS,
        deliveries::STATEMENTS,
        directs::STATEMENTS,
        erasure::STATEMENTS,
        export::STATEMENTS,
        export_links::STATEMENTS,
        inbox::STATEMENTS,
        inbox_queue::STATEMENTS,
        meta::STATEMENTS,
        limits::STATEMENTS,
        notes::STATEMENTS,
        notices::STATEMENTS,
        outbox_queue::STATEMENTS,
        replay::STATEMENTS,
        requests::STATEMENTS,
        retention::STATEMENTS,
        rotations::STATEMENTS,
        sealed::STATEMENTS,
        setbacks::STATEMENTS,
        subscriptions::STATEMENTS,
        swaps::STATEMENTS,
        system::STATEMENTS,
        turns::STATEMENTS,
        watch::STATEMENTS,
        workspaces::STATEMENTS,
    ]
    .concat()
}

/// Returns the ids as the JSON text that `list_begins` and `list_ends` take apart.
fn list_of(users: &[UserId]) -> String {
    users.iter().map(UserId::as_str).collect::<serde_json::Value>().to_string()
}

/// Returns the ids as the JSON text that `ids_begin` and `ids_end` take apart.
fn list_of_ids(ids: impl Iterator<Item = Uuid>) -> String {
    ids.map(|id| id.simple().to_string()).collect::<serde_json::Value>().to_string()
}
