//! What has no effect is done again on another connection where the one it got turns out to be dead.
//!
//! A server that goes down or is moved ends all connections at once, and the pool notices when they are used.

use super::CONNECTION_WAIT;
use sqlx::PgPool;

/// The server ended the connection: by an operator, in a crash, while it starts, with its database, or as idle.
const ENDED: [&str; 5] = ["57P01", "57P02", "57P03", "57P04", "57P05"];

/// Does something that has no effect where it fails, such as beginning or asking, and again for each connection that
/// turns out to be dead: as often as the pool has connections, and in no more time than one is waited for.
pub(super) async fn begin_again<T, F>(pool: &PgPool, act: impl Fn() -> F) -> Result<T, sqlx::Error>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    let trying = async {
        for _ in 0..pool.options().get_max_connections() {
            match act().await {
                Err(error) if is_dead(&error) => {}
                outcome => return outcome,
            }
        }
        act().await
    };
    match tokio::time::timeout(CONNECTION_WAIT, trying).await {
        Ok(outcome) => outcome,
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

/// Returns whether a connection is of no use any more and another may be.
fn is_dead(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(fault) => {
            fault.code().is_some_and(|code| ENDED.contains(&code.as_ref()))
        }
        _ => false,
    }
}
