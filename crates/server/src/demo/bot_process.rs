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
    world: World,
    running: Option<RunningBot>,
    address: SocketAddr,
    admin_address: Option<SocketAddr>,
}

/// A runtime that may be dropped anywhere: what still runs in it is given up.
struct World(Option<Runtime>);

impl World {
    fn new() -> io::Result<Self> {
        Builder::new_multi_thread().worker_threads(2).enable_all().build().map(|it| Self(Some(it)))
    }

    fn runtime(&self) -> &Runtime {
        self.0.as_ref().expect("the runtime is there until the world ends")
    }

    /// Ends everything in it as a crash would, and waits until it is gone.
    async fn end(mut self) {
        if let Some(runtime) = self.0.take() {
            let ended = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(LAST_BREATH));
            // A panic in there ends the bot as well.
            let _ = ended.await;
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl BotProcess {
    /// Starts a bot.
    pub(super) async fn start(config: BotConfig) -> Result<Self, BootError> {
        let bind = config.bind;
        let cannot = |fault: io::Error| BootError::Bind { address: bind, fault };
        let world = World::new().map_err(cannot)?;
        let started = world.runtime().spawn(async move { boot::start(&config).await }).await;
        let running = started.unwrap_or_else(|fault| Err(cannot(io::Error::other(fault))))?;
        let (address, admin_address) = (running.address(), running.admin_address());
        Ok(Self { world, address, admin_address, running: Some(running) })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) const fn admin_address(&self) -> Option<SocketAddr> {
        self.admin_address
    }

    /// Returns the earliest handoff that the bot has planned.
    pub(super) async fn next_handoff(&self) -> Option<DateTime<Utc>> {
        let store: Store = self.running.as_ref()?.store().clone();
        let asked = async move { store.system().earliest_handoff_at().await };
        self.world.runtime().spawn(asked).await.ok().and_then(Result::ok).flatten()
    }

    /// Ends the bot: nothing is finished, nothing is written down.
    pub(super) async fn kill(self) {
        self.world.end().await;
    }

    /// Ends the bot politely.
    pub(super) async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            // A bot that panics while it stops has ended as well.
            let _ = self.world.runtime().spawn(running.stop()).await;
        }
        self.world.end().await;
    }
}
