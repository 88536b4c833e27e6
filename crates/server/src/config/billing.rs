//! The settings of billing, checked: all of them, or none.

use super::{Faults, outside_url};
use crate::billing::BillingConfig;
use crate::settings::BillingSettings;
use connect::WebhookSecrets;
use secrecy::{ExposeSecret, SecretString};

const KEY: &str = "STRIPE_SECRET_KEY";
const WEBHOOK: &str = "STRIPE_WEBHOOK_SECRET";
const PRICE: &str = "STRIPE_PRICE_ID";

/// Returns how plans are paid; nothing where they are not, or a fault was found.
pub(super) fn billing(settings: &BillingSettings, faults: &mut Faults) -> Option<BillingConfig> {
    let secret_key = faults.keep(settings.secret_key());
    let webhook = faults.keep(settings.webhook_secret());
    let price = settings.price();
    if matches!((&secret_key, &webhook, price), (Some(None), Some(None), None)) {
        return None;
    }
    let api_url = outside_url("STRIPE_API_URL", &settings.api_url, faults);
    let secret_key = secret_key.and_then(|key| checked_key(key, faults));
    let webhooks = webhook.and_then(|given| checked_webhooks(given.as_ref(), faults));
    let price = checked_price(price, faults);
    Some(BillingConfig {
        api_url: api_url?,
        secret_key: secret_key?,
        price: price?,
        webhooks: webhooks?,
    })
}

fn checked_key(given: Option<SecretString>, faults: &mut Faults) -> Option<SecretString> {
    let Some(key) = given else {
        faults.note(KEY, "it is missing; Stripe's dashboard has it under Developers, API keys. To have no billing, take the other STRIPE_ settings away");
        return None;
    };
    let text = key.expose_secret();
    if !["rk_", "sk_"].iter().any(|begin| text.starts_with(begin)) {
        faults.note(KEY, "it is no secret key, which begins with rk_ or sk_; one that begins with pk_ is for browsers");
        return None;
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        faults.note(KEY, "it is not whole or has something else in it; please copy it again");
        return None;
    }
    Some(key)
}

fn checked_webhooks(given: Option<&SecretString>, faults: &mut Faults) -> Option<WebhookSecrets> {
    let text = given.map_or("", |given| given.expose_secret());
    let secrets: Vec<&str> =
        text.split(',').map(str::trim).filter(|secret| !secret.is_empty()).collect();
    if secrets.is_empty() {
        faults.note(
            WEBHOOK,
            "it is missing; Stripe's dashboard shows it beside the endpoint for /stripe/webhook",
        );
        return None;
    }
    if secrets.iter().any(|secret| !secret.starts_with("whsec_")) {
        faults.note(WEBHOOK, "it is no secret of a webhook, which begins with whsec_");
        return None;
    }
    Some(WebhookSecrets::new(secrets.into_iter().map(SecretString::from).collect()))
}

fn checked_price(given: Option<&str>, faults: &mut Faults) -> Option<String> {
    let is_id = |price: &&str| {
        price.starts_with("price_")
            && price.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let price = given.filter(is_id);
    if price.is_none() {
        faults.note(PRICE, "it is missing or no price, which begins with price_; Stripe's dashboard shows it beside the product");
    }
    price.map(str::to_owned)
}
