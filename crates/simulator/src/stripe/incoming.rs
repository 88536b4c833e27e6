//! A call of Stripe as it came, and what of it may be kept.

use super::endpoints::{self, Endpoint};
use super::form;
use super::reply::Refusal;
use super::version::Version;
use axum::body::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};

/// The parameters that are about a person.
const PERSONAL: [&str; 6] = ["address", "customer_email", "description", "email", "name", "phone"];

/// A call as it came.
pub(crate) struct Incoming {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// What it says, of the address or of the body.
    said: Result<String, Refusal>,
}

impl Incoming {
    pub(crate) fn new(
        path: &str,
        method: Method,
        query: &str,
        headers: HeaderMap,
        body: &Bytes,
    ) -> Self {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_form = kind.is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let text = String::from_utf8_lossy(body).into_owned();
        let said = match (method == Method::POST, text.is_empty()) {
            (_, false) if !is_form => Err(Refusal::invalid(format!(
                "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/. It was {}.",
                kind.unwrap_or("nothing")
            ))),
            (true, _) if !query.is_empty() => {
                Err(Refusal::invalid("Invalid request: the parameters of a POST are in its body."))
            }
            (true, _) => Ok(text),
            (false, true) => Ok(query.to_owned()),
            (false, false) => Ok(format!("{query}&{text}")),
        };
        Self { method, path: path.trim_matches('/').to_owned(), headers, said }
    }

    /// Returns the call's name for faults and the journal.
    pub(crate) fn name(&self) -> &'static str {
        endpoints::find(self.method.as_str(), &self.path).map_or("unknown", |(one, _)| one.name)
    }

    pub(crate) fn endpoint(&self) -> Result<(&'static Endpoint, &str), Refusal> {
        endpoints::find(self.method.as_str(), &self.path).ok_or_else(|| {
            let message = format!(
                "Unrecognized request URL ({}: /v1/{}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
                self.method, self.path
            );
            Refusal::invalid(message).status(StatusCode::NOT_FOUND)
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the idempotency key of a call that has an effect.
    pub(crate) fn key(&self) -> Option<&str> {
        let is_post = self.method == Method::POST;
        self.header("idempotency-key").filter(|key| is_post && !key.is_empty())
    }

    pub(crate) fn version(&self, default: &Version) -> Result<Version, Refusal> {
        let Some(text) = self.header("stripe-version") else { return Ok(default.clone()) };
        Version::parse(text)
            .ok_or_else(|| Refusal::invalid(format!("Invalid Stripe API version: {text}")))
    }

    pub(crate) fn parameters(&self) -> Result<Value, Refusal> {
        form::parse(self.said.as_ref().map_err(Clone::clone)?)
    }

    /// Returns what may be kept of the call: nothing secret, and nothing about a person.
    pub(crate) fn arguments(&self) -> Value {
        let mut said = self.parameters().unwrap_or_default();
        for name in PERSONAL {
            if let Some(held) = said.get_mut(name) {
                *held = json!("***");
            }
        }
        json!({
            "path": format!("{} /v1/{}", self.method, self.path),
            "parameters": said,
            "idempotency_key": self.key(),
            "stripe_version": self.header("stripe-version"),
        })
    }
}
