//! One call: a form that is sent, again where Stripe says that this helps, and what is read of the answer.

use super::answer::Answered;
use super::{API_VERSION, StripeFault};
use crate::wire::tls;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use std::sync::OnceLock;
use std::time::Duration;
use url::Url;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

/// How long Stripe may be silent.
const SILENCE_LIMIT: Duration = Duration::from_secs(10);

/// How long one try may take.
const TRY_LIMIT: Duration = Duration::from_secs(15);

/// How often a call is made at most: once, and twice again.
const TRIES: u32 = 3;

/// The pause before the second try, which doubles before the third.
const PAUSE: Duration = Duration::from_millis(250);

/// The largest answer that is read, in bytes: a page of a hundred subscriptions is a tenth of it.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// Makes calls, all with one key.
pub(super) struct Caller {
    base: Url,
    key: SecretString,
    /// Made with the first call.
    client: OnceLock<Option<reqwest::Client>>,
}

/// A call that is to be made.
pub(super) struct Call {
    path: String,
    fields: Vec<(&'static str, String)>,
    /// Whatever changes something has one, so that it can be sent again.
    idempotency_key: Option<String>,
    /// How often it is made at most.
    tries: u32,
}

impl Call {
    /// Returns a question.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), fields: Vec::new(), idempotency_key: None, tries: TRIES }
    }

    /// Returns a call that changes something, once however often it is made.
    pub(super) fn post(path: impl Into<String>, idempotency_key: &str) -> Self {
        Self { idempotency_key: Some(idempotency_key.to_owned()), ..Self::get(path) }
    }

    /// Returns the call with one field more.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }

    /// Returns the call, made once: whoever makes it comes again by themselves.
    pub(super) const fn once(mut self) -> Self {
        self.tries = 1;
        self
    }

    fn form(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

impl Caller {
    pub(super) const fn new(base: Url, key: SecretString) -> Self {
        Self { base, key, client: OnceLock::new() }
    }

    /// Makes a call, and returns what is read of the answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: &Call) -> Result<T, StripeFault> {
        let mut pause = PAUSE;
        for last in (0..call.tries).rev() {
            let (fault, helps) = match self.send(call).await {
                Ok(answered) => match answered.sort() {
                    Ok(body) => {
                        return serde_json::from_slice(&body).map_err(|_| StripeFault::Unreadable);
                    }
                    Err(no) => no,
                },
                Err(fault) => (fault, true),
            };
            if last == 0 || !helps {
                return Err(fault);
            }
            // Of the real clock: whoever waits for the answer waits in real time.
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(StripeFault::Unreachable)
    }

    async fn send(&self, call: &Call) -> Result<Answered, StripeFault> {
        let client = self.client.get_or_init(|| tls::client(SILENCE_LIMIT, TRY_LIMIT));
        let client = client.as_ref().ok_or(StripeFault::Unreachable)?;
        let base = self.base.as_str().trim_end_matches('/');
        let mut url: Url =
            format!("{base}/{}", call.path).parse().map_err(|_| StripeFault::Unreachable)?;
        let request = if let Some(key) = &call.idempotency_key {
            client
                .post(url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("idempotency-key", key)
                .body(call.form())
        } else {
            if !call.fields.is_empty() {
                url.set_query(Some(&call.form()));
            }
            client.get(url)
        };
        let bearer = Zeroizing::new(format!("Bearer {}", self.key.expose_secret()));
        let mut authorization =
            HeaderValue::from_str(&bearer).map_err(|_| StripeFault::Unauthorized)?;
        authorization.set_sensitive(true);
        let request =
            request.header(AUTHORIZATION, authorization).header("stripe-version", API_VERSION);
        // The client's own words name the address, so none of them goes on.
        let mut response = request.send().await.map_err(|_| StripeFault::Unreachable)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|_| StripeFault::Unreachable)? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(StripeFault::Unreadable);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answered { status, headers, body })
    }
}
