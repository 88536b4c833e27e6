//! Slack's signature of a request.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::fmt::Write;
use subtle::{Choice, ConstantTimeEq};

/// How far a timestamp may be from our clock, before or after, in seconds and inclusive.
const WINDOW_SECONDS: u64 = 300;

/// The secrets with which Slack may sign: several while one is being replaced.
#[derive(Clone, Debug)]
pub struct SigningSecrets(Vec<SecretString>);

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// A header is missing or given twice.
    #[error("the request carries no signature")]
    Missing,
    /// The timestamp is not a number of seconds.
    #[error("the signature's timestamp is unreadable")]
    UnreadableTime,
    /// The timestamp is more than five minutes from our clock.
    #[error("the signature is more than five minutes from this machine's clock")]
    Stale,
    /// No secret gives this signature.
    #[error("the signature is wrong")]
    Wrong,
}

impl SigningSecrets {
    /// Returns the secrets without the empty ones: a signature under an empty secret can be made by anyone.
    #[must_use]
    pub fn new(secrets: Vec<SecretString>) -> Self {
        Self(secrets.into_iter().filter(|secret| !secret.expose_secret().is_empty()).collect())
    }

    /// Checks the signature over the raw body, before anything is parsed, at `now`.
    ///
    /// It takes the same time whichever secret fits and however much of a wrong signature is right.
    ///
    /// # Errors
    ///
    /// The first [`SignatureFault`] that applies. The window of five minutes does not stop a request from being sent again
    /// within it: the keys of requests do.
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), SignatureFault> {
        let signature = only(headers, "x-slack-signature")?;
        let timestamp = only(headers, "x-slack-request-timestamp")?;
        let seconds: i64 = timestamp.parse().map_err(|_| SignatureFault::UnreadableTime)?;
        if now.timestamp().abs_diff(seconds) > WINDOW_SECONDS {
            return Err(SignatureFault::Stale);
        }
        let mut is_right = Choice::from(0);
        for secret in &self.0 {
            let expected = sign(secret, timestamp, body);
            is_right |= expected.as_bytes().ct_eq(signature.as_bytes());
        }
        if bool::from(is_right) { Ok(()) } else { Err(SignatureFault::Wrong) }
    }
}

fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, SignatureFault> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| SignatureFault::Missing),
        _ => Err(SignatureFault::Missing),
    }
}

fn sign(secret: &SecretString, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(b"v0:");
    mac.update(timestamp.as_bytes());
    mac.update(b":");
    mac.update(body);
    let mut signature = String::from("v0=");
    for byte in mac.finalize().into_bytes() {
        write!(signature, "{byte:02x}").expect("a String takes everything");
    }
    signature
}
