//! The database, opened for a command.

use super::{NOT_WELL, WRONG_USE, output};
use crate::config::opened_store;
use crate::settings::{DatabaseSettings, KeySettings};
use chrono::{DateTime, Utc};
use clock::Clock;
use domain::ids::{TeamId, WorkspaceId};
use store::{Store, StoreError, WorkspaceListing};

/// Returns the database that the settings name.
///
/// # Errors
///
/// The exit code, when it was said what is wrong.
pub(super) async fn open(database: &DatabaseSettings, keys: &KeySettings) -> Result<Store, u8> {
    let (place, keys) = opened_store(database, keys).map_err(|faults| {
        output::complain_of_all(&faults);
        WRONG_USE
    })?;
    Store::open(&place, keys).await.map_err(|fault| {
        output::complain(&fault.to_string());
        NOT_WELL
    })
}

/// Returns the time that the service has.
pub(super) async fn now(store: &Store) -> DateTime<Utc> {
    let clock = Clock::system();
    if let Some(began) = clock.read()
        && let Ok(Some(time)) = store.server_time().await
    {
        clock.measured(began, time);
    }
    clock.now()
}

/// Returns the workspace of an id, ours or its Slack team's.
///
/// # Errors
///
/// What the database says.
pub(super) async fn find_workspace(
    store: &Store,
    text: &str,
) -> Result<Option<WorkspaceListing>, StoreError> {
    let id =
        text.parse().map_or_else(|_| WorkspaceId::of_team(&TeamId::new(text)), WorkspaceId::new);
    Ok(store.system().list_workspaces().await?.into_iter().find(|listed| listed.id == id))
}
