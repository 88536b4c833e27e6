//! A running simulator: how it is started, addressed and ended.

use crate::listener::{CuttableListener, Switch};
use crate::settings::SimulatorSettings;
use crate::sim::Sim;
use crate::sockets::listen::listen;
use crate::stripe::account::StripeAccount;
use crate::world::journal::Call;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use url::Url;

/// The largest body that the simulator reads, in bytes.
const LARGEST_BODY: usize = 4 << 20;

/// How long a shutdown waits for requests that are under way.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running simulator. It ends when it is dropped or shut down.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    pub(crate) sim: Sim,
}

/// Starts a simulator and returns once it listens.
///
/// # Errors
///
/// The error of the socket where the address cannot be listened on.
pub async fn start(settings: SimulatorSettings) -> io::Result<Simulator> {
    let listener = CuttableListener(TcpListener::bind(settings.bind).await?);
    let address = listener.address()?;
    let sockets = TcpListener::bind((address.ip(), 0)).await?;
    let sim = Sim::new(settings, address, sockets.local_addr()?);
    listen(&sim, sockets);
    crate::stripe::worker::start(&sim);
    let service = routes(&sim).into_make_service_with_connect_info::<Switch>();
    let stop = sim.stop_signal().cancelled_owned();
    sim.spawn(async move {
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stop).await {
            tracing::error!(%error, "The simulator stopped listening.");
        }
    });
    Ok(Simulator { address, sim })
}

impl Simulator {
    /// Returns the address that it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the root of its addresses, with a slash at the end.
    ///
    /// Slack's Web API is under `slack/api`, the page of consent is `slack/oauth/v2/authorize`.
    #[must_use]
    pub fn url(&self) -> Url {
        self.sim.url().clone()
    }

    /// Says where the bot is from now on.
    pub fn set_bot_url(&self, url: Url) {
        self.sim.set_bot_url(Some(url));
    }

    /// Lets every call of the Web API take so long from now on, in real time: half of it before it is done.
    pub fn set_latency(&self, latency: Duration) {
        self.sim.set_latency(latency);
    }

    /// Waits until the bot has left a `slow` call of this method before it was done.
    pub async fn until_left(&self, method: &str) {
        let mut version = self.sim.watch();
        let is_left = |call: &Call| {
            (call.method.as_str(), call.fault, call.status) == (method, Some("slow"), 0)
        };
        let found = |_: &u64| self.sim.read(|world| world.journal.calls().any(is_left));
        // Where it ends before, nobody waits any more.
        let _ = version.wait_for(found).await;
    }

    /// Gives the app this app-level token and turns Socket Mode on, as the app's page in Slack does.
    ///
    /// From now on nothing is sent over HTTP.
    pub fn turn_socket_mode_on(&self, app_token: &str) {
        self.sim.sockets(|sockets| sockets.turn_on(app_token));
        self.sim.touch();
    }

    /// Says which account at Stripe the simulator plays, with its keys and its price.
    ///
    /// Stripe's API is under `stripe/v1`.
    pub fn set_stripe_account(&self, account: StripeAccount) {
        self.sim.change(|world, _| world.stripe.set_account(account));
    }

    /// Stops listening and waits, two seconds at most, for what is under way.
    pub async fn shutdown(self) {
        self.sim.stop(PATIENCE).await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.sim.stop_signal().cancel();
    }
}

fn routes(sim: &Sim) -> Router {
    Router::new()
        .merge(crate::web_api::routes())
        .merge(crate::authorize::routes())
        .merge(crate::hooks::routes())
        .merge(crate::hibob::routes())
        .merge(crate::stripe::routes())
        .merge(crate::sim_api::routes())
        .with_state(sim.clone())
        .merge(crate::page::routes())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}
