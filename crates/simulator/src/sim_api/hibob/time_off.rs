//! Requests for time off: made, changed, moved and deleted.

use super::{Answer, company_of};
use crate::hibob::Hibob;
use crate::hibob::time_off::TimeOff;
use crate::sim::Sim;
use crate::sim_api::refused::{Refused, read};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A request to be made or changed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NewTimeOff {
    #[serde(rename = "service_user")]
    pub(crate) service_user: String,
    /// Whose it is: by address, or by id as `employee`.
    pub(crate) email: Option<String>,
    pub(crate) employee: Option<String>,
    /// The request that is changed, and stays the same one.
    pub(crate) request_id: Option<u64>,
    /// The request in whose place this one comes, as where dates are changed.
    pub(crate) replaces: Option<u64>,
    pub(crate) request: Map<String, Value>,
    /// Takes the fields as they are, whatever HiBob would say.
    #[serde(default)]
    pub(crate) odd: bool,
}

pub(crate) async fn put(State(sim): State<Sim>, body: Bytes) -> Answer {
    let wanted: NewTimeOff = read(&body)?;
    let id = sim.change(|world, _| make(&mut world.hibob, wanted))?;
    Ok(Json(json!({"requestId": id})))
}

/// Makes a request, or changes one, and returns its number.
pub(crate) fn make(hibob: &mut Hibob, wanted: NewTimeOff) -> Result<u64, Refused> {
    let company = company_of(hibob, &wanted.service_user)?;
    let unfit = |fault: String| Refused::unfit(format!("The request {fault}."));
    if let Some(id) = wanted.request_id {
        let held = find(&company.requests, id)?;
        let mut fields = held.fields.clone();
        let custom = held.custom_name.clone().map(Value::String);
        fields.extend(custom.map(|name| ("policyTypeCustomName".to_owned(), name)));
        fields.extend(wanted.request);
        let changed = TimeOff::new(fields, wanted.odd).map_err(unfit)?;
        let changed = TimeOff {
            id,
            employee: held.employee.clone(),
            came_from: held.came_from,
            is_work: changed.is_work.or(held.is_work),
            ..changed
        };
        change(hibob, &wanted.service_user, id, |held| *held = changed);
        return Ok(id);
    }
    let came_from = match wanted.replaces {
        Some(previous) => {
            let held = find(&company.requests, previous)?;
            let original = held.came_from.map_or(previous, |(original, _)| original);
            Some((original, previous, held.employee.clone()))
        }
        None => None,
    };
    let named = wanted.employee.as_deref().or(wanted.email.as_deref());
    let employee = match (named, &came_from) {
        (Some(word), _) => {
            let missing = || Refused::not_found("Nobody with that id or address works there.");
            company.person(word).ok_or_else(missing)?.id.clone()
        }
        (None, Some((_, _, employee))) => employee.clone(),
        (None, None) => return Err(Refused::unfit("Say whose it is: \"email\" or \"employee\".")),
    };
    let request = TimeOff::new(wanted.request, wanted.odd).map_err(unfit)?;
    let origin = came_from.map(|(original, previous, _)| (original, previous));
    if let Some((_, previous)) = origin {
        change(hibob, &wanted.service_user, previous, |held| held.is_gone = true);
    }
    let request = TimeOff { employee, came_from: origin, ..request };
    let added = hibob.add_request(&wanted.service_user, request);
    added.ok_or_else(|| Refused::not_found("There is no such service user."))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Gone {
    #[serde(rename = "service_user")]
    service_user: String,
    request_id: u64,
}

pub(crate) async fn delete(State(sim): State<Sim>, body: Bytes) -> Answer {
    let gone: Gone = read(&body)?;
    sim.change(|world, _| {
        let company = company_of(&world.hibob, &gone.service_user)?;
        find(&company.requests, gone.request_id)?;
        change(&mut world.hibob, &gone.service_user, gone.request_id, |held| held.is_gone = true);
        Ok(Json(json!({})))
    })
}

/// Finds a request that was not deleted.
fn find(requests: &[TimeOff], id: u64) -> Result<&TimeOff, Refused> {
    let found = requests.iter().find(|request| request.id == id && !request.is_gone);
    found.ok_or_else(|| Refused::not_found(format!("There is no request {id}.")))
}

fn change(hibob: &mut Hibob, service_user: &str, id: u64, change: impl FnOnce(&mut TimeOff)) {
    let company = hibob.find_mut(service_user);
    let held = company.and_then(|one| one.requests.iter_mut().find(|request| request.id == id));
    held.map(change);
}
