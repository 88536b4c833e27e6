//! Slash commands as Slack signs and sends them, without a simulator in between.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;
use url::form_urlencoded::Serializer;

/// What somebody types, where, and under which trigger.
#[derive(Clone, Debug)]
pub struct Slash {
    /// The workspace.
    pub team: String,
    /// The channel.
    pub channel: String,
    /// Who types.
    pub user: String,
    /// What follows `/rotation`.
    pub text: String,
    /// What makes the request one of its own.
    pub trigger: String,
}

/// A form with the headers that prove where it comes from.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The body.
    pub body: String,
    /// Slack's two headers.
    pub headers: [(&'static str, String); 2],
}

impl Slash {
    /// Returns the form that Slack posts for it, signed at `now`.
    #[must_use]
    pub fn signed(&self, secret: &str, now: DateTime<Utc>) -> Signed {
        let body = Serializer::new(String::new())
            .append_pair("token", "deprecated-verification-token")
            .append_pair("team_id", &self.team)
            .append_pair("team_domain", "harbour")
            .append_pair("channel_id", &self.channel)
            .append_pair("channel_name", "support")
            .append_pair("user_id", &self.user)
            .append_pair("user_name", "somebody")
            .append_pair("command", "/rotation")
            .append_pair("text", &self.text)
            .append_pair("api_app_id", "A0ASYNCBOT")
            .append_pair("is_enterprise_install", "false")
            .append_pair("response_url", "https://hooks.slack.invalid/commands/1/2/3")
            .append_pair("trigger_id", &self.trigger)
            .finish();
        sign(body, secret, now)
    }
}

/// Signs a form at `now`.
///
/// # Panics
///
/// Never: HMAC takes a key of any length.
#[must_use]
pub fn sign(body: String, secret: &str, now: DateTime<Utc>) -> Signed {
    let timestamp = now.timestamp().to_string();
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    let mut signature = String::from("v0=");
    for byte in mac.finalize().into_bytes() {
        let _ = write!(signature, "{byte:02x}");
    }
    let headers = [("x-slack-request-timestamp", timestamp), ("x-slack-signature", signature)];
    Signed { body, headers }
}
