//! `asyncbot migrate`: applies migrations and prints which.

use super::{DONE, NOT_WELL, WRONG_USE, output, telemetry};
use crate::config::store_settings;
use crate::settings::Settings;
use store::Store;

pub(super) async fn migrate(settings: Settings) -> u8 {
    telemetry::start(Some("warn"));
    let store = match store_settings(&settings) {
        Ok(store) => store,
        Err(fault) => {
            output::complain(&fault.to_string());
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
