//! The day's backup, where the settings ask for it: one replica makes it, and every hour those go whose time is over.

use crate::backup::{self, BackupConfig, BackupFault, Judge, Shelf};
use crate::bot::Bot;
use chrono::TimeDelta;
use clock::Worker;
use std::sync::Arc;
use store::backup::Kind;

/// How often it is looked whether one is due; what failed is tried again then.
const EVERY: TimeDelta = TimeDelta::hours(1);

/// How long nobody else makes one: longer than any takes.
const LEASE: TimeDelta = TimeDelta::hours(6);

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let Some(backups) = bot.backups.clone() else { return };
    if Kind::of(&backups.store) == Kind::Postgres
        && let Some(text) = backup::missing_tools(backups.tools.as_deref())
    {
        tracing::error!(reason = text, "The day's backup cannot be made.");
    }
    loop {
        let next = bot.clock.now() + EVERY;
        tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            () = look(&bot, &backups) => {}
        }
        tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            () = worker.sleep_until(next) => {}
        }
    }
}

async fn look(bot: &Bot, backups: &BackupConfig) {
    let now = bot.clock.now();
    match Shelf::open(&backups.place) {
        Ok(shelf) => match shelf.delete_old(now).await {
            Ok(deleted) => {
                for name in deleted {
                    tracing::info!(
                        name = name.as_str(),
                        "A backup was deleted: its seven days are over."
                    );
                }
            }
            Err(fault) => {
                tracing::error!(error = %fault, "Old backups could not be deleted; it is tried again in an hour.");
            }
        },
        Err(fault) => {
            tracing::error!(error = %fault, "Backups cannot be stored; it is tried again in an hour.");
            return;
        }
    }
    let (system, id) = (bot.store.system(), store::new_id(now));
    match system.claim_backup(id, (now, now + LEASE), backup::due_since(now)).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(fault) => {
            tracing::error!(error = %fault, "It could not be seen whether a backup is due.");
            return;
        }
    }
    let judge =
        Judge { keys: Arc::clone(&bot.keys), ledger: bot.ledger.clone(), now: bot.clock.now() };
    match backup::create(backups, &judge).await {
        Ok(made) => {
            let record = store::RestoredBackup { id, ..made.record };
            if let Err(fault) = system.record_backup(&record).await {
                tracing::error!(error = %fault, "A backup was made, and that could not be recorded.");
                return;
            }
            tracing::info!(
                name = made.sheet.name,
                bytes = made.sheet.bytes,
                workspaces = made.tried.workspaces,
                "A backup was made and restored on trial."
            );
        }
        Err(fault) => {
            give_back(&system, id).await;
            say(&fault);
        }
    }
}

async fn give_back(system: &store::System, id: uuid::Uuid) {
    if let Err(fault) = system.release_backup(id).await {
        tracing::warn!(error = %fault, "The making of a backup could not be given back; nobody tries again for six hours.");
    }
}

fn say(fault: &BackupFault) {
    tracing::error!(error = %fault, "The day's backup could not be made; it is tried again in an hour.");
}
