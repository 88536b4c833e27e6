//! A call of HiBob as it came, and what of it may be kept.

use super::firewall::Suspect;
use super::reply::Reply;
use super::{Hibob, endpoint_of, people};
use axum::body::Bytes;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The parameters of a call, the first where one came twice.
pub(super) type Query = BTreeMap<String, String>;

/// The parameters whose values may be kept.
const KEPT_PARAMETERS: [&str; 8] = [
    "from",
    "to",
    "today",
    "siteId",
    "includeHourly",
    "includePrivate",
    "includePending",
    "includeWorkingRequests",
];

/// A call as it came.
pub(super) struct Incoming {
    pub(super) endpoint: String,
    pub(super) method: Method,
    pub(super) query: Query,
    pub(super) authorization: Option<Vec<u8>>,
    is_json: bool,
    body: Bytes,
    pub(super) suspects: Vec<Suspect>,
}

impl Incoming {
    pub(super) fn new(
        path: &str,
        method: Method,
        query: &str,
        headers: &HeaderMap,
        body: Bytes,
        peer: IpAddr,
    ) -> Self {
        let mut read = Query::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            read.entry(name.into_owned()).or_insert(value.into_owned());
        }
        let authorization =
            headers.get(header::AUTHORIZATION).map(|value| value.as_bytes().to_vec());
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let mut suspects = vec![Suspect::Address(peer)];
        suspects.extend(authorization.as_deref().map(Suspect::of_header));
        Self {
            endpoint: endpoint_of(path).to_owned(),
            method,
            query: read,
            authorization,
            is_json: kind
                .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json")),
            body,
            suspects,
        }
    }

    /// Returns the endpoint's name for the journal; a path that names somebody is no name.
    pub(super) fn shown_endpoint(&self) -> &str {
        if self.endpoint.contains('@') { "unknown" } else { &self.endpoint }
    }

    /// Returns service user and token, whether or not there are such.
    pub(super) fn credentials(&self) -> Option<(String, String)> {
        let value = std::str::from_utf8(self.authorization.as_deref()?).ok()?;
        let (scheme, coded) = value.split_once(' ')?;
        let bytes = BASE64_STANDARD.decode(coded.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (user, token) = text.split_once(':')?;
        scheme.eq_ignore_ascii_case("basic").then(|| (user.to_owned(), token.to_owned()))
    }

    pub(super) fn json(&self) -> Result<Value, Reply> {
        if !self.is_json {
            let (status, why) =
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is not said to be JSON");
            let error = "Unsupported media type";
            return Err(Reply::error(status, "unsupported.media.type", error, why));
        }
        serde_json::from_slice(&self.body)
            .map_err(|_| Reply::bad_request("the body cannot be read as JSON"))
    }

    /// Returns what may be kept of the call: neither who was looked for nor what is secret.
    pub(super) fn arguments(&self, hibob: &Hibob) -> Value {
        let mut kept = Map::new();
        for (name, value) in &self.query {
            let is_kept = KEPT_PARAMETERS.contains(&name.as_str());
            kept.insert(name.clone(), if is_kept { json!(value) } else { json!("***") });
        }
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        if self.endpoint == "calendars/events/search" {
            kept.insert("filters".into(), body["filters"].clone());
        } else if let Value::Object(body) = people::without_values(&body) {
            kept.extend(body);
        }
        let user = self.credentials().map(|(user, _)| user);
        // What is no service user may be anything, a password among it.
        if let Some(user) = user.filter(|user| hibob.find(user).is_some()) {
            kept.insert("service_user".into(), json!(user));
        }
        Value::Object(kept)
    }
}
