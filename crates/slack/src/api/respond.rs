//! Late answers through a `response_url`.

use super::client::{Api, is_loopback};
use super::outcome::{NotSentKind, Outcome};
use super::plain::refuse_plain;
use super::verdict;
use serde_json::Value;
use url::Url;

/// The host of Slack's own response addresses.
const HOOKS_HOST: &str = "hooks.slack.com";

impl Api {
    /// Posts an answer to a `response_url`, which takes five within thirty minutes.
    ///
    /// The address came with a request; only Slack's own host, or the stand-in's on this machine, is ever called.
    pub async fn respond(&self, response_url: &str, message: &Value) -> Outcome<()> {
        let Some(url) = self.allowed(response_url) else {
            return Outcome::not_sent(NotSentKind::Permanent, "foreign_response_url");
        };
        match self.send_plain(self.plain.post(url).json(message)).await {
            Outcome::Done(answer) if answer.status.is_success() => judge(&answer.body),
            Outcome::Done(answer) => refuse_plain(&answer),
            Outcome::NotSent(not_sent) => Outcome::NotSent(not_sent),
            Outcome::Ambiguous { code } => Outcome::Ambiguous { code },
        }
    }

    fn allowed(&self, response_url: &str) -> Option<Url> {
        let url = Url::parse(response_url).ok()?;
        let api = &self.config.api_url;
        let is_slack = url.scheme() == "https"
            && url.host_str() == Some(HOOKS_HOST)
            && url.port_or_known_default() == Some(443);
        let is_stand_in = is_loopback(api) && url.origin() == api.origin();
        let is_plain = url.username().is_empty() && url.password().is_none();
        (is_plain && (is_slack || is_stand_in)).then_some(url)
    }
}

/// Slack answers `ok` as plain text, or with a refusal as JSON.
fn judge(body: &str) -> Outcome<()> {
    verdict::refused_with(body).map_or(Outcome::Done(()), |code| verdict::of_code(&code))
}
