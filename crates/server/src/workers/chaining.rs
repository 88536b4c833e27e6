//! Chains the audit log, seconds after what it tells of.

use crate::bot::Bot;
use clock::Worker;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// How long an event waits at most to be chained.
const EVERY: Duration = Duration::from_secs(4);

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let mut told = HashSet::new();
    let mut is_failing = false;
    loop {
        let mut is_more = false;
        match bot.store.chain_audit().await {
            Ok(done) => {
                is_failing = false;
                is_more = done.is_more;
                for workspace in done.broken {
                    if told.insert(workspace) {
                        tracing::error!(workspace.id = %workspace, "The audit log of a workspace was changed from outside; nothing is added to its chain. Please run `asyncbot audit verify`.");
                    }
                }
            }
            Err(fault) if !is_failing => {
                is_failing = true;
                tracing::error!(error = %fault, "The audit log could not be chained; it is tried again.");
            }
            Err(_) => {}
        }
        if bot.supervisor.is_stopping() {
            return;
        }
        if is_more {
            continue;
        }
        tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            () = worker.wait(&bot.bells.chaining, None, EVERY) => {}
        }
    }
}
