//! Late answers through a `response_url`.

use super::client::{Api, is_loopback};
use super::outcome::{NotSentKind, Outcome};
use super::plain::refuse_plain;
use super::verdict;
use crate::outside::may_be_called;
use serde_json::Value;
use url::Url;

/// The host of Slack's own response addresses.
const HOOKS_HOST: &str = "hooks.slack.com";

impl Api {
    /// Posts an answer to a `response_url`, which takes five within thirty minutes.
    ///
    /// The address came with a request; only Slack's own host, or the stand-in's on this machine, is ever called.
    pub async fn respond(&self, response_url: &str, message: &Value) -> Outcome<()> {
        let Some((url, client)) = self.allowed(response_url) else {
            return Outcome::not_sent(NotSentKind::Permanent, "foreign_response_url");
        };
        match self.send_plain(client.post(url).json(message)).await {
            Outcome::Done(answer) if answer.status.is_success() => judge(&answer.body),
            Outcome::Done(answer) => refuse_plain(&answer),
            Outcome::NotSent(not_sent) => Outcome::NotSent(not_sent),
            Outcome::Ambiguous { code } => Outcome::Ambiguous { code },
        }
    }

    /// Returns the address and who may call it, where it may be called at all.
    fn allowed(&self, response_url: &str) -> Option<(Url, &reqwest::Client)> {
        let url = Url::parse(response_url).ok()?;
        let api = &self.config.api_url;
        let is_slack = may_be_called(&url)
            && url.host_str() == Some(HOOKS_HOST)
            && url.port_or_known_default() == Some(443);
        if is_slack {
            return Some((url, &self.outside));
        }
        let is_plain = url.username().is_empty() && url.password().is_none();
        let is_stand_in = is_plain && is_loopback(api) && url.origin() == api.origin();
        is_stand_in.then_some((url, &self.plain))
    }
}

/// Slack answers `ok` as plain text, or with a refusal as JSON.
fn judge(body: &str) -> Outcome<()> {
    verdict::refused_with(body).map_or(Outcome::Done(()), |code| verdict::of_code(&code))
}
