//! Stripe, as far as plans are paid there: a customer, a checkout, the portal, subscriptions, and what its webhook brings.
//!
//! Every call names the version of the API that this was written for, so an account that is upgraded changes nothing here.
//! Of an answer only the fields that are used are read: what it says of a card or an address is never parsed.

mod answer;
mod call;
mod event;
mod object;
mod signature;

pub use event::StripeEvent;
pub use object::CheckoutSession;
pub use signature::{SignatureFault, WebhookSecrets};

use crate::wire::{WireFault, is_safe};
use call::{Call, Caller};
use domain::billing::Subscription;
use object::{Made, Page, RawSession, RawSubscription};
use secrecy::SecretString;
use std::fmt;
use url::Url;

/// The version of Stripe's API that this speaks; an endpoint for webhooks is set to the same.
pub const API_VERSION: &str = "2026-10-28.endive";

/// The most pages of subscriptions of one customer that are read, 100 on each.
const MOST_PAGES: usize = 10;

/// How Stripe is asked. It is shared by all workspaces.
pub struct Stripe {
    caller: Caller,
    price: String,
}

/// Why Stripe did not do what it was asked. No word of Stripe's own is in it: those may name people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripeFault {
    /// It did not answer, or only that something is wrong with itself.
    #[error("Stripe does not answer")]
    Unreachable,
    /// It is asked too often.
    #[error("Stripe is asked too often")]
    Limited,
    /// The secret key is not one of its keys.
    #[error("Stripe does not know the secret key")]
    Unauthorized,
    /// The secret key is restricted, and what was asked is not among what it allows.
    #[error("the secret key may not do this at Stripe")]
    Forbidden,
    /// What it was asked about is not there (any more).
    #[error("Stripe does not know what it was asked about")]
    Missing,
    /// The idempotency key was used for something else.
    #[error("the idempotency key stands for something else at Stripe")]
    KeyUsed,
    /// It says no, with its codes.
    #[error("Stripe refuses it: {kind} {code} {parameter}")]
    Refused {
        /// The type of the error.
        kind: String,
        /// Its code, or nothing.
        code: String,
        /// The parameter that it is about, or nothing.
        parameter: String,
    },
    /// Its answer is not what its API says.
    #[error("Stripe's answer cannot be read")]
    Unreadable,
}

/// What a checkout is made with.
#[derive(Clone, Debug)]
pub struct NewCheckout<'a> {
    /// Stripe's id of the customer.
    pub customer: &'a str,
    /// The workspace that pays: it is checked when somebody comes back.
    pub workspace: &'a str,
    /// Where somebody goes who has paid; `{CHECKOUT_SESSION_ID}` in it is filled in by Stripe.
    pub success_url: &'a str,
    /// Where somebody goes who has not.
    pub cancel_url: &'a str,
    /// The key that is the same for the same intent.
    pub idempotency_key: &'a str,
}

impl Stripe {
    /// Returns what asks Stripe at `base` (`https://api.stripe.com/v1`), for subscriptions to `price`; nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`WireFault::PlainHttp`] for an address that is neither https nor on this machine.
    pub fn new(base: Url, key: SecretString, price: String) -> Result<Self, WireFault> {
        if !is_safe(&base) {
            return Err(WireFault::PlainHttp { source_name: String::from("Stripe") });
        }
        Ok(Self { caller: Caller::new(base, key), price })
    }

    /// Returns the price that is subscribed to.
    #[must_use]
    pub fn price(&self) -> &str {
        &self.price
    }

    /// Makes a customer for a workspace and returns its id; again with the same key it is the same one.
    ///
    /// No name and no address goes along: who pays gives those to Stripe alone.
    ///
    /// # Errors
    ///
    /// [`StripeFault`].
    pub async fn create_customer(
        &self,
        workspace: &str,
        idempotency_key: &str,
    ) -> Result<String, StripeFault> {
        let call = Call::post("customers", idempotency_key).with("metadata[workspace]", workspace);
        let made: Made = self.caller.ask(&call).await?;
        Ok(made.id)
    }

    /// Makes a checkout for a subscription to the price; again with the same key it is the same one.
    ///
    /// # Errors
    ///
    /// [`StripeFault`].
    pub async fn create_checkout(
        &self,
        new: &NewCheckout<'_>,
    ) -> Result<CheckoutSession, StripeFault> {
        let call = Call::post("checkout/sessions", new.idempotency_key)
            .with("mode", "subscription")
            .with("customer", new.customer)
            .with("client_reference_id", new.workspace)
            .with("line_items[0][price]", &self.price)
            .with("line_items[0][quantity]", "1")
            .with("metadata[workspace]", new.workspace)
            .with("subscription_data[metadata][workspace]", new.workspace)
            .with("success_url", new.success_url)
            .with("cancel_url", new.cancel_url);
        let session: RawSession = self.caller.ask(&call).await?;
        Ok(session.into())
    }

    /// Returns a checkout.
    ///
    /// # Errors
    ///
    /// [`StripeFault`]; [`StripeFault::Missing`] where there is none with this id.
    pub async fn find_checkout(&self, id: &str) -> Result<CheckoutSession, StripeFault> {
        if !is_id(id) {
            return Err(StripeFault::Missing);
        }
        let session: RawSession =
            self.caller.ask(&Call::get(format!("checkout/sessions/{id}"))).await?;
        Ok(session.into())
    }

    /// Returns the address at which whoever has it manages what a customer pays; it is good for minutes and a secret.
    ///
    /// # Errors
    ///
    /// [`StripeFault`].
    pub async fn open_portal(
        &self,
        customer: &str,
        return_url: &str,
        idempotency_key: &str,
    ) -> Result<SecretString, StripeFault> {
        let call = Call::post("billing_portal/sessions", idempotency_key)
            .with("customer", customer)
            .with("return_url", return_url);
        let session: RawSession = self.caller.ask(&call).await?;
        session.into_url().ok_or(StripeFault::Unreadable)
    }

    /// Returns all subscriptions of a customer, whatever became of them; it is asked once, since whoever asks comes again.
    ///
    /// # Errors
    ///
    /// [`StripeFault`]; [`StripeFault::Missing`] where there is no such customer.
    pub async fn list_subscriptions(
        &self,
        customer: &str,
    ) -> Result<Vec<Subscription>, StripeFault> {
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let mut call = Call::get("subscriptions")
                .once()
                .with("customer", customer)
                .with("status", "all")
                .with("limit", "100");
            if let Some(Subscription { id, .. }) = all.last() {
                call = call.with("starting_after", id);
            }
            let page: Page<RawSubscription> = self.caller.ask(&call).await?;
            let is_last = !page.has_more || page.data.is_empty();
            all.extend(page.data.into_iter().map(Subscription::from));
            if is_last {
                return Ok(all);
            }
        }
        Err(StripeFault::Unreadable)
    }

    /// Sets a subscription to end with the period that is paid, or to go on after it; returns it as it is then.
    ///
    /// # Errors
    ///
    /// [`StripeFault`].
    pub async fn set_ending(
        &self,
        subscription: &str,
        ends: bool,
        idempotency_key: &str,
    ) -> Result<Subscription, StripeFault> {
        if !is_id(subscription) {
            return Err(StripeFault::Missing);
        }
        let call = Call::post(format!("subscriptions/{subscription}"), idempotency_key)
            .with("cancel_at_period_end", if ends { "true" } else { "false" });
        let subscription: RawSubscription = self.caller.ask(&call).await?;
        Ok(subscription.into())
    }

    /// Returns whether the key opens Stripe and the price is there, for whoever looks whether all is well.
    ///
    /// # Errors
    ///
    /// [`StripeFault`]; [`StripeFault::Missing`] where the price is not there.
    pub async fn check(&self) -> Result<(), StripeFault> {
        if !is_id(&self.price) {
            return Err(StripeFault::Missing);
        }
        let call = Call::get(format!("prices/{}", self.price));
        self.caller.ask::<Made>(&call).await.map(drop)
    }
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stripe").field("price", &self.price).finish_non_exhaustive()
    }
}

/// Returns whether something may be one of Stripe's ids, so that it can stand in an address.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty() && text.len() <= 255 && text.bytes().all(is_plain)
}
