//! Keys, and what restricted ones may do.

use super::account::ACCOUNT;
use super::reply::Refusal;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, StatusCode, header};
use std::collections::BTreeMap;

/// What a restricted key can be given, in Stripe's words.
pub(crate) const PERMISSIONS: [&str; 7] = [
    "rak_customer_read",
    "rak_customer_write",
    "rak_checkout_session_read",
    "rak_checkout_session_write",
    "rak_customer_portal_write",
    "rak_subscription_read",
    "rak_subscription_write",
];

/// The permission without which prices cannot be read.
pub(crate) const PLAN_READ: &str = "rak_plan_read";

/// The keys, each with what it may not do.
#[derive(Clone, Debug)]
pub(crate) struct Keys(BTreeMap<String, Vec<String>>);

impl Keys {
    pub(crate) fn new(secret_key: &str) -> Self {
        Self(BTreeMap::from([(secret_key.to_owned(), Vec::new())]))
    }

    /// Adds a key, or changes what it may not do.
    pub(crate) fn set(&mut self, key: &str, lacks: Vec<String>) {
        self.0.insert(key.to_owned(), lacks);
    }

    pub(crate) fn revoke(&mut self, key: &str) -> bool {
        self.0.remove(key).is_some()
    }

    pub(crate) fn is_known(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Lets a call in by its key.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<String, Refusal> {
        let refuse = |message: String| Refusal::invalid(message).status(StatusCode::UNAUTHORIZED);
        let key = key_of(headers).ok_or_else(|| {
            refuse("You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').".into())
        })?;
        if !self.is_known(&key) {
            return Err(refuse(format!("Invalid API Key provided: {}", masked(&key))));
        }
        Ok(key)
    }

    /// Refuses what a restricted key may not do.
    pub(crate) fn allow(&self, key: &str, permission: &str) -> Result<(), Refusal> {
        let lacks = self.0.get(key).is_some_and(|lacks| lacks.iter().any(|one| one == permission));
        if !lacks {
            return Ok(());
        }
        let shown = masked(key);
        Err(Refusal::invalid(format!(
            "The provided key '{shown}' does not have the required permissions for this endpoint on account '{ACCOUNT}'. Having the '{permission}' permission would allow this request to continue."
        ))
        .status(StatusCode::FORBIDDEN))
    }
}

/// Returns the key of a call: a bearer token, or the user of Basic.
fn key_of(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned()).filter(|key| !key.is_empty());
    }
    let bytes = BASE64_STANDARD.decode(rest.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let user = text.split_once(':').map_or(text.as_str(), |(user, _)| user);
    (scheme.eq_ignore_ascii_case("basic") && !user.is_empty()).then(|| user.to_owned())
}

/// Returns a key as Stripe shows it: its kind and its last four letters.
pub(crate) fn masked(key: &str) -> String {
    let kind = ["sk_test_", "rk_test_", "sk_live_", "rk_live_"]
        .into_iter()
        .find(|kind| key.starts_with(kind));
    let letters: Vec<char> = key.chars().collect();
    let last: String = letters[letters.len().saturating_sub(4)..].iter().collect();
    let last = if letters.len() < 16 { "" } else { last.as_str() };
    format!("{}************{last}", kind.unwrap_or_default())
}
