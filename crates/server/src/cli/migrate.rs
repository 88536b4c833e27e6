//! `asyncbot migrate`: applies migrations and prints which.

use super::progress::Progress;
use super::{DONE, NOT_WELL, WRONG_USE, output, telemetry};
use crate::config::migrating_store;
use crate::settings::DatabaseSettings;
use clap::Args;
use serde_json::json;
use store::Store;

#[derive(Args, Debug)]
pub(super) struct MigrateOptions {
    /// Prints JSON, one object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseSettings,
}

pub(super) async fn migrate(options: MigrateOptions) -> u8 {
    telemetry::start(Some("warn"));
    let store = match migrating_store(&options.database) {
        Ok(store) => store,
        Err(faults) => {
            output::complain_of_all(&faults);
            return WRONG_USE;
        }
    };
    let waiting = Progress::waits("migrating");
    let migrated = Store::migrate(&store).await;
    drop(waiting);
    match migrated {
        Ok(applied) if options.json => output::say(&json!({ "applied": applied }).to_string()),
        Ok(applied) if applied.is_empty() => {
            output::say("Nothing to do: the database is up to date.");
        }
        Ok(applied) => applied.iter().for_each(|name| output::say(&format!("applied {name}"))),
        Err(fault) => {
            output::complain(&fault.to_string());
            return NOT_WELL;
        }
    }
    DONE
}
