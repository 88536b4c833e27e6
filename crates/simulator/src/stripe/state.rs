//! All that the simulated Stripe knows.

use super::account::StripeAccount;
use super::idempotency::Kept;
use super::keys::Keys;
use super::version::Version;
use super::webhooks::Hooks;
use crate::world::secrets::Secrets;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use std::collections::VecDeque;

/// An instant.
pub(crate) type At = DateTime<Utc>;

/// How a card answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Card {
    /// There is none.
    #[default]
    Missing,
    Works,
    Declines,
}

/// Somebody who pays.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) created: At,
    /// What was said of the customer: `name`, `email`, `address` and so on.
    pub(crate) said: Map<String, Value>,
    pub(crate) card: Card,
    pub(crate) payment_method: Option<String>,
    pub(crate) is_deleted: bool,
}

/// Where a checkout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Open,
    Complete,
    Expired,
}

/// A checkout.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) created: At,
    pub(crate) expires: At,
    /// What the call said, checked.
    pub(crate) said: Value,
    pub(crate) customer: Option<String>,
    pub(crate) subscription: Option<String>,
    pub(crate) invoice: Option<String>,
    pub(crate) stage: Stage,
    /// `unpaid`, `paid`, or `no_payment_required`.
    pub(crate) payment: &'static str,
    /// Whether a card was declined on the page.
    pub(crate) is_declined: bool,
}

/// A visit to the portal.
#[derive(Clone, Debug)]
pub(crate) struct Portal {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) created: At,
    pub(crate) customer: String,
    pub(crate) return_url: Option<String>,
    pub(crate) said: Value,
    /// When it was last used.
    pub(crate) used: Option<At>,
}

/// A subscription.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) item: String,
    pub(crate) created: At,
    pub(crate) customer: String,
    pub(crate) status: String,
    pub(crate) price: String,
    pub(crate) quantity: i64,
    pub(crate) metadata: Value,
    pub(crate) description: Option<String>,
    /// What periods are counted from, and how many have begun after the first.
    pub(crate) anchor: At,
    pub(crate) periods: u32,
    pub(crate) period: (At, At),
    pub(crate) trial: Option<(At, At)>,
    /// What a trial comes to that ends without a card.
    pub(crate) without_card: String,
    pub(crate) cancels_at_period_end: bool,
    pub(crate) cancel_at: Option<At>,
    pub(crate) canceled_at: Option<At>,
    pub(crate) ended_at: Option<At>,
    pub(crate) cancellation: Map<String, Value>,
    pub(crate) latest_invoice: Option<String>,
}

/// An invoice.
#[derive(Clone, Debug)]
pub(crate) struct Invoice {
    pub(crate) id: String,
    pub(crate) created: At,
    pub(crate) customer: String,
    pub(crate) subscription: String,
    pub(crate) amount: i64,
    pub(crate) status: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) period: (At, At),
    pub(crate) attempts: u32,
    pub(crate) failed_at: Option<At>,
    pub(crate) next_attempt: Option<At>,
    pub(crate) paid_at: Option<At>,
}

/// What becomes of a subscription when the last try has failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AfterRetries {
    #[default]
    Canceled,
    Unpaid,
    PastDue,
}

/// All that the simulated Stripe knows.
#[derive(Debug)]
pub(crate) struct Stripe {
    pub(crate) account: StripeAccount,
    /// The simulator's own root, with a slash at the end.
    pub(crate) root: String,
    pub(crate) default_version: Version,
    pub(crate) after_retries: AfterRetries,
    pub(crate) keys: Keys,
    pub(crate) customers: Vec<Customer>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) portals: Vec<Portal>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) invoices: Vec<Invoice>,
    pub(crate) hooks: Hooks,
    pub(crate) kept: Kept,
    /// The calls of the second under way, for the limit.
    pub(crate) calls: VecDeque<At>,
    pub(crate) per_second: usize,
    /// The call that is being answered: its id and its idempotency key.
    pub(crate) request: (Option<String>, Option<String>),
    secrets: Secrets,
}

/// How many calls a second Stripe takes.
const PER_SECOND: usize = 100;

impl Stripe {
    pub(crate) fn new(seed: &str) -> Self {
        let account = StripeAccount::default();
        Self {
            keys: Keys::new(&account.secret_key),
            account,
            root: String::new(),
            default_version: Version::current(),
            after_retries: AfterRetries::default(),
            customers: Vec::new(),
            sessions: Vec::new(),
            portals: Vec::new(),
            subscriptions: Vec::new(),
            invoices: Vec::new(),
            hooks: Hooks::default(),
            kept: Kept::default(),
            calls: VecDeque::new(),
            per_second: PER_SECOND,
            request: (None, None),
            secrets: Secrets::new(&format!("stripe {seed}")),
        }
    }

    pub(crate) fn set_account(&mut self, account: StripeAccount) {
        self.keys = Keys::new(&account.secret_key);
        self.account = account;
    }

    /// Returns a new id such as `sub_1...`.
    pub(crate) fn id(&mut self, prefix: &str, length: usize) -> String {
        let mut text = String::new();
        while text.len() < length {
            text.push_str(&self.secrets.next(prefix));
        }
        text.truncate(length);
        format!("{prefix}{text}")
    }

    /// Counts a call; returns whether it is one too many within a second.
    pub(crate) fn is_too_many(&mut self, now: At) -> bool {
        self.calls.retain(|at| now - *at < TimeDelta::seconds(1));
        let is_over = self.calls.len() >= self.per_second;
        if !is_over {
            self.calls.push_back(now);
        }
        is_over
    }

    pub(crate) fn customer(&self, id: &str) -> Option<&Customer> {
        self.customers.iter().find(|one| one.id == id)
    }

    pub(crate) fn customer_mut(&mut self, id: &str) -> Option<&mut Customer> {
        self.customers.iter_mut().find(|one| one.id == id)
    }

    pub(crate) fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.iter().find(|one| one.id == id)
    }

    pub(crate) fn session_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|one| one.id == id)
    }

    pub(crate) fn subscription(&self, id: &str) -> Option<&Subscription> {
        self.subscriptions.iter().find(|one| one.id == id)
    }

    pub(crate) fn subscription_mut(&mut self, id: &str) -> Option<&mut Subscription> {
        self.subscriptions.iter_mut().find(|one| one.id == id)
    }

    pub(crate) fn invoice(&self, id: &str) -> Option<&Invoice> {
        self.invoices.iter().find(|one| one.id == id)
    }

    pub(crate) fn invoice_mut(&mut self, id: &str) -> Option<&mut Invoice> {
        self.invoices.iter_mut().find(|one| one.id == id)
    }
}

impl Subscription {
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "canceled" | "incomplete_expired")
    }
}
