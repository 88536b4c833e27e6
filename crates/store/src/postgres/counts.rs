//! The versions of many workspaces in one question: whoever asks while one is under way is in the next.

use super::again::begin_again;
use crate::error::StoreError;
use crate::version::Version;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use sqlx::{PgPool, Row as _};
use std::collections::HashMap;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// How many are asked about at once at most.
const MOST: usize = 256;

const LIST_VERSIONS: &str = "
    select workspace_id, version, installed_at
      from workspaces
     where workspace_id = any($1)";

/// Who asks for versions; clones share it. The task behind it ends with the last of them.
#[derive(Clone)]
pub(super) struct Counts {
    questions: mpsc::UnboundedSender<Question>,
}

struct Question {
    workspace: WorkspaceId,
    told: oneshot::Sender<Result<Option<Version>, StoreError>>,
}

impl Counts {
    /// Begins to ask with the login for work over many workspaces.
    #[expect(
        clippy::disallowed_methods,
        reason = "the task ends with the last who can ask, and a panic in it is told to all who wait"
    )]
    pub(super) fn start(system: PgPool) -> Self {
        let (questions, asked) = mpsc::unbounded_channel();
        tokio::spawn(answer(system, asked));
        Self { questions }
    }

    /// Returns the version of a workspace as it is after this was called.
    pub(super) async fn of(&self, workspace: WorkspaceId) -> Result<Option<Version>, StoreError> {
        let (told, answer) = oneshot::channel();
        self.questions.send(Question { workspace, told }).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

async fn answer(system: PgPool, mut asked: mpsc::UnboundedReceiver<Question>) {
    let mut questions = Vec::new();
    while asked.recv_many(&mut questions, MOST).await > 0 {
        let ids = questions.iter().map(|question| question.workspace.as_uuid()).collect();
        let found = find(&system, ids).await;
        for Question { workspace, told } in questions.drain(..) {
            let found = found.as_ref().map(|found| found.get(&workspace.as_uuid()).copied());
            // Whoever stopped waiting does not mind.
            let _ = told.send(found.map_err(Clone::clone));
        }
    }
}

async fn find(system: &PgPool, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Version>, StoreError> {
    let ask = || sqlx::query(LIST_VERSIONS).bind(&ids).fetch_all(system);
    let rows = begin_again(system, ask).await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let installed_at: DateTime<Utc> = row.try_get("installed_at")?;
        let count: i64 = row.try_get("version")?;
        let count = u64::try_from(count).unwrap_or_default();
        found.insert(row.try_get("workspace_id")?, Version::stored(installed_at, count));
    }
    Ok(found)
}

fn closed() -> StoreError {
    StoreError::Unavailable { reason: String::from("the database is closed") }
}
