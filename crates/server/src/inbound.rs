//! How much is taken from outside: how many requests, how slowly, over how many connections, and whose address is believed.

mod bucket;
mod client;

use bucket::{Bucket, Buckets, Ticks};
use chrono::TimeDelta;
use clock::Clock;
use domain::ids::WorkspaceId;
use http::HeaderMap;
pub use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The most workspaces, and the most addresses, that are counted one by one.
const MOST_COUNTED: usize = 50_000;

/// How much is taken from outside.
#[derive(Clone, Debug, Default)]
pub struct Inbound {
    /// How many requests are taken.
    pub rates: Rates,
    /// How slow a client may be.
    pub patience: Patience,
    /// The networks of the proxies whose word for a client's address is taken.
    pub proxies: Vec<IpNet>,
}

/// How many requests a second are taken. Twenty times as many are taken at once after a quiet time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Of all signed requests together, before a signature is checked.
    pub all: u32,
    /// Of one workspace, after it was checked.
    pub workspace: u32,
    /// Of the pages that anybody may open, from one address.
    pub address: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self { all: 5_000, workspace: 100, address: 5 }
    }
}

/// How slow a client may be before it is left, and how many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long the head of a request may take, and how long a connection may be idle.
    pub head: Duration,
    /// How long a body may take.
    pub body: Duration,
    /// How long a request may take from its body's end to its answer.
    pub answer: Duration,
    /// How many connections may be open. 1,024 descriptors are what many systems give, and the database needs some.
    pub connections: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(20),
            body: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            connections: 768,
        }
    }
}

/// There are too many; after this time there is room again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// At least a second, since HTTP counts in seconds.
    pub(crate) wait: TimeDelta,
}

/// Counts what comes, and says what is too much.
#[derive(Debug)]
pub(crate) struct Door {
    ticks: Ticks,
    all: Bucket,
    workspaces: Buckets<WorkspaceId>,
    addresses: Buckets<IpAddr>,
    proxies: Vec<IpNet>,
    pub(crate) patience: Patience,
}

impl Door {
    pub(crate) fn new(inbound: &Inbound, clock: &Clock) -> Self {
        let Inbound { rates, patience, proxies } = inbound;
        Self {
            ticks: Ticks::new(clock.clone()),
            all: Bucket::new(rates.all),
            workspaces: Buckets::new(rates.workspace, MOST_COUNTED),
            addresses: Buckets::new(rates.address, MOST_COUNTED),
            proxies: proxies.clone(),
            patience: *patience,
        }
    }

    /// Lets in one request that claims to be signed.
    pub(crate) fn let_in(&self) -> Result<(), TooMany> {
        self.all.take(self.ticks.now())
    }

    /// Lets in one request that a workspace has signed.
    pub(crate) fn let_in_from(&self, workspace: WorkspaceId) -> Result<(), TooMany> {
        self.workspaces.take(workspace, self.ticks.now())
    }

    /// Lets in one request for a page.
    pub(crate) fn let_in_visitor(
        &self,
        peer: SocketAddr,
        headers: &HeaderMap,
    ) -> Result<(), TooMany> {
        let address = client::address(peer.ip(), headers, &self.proxies);
        self.addresses.take(address, self.ticks.now())
    }
}
