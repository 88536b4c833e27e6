//! The running bot: what its requests and its workers share.

use crate::auditor::Auditor;
use crate::backup::BackupConfig;
use crate::billing::Billing;
use crate::inbound::Door;
use crate::late::LateAnswers;
use crate::ledger::Ledger;
use crate::metrics::Metrics;
use crate::sending::Sending;
use crate::site::Site;
use crate::supervisor::Supervisor;
use crate::watch::LastLook;
use app::memo::Memo;
use clock::{Bell, Clock};
use connect::Wire;
use crypto::KeyRing;
use slack::{Api, SigningSecrets};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Store;
use url::Url;

/// What every request handler and every worker is given.
pub(crate) struct Bot {
    pub(crate) store: Store,
    pub(crate) memo: Memo,
    pub(crate) clock: Clock,
    pub(crate) api: Api,
    pub(crate) signing: SigningSecrets,
    /// How much is taken from outside.
    pub(crate) door: Door,
    /// What the hoster says.
    pub(crate) site: Site,
    pub(crate) public_url: Url,
    pub(crate) bells: Bells,
    pub(crate) supervisor: Supervisor,
    pub(crate) late: LateAnswers,
    pub(crate) metrics: Metrics,
    pub(crate) auditor: Auditor,
    pub(crate) last_look: LastLook,
    /// Whether no more is to be sent here, because it stops.
    pub(crate) leaving: AtomicBool,
    /// What is being sent just now.
    pub(crate) sending: Sending,
    /// How absence sources are asked.
    pub(crate) wire: Wire,
    /// With what the names of this process's leases begin: equal in its next life, and no other replica's.
    pub(crate) replica: String,
    /// Where is kept how far PostgreSQL was.
    pub(crate) data_dir: Option<PathBuf>,
    /// What was erased and may not come back.
    pub(crate) ledger: Ledger,
    /// The keys that seal and sign.
    pub(crate) keys: Arc<KeyRing>,
    /// How the day's backup is made, where the service makes it.
    pub(crate) backups: Option<BackupConfig>,
    /// How plans are paid, where they are.
    pub(crate) billing: Option<Billing>,
}

impl Bot {
    /// Returns the address of a page of ours.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}/{path}", self.public_url.as_str().trim_end_matches('/'))
    }

    /// Says that no more is to be sent here.
    pub(crate) fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// Returns whether no more is to be sent here.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed) || self.supervisor.is_stopping()
    }
}

/// What wakes the workers before their next look.
#[derive(Debug)]
pub(crate) struct Bells {
    pub(crate) handoffs: Bell,
    pub(crate) deliveries: Bell,
    pub(crate) inbox: Bell,
    pub(crate) housekeeping: Bell,
    pub(crate) absences: Bell,
    pub(crate) billing: Bell,
    pub(crate) chaining: Bell,
}

impl Bells {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self {
            handoffs: clock.bell(),
            deliveries: clock.bell(),
            inbox: clock.bell(),
            housekeeping: clock.bell(),
            absences: clock.bell(),
            billing: clock.bell(),
            chaining: clock.bell(),
        }
    }

    /// Wakes whoever may have work after a person's request was carried out.
    pub(crate) fn ring_after_write(&self) {
        self.handoffs.ring();
        self.deliveries.ring();
        self.inbox.ring();
        self.absences.ring();
        self.billing.ring();
        self.chaining.ring();
    }
}
