//! A bot in a runtime of its own, so that it can be ended as a crash would end it.

use crate::boot::{self, BootError, RunningBot};
use crate::config::BotConfig;
use chrono::{DateTime, Utc};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use store::Store;
use tokio::runtime::{Builder, Runtime};

/// How long the threads of a killed bot are waited for.
const LAST_BREATH: Duration = Duration::from_secs(5);

/// A running bot and the runtime that is its whole world.
pub(super) struct BotProcess {
    runtime: Runtime,
    running: RunningBot,
}

impl BotProcess {
    /// Starts a bot.
    pub(super) async fn start(config: BotConfig) -> Result<Self, BootError> {
        let address = config.bind;
        let cannot = |fault: io::Error| BootError::Bind { address, fault };
        let runtime =
            Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(cannot)?;
        let started = runtime.spawn(async move { boot::start(&config).await }).await;
        let started = started.unwrap_or_else(|fault| Err(cannot(io::Error::other(fault))));
        match started {
            Ok(running) => Ok(Self { runtime, running }),
            Err(fault) => {
                runtime.shutdown_background();
                Err(fault)
            }
        }
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Returns the earliest handoff that the bot has planned.
    pub(super) async fn next_handoff(&self) -> Option<DateTime<Utc>> {
        let store: Store = self.running.store().clone();
        let asked = self.runtime.spawn(async move { store.system().earliest_handoff_at().await });
        asked.await.ok().and_then(Result::ok).flatten()
    }

    /// Ends the bot: nothing is finished, nothing is written down.
    pub(super) async fn kill(self) {
        let Self { runtime, running } = self;
        let ended = tokio::task::spawn_blocking(move || {
            runtime.shutdown_timeout(LAST_BREATH);
            drop(running);
        });
        // A panic in there ends the bot as well.
        let _ = ended.await;
    }

    /// Ends the bot politely.
    pub(super) async fn stop(self) {
        let Self { runtime, running } = self;
        let _ = runtime.spawn(running.stop()).await;
        runtime.shutdown_background();
    }
}
