//! The running bot: what its requests and its workers share.

use crate::late::LateAnswers;
use crate::metrics::Metrics;
use crate::supervisor::Supervisor;
use app::memo::Memo;
use clock::{Bell, Clock};
use connect::Wire;
use slack::{Api, SigningSecrets};
use store::Store;
use url::Url;

/// What every request handler and every worker is given.
pub(crate) struct Bot {
    pub(crate) store: Store,
    pub(crate) memo: Memo,
    pub(crate) clock: Clock,
    pub(crate) api: Api,
    pub(crate) signing: SigningSecrets,
    pub(crate) public_url: Url,
    pub(crate) bells: Bells,
    pub(crate) supervisor: Supervisor,
    pub(crate) late: LateAnswers,
    pub(crate) metrics: Metrics,
    /// How absence sources are asked.
    pub(crate) wire: Wire,
}

/// What wakes the workers before their next look.
#[derive(Debug)]
pub(crate) struct Bells {
    pub(crate) handoffs: Bell,
    pub(crate) deliveries: Bell,
    pub(crate) inbox: Bell,
    pub(crate) housekeeping: Bell,
    pub(crate) absences: Bell,
}

impl Bells {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self {
            handoffs: clock.bell(),
            deliveries: clock.bell(),
            inbox: clock.bell(),
            housekeeping: clock.bell(),
            absences: clock.bell(),
        }
    }

    /// Wakes whoever may have work after a person's request was carried out.
    pub(crate) fn ring_after_write(&self) {
        self.handoffs.ring();
        self.deliveries.ring();
        self.inbox.ring();
        self.absences.ring();
    }
}
