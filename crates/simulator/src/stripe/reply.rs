//! What Stripe answers, and its refusals.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// Names in lower case.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
}

/// A refusal in Stripe's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) kind: &'static str,
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    pub(crate) param: Option<String>,
}

/// What is made, or why not.
pub(crate) type Made = Result<Value, Refusal>;

impl Refusal {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
        }
    }

    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    pub(crate) fn code(self, code: impl Into<String>) -> Self {
        Self { code: Some(code.into()), ..self }
    }

    pub(crate) fn param(self, param: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..self }
    }

    /// Returns that a parameter names something that is not there.
    pub(crate) fn missing(what: &str, id: &str, param: &str) -> Self {
        Self::invalid(format!("No such {what}: '{id}'")).code("resource_missing").param(param)
    }

    /// Returns that the address names something that is not there.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::missing(what, id, "id").status(StatusCode::NOT_FOUND)
    }

    pub(crate) fn too_many() -> Self {
        Self::invalid(
            "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
        )
        .status(StatusCode::TOO_MANY_REQUESTS)
        .code("rate_limit")
    }

    pub(crate) fn into_reply(self) -> Reply {
        let mut error = json!({"message": self.message, "type": self.kind});
        if let Some(code) = &self.code {
            let page = code.replace('_', "-");
            error["code"] = json!(code);
            error["doc_url"] = json!(format!("https://stripe.com/docs/error-codes/{page}"));
        }
        if let Some(param) = &self.param {
            error["param"] = json!(param);
        }
        let mut reply = Reply::new(self.status, json!({"error": error}));
        if let Some(word) = should_retry(self.status) {
            reply.headers.push(("stripe-should-retry", word.into()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            reply.headers.push(("www-authenticate", "Basic realm=\"Stripe\"".into()));
        }
        reply
    }
}

/// Returns what Stripe says of trying again, where it says something.
const fn should_retry(status: StatusCode) -> Option<&'static str> {
    match status.as_u16() {
        409 | 429 | 500.. => Some("true"),
        400..=404 => Some("false"),
        _ => None,
    }
}

impl Reply {
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Returns the code of a refusal, or its kind where it has none.
    pub(crate) fn error(&self) -> Option<&str> {
        let error = self.body.get("error")?;
        error["code"].as_str().or_else(|| error["type"].as_str())
    }

    pub(crate) fn into_response(self) -> Response {
        let text = serde_json::to_string_pretty(&self.body).unwrap_or_default();
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}
