//! What a simulator is started with, and what it asks of the one who hosts the bot.

use chrono::{DateTime, Utc};
use clock::Clock;
use std::fmt;
use std::net::SocketAddr;
use tokio::sync::{mpsc, oneshot};
use url::Url;

/// What a simulator is started with.
#[derive(Debug)]
pub struct SimulatorSettings {
    /// The address to listen on; port 0 takes any free one.
    pub bind: SocketAddr,
    /// The one source of time; the bot in the same process shares it.
    pub clock: Clock,
    /// The root of the bot's own address, on this machine; it may be given later with `set_bot_url`.
    pub bot_url: Option<Url>,
    /// The app as Slack knows it.
    pub app: SlackApp,
    /// Where to ask for the bot to be stopped and started; `None` where nobody hosts it here.
    pub host: Option<mpsc::Sender<HostRequest>>,
}

/// The credentials of the one app that the simulator knows.
#[derive(Clone)]
pub struct SlackApp {
    /// The public id of the app.
    pub client_id: String,
    /// The secret by which the app exchanges codes.
    pub client_secret: String,
    /// The secret by which Slack signs what it sends.
    pub signing_secret: String,
}

impl fmt::Debug for SlackApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlackApp").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// How a bot is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As a crash would: nothing is finished.
    Kill,
    /// Politely: what is under way is finished first.
    Stop,
}

/// Whether the bot runs, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotStatus {
    /// Whether it runs.
    pub running: bool,
    /// Its address, where it runs and has changed or is known.
    pub url: Option<Url>,
}

/// What the simulator asks of the one who hosts the bot.
#[derive(Debug)]
pub enum HostRequest {
    /// Start the bot, or stop it.
    Bot {
        /// Whether it should run.
        running: bool,
        /// How to stop it; of no meaning for a start.
        how: How,
        /// The outcome, or a sentence for people that says why not.
        done: oneshot::Sender<Result<BotStatus, String>>,
    },
    /// Tell the earliest handoff of any rotation.
    NextHandoff {
        /// The instant; `None` where no handoff is planned.
        done: oneshot::Sender<Option<DateTime<Utc>>>,
    },
    /// Tell whether the bot runs.
    Status {
        /// The answer.
        done: oneshot::Sender<BotStatus>,
    },
}
