//! The log: a sentence with fields, one event a line, on standard error.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// What is logged when `RUST_LOG` says nothing: the client libraries may print bodies below a warning.
const USUAL: &str =
    "info,sqlx=warn,slack_morphism=off,hyper=warn,reqwest=warn,tokio_cron_scheduler=warn";

/// Starts the log: readable on a terminal, JSON elsewhere.
pub(super) fn start(usual: Option<&str>) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(usual.unwrap_or(USUAL)));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process keeps the first log.
    let _ = if std::io::stderr().is_terminal() {
        log.compact().try_init()
    } else {
        log.json().flatten_event(true).try_init()
    };
}
