//! Events, and the endpoint that is told them: signed, at least once, in no order.

use super::account::ACCOUNT;
use super::state::{At, Stripe};
use super::version::Version;
use crate::to_bot::signature::hmac_hex;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// What the endpoint is told where nothing else was said.
pub(crate) const ENABLED: [&str; 13] = [
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.updated",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_failed",
];

/// After which times an event is sent again that was not taken, in minutes since the first try: up to three days.
const AGAIN_AFTER_M: [i64; 12] = [5, 30, 120, 360, 720, 1080, 1440, 2160, 2880, 3240, 3600, 4320];

/// An event.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) body: Value,
}

/// What became of one try.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Try {
    pub(crate) at: At,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    Waiting,
    Taken,
    GivenUp,
    Lost,
}

/// An event on its way to the endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) number: u64,
    pub(crate) event: String,
    pub(crate) due: At,
    /// Which comes first of those that are due together.
    pub(crate) order: u64,
    pub(crate) standing: Standing,
    pub(crate) tries: Vec<Try>,
}

/// The endpoint, and what goes wrong on the way to it.
#[derive(Debug)]
pub(crate) struct Hooks {
    /// The version in which objects are rendered.
    pub(crate) version: Version,
    /// The kinds that are told; `*` is all.
    pub(crate) enabled: Vec<String>,
    /// How many more times each is sent.
    pub(crate) duplicate: u32,
    pub(crate) delay: TimeDelta,
    pub(crate) shuffle: Option<u64>,
    pub(crate) lose: bool,
    pub(crate) events: Vec<Event>,
    pub(crate) deliveries: Vec<Delivery>,
    /// The answer that the bot gave last, in a word.
    numbers: u64,
}

impl Default for Hooks {
    fn default() -> Self {
        Self {
            version: Version::current(),
            enabled: ENABLED.map(str::to_owned).into(),
            duplicate: 0,
            delay: TimeDelta::zero(),
            shuffle: None,
            lose: false,
            events: Vec::new(),
            deliveries: Vec::new(),
            numbers: 0,
        }
    }
}

impl Hooks {
    fn is_told(&self, kind: &str) -> bool {
        self.enabled.iter().any(|one| one == "*" || one == kind)
    }

    pub(crate) fn event(&self, id: &str) -> Option<&Event> {
        self.events.iter().find(|one| one.id == id)
    }

    /// Sets an event on its way, as often as was asked for.
    pub(crate) fn send(&mut self, event: &str, now: At) {
        for copy in 0..=u64::from(self.duplicate) {
            self.numbers += 1;
            let number = self.numbers;
            let (order, delay) = match self.shuffle {
                None => (number, self.delay),
                Some(seed) => self.disorder(seed, number),
            };
            let standing = if self.lose { Standing::Lost } else { Standing::Waiting };
            let event = event.to_owned();
            // Copies do not come in the same breath: the first may have been worked off by then.
            let due = now + delay + TimeDelta::seconds(i64::try_from(copy).unwrap_or(0));
            self.deliveries.push(Delivery {
                number,
                event,
                due,
                order,
                standing,
                tries: Vec::new(),
            });
        }
    }

    /// Returns a place and a delay that look like chance.
    fn disorder(&self, seed: u64, number: u64) -> (u64, TimeDelta) {
        let hex = hmac_hex(&seed.to_be_bytes(), &number.to_be_bytes());
        let order = u64::from_str_radix(&hex[..15], 16).unwrap_or(number);
        let span = self.delay.num_seconds().max(0) + 1;
        let seconds = i64::try_from(order).unwrap_or(0) % span;
        (order, TimeDelta::seconds(seconds))
    }

    /// Returns when the next event is to be sent.
    pub(crate) fn next_due(&self) -> Option<At> {
        self.waiting().map(|one| one.due).min()
    }

    /// Returns the delivery that is to be made now.
    pub(crate) fn due(&self, now: At) -> Option<&Delivery> {
        let due = self.waiting().filter(|one| one.due <= now);
        due.min_by_key(|one| (one.due, one.order))
    }

    fn waiting(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter().filter(|one| one.standing == Standing::Waiting)
    }

    /// Keeps what became of a try, and when there is to be another.
    pub(crate) fn note(&mut self, number: u64, done: Try) {
        let Some(delivery) = self.deliveries.iter_mut().find(|one| one.number == number) else {
            return;
        };
        let is_taken = done.status.is_some_and(|status| (200..300).contains(&status));
        let first = delivery.tries.first().map_or(done.at, |first| first.at);
        let again = AGAIN_AFTER_M.get(delivery.tries.len());
        delivery.tries.push(done);
        match again {
            _ if is_taken => delivery.standing = Standing::Taken,
            Some(minutes) => delivery.due = first + TimeDelta::minutes(*minutes),
            None => delivery.standing = Standing::GivenUp,
        }
    }
}

impl Stripe {
    /// Makes an event of an object as it is now, and sends it where the endpoint wants such.
    pub(crate) fn tell(
        &mut self,
        kind: &str,
        object: &Value,
        previous: Option<Value>,
        now: At,
    ) -> String {
        let id = self.id("evt_1", 24);
        let mut data = json!({"object": object});
        if let Some(previous) = previous {
            data["previous_attributes"] = previous;
        }
        let (request, key) = self.request.clone();
        let is_told = self.hooks.is_told(kind);
        let body = json!({
            "id": id,
            "object": "event",
            "account": ACCOUNT,
            "api_version": self.hooks.version.as_str(),
            "created": now.timestamp(),
            "data": data,
            "livemode": false,
            "pending_webhooks": u8::from(is_told),
            "request": {"id": request, "idempotency_key": key},
            "type": kind,
        });
        self.hooks.events.push(Event { id: id.clone(), kind: kind.to_owned(), body });
        if is_told {
            self.hooks.send(&id, now);
        }
        id
    }
}

/// Returns `Stripe-Signature` of a body sent at `timestamp`: a signature for each secret.
pub(crate) fn sign(secrets: &[String], timestamp: i64, body: &str) -> String {
    let mut header = format!("t={timestamp}");
    for secret in secrets {
        header.push_str(",v1=");
        header.push_str(&hmac_hex(secret.as_bytes(), format!("{timestamp}.{body}").as_bytes()));
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> At {
        At::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn answer(at: At, status: u16) -> Try {
        Try { at, status: Some(status), error: None }
    }

    #[test]
    fn an_event_that_is_never_taken_is_sent_for_three_days() {
        let mut hooks = Hooks::default();
        hooks.send("evt_1", at(0));
        let mut sent = Vec::new();

        while let Some(due) = hooks.next_due() {
            sent.push((due - at(0)).num_minutes());
            let number = hooks.due(due).unwrap().number;
            hooks.note(number, answer(due, 500));
        }

        assert_eq!(sent, [0, 5, 30, 120, 360, 720, 1080, 1440, 2160, 2880, 3240, 3600, 4320]);
        assert_eq!(hooks.deliveries[0].standing, Standing::GivenUp);
    }

    #[test]
    fn an_event_that_was_taken_is_not_sent_again() {
        let mut hooks = Hooks::default();
        hooks.send("evt_1", at(0));

        hooks.note(1, answer(at(0), 503));
        hooks.note(1, answer(at(5), 204));

        assert_eq!(hooks.next_due(), None);
        assert_eq!(hooks.deliveries[0].standing, Standing::Taken);
    }

    #[test]
    fn a_seed_brings_the_same_disorder_each_time() {
        let order = |seed| {
            let mut hooks = Hooks { shuffle: Some(seed), ..Hooks::default() };
            (0..8).for_each(|number| hooks.send(&format!("evt_{number}"), at(0)));
            let mut order = Vec::new();
            while let Some(next) = hooks.due(at(0)).cloned() {
                order.push(next.number);
                hooks.note(next.number, answer(at(0), 200));
            }
            order
        };

        assert_eq!(order(7), order(7));
        assert_ne!(order(7), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_ne!(order(7), order(8));
    }

    #[test]
    fn each_secret_signs_time_and_body() {
        // Computed by hand with another program: HMAC-SHA256 of `1492774577.{}` under `whsec_simulator`.
        let signed = sign(&["whsec_simulator".into()], 1_492_774_577, "{}");
        let both = sign(&["whsec_new".into(), "whsec_simulator".into()], 1_492_774_577, "{}");

        assert_eq!(signed, SIGNED);
        assert!(both.ends_with(&SIGNED["t=1492774577".len()..]), "{both}");
        assert_eq!(both.matches(",v1=").count(), 2);
    }

    const SIGNED: &str =
        "t=1492774577,v1=1f50f88b8dcb345cc3db88b716a6d39a41fb0ad2a6b898036dc9e956c64db9e4";
}
