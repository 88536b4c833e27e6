//! Companies: who works there, and what their service user may do.

use super::Answer;
use crate::hibob::Hibob;
use crate::hibob::company::{
    CalendarEvent, Company, Employee, Grant, Host, Policy, Switches, is_same_address,
};
use crate::sim::Sim;
use crate::sim_api::refused::{Refused, read};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

/// The digits of an employee's id.
const ID_DIGITS: usize = 19;

/// A company to be made or changed: what is not given stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCompany {
    pub(crate) service_user: String,
    pub(crate) token: Option<String>,
    pub(crate) host: Option<Host>,
    pub(crate) people: Option<Vec<NewEmployee>>,
    pub(crate) grants: Option<Vec<Grant>>,
    pub(crate) switches: Option<Switches>,
    pub(crate) policies: Option<Vec<Policy>>,
    pub(crate) calendar: Option<Vec<CalendarEvent>>,
}

/// Somebody who works there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEmployee {
    pub(crate) id: Option<String>,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) site: Option<String>,
    #[serde(default = "yes")]
    pub(crate) active: bool,
    #[serde(default = "yes")]
    pub(crate) visible: bool,
}

const fn yes() -> bool {
    true
}

pub(crate) async fn put(State(sim): State<Sim>, body: Bytes) -> Answer {
    let wanted: NewCompany = read(&body)?;
    sim.change(|world, _| make(&mut world.hibob, wanted)).map(Json)
}

/// Makes a company, or changes it, and returns its number and its people's.
pub(crate) fn make(hibob: &mut Hibob, wanted: NewCompany) -> Result<Value, Refused> {
    let known = hibob.find(&wanted.service_user).cloned();
    let is_new = known.is_none();
    let mut company = match (known, &wanted.token) {
        (Some(known), _) => known,
        (None, Some(token)) => hibob.new_company(&wanted.service_user, token),
        (None, None) => return Err(Refused::unfit("A new service user needs a token.")),
    };
    if wanted.service_user.is_empty() || wanted.service_user.contains(':') {
        return Err(Refused::unfit("A service user has an id, without a colon."));
    }
    if let Some(people) = wanted.people {
        company.people = employ(hibob, &company, people)?;
    }
    company.token = wanted.token.unwrap_or(company.token);
    company.host = wanted.host.unwrap_or(company.host);
    company.switches = wanted.switches.unwrap_or(company.switches);
    company.policies = wanted.policies.unwrap_or(company.policies);
    company.calendar = wanted.calendar.unwrap_or(company.calendar);
    if let Some(grants) = wanted.grants {
        company.grants = grants.into_iter().collect();
    }
    let people: Vec<Value> =
        company.people.iter().map(|one| json!({"id": one.id, "name": one.name})).collect();
    let answer = json!({"company_id": company.number, "people": people});
    if is_new {
        hibob.companies.push(company);
    } else if let Some(held) = hibob.find_mut(&company.service_user.clone()) {
        *held = company;
    }
    Ok(answer)
}

fn employ(
    hibob: &mut Hibob,
    company: &Company,
    people: Vec<NewEmployee>,
) -> Result<Vec<Employee>, Refused> {
    let mut employed: Vec<Employee> = Vec::new();
    for person in people {
        let known = company.people.iter().find(|one| is_same_address(&one.email, &person.email));
        let id = match (person.id, known) {
            (Some(id), _) => id,
            (None, Some(known)) => known.id.clone(),
            (None, None) => hibob.next_person(),
        };
        if id.len() != ID_DIGITS || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refused::unfit(format!("{id:?} is no id of {ID_DIGITS} digits.")));
        }
        let is_twice = |one: &Employee| one.id == id || is_same_address(&one.email, &person.email);
        if employed.iter().any(is_twice) {
            return Err(Refused::unfit(format!("{} is there twice.", person.name)));
        }
        employed.push(Employee {
            id,
            email: person.email,
            name: person.name,
            site: person.site,
            active: person.active,
            visible: person.visible,
        });
    }
    Ok(employed)
}
