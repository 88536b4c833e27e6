//! `asyncbot serve`: the service, until it is told to stop.

use super::{DONE, NOT_WELL, WRONG_USE, output, telemetry};
use crate::boot;
use crate::config::Checked;
use crate::reports;
use crate::settings::Settings;

pub(super) async fn serve(settings: Settings) -> u8 {
    telemetry::start(None);
    reports::watch_panics();
    let checked = Checked::of(&settings);
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
    let running = match boot::start(&config).await {
        Ok(running) => running,
        Err(fault) => {
            output::complain(&fault.to_string());
            return NOT_WELL;
        }
    };
    tracing::info!(address = %running.address(), "Asyncbot serves.");
    told_to_stop().await;
    tracing::info!("Asyncbot stops; what is under way is finished first.");
    tokio::select! {
        () = running.stop() => DONE,
        () = told_to_stop() => {
            tracing::warn!("Asyncbot was told to stop a second time and ends at once; what is under way goes on at the next start.");
            std::process::exit(i32::from(NOT_WELL));
        }
    }
}

/// Returns when the process is asked to end.
pub(super) async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a signal handler the process ends only by force, which the next start recovers from.
    let _ = tokio::signal::ctrl_c().await;
}
