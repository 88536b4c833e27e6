//! What an answer means, and whether the same call may help.

use super::StripeFault;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use zeroize::Zeroizing;

/// The longest code that is kept of an error.
const LONGEST_CODE: usize = 64;

/// An answer as it came.
pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Zeroizing<Vec<u8>>,
}

/// The part of an error that is read: its message may name people.
#[derive(Default, Deserialize)]
struct Told {
    error: Error,
}

#[derive(Default, Deserialize)]
struct Error {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    param: Option<String>,
}

impl Answered {
    /// Returns the body of a yes, else what is wrong and whether the same call may help.
    ///
    /// `Stripe-Should-Retry` decides where it is there; else what is not settled may be asked again: 409, 424, 429 and
    /// whatever is wrong with Stripe itself.
    pub(super) fn sort(self) -> Result<Zeroizing<Vec<u8>>, (StripeFault, bool)> {
        let status = self.status.as_u16();
        if self.status.is_success() {
            return Ok(self.body);
        }
        let Told { error } = serde_json::from_slice(&self.body).unwrap_or_default();
        let said = self.headers.get("stripe-should-retry").map(|value| value.as_bytes().to_owned());
        let helps = match said.as_deref() {
            Some(b"true") => true,
            Some(b"false") => false,
            _ => matches!(status, 409 | 424 | 429 | 500..),
        };
        let code = error.code.as_deref().unwrap_or_default();
        let fault = match status {
            401 => StripeFault::Unauthorized,
            403 => StripeFault::Forbidden,
            404 => StripeFault::Missing,
            _ if code == "resource_missing" => StripeFault::Missing,
            _ if error.kind == "idempotency_error" => StripeFault::KeyUsed,
            429 => StripeFault::Limited,
            409 | 424 | 500.. => StripeFault::Unreachable,
            _ => StripeFault::Refused {
                kind: kept(&error.kind),
                code: kept(code),
                parameter: kept(error.param.as_deref().unwrap_or_default()),
            },
        };
        Err((fault, helps))
    }
}

/// Returns a code as it may stand in a log: short, and of nothing but what codes are made of.
fn kept(code: &str) -> String {
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || "_-[].".contains(*letter);
    code.chars().take(LONGEST_CODE).filter(is_plain).collect()
}
