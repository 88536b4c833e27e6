//! `asyncbot serve`: the service, until it is told to stop.

use super::telemetry::{self, Loudness};
use super::{DONE, NOT_WELL, WRONG_USE, output, service_manager};
use crate::boot;
use crate::config::Checked;
use crate::reports::{self, Traces};
use crate::settings::Settings;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

pub(super) async fn serve(settings: Settings) -> u8 {
    // What is wrong with their settings is said with all the others.
    let traces = reports::checked_traces(&settings.traces, &settings.keys).ok().flatten();
    let traces = traces.map(|config| Traces::start(&config)).transpose();
    let traces = match traces {
        Ok(traces) => traces,
        Err(fault) => {
            output::complain(&fault);
            return WRONG_USE;
        }
    };
    let loudness = telemetry::start_traced(None, traces.as_ref());
    let code = serve_traced(&settings, loudness).await;
    if let Some(traces) = traces {
        traces.end().await;
    }
    code
}

async fn serve_traced(settings: &Settings, loudness: Loudness) -> u8 {
    reports::watch_panics();
    let checked = Checked::of(settings);
    let reporting = checked.reports.clone();
    let config = match checked.into_config() {
        Ok(config) => config,
        Err(faults) => {
            output::complain_of_all(&faults);
            return WRONG_USE;
        }
    };
    if let Some(fault) = reporting.and_then(|config| reports::start(&config).err()) {
        output::complain(&fault);
        return WRONG_USE;
    }
    // From here on: whoever asks it to end in the middle of its start is heard, too.
    let mut stop = Stop::listen();
    let started = tokio::select! {
        started = boot::start(&config) => started,
        () = stop.told() => {
            tracing::info!("Asyncbot was told to stop before it served.");
            return DONE;
        }
    };
    let running = match started {
        Ok(running) => running,
        Err(fault) => {
            output::complain(&fault.to_string());
            return NOT_WELL;
        }
    };
    tracing::info!(address = %running.address(), "Asyncbot serves.");
    service_manager::is_ready();
    tokio::select! {
        () = stop.told() => {}
        () = loudness.follows_signals() => {}
        () = service_manager::says_it_is_alive() => {}
    }
    service_manager::stops();
    tracing::info!("Asyncbot stops; what is under way is finished first.");
    tokio::select! {
        () = running.stop() => DONE,
        () = stop.told() => {
            tracing::warn!("Asyncbot was told to stop a second time and ends at once; what is under way goes on at the next start.");
            std::process::exit(i32::from(NOT_WELL));
        }
    }
}

/// Hears when the process is asked to end: from when it is made, also while nobody waits for it.
pub(super) struct Stop {
    #[cfg(unix)]
    signals: Option<(Signal, Signal)>,
}

impl Stop {
    /// Listens from now on; outside of a runtime it panics.
    pub(super) fn listen() -> Self {
        Self {
            #[cfg(unix)]
            signals: signal(SignalKind::terminate()).ok().zip(signal(SignalKind::interrupt()).ok()),
        }
    }

    /// Returns when the process is asked to end; each time it was, once.
    pub(super) async fn told(&mut self) {
        #[cfg(unix)]
        if let Some((terminate, interrupt)) = &mut self.signals {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            return;
        }
        // Without a signal handler the process ends only by force, which the next start recovers from.
        let _ = tokio::signal::ctrl_c().await;
    }
}
