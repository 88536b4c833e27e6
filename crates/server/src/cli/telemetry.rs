//! The log: a sentence with fields, one event a line, on standard error. How much it says follows from `RUST_LOG`, and
//! from signals while the service runs.

use crate::masked::Masked;
use crate::reports::{self, Traces};
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

/// What is logged after SIGUSR1: all that we say but each step, and of libraries what is no body.
const MORE: &str =
    "debug,sqlx=info,slack_morphism=off,hyper=info,reqwest=info,tokio_cron_scheduler=info";

/// How much is logged, which can be changed.
pub(super) struct Loudness {
    usual: String,
    change: Box<dyn Fn(EnvFilter) -> bool + Send + Sync>,
}

/// Starts the log: readable on a terminal, JSON elsewhere.
pub(super) fn start(usual: Option<&str>) -> Loudness {
    start_traced(usual, None)
}

/// Starts the log, and what takes spans out of it where there are traces.
pub(super) fn start_traced(usual: Option<&str>, traces: Option<&Traces>) -> Loudness {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(usual.unwrap_or(USUAL)));
    let usual = filter.to_string();
    let stderr = Masked(std::io::stderr as fn() -> std::io::Stderr);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    // A second start in one process keeps the first log.
    if std::io::stderr().is_terminal() {
        let log = log.compact().with_filter_reloading();
        let handle = log.reload_handle();
        let log = log.finish().with(log_silence()).with(reports::layer());
        let _ = log.with(traces.map(Traces::layer)).try_init();
        Loudness { usual, change: Box::new(move |filter| handle.reload(filter).is_ok()) }
    } else {
        let log = log.json().flatten_event(true).with_filter_reloading();
        let handle = log.reload_handle();
        let log = log.finish().with(log_silence()).with(reports::layer());
        let _ = log.with(traces.map(Traces::layer)).try_init();
        Loudness { usual, change: Box::new(move |filter| handle.reload(filter).is_ok()) }
    }
}

impl Loudness {
    /// Lets the log say more with each SIGUSR1, and as much as at the start with each SIGUSR2; never returns.
    pub(super) async fn follows_signals(self) {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let kinds = (SignalKind::user_defined1(), SignalKind::user_defined2());
            if let (Ok(mut more), Ok(mut usual)) = (signal(kinds.0), signal(kinds.1)) {
                loop {
                    tokio::select! {
                        _ = more.recv() => self.says(MORE, "The log says more from now on."),
                        _ = usual.recv() => self.says(&self.usual, "The log says as much as at the start."),
                    }
                }
            }
        }
        std::future::pending::<()>().await;
    }

    fn says(&self, directives: &str, sentence: &'static str) {
        if (self.change)(EnvFilter::new(directives)) {
            tracing::info!("{sentence}");
        } else {
            tracing::warn!("How much is logged could not be changed.");
        }
    }
}
