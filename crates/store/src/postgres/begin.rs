//! A transaction that is begun for somebody who stops waiting is ended all the same.
//!
//! sqlx counts a transaction only once the server has answered. Were the wait for that answer cancelled, the connection
//! would go back to the pool inside a transaction of which nobody knows, and the next borrower would be in it: it would see
//! an old state, or be refused every write.

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres, SqlSafeStr, Transaction};
use std::pin::Pin;
use std::task::{Context, Poll};

type Begun = Result<Transaction<'static, Postgres>, sqlx::Error>;

/// Begins a transaction with a text of one's own.
///
/// # Errors
///
/// Where no connection is to be had, or the server refuses.
pub(super) async fn begin(pool: &PgPool, text: impl SqlSafeStr) -> Begun {
    let text = text.into_sql_str();
    let connection: PoolConnection<Postgres> = pool.acquire().await?;
    Beginning(Some(Transaction::begin(connection, Some(text)))).await
}

/// The wait for the server's answer; cancelled, it goes on by itself, and what was begun is rolled back.
struct Beginning(Option<Pin<Box<dyn Future<Output = Begun> + Send>>>);

impl Future for Beginning {
    type Output = Begun;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Begun> {
        let Some(waiting) = &mut self.0 else { return Poll::Pending };
        let answered = waiting.as_mut().poll(context);
        if answered.is_ready() {
            self.0 = None;
        }
        answered
    }
}

impl Drop for Beginning {
    fn drop(&mut self) {
        let (Some(waiting), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        // The connection's own limit of time ends it where the server never answers.
        runtime.spawn(async move { drop(waiting.await) });
    }
}
