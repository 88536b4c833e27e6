//! `asyncbot migrate`: applies migrations and prints which.

use super::{DONE, NOT_WELL, WRONG_USE, output, telemetry};
use crate::config::migrating_store;
use crate::settings::DatabaseSettings;
use store::Store;

pub(super) async fn migrate(settings: DatabaseSettings) -> u8 {
    telemetry::start(Some("warn"));
    let store = match migrating_store(&settings) {
        Ok(store) => store,
        Err(faults) => {
            output::complain_of_all(&faults);
            return WRONG_USE;
        }
    };
    match Store::migrate(&store).await {
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
