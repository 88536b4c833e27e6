//! `asyncbot copy`: moves all that is stored from one engine to the other, and says what was moved.

use super::progress::Progress;
use super::{DONE, NOT_WELL, WRONG_USE, audit, output, telemetry};
use crate::config::{CopiedStores, copied_stores};
use crate::settings::{KeySettings, path_parser, secret_parser};
use clap::Args;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::{Copied, StoreError};

#[derive(Args, Debug)]
pub(super) struct CopyOptions {
    /// The database that is copied, and stays as it is: `sqlite://FILE`, or `postgres://...` with the login that owns the tables
    #[arg(long, env = "ASYNCBOT_COPY_FROM", value_name = "URL", hide_env_values = true, value_parser = secret_parser())]
    from: Option<SecretString>,
    /// A file that holds the URL of the database that is copied
    #[arg(long, env = "ASYNCBOT_COPY_FROM_FILE", value_name = "FILE", value_parser = path_parser())]
    from_file: Option<PathBuf>,
    /// The database that is copied into, new or empty: of the other engine, with the login that owns the tables on PostgreSQL
    #[arg(long, env = "ASYNCBOT_COPY_TO", value_name = "URL", hide_env_values = true, value_parser = secret_parser())]
    to: Option<SecretString>,
    /// A file that holds the URL of the database that is copied into
    #[arg(long, env = "ASYNCBOT_COPY_TO_FILE", value_name = "FILE", value_parser = path_parser())]
    to_file: Option<PathBuf>,
    /// Prints JSON, one object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: KeySettings,
}

pub(super) async fn copy(options: CopyOptions) -> u8 {
    telemetry::start(Some("error"));
    let from = (options.from.as_ref(), options.from_file.as_deref());
    let to = (options.to.as_ref(), options.to_file.as_deref());
    let CopiedStores { from, to, keys } = match copied_stores(from, to, &options.keys) {
        Ok(stores) => stores,
        Err(faults) => {
            output::complain_of_all(&faults);
            return WRONG_USE;
        }
    };
    let began = Instant::now();
    let bar = Progress::of("rows", 0);
    let copied = store::copy(&from, &to, &keys, &mut |step| bar.is_at(step.done, step.total)).await;
    drop(bar);
    match copied {
        Ok(copied) => {
            tell(&copied, began.elapsed(), options.json);
            let is_well = copied.closed.is_empty() && copied.broken.is_empty();
            if is_well { DONE } else { NOT_WELL }
        }
        Err(fault) => {
            output::complain(&fault.to_string());
            if matches!(fault, StoreError::Settings(_)) { WRONG_USE } else { NOT_WELL }
        }
    }
}

fn tell(copied: &Copied, took: Duration, as_json: bool) {
    let rows: u64 = copied.tables.iter().map(|(_, rows)| rows).sum();
    let seconds = took.as_secs_f64();
    if as_json {
        let tables: serde_json::Map<String, Value> =
            copied.tables.iter().map(|(table, rows)| (table.clone(), json!(rows))).collect();
        let broken: Vec<Value> = copied
            .broken
            .iter()
            .map(|(workspace, fault)| {
                json!({
                    "workspace": workspace.to_string(),
                    "number": fault.sequence,
                    "what": fault.what.to_string(),
                })
            })
            .collect();
        let told = json!({
            "rows": rows,
            "tables": tables,
            "seconds": (seconds * 1000.0).round() / 1000.0,
            "sealed_values_opened": copied.opened,
            "sealed_values_closed": copied.closed,
            "audit_logs_whole": copied.whole,
            "audit_logs_broken": broken,
        });
        output::say(&told.to_string());
        return;
    }
    for (table, rows) in &copied.tables {
        output::say(&format!("{rows:>10}  {table}"));
    }
    output::say(&format!(
        "Copied {rows} rows in {seconds:.1} seconds; read again, each is the same. {} sealed values open, and the audit logs of {} workspaces are whole.",
        copied.opened, copied.whole
    ));
    for value in &copied.closed {
        output::complain(&format!("{value} does not open, in the source as in the copy"));
    }
    for (workspace, fault) in &copied.broken {
        output::complain(&format!(
            "{}; in the source it is the same",
            audit::fault_in_words(*workspace, fault)
        ));
    }
}
