//! The log: a sentence with fields, one event a line, on standard error.

use crate::masked::Masked;
use crate::reports;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterFn, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What is logged when `RUST_LOG` says nothing: the client libraries may print bodies below a warning.
const USUAL: &str =
    "info,sqlx=warn,slack_morphism=off,hyper=warn,reqwest=warn,tokio_cron_scheduler=warn";

/// Who is never heard, whatever `RUST_LOG` says: they print bodies, with what people wrote and with tokens.
const NEVER: [&str; 3] = ["slack_morphism", "tokio_tungstenite", "tungstenite"];

/// Returns what keeps those out of a log who print the words of people: it is laid over whatever else is chosen.
#[must_use]
pub fn log_silence() -> FilterFn {
    filter_fn(|event| {
        let of = |name: &str| event.target().split("::").next() == Some(name);
        !NEVER.iter().any(|name| of(name))
    })
}

/// Starts the log: readable on a terminal, JSON elsewhere.
pub(super) fn start(usual: Option<&str>) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(usual.unwrap_or(USUAL)));
    let stderr = Masked(std::io::stderr as fn() -> std::io::Stderr);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    // A second start in one process keeps the first log.
    let _ = if std::io::stderr().is_terminal() {
        log.compact().finish().with(log_silence()).with(reports::layer()).try_init()
    } else {
        log.json()
            .flatten_event(true)
            .finish()
            .with(log_silence())
            .with(reports::layer())
            .try_init()
    };
}
