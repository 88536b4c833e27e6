//! What a service that is paid has besides: whom it asks at Stripe, and by what it knows Stripe's webhooks.

use connect::{Stripe, WebhookSecrets, WireFault};
use secrecy::SecretString;
use url::Url;

/// How plans are paid.
#[derive(Clone, Debug)]
pub struct BillingConfig {
    /// Stripe's API.
    pub api_url: Url,
    /// The secret key, best a restricted one.
    pub secret_key: SecretString,
    /// The price of a month of Pro.
    pub price: String,
    /// The secrets by which webhooks are signed.
    pub webhooks: WebhookSecrets,
}

/// How plans are paid, ready.
#[derive(Debug)]
pub(crate) struct Billing {
    pub(crate) stripe: Stripe,
    pub(crate) webhooks: WebhookSecrets,
}

impl Billing {
    /// Returns what asks Stripe; nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`WireFault`] for an address over which a key would travel readable.
    pub(crate) fn new(config: BillingConfig) -> Result<Self, WireFault> {
        let BillingConfig { api_url, secret_key, price, webhooks } = config;
        Ok(Self { stripe: Stripe::new(api_url, secret_key, price)?, webhooks })
    }
}
