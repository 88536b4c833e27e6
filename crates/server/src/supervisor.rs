//! The one place that starts tasks, so that a stop can wait for all of them.

use std::future::Future;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts tasks and knows when they must end and when they have ended; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Supervisor {
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Supervisor {
    /// Starts a task that a stop waits for.
    pub(crate) fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tasks.spawn(task)
    }

    /// Returns once the service must stop taking new work.
    pub(crate) async fn stopping(&self) {
        self.stopping.cancelled().await;
    }

    /// Returns whether the service is to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Tells every task to finish what it has in hand.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
        self.tasks.close();
    }

    /// Waits until every task has ended.
    pub(crate) async fn ended(&self) {
        self.tasks.wait().await;
    }
}
