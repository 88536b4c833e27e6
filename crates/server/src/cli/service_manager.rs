//! What systemd is told where it has started the service: that it is ready, that it stops, and that it is alive
//! (`sd_notify(3)`). Elsewhere nobody is told anything.

use sd_notify::NotifyState;
use std::time::Duration;

/// Says that requests are answered from now on.
pub(super) fn is_ready() {
    tell(&[NotifyState::Ready]);
}

/// Says that the service is about to end.
pub(super) fn stops() {
    tell(&[NotifyState::Stopping]);
}

/// Gives a sign of life twice in the time that systemd waits for one (`WatchdogSec=`), for as long as this is polled;
/// for ever silent where it waits for none.
///
/// It comes from the runtime that does the work, so it ends where that hangs. Whether the database or Slack can be reached
/// has no part in it: a restart would not help there.
pub(super) async fn says_it_is_alive() {
    let Some(limit) = sd_notify::watchdog_enabled() else { return std::future::pending().await };
    let mut ticks = tokio::time::interval((limit / 2).max(Duration::from_millis(1)));
    loop {
        ticks.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(what: &[NotifyState<'_>]) {
    if let Err(fault) = sd_notify::notify(what) {
        tracing::warn!(error = %fault, "The service manager could not be told how the service is.");
    }
}
