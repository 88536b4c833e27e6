//! The signature of a webhook: `Stripe-Signature: t=SECONDS,v1=HEX[,v1=HEX]`, HMAC-SHA256 over `SECONDS.BODY`.
//!
//! As the official libraries have it: old ones are refused after 300 seconds, those of a clock that is ahead are not. Where
//! those libraries differ from each other, the stricter one counts.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::fmt::Write;
use subtle::{Choice, ConstantTimeEq};

/// How old a signature may be, in seconds and inclusive.
const TOLERANCE: i64 = 300;

/// The secrets with which Stripe may sign: several while one is being replaced.
#[derive(Clone, Debug)]
pub struct WebhookSecrets(Vec<SecretString>);

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// There is none that can be read, or no time beside it.
    #[error("the webhook carries no signature")]
    Missing,
    /// It is older than five minutes.
    #[error("the signature is more than five minutes old")]
    Stale,
    /// No secret gives it.
    #[error("the signature is wrong")]
    Wrong,
}

impl WebhookSecrets {
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
    /// The first [`SignatureFault`] that applies.
    pub fn verify(
        &self,
        header: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), SignatureFault> {
        let (seconds, given) = read(header).ok_or(SignatureFault::Missing)?;
        let mut is_right = Choice::from(0);
        for secret in &self.0 {
            let expected = sign(secret, seconds, body);
            for signature in &given {
                is_right |= expected.as_bytes().ct_eq(signature.as_bytes());
            }
        }
        if !bool::from(is_right) {
            return Err(SignatureFault::Wrong);
        }
        // After the signature: what nobody signed is not called old.
        if TOLERANCE < now.timestamp().saturating_sub(seconds) {
            return Err(SignatureFault::Stale);
        }
        Ok(())
    }
}

/// Returns the time and the signatures of the version that counts.
fn read(header: &str) -> Option<(i64, Vec<&str>)> {
    let (mut seconds, mut given) = (None, Vec::new());
    for part in header.split(',') {
        match part.split_once('=') {
            // Two times leave open which was signed.
            Some(("t", _)) if seconds.is_some() => return None,
            Some(("t", text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                seconds = Some(text.parse().ok()?);
            }
            Some(("v1", signature)) => given.push(signature),
            _ => {}
        }
    }
    seconds.filter(|_| !given.is_empty()).map(|seconds| (seconds, given))
}

fn sign(secret: &SecretString, seconds: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    let mut signature = String::new();
    for byte in mac.finalize().into_bytes() {
        write!(signature, "{byte:02x}").expect("a String takes everything");
    }
    signature
}
