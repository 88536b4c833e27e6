//! Socket Mode: what Slack sends comes over connections that we open, and is answered as over HTTP.

mod backoff;
mod envelope;

use crate::bot::Bot;
use crate::config::SocketConfig;
use backoff::Backoff;
use chrono::TimeDelta;
use clock::Worker;
use secrecy::SecretString;
use slack::{Closed, Frame, NotSent, NotSentKind, Outcome, Socket};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// A connection that ended sooner than this counts as a failed one, on the clock.
const SHORT_LIVED: TimeDelta = TimeDelta::seconds(30);

/// How long a connection that was replaced is still read, in real time; Slack closes it within seconds.
const READ_OUT: Duration = Duration::from_secs(30);

/// A connection and the work that came on it.
struct Connection {
    socket: Socket,
    under_way: TaskTracker,
}

/// Why a connection is read no longer.
enum Left {
    /// The service stops.
    Stopping,
    /// Slack closes it soon.
    Leaving,
    /// It is gone.
    Lost,
    /// Socket Mode was turned off for the app.
    Disabled,
}

/// Keeps as many connections open as are wanted. Each counts as busy until it is open.
pub(crate) fn start(bot: &Arc<Bot>, config: &SocketConfig) {
    for _ in 0..config.connections {
        let worker = bot.clock.worker();
        bot.supervisor.spawn(keep_open(Arc::clone(bot), config.app_token.clone(), worker));
    }
}

async fn keep_open(bot: Arc<Bot>, app_token: SecretString, mut worker: Worker) {
    let mut backoff = Backoff::default();
    loop {
        let opened = tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            opened = bot.api.open_socket(&app_token) => opened,
        };
        let wait = match opened {
            Outcome::Done(socket) => {
                tracing::info!("A connection to Slack is open.");
                let opened_at = bot.clock.now();
                // Nothing is under way on a connection that waits.
                drop(worker);
                let connection = Connection { socket, under_way: TaskTracker::new() };
                let left = use_up(&bot, connection).await;
                worker = bot.clock.worker();
                if matches!(left, Left::Stopping) {
                    return;
                }
                if bot.clock.now() - opened_at >= SHORT_LIVED {
                    backoff = Backoff::default();
                }
                backoff.after_loss(matches!(left, Left::Disabled))
            }
            Outcome::NotSent(not_sent) => {
                complain(&not_sent);
                backoff.after_failure(not_sent.retry_after)
            }
            Outcome::Ambiguous { .. } => backoff.after_failure(None),
        };
        if wait > TimeDelta::zero() {
            tokio::select! {
                biased;
                () = bot.supervisor.stopping() => return,
                () = worker.sleep_until(bot.clock.now() + wait) => {}
            }
        }
    }
}

/// Reads a connection for as long as it is to be used; what it still has under way is finished without holding up the next.
async fn use_up(bot: &Arc<Bot>, mut connection: Connection) -> Left {
    let left = connection.read(bot).await;
    match left {
        Left::Stopping => connection.finish().await,
        Left::Leaving => {
            tracing::info!("Slack renews a connection.");
            let its_bot = Arc::clone(bot);
            bot.supervisor.spawn(async move {
                // Slack may send on it until it closes it; by then another is open.
                let _ = tokio::time::timeout(READ_OUT, connection.read_out(&its_bot)).await;
                connection.finish().await;
            });
        }
        Left::Lost => tracing::info!("A connection to Slack was lost."),
        Left::Disabled => tracing::error!(
            "Socket Mode was turned off for the Slack app, so Slack sends over HTTP; please turn it on again, or remove SLACK_APP_TOKEN."
        ),
    }
    left
}

impl Connection {
    async fn read(&mut self, bot: &Arc<Bot>) -> Left {
        loop {
            let frame = tokio::select! {
                biased;
                () = bot.supervisor.stopping() => return Left::Stopping,
                frame = self.socket.next() => frame,
            };
            match frame {
                Ok(Frame::Envelope(envelope)) => {
                    envelope::take(bot, &self.under_way, self.socket.acks(), *envelope);
                }
                Ok(Frame::Leaving) => return Left::Leaving,
                Ok(Frame::LinkDisabled) => return Left::Disabled,
                Ok(Frame::Hello) => {}
                Ok(Frame::Unreadable) => {
                    tracing::warn!("A message of Slack's on a socket could not be read.");
                }
                Err(Closed) => return Left::Lost,
            }
        }
    }

    /// Reads to the end, also past another word that it comes.
    async fn read_out(&mut self, bot: &Arc<Bot>) {
        while matches!(self.read(bot).await, Left::Leaving) {}
    }

    /// Waits until what came is answered, and closes.
    async fn finish(self) {
        self.under_way.close();
        self.under_way.wait().await;
        self.socket.close().await;
    }
}

fn complain(not_sent: &NotSent) {
    let code = not_sent.code.as_str();
    match not_sent.kind {
        NotSentKind::DeadToken | NotSentKind::Permanent => tracing::error!(
            code,
            "Slack does not take SLACK_APP_TOKEN for Socket Mode; it must be an app-level token of this app with the scope connections:write. It is tried again."
        ),
        NotSentKind::Transient => {
            tracing::warn!(code, "No connection to Slack could be opened; it is tried again.");
        }
    }
}
