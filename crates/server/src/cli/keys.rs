//! `asyncbot keys`: makes a key, says what each key is needed for, and seals anew with the current one. All of it may run while
//! the service does.

use super::opened;
use super::progress::Progress;
use super::{DONE, NOT_WELL, output, telemetry};
use crate::random;
use crate::settings::{DatabaseSettings, KeySettings};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Subcommand;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{Store, StoreError};

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Prints a new key, ready for `ASYNCBOT_ENCRYPTION_KEYS`
    Generate {
        /// The number of the key, different from those in use
        #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        id: u32,
    },
    /// Says how much each key has sealed and signed, and which can go
    Status(Box<StoredOptions>),
    /// Seals and signs anew with the current key, the first one, whatever older ones did; stopped at any moment, it goes on when it is called again
    Rotate(Box<StoredOptions>),
}

#[derive(clap::Args, Debug)]
pub(super) struct StoredOptions {
    /// Prints JSON, one object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

/// What is there of each key.
struct Status {
    /// The key that seals.
    current: u32,
    /// The keys of the ring.
    ring: Vec<u32>,
    /// How much each has sealed and signed.
    counts: BTreeMap<u32, u64>,
}

pub(super) fn generate(id: u32) -> u8 {
    output::say(&format!("{id}:{}", STANDARD.encode(random::bytes())));
    DONE
}

pub(super) async fn status(options: StoredOptions) -> u8 {
    telemetry::start(Some("error"));
    let store = match opened::open(&options.database, &options.keys).await {
        Ok(store) => store,
        Err(code) => return code,
    };
    let code = match look(&store).await {
        Ok(status) => {
            tell(&status, &[], options.json);
            if status.lacking().is_empty() { DONE } else { NOT_WELL }
        }
        Err(fault) => complain(&fault),
    };
    store.close().await;
    code
}

pub(super) async fn rotate(options: StoredOptions) -> u8 {
    telemetry::start(Some("error"));
    let store = match opened::open(&options.database, &options.keys).await {
        Ok(store) => store,
        Err(code) => return code,
    };
    let code = match seal_anew(&store).await {
        Ok((status, stuck)) => {
            tell(&status, &stuck, options.json);
            if stuck.is_empty() { DONE } else { NOT_WELL }
        }
        Err(fault) => complain(&fault),
    };
    store.close().await;
    code
}

fn complain(fault: &StoreError) -> u8 {
    output::complain(&fault.to_string());
    NOT_WELL
}

/// Seals anew in every workspace; the value by which a start knows its keys comes last, and only where nothing is left.
async fn seal_anew(store: &Store) -> Result<(Status, Vec<String>), StoreError> {
    let workspaces = store.system().list_workspaces().await?;
    let mut stuck = Vec::new();
    let bar = Progress::of("workspaces", 0);
    for (number, workspace) in workspaces.iter().enumerate() {
        bar.is_at(number as u64, workspaces.len() as u64);
        let resealed = store.reseal(workspace.id).await?;
        stuck.extend(resealed.stuck.into_iter().map(|(table, row)| format!("{table} {row}")));
        if resealed.done > 0 {
            let told = format!(
                "workspace {} of {}: {} sealed anew",
                number + 1,
                workspaces.len(),
                resealed.done
            );
            bar.lets(|| output::note(&told));
        }
    }
    if stuck.is_empty() {
        store.reseal_canary().await?;
    }
    Ok((look(store).await?, stuck))
}

async fn look(store: &Store) -> Result<Status, StoreError> {
    let mut counts = BTreeMap::new();
    for workspace in store.system().list_workspaces().await? {
        for (key, count) in store.count_by_key(workspace.id).await? {
            *counts.entry(key).or_insert(0) += count;
        }
    }
    if let Some(key) = store.canary_key().await? {
        *counts.entry(key).or_insert(0) += 1;
    }
    let (current, ring) = store.key_ids();
    Ok(Status { current, ring, counts })
}

impl Status {
    /// Returns the keys that sealed something and are not in the ring.
    fn lacking(&self) -> Vec<u32> {
        self.counts.keys().copied().filter(|key| !self.ring.contains(key)).collect()
    }

    /// Returns the keys of the ring that nothing needs any more.
    fn idle(&self) -> Vec<u32> {
        let is_idle = |key: &u32| *key != self.current && !self.counts.contains_key(key);
        self.ring.iter().copied().filter(is_idle).collect()
    }
}

fn tell(status: &Status, stuck: &[String], as_json: bool) {
    if as_json {
        let counts: Vec<Value> = status
            .counts
            .iter()
            .map(|(key, count)| json!({"key": key, "count": count, "is_in_ring": status.ring.contains(key)}))
            .collect();
        let told = json!({
            "current": status.current,
            "counts": counts,
            "can_go": status.idle(),
            "lacking": status.lacking(),
            "stuck": stuck,
        });
        output::say(&told.to_string());
        return;
    }
    for key in &status.ring {
        let count = status.counts.get(key).copied().unwrap_or(0);
        let role = if *key == status.current { "  current" } else { "" };
        output::say(&format!("key {key}: {count} values and signatures{role}"));
    }
    for key in status.lacking() {
        let count = status.counts[&key];
        output::say(&format!(
            "key {key}: {count} values and signatures, but it is not in ASYNCBOT_ENCRYPTION_KEYS; please add it behind the others"
        ));
    }
    for key in status.idle() {
        output::say(&format!(
            "Nothing here needs key {key} any more. Keep it for as long as there are backups from before, then take it out of ASYNCBOT_ENCRYPTION_KEYS."
        ));
    }
    let has_older =
        status.ring.iter().any(|key| *key != status.current && status.counts.contains_key(key));
    if has_older && stuck.is_empty() {
        output::say(
            "`asyncbot keys rotate` seals anew with the current key what older ones sealed.",
        );
    }
    for row in stuck {
        output::complain(&format!("{row} does not open, and stays as it is"));
    }
}
