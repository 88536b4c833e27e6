//! The client: where Slack is, how long a call may take, and how a call is made.

use super::Answer;
use super::addresses::AddressedAnswer;
use super::limits::{Limits, method_of};
use super::outcome::{NotSent, NotSentKind, Outcome, RATE_LIMITED};
use super::verdict;
use crate::tls;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock;
use domain::effect::Call;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use slack_morphism::errors::SlackClientError;
use slack_morphism::hyper_tokio::SlackClientHyperConnector;
use slack_morphism::{SlackApiToken, SlackApiTokenValue, SlackClient};
use std::future::Future;
use std::sync::Arc;
use url::{Host, Url};

/// The longest that a call may take, on the clock.
pub(crate) const CALL_LIMIT: TimeDelta = TimeDelta::seconds(10);

/// Where Slack is and who we are to it.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// The Web API, such as `https://slack.com/api`.
    pub api_url: Url,
    /// The page on which people allow the app, such as `https://slack.com/oauth/v2/authorize`.
    pub authorize_url: Url,
    /// The app's client id.
    pub client_id: String,
    /// The app's client secret.
    pub client_secret: SecretString,
}

/// Why the client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ApiFault {
    /// A token would travel readable through a network.
    #[error(
        "{setting} is plain http; that is only for an address of this machine, please use https"
    )]
    PlainHttp {
        /// The setting.
        setting: &'static str,
    },
    /// There is nothing to check Slack's certificate against.
    #[error("this machine has no root certificates; please install its package ca-certificates")]
    NoRoots(#[source] std::io::Error),
    /// The HTTP client refused its configuration.
    #[error("the HTTP client could not be set up")]
    Client(#[source] reqwest::Error),
}

/// Slack's Web API. Clones share the connections.
///
/// Every call is limited to ten seconds on the clock, and no call is repeated here: that is the outbox's decision.
#[derive(Clone)]
pub struct Api {
    pub(crate) config: Arc<ApiConfig>,
    pub(crate) clock: Clock,
    pub(crate) plain: reqwest::Client,
    /// For addresses that a request carries.
    pub(crate) outside: reqwest::Client,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    limits: Arc<Limits>,
    slack: SlackClient<SlackClientHyperConnector<HttpsConnector<HttpConnector>>>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Api {
    /// Returns a client; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ApiFault::PlainHttp`] for an address that is neither https nor on this machine, [`ApiFault::NoRoots`] where https
    /// is to be spoken on a machine without root certificates.
    pub fn new(config: ApiConfig, clock: Clock) -> Result<Self, ApiFault> {
        for (setting, url) in
            [("SLACK_API_URL", &config.api_url), ("SLACK_AUTHORIZE_URL", &config.authorize_url)]
        {
            if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(url)) {
                return Err(ApiFault::PlainHttp { setting });
            }
        }
        let needs_roots = config.api_url.scheme() == "https";
        let tls = tls::client_config(needs_roots).map_err(ApiFault::NoRoots)?;
        let plain = tls::plain_client(tls.clone()).map_err(ApiFault::Client)?;
        let outside = tls::outside_client(tls.clone()).map_err(ApiFault::Client)?;
        let shared = Arc::new(tls.clone());
        let connector = SlackClientHyperConnector::with_connector(tls::connector(tls))
            .with_slack_api_url(config.api_url.as_str().trim_end_matches('/'));
        let slack = SlackClient::new(connector);
        Ok(Self {
            config: Arc::new(config),
            clock,
            plain,
            outside,
            tls: shared,
            limits: Arc::default(),
            slack,
        })
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &ApiConfig {
        &self.config
    }

    /// Returns how many deliveries of a kind can be sent now with a token.
    ///
    /// # Errors
    ///
    /// When the next can be sent.
    pub fn room_for(&self, token: &SecretString, call: Call) -> Result<u32, DateTime<Utc>> {
        self.limits.room(token, method_of(call), self.clock.now())
    }

    /// Leaves a method alone until an instant, as Slack asked another process or an earlier life of this one.
    pub fn leave_alone(&self, token: &SecretString, method: &str, until: DateTime<Utc>) {
        self.limits.park(token, method, until);
    }

    /// Posts JSON to a method.
    pub(crate) async fn post(
        &self,
        token: &SecretString,
        method: &str,
        body: &Value,
    ) -> Outcome<Answer> {
        if let Err(wait) = self.limits.take(token, method, self.clock.now()) {
            return Outcome::paced(wait);
        }
        let api_token = api_token(token);
        let session = self.slack.open_session(&api_token);
        let outcome = self.limit(session.http_session_api.http_post(method, body, None)).await;
        self.heed(token, method, outcome)
    }

    /// Gets a method that takes no JSON.
    pub(crate) async fn get(
        &self,
        token: &SecretString,
        method: &str,
        arguments: &[(&str, &str)],
    ) -> Outcome<Answer> {
        if let Err(wait) = self.limits.take(token, method, self.clock.now()) {
            return Outcome::paced(wait);
        }
        let api_token = api_token(token);
        let session = self.slack.open_session(&api_token);
        let arguments: Vec<(&str, Option<&str>)> =
            arguments.iter().map(|(name, value)| (*name, Some(*value))).collect();
        let outcome = self.limit(session.http_session_api.http_get(method, &arguments, None)).await;
        self.heed(token, method, outcome)
    }

    /// Gets `users.info`, read for the address.
    pub(super) async fn get_addressed(
        &self,
        token: &SecretString,
        arguments: &[(&str, &str)],
    ) -> Outcome<AddressedAnswer> {
        let method = "users.info";
        if let Err(wait) = self.limits.take(token, method, self.clock.now()) {
            return Outcome::paced(wait);
        }
        let api_token = api_token(token);
        let session = self.slack.open_session(&api_token);
        let arguments: Vec<(&str, Option<&str>)> =
            arguments.iter().map(|(name, value)| (*name, Some(*value))).collect();
        let call = session.http_session_api.http_get(method, &arguments, None);
        let outcome = self
            .limit_judged(call, |answer: &AddressedAnswer| (answer.ok, answer.error.as_deref()))
            .await;
        self.heed(token, method, outcome)
    }

    /// Keeps to what Slack asks for with a 429: its method in its workspace is left alone for so long.
    fn heed<T>(&self, token: &SecretString, method: &str, outcome: Outcome<T>) -> Outcome<T> {
        if let Outcome::NotSent(NotSent { code, retry_after: Some(wait), .. }) = &outcome
            && code == RATE_LIMITED
        {
            self.limits.park(token, method, self.clock.now() + *wait);
        }
        outcome
    }

    async fn limit(
        &self,
        call: impl Future<Output = Result<Answer, SlackClientError>>,
    ) -> Outcome<Answer> {
        self.limit_judged(call, |answer| (answer.ok, answer.error.as_deref())).await
    }

    async fn limit_judged<T>(
        &self,
        call: impl Future<Output = Result<T, SlackClientError>>,
        said: impl FnOnce(&T) -> (Option<bool>, Option<&str>),
    ) -> Outcome<T> {
        match self.clock.timeout(CALL_LIMIT, call).await {
            Ok(Ok(answer)) => match verdict_of(said(&answer)) {
                Some(verdict) => verdict,
                None => Outcome::Done(answer),
            },
            Ok(Err(error)) => verdict::of_client_error(&error),
            Err(_) => Outcome::ambiguous("timeout"),
        }
    }

    /// Waits for a call of the plain client.
    pub(crate) async fn limit_plain(
        &self,
        call: impl Future<Output = Result<PlainAnswer, reqwest::Error>>,
    ) -> Outcome<PlainAnswer> {
        match self.clock.timeout(CALL_LIMIT, call).await {
            Ok(Ok(answer)) => Outcome::Done(answer),
            Ok(Err(error)) => verdict::of_plain_error(&error),
            Err(_) => Outcome::ambiguous("timeout"),
        }
    }
}

/// An answer to the plain client.
pub(crate) struct PlainAnswer {
    pub(crate) status: http::StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

/// Returns whether an address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Returns what an answer says that is no plain yes: only that is done.
fn verdict_of<T>((ok, error): (Option<bool>, Option<&str>)) -> Option<Outcome<T>> {
    match (ok, error) {
        (Some(true), _) => None,
        (Some(false), Some(code)) => Some(verdict::of_code(code)),
        (Some(false), None) => Some(Outcome::not_sent(NotSentKind::Permanent, "unknown_error")),
        (None, _) => Some(Outcome::ambiguous("unreadable_answer")),
    }
}

fn api_token(token: &SecretString) -> SlackApiToken {
    SlackApiToken::new(SlackApiTokenValue(token.expose_secret().to_owned()))
}
