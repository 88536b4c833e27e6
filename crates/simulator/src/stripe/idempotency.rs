//! Idempotency keys: the same call again gets the same answer, for 24 hours.

use super::reply::{Refusal, Reply};
use super::state::At;
use chrono::TimeDelta;
use http::StatusCode;
use std::collections::{BTreeMap, BTreeSet};

/// For how long an answer is kept.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// The longest key.
const LONGEST: usize = 255;

/// An answer that was given.
#[derive(Clone, Debug)]
struct Given {
    /// The call's address, with what it said.
    call: String,
    reply: Reply,
    request: String,
    until: At,
}

/// The answers that are kept, and the keys of the calls under way.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    given: BTreeMap<String, Given>,
    under_way: BTreeSet<String>,
}

impl Kept {
    /// Marks a key as under way; `false` where it is already.
    pub(crate) fn begin(&mut self, key: &str) -> bool {
        self.under_way.insert(key.to_owned())
    }

    pub(crate) fn end(&mut self, key: &str) {
        self.under_way.remove(key);
    }

    /// Returns the answer that was given to this call.
    pub(crate) fn replay(
        &mut self,
        key: &str,
        call: &str,
        now: At,
    ) -> Result<Option<Reply>, Refusal> {
        if key.chars().count() > LONGEST {
            let message = format!("Idempotency keys must be at most {LONGEST} characters long.");
            return Err(Refusal::invalid(message));
        }
        self.given.retain(|_, given| given.until > now);
        let Some(given) = self.given.get(key) else { return Ok(None) };
        if given.call != call {
            return Err(Refusal::invalid(format!(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
            ))
            .kind("idempotency_error"));
        }
        let reply = given.reply.clone().with("idempotent-replayed", "true");
        Ok(Some(reply.with("original-request", given.request.clone())))
    }

    pub(crate) fn keep(&mut self, key: &str, call: &str, reply: &Reply, request: &str, now: At) {
        let until = now + KEPT_FOR;
        let (call, request) = (call.to_owned(), request.to_owned());
        self.given.insert(key.to_owned(), Given { call, reply: reply.clone(), request, until });
    }

    /// Returns the refusal of a call whose key is under way.
    pub(crate) fn in_use(key: &str) -> Refusal {
        Refusal::invalid(format!(
            "There is currently another in-progress request using this Idempotent Key: {key} (that probably means you submitted twice, and the other request is still going through). Please try again later."
        ))
        .status(StatusCode::CONFLICT)
        .kind("idempotency_error")
        .code("idempotency_key_in_use")
    }
}
