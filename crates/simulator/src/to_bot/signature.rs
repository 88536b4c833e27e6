//! Slack's signature, made by the simulator's own hand.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// Returns the value of `X-Slack-Signature` for a body sent at `timestamp`, in seconds since 1970.
///
/// The scheme is Slack's ("Verifying requests from Slack"): HMAC-SHA256 over `v0:{timestamp}:{body}`.
pub(crate) fn sign(secret: &str, timestamp: i64, body: &str) -> String {
    let text = format!("v0:{timestamp}:{body}");
    format!("v0={}", hmac_hex(secret.as_bytes(), text.as_bytes()))
}

/// Returns HMAC-SHA256 in hexadecimal.
pub(crate) fn hmac_hex(key: &[u8], data: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    let mut hex = String::with_capacity(64);
    for byte in mac.finalize().into_bytes() {
        write!(hex, "{byte:02x}").expect("a string takes all that is written");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_slacks_documentation() {
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

        let signature = sign("8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618, body);

        assert_eq!(
            signature,
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        );
    }
}
