//! The bot and the simulator on one stage: one process, one clock that can be moved, a bot that can be stopped.
//!
//! `asyncbot demo` and the stories of the tests both play here.

mod bot_host;
mod bot_process;
mod handoffs;
mod plans;

pub use handoffs::{hand_over, hand_over_due};
pub use plans::set_plan;

use crate::billing::BillingConfig;
use crate::boot::BootError;
use crate::config::{BotConfig, SocketConfig};
use crate::inbound::Inbound;
use crate::random;
use crate::site::Site;
use crate::supervisor::Supervisor;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bot_host::{BotHost, Given};
use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock;
use connect::WebhookSecrets;
use crypto::KeyRing;
use domain::source::SourceCode;
use secrecy::{ExposeSecret, SecretString};
use simulator::{Simulator, SimulatorSettings, SlackApp, StripeAccount};
use slack::{ApiConfig, SigningSecrets};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::StoreSettings;
use tokio::sync::{mpsc, watch};
use url::Url;

/// How often the clock of a demo that ticks catches up with real time.
const TICK: Duration = Duration::from_millis(250);

/// What a stage is set up with.
#[derive(Debug)]
pub struct StageSettings {
    /// The bot's database.
    pub store: StoreSettings,
    /// The keys that seal; the same ones for a database that is used again.
    pub keys: Arc<KeyRing>,
    /// Where the simulator and its page listen.
    pub bind: SocketAddr,
    /// The time at which the story begins.
    pub at: DateTime<Utc>,
    /// Whether the clock also ticks by itself, as fast as real time.
    pub ticks: bool,
    /// Whether Slack sends through Socket Mode, and not over HTTP.
    pub socket_mode: bool,
    /// How much the bot takes from outside.
    pub inbound: Inbound,
    /// What the bot's hoster says of it.
    pub site: Site,
    /// Whether plans are paid.
    pub is_billed: bool,
    /// How the bot is watched, where it is.
    pub watch: Option<StageWatch>,
}

/// Who watches the bot on a stage: it is looked for what is overdue, and there is an admin address.
#[derive(Clone, Debug, Default)]
pub struct StageWatch {
    /// The dead-man's switch.
    pub heartbeat: Option<SecretString>,
}

/// Why a stage could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The bot did not start.
    #[error(transparent)]
    Bot(#[from] BootError),
    /// The simulator cannot listen.
    #[error("cannot listen on {address}: {fault}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        fault: io::Error,
    },
    /// Something else, in words.
    #[error("{0}")]
    Other(String),
}

/// A simulator and a bot that play together.
pub struct Stage {
    simulator: Arc<Simulator>,
    clock: Clock,
    bot_url: Url,
    signing_secret: SecretString,
    keys: watch::Sender<Arc<KeyRing>>,
    store: watch::Sender<StoreSettings>,
    admin: watch::Receiver<Option<SocketAddr>>,
    supervisor: Supervisor,
}

impl Stage {
    /// Starts the simulator, then the bot, on one clock.
    ///
    /// # Errors
    ///
    /// [`StageError`], in words for the one who looks at the terminal.
    pub async fn start(settings: StageSettings) -> Result<Self, StageError> {
        let clock = Clock::manual(settings.at);
        let app = SlackApp {
            client_id: "1000000000000.2000000000000".to_owned(),
            client_secret: random::token(),
            signing_secret: random::token(),
        };
        let (ask, asked) = mpsc::channel(16);
        let simulator = simulator::start(SimulatorSettings {
            bind: settings.bind,
            clock: clock.clone(),
            bot_url: None,
            app: app.clone(),
            host: Some(ask),
        })
        .await
        .map_err(|fault| StageError::Bind { address: settings.bind, fault })?;
        let simulator = Arc::new(simulator);
        let socket = settings.socket_mode.then(|| {
            let app_token = format!("xapp-1-{}", random::token());
            simulator.turn_socket_mode_on(&app_token);
            SocketConfig { app_token: SecretString::from(app_token), connections: 2 }
        });
        let config = bot_config(&settings, &clock, &simulator, &app, socket)?;
        let (keys, given_keys) = watch::channel(Arc::clone(&config.keys));
        let (store, given_store) = watch::channel(config.store.clone());
        let (at, admin) = watch::channel(None);
        let given = Given { keys: given_keys, store: given_store };
        let mut host = BotHost::new(config, given, at, Arc::clone(&simulator));
        let bot_url = host.start().await?;
        let supervisor = Supervisor::default();
        let stopping = supervisor.clone();
        supervisor.spawn(async move { host.serve(asked, stopping).await });
        if settings.ticks {
            supervisor.spawn(tick(clock.clone(), supervisor.clone()));
        }
        let signing_secret = SecretString::from(app.signing_secret);
        Ok(Self { simulator, clock, bot_url, signing_secret, keys, store, admin, supervisor })
    }

    /// Returns the simulator.
    #[must_use]
    pub fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// Returns the clock that both share.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Returns the address at which the bot was first started.
    #[must_use]
    pub const fn bot_url(&self) -> &Url {
        &self.bot_url
    }

    /// Returns the secret by which the simulator signs, for requests that it would never make by itself.
    #[must_use]
    pub fn signing_secret(&self) -> &str {
        self.signing_secret.expose_secret()
    }

    /// Returns the bot's admin address; `None` where nobody watches it, and before it was first started.
    #[must_use]
    pub fn admin_address(&self) -> Option<SocketAddr> {
        *self.admin.borrow()
    }

    /// Gives the bot other keys, which it has from its next start on.
    pub fn change_keys(&self, keys: Arc<KeyRing>) {
        self.keys.send_replace(keys);
    }

    /// Gives the bot another database, which it has from its next start on.
    pub fn change_database(&self, store: StoreSettings) {
        self.store.send_replace(store);
    }

    /// Ends the play: the bot politely, then the simulator.
    pub async fn stop(self) {
        self.supervisor.stop();
        self.supervisor.ended().await;
        if let Some(simulator) = Arc::into_inner(self.simulator) {
            simulator.shutdown().await;
        }
    }
}

/// Returns a new key ring of one random key, and its text for a later run.
///
/// # Errors
///
/// [`StageError`] when the key ring refuses its key, which a random key does not give cause for.
pub fn new_keys() -> Result<(Arc<KeyRing>, SecretString), StageError> {
    let text = SecretString::from(format!("1:{}", STANDARD.encode(random::bytes())));
    let ring = KeyRing::parse(&text).map_err(|fault| StageError::Other(fault.to_string()))?;
    Ok((Arc::new(ring), text))
}

fn bot_config(
    settings: &StageSettings,
    clock: &Clock,
    simulator: &Simulator,
    app: &SlackApp,
    socket: Option<SocketConfig>,
) -> Result<BotConfig, StageError> {
    let address = |path: &str| {
        simulator.url().join(path).map_err(|fault| StageError::Other(fault.to_string()))
    };
    Ok(BotConfig {
        store: settings.store.clone(),
        keys: Arc::clone(&settings.keys),
        slack: ApiConfig {
            api_url: address("slack/api")?,
            authorize_url: address("slack/oauth/v2/authorize")?,
            client_id: app.client_id.clone(),
            client_secret: SecretString::from(app.client_secret.clone()),
        },
        signing: SigningSecrets::new(vec![SecretString::from(app.signing_secret.clone())]),
        inbound: settings.inbound.clone(),
        site: settings.site.clone(),
        socket,
        sources: [(SourceCode::new("hibob"), address("hibob/v1")?)]
            .into_iter()
            .filter_map(|(code, url)| Some((code?, url)))
            .collect(),
        public_url: None,
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        admin_bind: settings.watch.is_some().then(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        heartbeat: settings.watch.as_ref().and_then(|watch| watch.heartbeat.clone()),
        audits: settings.watch.is_some(),
        data_dir: None,
        erasure_ledger: None,
        backups: None,
        billing: settings.is_billed.then(|| billing(simulator)).transpose()?,
        grace: Duration::ZERO,
        clock: clock.clone(),
    })
}

/// Returns how plans are paid to the simulator's Stripe.
fn billing(simulator: &Simulator) -> Result<BillingConfig, StageError> {
    let api_url = simulator.url().join("stripe/v1");
    let StripeAccount { secret_key, webhook_secrets, price } = StripeAccount::default();
    Ok(BillingConfig {
        api_url: api_url.map_err(|fault| StageError::Other(fault.to_string()))?,
        secret_key: SecretString::from(secret_key),
        price,
        webhooks: WebhookSecrets::new(
            webhook_secrets.into_iter().map(SecretString::from).collect(),
        ),
    })
}

/// Moves the clock as fast as real time goes.
async fn tick(clock: Clock, supervisor: Supervisor) {
    let mut last = Instant::now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            () = supervisor.stopping() => return,
        }
        let passed = TimeDelta::from_std(last.elapsed()).unwrap_or_else(|_| TimeDelta::zero());
        last = Instant::now();
        tokio::select! {
            // Somebody may have moved the clock further meanwhile; then there is nothing to do.
            _ = clock.advance_to(clock.now() + passed) => {}
            () = supervisor.stopping() => return,
        }
    }
}
