//! Starting the bot, and stopping it.

use crate::auditor::{self, Auditor};
use crate::billing::Billing;
use crate::bot::{Bells, Bot};
use crate::config::BotConfig;
use crate::inbound::Door;
use crate::late::LateAnswers;
use crate::ledger::Ledger;
use crate::metrics::Metrics;
use crate::sending::Sending;
use crate::supervisor::Supervisor;
use crate::watch::LastLook;
use crate::{erasure, http, replica, sockets, workers};
use app::memo::Memo;
use connect::{Ping, Wire, WireFault};
use slack::{Api, ApiFault};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use store::{FileClaim, Store, StoreError};
use tokio::net::TcpListener;
use url::Url;

/// How long a stop waits for what is under way.
const DRAIN: Duration = Duration::from_secs(20);

/// Why the bot did not start.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The client of Slack's API.
    #[error(transparent)]
    Slack(#[from] ApiFault),
    /// The address of an absence source.
    #[error(transparent)]
    Source(#[from] WireFault),
    /// What was erased may have come back with the database.
    #[error("{0}")]
    Erasure(String),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {fault}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        fault: io::Error,
    },
}

/// A bot that runs in this process.
pub struct RunningBot {
    bot: Arc<Bot>,
    address: SocketAddr,
    admin_address: Option<SocketAddr>,
    grace: Duration,
    /// On SQLite the one process that serves from a file holds it.
    claim: Option<FileClaim>,
}

/// Starts the bot: the database is opened, the addresses are taken, the workers run.
///
/// # Errors
///
/// [`BootError`], in words for the one who runs the service.
pub async fn start(config: &BotConfig) -> Result<RunningBot, BootError> {
    faults::arm();
    slack::install_tls_provider();
    let claim = FileClaim::take(&config.store)?;
    let store = Store::open(&config.store, Arc::clone(&config.keys)).await?;
    if let Some(folder) = &config.data_dir {
        workers::remember_sightings(&store, folder);
    }
    workers::tell_the_time(&store, &config.clock).await?;
    let ledger = Ledger::new(config.erasure_ledger.clone());
    erasure::replay(&store, &ledger, config.clock.now())
        .await
        .map_err(|fault| BootError::Erasure(fault.to_string()))?;
    let switch = config.heartbeat.clone().map(Ping::new).transpose()?;
    let api = Api::new(config.slack.clone(), config.clock.clone())?;
    let asked_by = config.clock.clone();
    let wire = Wire::new(Arc::new(move || asked_by.now()), config.sources.clone())?;
    let public = listen(config.bind).await?;
    let admin = match config.admin_bind {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let at = |it: &TcpListener| {
        it.local_addr().map_err(|fault| BootError::Bind { address: config.bind, fault })
    };
    let address = at(&public)?;
    let admin_address = admin.as_ref().map(at).transpose()?;
    let bot = Arc::new(Bot {
        memo: Memo::new(store.clone()),
        store,
        clock: config.clock.clone(),
        api,
        signing: config.signing.clone(),
        site: config.site.clone(),
        door: Door::new(&config.inbound, &config.clock),
        public_url: config.public_url.clone().unwrap_or_else(|| own_url(address)),
        bells: Bells::new(&config.clock),
        supervisor: Supervisor::default(),
        late: LateAnswers::default(),
        metrics: Metrics::default(),
        auditor: Auditor::new(switch),
        last_look: LastLook::default(),
        leaving: AtomicBool::new(false),
        sending: Sending::default(),
        wire,
        replica: replica::name(address),
        data_dir: config.data_dir.clone(),
        ledger,
        keys: Arc::clone(&config.keys),
        backups: config.backups.clone().map(|backups| backups.0),
        billing: config.billing.clone().map(Billing::new).transpose()?,
    });
    take_up_setback(&bot).await?;
    take_back(&bot).await?;
    workers::start(&bot);
    if config.audits {
        bot.supervisor.spawn(auditor::run(Arc::clone(&bot), bot.clock.worker()));
    }
    if let Some(socket) = &config.socket {
        sockets::start(&bot, socket);
    }
    http::serve(&bot, public, http::public_routes(&bot));
    if let Some(admin) = admin {
        http::serve(&bot, admin, http::admin_routes(&bot));
    }
    Ok(RunningBot { bot, address, admin_address, grace: config.grace, claim })
}

impl RunningBot {
    /// Returns the public address that it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the admin address that it listens on, where there is one.
    #[must_use]
    pub const fn admin_address(&self) -> Option<SocketAddr> {
        self.admin_address
    }

    /// Returns the database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.bot.store
    }

    /// Says that it is not ready any more and serves on for a moment, so that a load balancer notices; then takes no new
    /// work, finishes what is under way, and ends. 20 seconds after the call what is left is given up.
    pub async fn stop(self) {
        let began = Instant::now();
        self.bot.leave();
        tokio::time::sleep(self.grace.min(DRAIN)).await;
        self.bot.supervisor.stop();
        let left = DRAIN.saturating_sub(began.elapsed());
        if tokio::time::timeout(left, self.bot.supervisor.ended()).await.is_err() {
            tracing::warn!(
                "Some work was still under way after 20 seconds; it goes on at the next start."
            );
        }
        self.bot.store.close().await;
        drop(self.claim);
    }
}

/// Takes up a setback that was recorded and that nobody has seen to, such as that of a database that was restored. A clock
/// that is moved by hand lets nobody see to it.
async fn take_up_setback(bot: &Bot) -> Result<(), StoreError> {
    if bot.clock.is_manual() {
        return Ok(());
    }
    if let Some(setback) = bot.store.system().find_open_setback().await? {
        bot.store.generation().take_up(setback);
    }
    Ok(())
}

/// Takes back what an earlier life of this process had under way when it ended.
async fn take_back(bot: &Bot) -> Result<(), StoreError> {
    let (system, now) = (bot.store.system(), bot.clock.now());
    system.release_sync_leases(&bot.replica).await?;
    system.release_subscription_leases(&bot.replica).await?;
    let count = system.release_inbox_leases(&bot.replica, now).await?;
    if count > 0 {
        tracing::warn!(count, "Items of the inbox were under way when this process ended before.");
    }
    let count = system.take_back_deliveries(&bot.replica, now).await?;
    if count > 0 {
        tracing::warn!(
            count,
            "Deliveries were under way when this process ended before; what is not known of them is looked up."
        );
    }
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, BootError> {
    TcpListener::bind(address).await.map_err(|fault| BootError::Bind { address, fault })
}

fn own_url(address: SocketAddr) -> Url {
    let mut url = Url::parse("http://127.0.0.1/").expect("a fixed address parses");
    // An address always has a host and a port that a URL can hold.
    let _ = url.set_ip_host(address.ip());
    let _ = url.set_port(Some(address.port()));
    url
}
