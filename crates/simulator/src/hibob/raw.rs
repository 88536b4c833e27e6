//! Answers that are put in: what HiBob says next, word for word.

use super::endpoint_of;
use super::reply::{Reply, Text};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// An answer to be given instead of the simulator's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAnswer {
    /// Who is answered so; everybody where nobody is named.
    service_user: Option<String>,
    /// The endpoint's path, or `*` for any.
    #[serde(default = "any")]
    path: String,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// A body of JSON.
    body: Option<Value>,
    /// A body that is sent as it is.
    raw_body: Option<String>,
    #[serde(default = "once")]
    times: u32,
}

fn any() -> String {
    "*".into()
}

const fn ok() -> u16 {
    200
}

const fn once() -> u32 {
    1
}

impl RawAnswer {
    /// Says what of it cannot be sent.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let is_header = |(name, value): (&String, &String)| {
            HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
        };
        if self.body.is_some() && self.raw_body.is_some() {
            return Some("Say one of \"body\" and \"raw_body\".");
        }
        if !(200..600).contains(&self.status) {
            return Some("A status is a number from 200 to 599.");
        }
        if !self.headers.iter().all(is_header) {
            return Some("A header cannot be sent so.");
        }
        (self.times == 0).then_some("Say how many \"times\", one at least.")
    }

    fn reply(&self) -> Reply {
        let body = match (&self.body, &self.raw_body) {
            (Some(body), _) => Text::Json(body.clone()),
            (None, text) => Text::Plain(text.clone().unwrap_or_default()),
        };
        let headers =
            self.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
        let status = StatusCode::from_u16(self.status).unwrap_or_default();
        Reply { headers, ..Reply::new(status, body) }
    }
}

/// The answers that are waiting, first come first served.
#[derive(Debug, Default)]
pub(crate) struct RawAnswers {
    waiting: Vec<RawAnswer>,
}

impl RawAnswers {
    pub(crate) fn add(&mut self, answer: RawAnswer) {
        self.waiting.push(answer);
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn left(&self) -> u64 {
        self.waiting.iter().map(|answer| u64::from(answer.times)).sum()
    }

    /// Takes the answer that a call of this endpoint gets, once.
    pub(crate) fn take(&mut self, service_user: Option<&str>, endpoint: &str) -> Option<Reply> {
        let is_meant = |answer: &RawAnswer| {
            (answer.service_user.is_none() || answer.service_user.as_deref() == service_user)
                && (answer.path == "*" || endpoint_of(&answer.path) == endpoint)
        };
        let at = self.waiting.iter().position(is_meant)?;
        let reply = self.waiting[at].reply();
        self.waiting[at].times -= 1;
        self.waiting.retain(|answer| answer.times > 0);
        Some(reply)
    }
}
