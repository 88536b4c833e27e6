//! What plans are paid with.

use super::{Given, given, path_parser, secret_parser};
use clap::Args;
use secrecy::SecretString;
use std::path::PathBuf;

/// How plans are paid; without it every workspace has everything.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Billing")]
pub(crate) struct BillingSettings {
    /// Stripe's secret key, best a restricted one (`rk_...`) that may write customers, checkout sessions, the customer portal and subscriptions, and read prices; without it every workspace has everything
    #[arg(long = "stripe-secret-key", env = "STRIPE_SECRET_KEY", value_name = "KEY", hide_env_values = true, value_parser = secret_parser())]
    secret_key: Option<SecretString>,
    /// A file that holds `STRIPE_SECRET_KEY`
    #[arg(long = "stripe-secret-key-file", env = "STRIPE_SECRET_KEY_FILE", value_name = "FILE", value_parser = path_parser())]
    secret_key_file: Option<PathBuf>,
    /// The secret by which Stripe signs what it sends to `/stripe/webhook` (`whsec_...`); while it is being rolled, both, with a comma between
    #[arg(long = "stripe-webhook-secret", env = "STRIPE_WEBHOOK_SECRET", value_name = "SECRET", hide_env_values = true, value_parser = secret_parser())]
    webhook_secret: Option<SecretString>,
    /// A file that holds `STRIPE_WEBHOOK_SECRET`
    #[arg(long = "stripe-webhook-secret-file", env = "STRIPE_WEBHOOK_SECRET_FILE", value_name = "FILE", value_parser = path_parser())]
    webhook_secret_file: Option<PathBuf>,
    /// The price of Pro at Stripe, recurring (`price_...`)
    #[arg(long = "stripe-price-id", env = "STRIPE_PRICE_ID", value_name = "ID")]
    price_id: Option<String>,
    /// Stripe's API; plain http only to this machine
    #[arg(
        id = "stripe_api_url",
        long = "stripe-api-url",
        env = "STRIPE_API_URL",
        value_name = "URL",
        default_value = "https://api.stripe.com/v1"
    )]
    pub(crate) api_url: String,
}

impl BillingSettings {
    pub(crate) fn secret_key(&self) -> Given {
        let file = self.secret_key_file.as_deref();
        given("STRIPE_SECRET_KEY", self.secret_key.as_ref(), file)
    }

    pub(crate) fn webhook_secret(&self) -> Given {
        let file = self.webhook_secret_file.as_deref();
        given("STRIPE_WEBHOOK_SECRET", self.webhook_secret.as_ref(), file)
    }

    pub(crate) fn price(&self) -> Option<&str> {
        self.price_id.as_deref().map(str::trim).filter(|price| !price.is_empty())
    }
}
