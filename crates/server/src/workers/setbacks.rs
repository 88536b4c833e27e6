//! Notices that the database went back in time, and lets nothing be sent before what follows from that is done.
//!
//! Every new connection and every second tell how far the server is; a file beside the database keeps it for the next life
//! of this process. A server that was promoted from a copy that lagged, or restored to an earlier time, is somewhere else.

use crate::bot::Bot;
use crate::erasure::{self, EraseFault};
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{Setback, Sighting, Store, StoreError};

/// How often the server is asked how far it is.
const EVERY: Duration = Duration::from_secs(1);

/// How often that is written into the file, in looks.
const WRITTEN_EVERY: u32 = 2;

/// The name of the file in the data folder.
const FILE: &str = "generation";

/// How many sightings the file keeps.
const KEPT: usize = 300;

/// What was due this long ago may have been sent in what the database forgot.
const DUE_SINCE: TimeDelta = TimeDelta::minutes(10);

/// How long what may have been sent waits for its echo.
const HOLD: TimeDelta = TimeDelta::minutes(2);

/// How long the handoffs that are due are waited for before the rest goes on without them.
const HANDOFFS: Duration = Duration::from_secs(90);

/// How long the looks that are due are waited for, such as who is reminded.
const LOOKS: Duration = Duration::from_secs(30);

/// Replicas that notice a setback within this time noticed the same.
const NOTICED_TOGETHER: TimeDelta = TimeDelta::minutes(2);

/// How long after a failure it is tried again.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How long a setback is shown.
const SHOWN: TimeDelta = TimeDelta::days(30);

/// Takes from the file what an earlier life of this process saw of the server.
pub(crate) fn remember(store: &Store, folder: &Path) {
    match std::fs::read_to_string(folder.join(FILE)) {
        Ok(text) => store.generation().remember(text.lines().filter_map(read)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
        Err(fault) => {
            tracing::warn!(error = %fault, "It could not be read how far the database was; a restore to an earlier time may not be noticed.");
        }
    }
}

/// Asks the server every second how far it is, and keeps that.
pub(super) async fn watch(bot: Arc<Bot>, _worker: Worker) {
    let mut written = None;
    let mut looks = 0_u32;
    let mut was_told = false;
    loop {
        tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            // Of the real clock: the server's is what is looked at.
            () = tokio::time::sleep(EVERY) => {}
        }
        // A server that is away is told of by those who need it.
        let _ = bot.store.sight().await;
        looks += 1;
        let sightings = bot.store.generation().sightings();
        let last = sightings.last().map(|last| (last.timeline, last.position));
        let Some(folder) = &bot.data_dir else { continue };
        // What the file says of before stays until what follows from a setback is done.
        let is_set_back = bot.store.generation().is_set_back();
        if is_set_back || !looks.is_multiple_of(WRITTEN_EVERY) || last == written {
            continue;
        }
        match write(folder, &sightings) {
            Ok(()) => written = last,
            Err(fault) if !was_told => {
                was_told = true;
                tracing::warn!(error = %fault, folder = %folder.display(), "It cannot be written down how far the database is; after a restart a restore to an earlier time may not be noticed. Please let ASYNCBOT_DATA_DIR be a folder that this user may write.");
            }
            Err(_) => {}
        }
    }
}

/// Does what follows from a setback, as often as there is one.
pub(super) async fn run(bot: Arc<Bot>, _worker: Worker) {
    loop {
        let setback = tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            setback = bot.store.generation().setback() => setback,
        };
        tracing::error!(
            noticed_at = %setback.noticed_at,
            "The database went back in time. Nothing is sent until it is sorted out."
        );
        let sorted_out = match sort_out(&bot, &setback).await {
            Ok(held) => {
                let closed = bot.store.system().close_setbacks(setback.noticed_at).await;
                closed.map(|()| held)
            }
            Err(fault) => Err(fault),
        };
        match sorted_out {
            Ok(held) => {
                tracing::error!(
                    held,
                    "The database went back in time; messages that may have been sent are held, and said again at most once."
                );
                bot.store.generation().trust_again(&setback);
                if let Some(folder) = &bot.data_dir {
                    // Else the next start would notice the same again; a folder that cannot be written was told of.
                    let _ = write(folder, &bot.store.generation().sightings());
                }
                bot.bells.ring_after_write();
            }
            Err(fault) => {
                tracing::error!(error = %fault, "What follows from the setback of the database could not be done; it is tried again.");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

/// Has the handoffs carried out that are due again, holds what may have been sent, and records the setback; returns how
/// many messages are held.
async fn sort_out(bot: &Bot, setback: &Setback) -> Result<u64, StoreError> {
    let system = bot.store.system();
    // Another replica may have seen to the same already, and have sent since: what it knows of is known.
    let others = system.list_setbacks(setback.noticed_at - NOTICED_TOGETHER).await?;
    let mut others = others.iter().filter(|other| other.noticed_at != setback.noticed_at);
    let noticed_before = others.next().map(|other| other.noticed_at);
    // A backup may be older than anything that is remembered; what it last did tells from when it is.
    let last_work = if setback.goes_further_back { system.find_last_work().await? } else { None };
    let lost_from = last_work.map_or(setback.lost_from, |at| at.min(setback.lost_from));
    system.insert_setback(&Setback { lost_from, ..*setback }).await?;
    tracing::error!(
        %lost_from,
        lost_until = %setback.lost_until,
        "The database went back in time: what was saved in between may be lost."
    );
    erase_again(bot).await?;
    hand_over(bot).await?;
    look_again(bot).await?;
    let mut held = 0;
    for workspace in system.list_workspaces().await? {
        let now = bot.clock.now();
        let due_since = now.min(lost_from) - DUE_SINCE;
        let tried_until = noticed_before.unwrap_or(now);
        let mut tx = bot.store.write(workspace.id).await?;
        held += tx.record_forgotten((due_since, tried_until), now + HOLD, now).await?;
        tx.commit().await?;
    }
    Ok(held)
}

/// Erases again what was erased in the time that the database forgot.
async fn erase_again(bot: &Bot) -> Result<(), StoreError> {
    match erasure::replay(&bot.store, &bot.ledger, bot.clock.now()).await {
        Ok(_) => Ok(()),
        Err(EraseFault::Store(fault)) => Err(fault),
        Err(fault) => {
            tracing::error!(error = %fault, "It could not be seen whether something must be erased again; the next start refuses to serve until it is.");
            Ok(())
        }
    }
}

/// Waits until the handoffs are carried out that are due: what they say may have been said.
async fn hand_over(bot: &Bot) -> Result<(), StoreError> {
    let began = std::time::Instant::now();
    loop {
        bot.bells.handoffs.ring();
        if bot.store.system().list_due_handoffs(bot.clock.now()).await?.is_empty() {
            return Ok(());
        }
        if HANDOFFS < began.elapsed() || bot.supervisor.is_stopping() {
            tracing::warn!(
                "Some handoffs could not be carried out after the setback of the database; what they say may be said twice."
            );
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until what waited for its time is worked off, as far as it is due by now: whom it reminds may have been reminded.
async fn look_again(bot: &Bot) -> Result<(), StoreError> {
    let (began, since) = (std::time::Instant::now(), bot.clock.now());
    bot.bells.inbox.ring();
    while bot.store.system().has_inbox_due_since(since).await? {
        if LOOKS < began.elapsed() || bot.supervisor.is_stopping() {
            tracing::warn!(
                "Some of what came in was not worked off after the setback of the database; what it says may be said twice."
            );
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Returns what is known of setbacks of the last 30 days, for whoever looks after the service.
pub(crate) async fn told(store: &Store) -> Value {
    let since =
        store.generation().sightings().last().map_or(DateTime::UNIX_EPOCH, |last| last.at - SHOWN);
    match store.system().list_setbacks(since).await {
        Ok(found) => found
            .iter()
            .map(|setback| {
                json!({
                    "noticed_at": setback.noticed_at,
                    "lost_from": setback.lost_from,
                    "lost_until": setback.lost_until,
                })
            })
            .collect(),
        Err(_) => Value::Null,
    }
}

/// Writes the file so that it is whole at any instant.
fn write(folder: &Path, sightings: &[Sighting]) -> io::Result<()> {
    let mut text = String::new();
    for Sighting { system, timeline, position, at } in
        &sightings[sightings.len().saturating_sub(KEPT)..]
    {
        // Writing into a string does not fail.
        let _ = writeln!(text, "{system} {timeline} {position} {}", at.timestamp_micros());
    }
    std::fs::create_dir_all(folder)?;
    // Replicas may share the folder.
    let unfinished = folder.join(format!("{FILE}.{}", std::process::id()));
    std::fs::write(&unfinished, text)?;
    std::fs::rename(unfinished, folder.join(FILE))
}

fn read(line: &str) -> Option<Sighting> {
    let mut numbers = line.split(' ').map(str::parse::<i64>);
    let mut next = || numbers.next()?.ok();
    let (system, timeline, position, at) = (next()?, next()?, next()?, next()?);
    let at: DateTime<Utc> = DateTime::from_timestamp_micros(at)?;
    Some(Sighting { system, timeline, position, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let sighting =
            |position| Sighting { system: -7, timeline: 2, position, at: DateTime::UNIX_EPOCH };
        write(folder.path(), &[sighting(5), sighting(6)]).unwrap();

        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();

        let found: Vec<Sighting> = text.lines().filter_map(read).collect();
        assert_eq!(found, [sighting(5), sighting(6)]);
        assert_eq!(read("of no use"), None);
    }
}
