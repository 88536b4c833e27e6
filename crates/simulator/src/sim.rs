//! What every part of the simulator shares: the world, the clock, the way to the bot, and the tasks that run.

use crate::settings::{BotStatus, HostRequest, SimulatorSettings, SlackApp};
use crate::sockets::Sockets;
use crate::world::World;
use chrono::{DateTime, Utc};
use clock::{Bell, Clock};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

/// How long the host of the bot may take to say how the bot is.
const HOST_PATIENCE: Duration = Duration::from_secs(2);

/// The shared heart of a simulator; clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Sim(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    app: SlackApp,
    url: Url,
    host: Option<mpsc::Sender<HostRequest>>,
    bot_url: Mutex<Option<Url>>,
    world: Mutex<World>,
    sockets: Mutex<Sockets>,
    socket_address: SocketAddr,
    version: watch::Sender<u64>,
    tasks: TaskTracker,
    stop: CancellationToken,
    latency_ms: AtomicU64,
    stripe: Bell,
}

impl Sim {
    pub(crate) fn new(
        settings: SimulatorSettings,
        address: SocketAddr,
        socket_address: SocketAddr,
    ) -> Self {
        let url = Url::parse(&format!("http://{address}/")).expect("an address makes a URL");
        let mut world = World::new(&settings.app.signing_secret);
        world.stripe.root = url.to_string();
        let stripe = settings.clock.bell();
        Self(Arc::new(Inner {
            clock: settings.clock,
            app: settings.app,
            url,
            host: settings.host,
            bot_url: Mutex::new(settings.bot_url),
            world: Mutex::new(world),
            sockets: Mutex::default(),
            socket_address,
            version: watch::Sender::new(1),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            latency_ms: AtomicU64::new(0),
            stripe,
        }))
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    pub(crate) fn app(&self) -> &SlackApp {
        &self.0.app
    }

    /// Returns the simulator's own root.
    pub(crate) fn url(&self) -> &Url {
        &self.0.url
    }

    pub(crate) fn bot_url(&self) -> Option<Url> {
        self.0.bot_url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_bot_url(&self, url: Option<Url>) {
        *self.0.bot_url.lock().unwrap_or_else(PoisonError::into_inner) = url;
        self.touch();
    }

    /// Wakes what Stripe does by itself.
    pub(crate) fn stripe_bell(&self) -> &Bell {
        &self.0.stripe
    }

    /// Returns how long a call of the Web API takes, there and back.
    pub(crate) fn latency(&self) -> Duration {
        Duration::from_millis(self.0.latency_ms.load(Ordering::Relaxed))
    }

    pub(crate) fn set_latency(&self, latency: Duration) {
        let milliseconds = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self.0.latency_ms.store(milliseconds, Ordering::Relaxed);
    }

    /// Looks at the world.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.0.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the app's connections, or changes them; the world must not be asked for meanwhile.
    pub(crate) fn sockets<T>(&self, change: impl FnOnce(&mut Sockets) -> T) -> T {
        change(&mut self.0.sockets.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns where sockets are opened.
    pub(crate) fn socket_address(&self) -> SocketAddr {
        self.0.socket_address
    }

    /// Returns whether Slack sends through Socket Mode, and then not over HTTP.
    pub(crate) fn is_in_socket_mode(&self) -> bool {
        self.sockets(|sockets| sockets.is_on())
    }

    /// Changes the world at the clock's time and tells those who watch.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World, DateTime<Utc>) -> T) -> T {
        let now = self.now();
        let answer = change(&mut self.0.world.lock().unwrap_or_else(PoisonError::into_inner), now);
        self.touch();
        answer
    }

    /// Tells those who watch that something has changed.
    pub(crate) fn touch(&self) {
        self.0.version.send_modify(|version| *version += 1);
    }

    pub(crate) fn version(&self) -> u64 {
        *self.0.version.borrow()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.0.version.subscribe()
    }

    /// Runs a task that a shutdown waits for.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.tasks.spawn(task);
    }

    pub(crate) fn stop_signal(&self) -> CancellationToken {
        self.0.stop.clone()
    }

    pub(crate) async fn stop(&self, patience: Duration) {
        self.0.stop.cancel();
        self.0.tasks.close();
        tokio::time::timeout(patience, self.0.tasks.wait()).await.ok();
    }

    pub(crate) fn is_hosted(&self) -> bool {
        self.0.host.is_some()
    }

    /// Asks the host; `None` where there is none or it does not answer.
    pub(crate) async fn ask<T>(
        &self,
        patience: Duration,
        request: impl FnOnce(oneshot::Sender<T>) -> HostRequest,
    ) -> Option<T> {
        let host = self.0.host.as_ref()?;
        let (done, answer) = oneshot::channel();
        let asked = async {
            host.send(request(done)).await.ok()?;
            answer.await.ok()
        };
        tokio::time::timeout(patience, asked).await.ok().flatten()
    }

    /// Returns how the bot is, as far as its host says.
    pub(crate) async fn bot_status(&self) -> Option<BotStatus> {
        self.ask(HOST_PATIENCE, |done| HostRequest::Status { done }).await
    }

    /// Returns the earliest handoff of any rotation, as far as the host of the bot says.
    pub(crate) async fn next_handoff(&self) -> Option<DateTime<Utc>> {
        self.ask(HOST_PATIENCE, |done| HostRequest::NextHandoff { done }).await.flatten()
    }
}
