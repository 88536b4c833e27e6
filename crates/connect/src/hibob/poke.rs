//! What HiBob's webhook brings.

use crate::source::Poke;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest, Sha256, Sha512};
use std::fmt::Write;
use subtle::ConstantTimeEq;

/// What is sent when a webhook is set up, before anybody has its secret.
const PING: &str = "Ping test";

/// How the events begin that mean another answer of `timeoff/whosout`.
const EVENTS: &str = "timeoff.request.";

/// Reads what came. An address in it is never asked: it could be anybody's, and it needs rights that we do not want.
pub(super) fn read(body: &[u8], signature: Option<&str>, secret: Option<&SecretString>) -> Poke {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    if is_ping(body, json.as_ref()) {
        return Poke::Ping;
    }
    let is_signed = match (signature, secret) {
        (Some(signature), Some(secret)) => is_signed(body, signature, secret),
        _ => false,
    };
    if !is_signed {
        return Poke::Unsigned;
    }
    json.as_ref().and_then(dedupe).map_or(Poke::Ignored, |dedupe| Poke::Event { dedupe })
}

fn is_ping(body: &[u8], json: Option<&Value>) -> bool {
    let text = match json {
        Some(Value::String(text)) => Some(text.as_str()),
        Some(json) => json.get("text").and_then(Value::as_str),
        None => std::str::from_utf8(body).ok(),
    };
    text.is_some_and(|text| text.trim() == PING)
}

/// Whether it is `Base64(HMAC-SHA512(secret, body))`, in the same time however much of it is right.
fn is_signed(body: &[u8], signature: &str, secret: &SecretString) -> bool {
    // A signature under an empty secret can be made by anyone.
    if secret.expose_secret().is_empty() {
        return false;
    }
    let mut mac = Hmac::<Sha512>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(body);
    let given = STANDARD.decode(signature.trim()).unwrap_or_default();
    mac.finalize().into_bytes().as_slice().ct_eq(&given).into()
}

/// Returns what is the same for the same event; `None` for an event that is none of ours.
///
/// Version 1 calls its kind `event`, is flat and has no time, so there the same happening twice is one. That holds for a
/// day: then what is done with leaves the inbox (`System::delete_expired`), and the same is an event again. Whatever changed
/// in between comes with the next sync, since a poke only makes that one sooner.
fn dedupe(json: &Value) -> Option<String> {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let kind = json.get("type").or_else(|| json.get("event"))?.as_str()?;
    if !kind.starts_with(EVENTS) {
        return None;
    }
    let request = json.pointer("/data/timeoffRequestId").or_else(|| json.get("timeoffRequestId"));
    let mut hash = Sha256::new();
    for part in [kind.to_owned(), text(request), text(json.get("triggeredAt"))] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let mut hex = String::new();
    for byte in hash.finalize() {
        write!(hex, "{byte:02x}").expect("a String takes everything");
    }
    Some(hex)
}
