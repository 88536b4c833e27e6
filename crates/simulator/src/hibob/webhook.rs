//! What HiBob tells a webhook, and how it signs that.

use super::company::Company;
use super::time_off::TimeOff;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha512;

/// The events that there are, after `timeoff.request.`.
pub(crate) const EVENTS: [&str; 7] =
    ["requested", "approved", "declined", "cancelled", "deleted", "updated", "imported"];

/// Which of HiBob's two shapes a body has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Version {
    V1,
    #[default]
    V2,
}

/// What a ping says when a webhook is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ping {
    Text,
    Json,
}

impl Ping {
    pub(crate) const fn body(self) -> &'static str {
        match self {
            Self::Text => "Ping test",
            Self::Json => "{\"text\":\"Ping test\"}",
        }
    }
}

/// Returns `Bob-Signature` of a body: Base64 of HMAC-SHA512 over its very bytes.
pub(crate) fn sign(secret: &str, body: &str) -> String {
    let mut mac =
        Hmac::<Sha512>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

/// Returns the body of an event, such as `timeoff.request.approved`.
pub(crate) fn body(
    company: &Company,
    event: &str,
    request: &TimeOff,
    triggered_at: &str,
    version: Version,
) -> String {
    let (number, employee) = (request.id, &request.employee);
    let root = company.host.root();
    let get_api = format!("{root}/timeoff/employees/{employee}/requests/{number}");
    if version == Version::V1 {
        return json!({
            "timeoffRequestId": number,
            "employeeId": employee,
            "event": event,
            "getApi": get_api,
        })
        .to_string();
    }
    let mut data = json!({"timeoffRequestId": number, "employeeId": employee, "getApi": get_api});
    if let Some((original, previous)) = request.came_from {
        data["originalRequestId"] = json!(original);
        data["previousRequestId"] = json!(previous);
    }
    json!({
        "companyId": company.number,
        "type": event,
        "triggeredBy": "system",
        "triggeredAt": triggered_at,
        "version": "v2",
        "data": data,
    })
    .to_string()
}
