//! The log: a sentence with fields, one event a line, on standard error.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// What is logged when `RUST_LOG` says nothing: the client libraries may print bodies below a warning.
const USUAL: &str =
    "info,sqlx=warn,slack_morphism=off,hyper=warn,reqwest=warn,tokio_cron_scheduler=warn";

/// What is never logged, whatever `RUST_LOG` says: it prints bodies, with what people wrote and with tokens.
const NEVER: &str = "slack_morphism=off";

/// Returns what is logged at these directives of `RUST_LOG`; what prints the words of people is never.
///
/// # Panics
///
/// Never: the directive that is added is a valid one.
#[must_use]
pub fn log_filter(directives: &str) -> EnvFilter {
    silent(EnvFilter::new(directives))
}

/// Starts the log: readable on a terminal, JSON elsewhere.
pub(super) fn start(usual: Option<&str>) {
    let filter = EnvFilter::try_from_default_env()
        .map_or_else(|_| log_filter(usual.unwrap_or(USUAL)), silent);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process keeps the first log.
    let _ = if std::io::stderr().is_terminal() {
        log.compact().try_init()
    } else {
        log.json().flatten_event(true).try_init()
    };
}

fn silent(filter: EnvFilter) -> EnvFilter {
    filter.add_directive(NEVER.parse().expect("the directive is valid"))
}
