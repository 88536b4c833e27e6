//! Group commit: what needs no answer in between is sent together, in one trip to the server and with one flush.
//!
//! Each entry is written under the name of its own workspace, as a transaction of its own would be, so row-level
//! security binds every statement. Where one of them fails nothing of the group is saved, and each is sent alone.

use super::again::begin_again;
use super::sql::entries::fault;
use super::sql::workspaces::read_version;
use super::together::{PREPARE, together};
use crate::error::StoreError;
use crate::step::Step;
use crate::version::Version;
use domain::ids::WorkspaceId;
use sqlx::PgPool;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// How many are sent together at most.
const MOST: usize = 64;
/// How many groups are under way at most: while one is flushed, the next gathers and is sent.
pub(super) const GROUPS: u32 = 2;

/// The way to those who send. Clones share them; they end with the last of it.
#[derive(Clone)]
pub(super) struct Saver {
    entries: mpsc::UnboundedSender<Waiting>,
}

/// Steps that are to be saved as one.
pub(super) struct Waiting {
    pub(super) workspace: WorkspaceId,
    pub(super) steps: Vec<Step>,
    told: oneshot::Sender<Result<Option<Version>, StoreError>>,
}

impl Saver {
    /// Begins to send over the connections of a pool, which know the prepared statements.
    #[expect(
        clippy::disallowed_methods,
        reason = "the tasks end with the last who can ask, and a panic in one is told to all who wait"
    )]
    pub(super) fn start(pool: &PgPool) -> Self {
        let (entries, asked) = mpsc::unbounded_channel();
        let asked = Arc::new(Mutex::new(asked));
        for _ in 0..GROUPS {
            tokio::spawn(send(pool.clone(), Arc::clone(&asked)));
        }
        Self { entries }
    }

    /// Saves steps as one and returns the version that they made, when it is on disk.
    pub(super) async fn save(
        &self,
        workspace: WorkspaceId,
        steps: Vec<Step>,
    ) -> Result<Option<Version>, StoreError> {
        let (told, answer) = oneshot::channel();
        self.entries.send(Waiting { workspace, steps, told }).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

/// Returns what tells a connection the statements once.
pub(super) fn preparing() -> &'static str {
    &PREPARE
}

async fn send(pool: PgPool, asked: Arc<Mutex<mpsc::UnboundedReceiver<Waiting>>>) {
    let mut group = Vec::new();
    while asked.lock().await.recv_many(&mut group, MOST).await > 0 {
        // In one order, so that no two groups wait for each other.
        group.sort_by_key(|waiting| waiting.workspace);
        match save(&pool, &group).await {
            Ok(versions) => tell(&mut group, versions),
            Err(sqlx::Error::Database(_)) if group.len() > 1 => {
                for waiting in group.drain(..) {
                    let alone = save(&pool, std::slice::from_ref(&waiting)).await;
                    let version = alone.map(|versions| versions.into_iter().next().flatten());
                    // Whoever stopped waiting does not mind.
                    let _ = waiting.told.send(version.map_err(fault));
                }
            }
            Err(error) => {
                let error = fault(error);
                for waiting in group.drain(..) {
                    let _ = waiting.told.send(Err(error.clone()));
                }
            }
        }
    }
}

fn tell(group: &mut Vec<Waiting>, versions: Vec<Option<Version>>) {
    for (waiting, version) in group.drain(..).zip(versions) {
        let _ = waiting.told.send(Ok(version));
    }
}

/// Saves all or nothing, and returns a version for each.
///
/// What was sent over a connection that turned out to be dead may have been saved: sent again it meets its own key,
/// and whoever asked finds what it came to under that.
async fn save(pool: &PgPool, group: &[Waiting]) -> Result<Vec<Option<Version>>, sqlx::Error> {
    let text = together(group);
    let rows = begin_again(pool, || sqlx::raw_sql(text.clone()).fetch_all(pool)).await?;
    let mut versions: Vec<_> = rows.iter().map(|row| read_version(row).ok()).collect();
    versions.resize(group.len(), None);
    Ok(versions)
}

fn closed() -> StoreError {
    StoreError::Unavailable { reason: String::from("the database is closed") }
}
