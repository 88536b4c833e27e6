//! What HiBob answers, and why, for the log.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Text,
    /// Why it is a refusal, for the log.
    pub(crate) reason: Option<String>,
}

/// A body.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    Json(Value),
    /// HTML where it begins like HTML, else plain text.
    Plain(String),
}

impl Reply {
    pub(crate) fn new(status: StatusCode, body: Text) -> Self {
        Self { status, headers: Vec::new(), body, reason: None }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, Text::Json(body))
    }

    /// Returns a refusal in HiBob's shape.
    pub(crate) fn error(
        status: StatusCode,
        key: &str,
        error: &str,
        reason: impl Into<String>,
    ) -> Self {
        let body = Text::Json(json!({"key": key, "error": error}));
        Self { reason: Some(reason.into()), ..Self::new(status, body) }
    }

    pub(crate) fn bad_request(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::error(StatusCode::BAD_REQUEST, "bad.request", &reason, reason.as_str())
    }

    pub(crate) fn forbidden(reason: impl Into<String>) -> Self {
        Self::error(StatusCode::FORBIDDEN, "forbidden", "Access denied", reason)
    }

    pub(crate) fn too_many(reason: impl Into<String>) -> Self {
        let key = "too.many.requests";
        Self::error(StatusCode::TOO_MANY_REQUESTS, key, "Too many requests", reason)
    }

    /// Returns what the firewall says instead of HiBob.
    pub(crate) fn shut_out(reason: String) -> Self {
        let body = "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>";
        let body = Text::Plain(body.into());
        Self { reason: Some(reason), ..Self::new(StatusCode::FORBIDDEN, body) }
    }

    pub(crate) fn key(&self) -> Option<&str> {
        match &self.body {
            Text::Json(body) => body["key"].as_str(),
            Text::Plain(_) => None,
        }
    }

    pub(crate) fn into_response(self) -> Response {
        let (body, kind) = match self.body {
            Text::Json(body) => (body.to_string(), "application/json"),
            Text::Plain(text) if text.trim_start().starts_with('<') => {
                (text, "text/html; charset=utf-8")
            }
            Text::Plain(text) => (text, "text/plain; charset=utf-8"),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name).ok();
            if let Some((name, value)) = name.zip(HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}
