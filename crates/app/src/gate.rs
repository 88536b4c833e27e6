//! The gate before every request: whether it may go on, by who makes it and how far it reaches.
//!
//! Each use case decides again by its own act; the gate is there so that none can be forgotten. No call to Slack is made:
//! where who asks must be known and is not, or must be known for certain, the request waits until Slack was asked.

use crate::facts::Facts;
use crate::people::People;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::permission::{Act, Actor, ActorStanding, may};
use domain::reach::Reach;
use domain::refusal::Refusal;
use std::sync::Arc;
use store::Store;

/// What becomes of a request at the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It goes on.
    Go,
    /// It goes on once Slack was asked about the person.
    CheckFirst,
    /// It does not go on.
    Refused(Refusal),
}

/// Who stands at the gate, beside what is stored of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comer {
    /// Somebody of whom the request says nothing else.
    Own,
    /// The request says that they belong to another workspace.
    Foreign,
    /// Slack is asked about them since this instant.
    CheckedSince(DateTime<Utc>),
}

/// Decides whether a request goes on.
///
/// Somebody never looked up may open forms and change what is their own; what they change for others waits.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn admit(
    store: &Store,
    facts: &Facts,
    request: &Request,
    (reach, comer): (Reach, Comer),
) -> Result<Admission, AppError> {
    if !facts.is_installed() {
        return Ok(Admission::Refused(Refusal::NotInstalled));
    }
    if reach == Reach::Look {
        return Ok(Admission::Go);
    }
    let user = &request.actor;
    let people = match comer {
        Comer::Foreign => Arc::default(),
        _ if facts.has_sought(user) => Arc::clone(facts.people()),
        _ => {
            let mut tx = store.read(request.workspace).await?;
            Arc::new(People::load(&mut tx, std::slice::from_ref(user)).await?)
        }
    };
    let mut actor = people.actor(user);
    match comer {
        Comer::Foreign => {
            actor = Actor { standing: ActorStanding::Foreign, is_admin: false, ..actor };
        }
        Comer::CheckedSince(at) if !people.is_seen_since(user, at) => {
            return Ok(Admission::Refused(Refusal::GuestsLook));
        }
        Comer::Own if reach == Reach::Open && !people.is_known(user) => return Ok(Admission::Go),
        // Whoever speaks is there: what is stored of somebody deactivated is older than their return.
        Comer::Own if actor.standing == ActorStanding::Deactivated => {
            let opens = reach == Reach::Open;
            return Ok(if opens { Admission::Go } else { Admission::CheckFirst });
        }
        Comer::CheckedSince(_) | Comer::Own => {}
    }
    if let Err(refusal) = may(&actor, Act::Change) {
        return Ok(Admission::Refused(refusal));
    }
    let waits = match (comer, reach) {
        (Comer::CheckedSince(_), _) => false,
        (_, Reach::Danger) => true,
        (_, Reach::Change) => !people.is_known(user),
        _ => false,
    };
    Ok(if waits { Admission::CheckFirst } else { Admission::Go })
}
