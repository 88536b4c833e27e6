//! `people/search`: who somebody is there, by their address.

use super::employee::{EmployeeId, Word};
use super::{Door, GRANT_PEOPLE};
use crate::source::SourcePerson;
use domain::email::Email;
use domain::ids::UserId;
use domain::source::SourceFault;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How many addresses are asked about at once; HiBob advises 50 to 200.
const BATCH: usize = 200;

/// How many searches a minute one service user has; HiBob allows 50.
const A_MINUTE: usize = 45;

/// An address that nobody has: `invalid` never becomes a domain (RFC 2606).
const NOBODY: &str = "nobody@asyncbot.invalid";

/// The people that HiBob knows, by their employee ids.
pub(super) struct Known<'a> {
    people: BTreeMap<EmployeeId, Vec<&'a SourcePerson>>,
}

impl<'a> Known<'a> {
    /// Asks who of these people is known: one search for every 200 addresses.
    ///
    /// # Errors
    ///
    /// [`SourceFault::Forbidden`] also where people are found and none with id and address: what may not be seen is left
    /// out without a word.
    pub(super) async fn ask(
        door: &Door<'_>,
        people: &'a [SourcePerson],
    ) -> Result<Self, SourceFault> {
        let mut by_address: BTreeMap<&str, Vec<&SourcePerson>> = BTreeMap::new();
        for person in people {
            by_address.entry(person.email.expose()).or_default().push(person);
        }
        let addresses: Vec<&str> = by_address.keys().copied().collect();
        let mut found = Found::default();
        let mut known: BTreeMap<EmployeeId, Vec<&SourcePerson>> = BTreeMap::new();
        for batch in addresses.chunks(BATCH) {
            for employee in search(door, batch).await? {
                let Some((id, email)) = found.note(employee) else { continue };
                let Some(theirs) = by_address.get(email.expose()) else { continue };
                known.entry(id).or_default().extend(theirs);
            }
        }
        found.judge()?;
        Ok(Self { people: known })
    }

    /// Returns how many people are known.
    pub(super) fn matched(&self) -> u32 {
        let users: BTreeSet<&UserId> =
            self.people.values().flatten().map(|person| &person.user).collect();
        u32::try_from(users.len()).unwrap_or(u32::MAX)
    }

    /// Returns who this employee is: nobody, for all but those who were asked about.
    pub(super) fn of(&self, employee: &str) -> &[&'a SourcePerson] {
        self.people.get(employee).map_or(&[], Vec::as_slice)
    }
}

/// Searches for nobody, which shows whether people may be searched for.
///
/// That the answer is empty says nothing: not whether addresses are shown, and not to whose people there is access.
pub(super) async fn check(door: &Door<'_>) -> Result<(), SourceFault> {
    let mut found = Found::default();
    for employee in search(door, &[NOBODY]).await? {
        found.note(employee);
    }
    found.judge()
}

/// How many people came, and how many of them with all that is needed.
#[derive(Default)]
struct Found {
    people: usize,
    shown: usize,
}

impl Found {
    fn note(&mut self, employee: Employee) -> Option<(EmployeeId, Email)> {
        self.people += 1;
        let id = EmployeeId::new(employee.id.0?)?;
        let mut email = employee.email.0?;
        let email = Email::new(std::mem::take(&mut *email))?;
        self.shown += 1;
        Some((id, email))
    }

    fn judge(&self) -> Result<(), SourceFault> {
        if self.people > 0 && self.shown == 0 {
            return Err(SourceFault::Forbidden { grant: GRANT_PEOPLE.to_owned() });
        }
        Ok(())
    }
}

async fn search(door: &Door<'_>, addresses: &[&str]) -> Result<Vec<Employee>, SourceFault> {
    let filter = Filter { field_path: "root.email", operator: "equals", values: addresses };
    let question =
        Question { fields: ["root.id", "root.email"], show_inactive: false, filters: [filter] };
    let question = serde_json::to_vec(&question).map_err(|_| SourceFault::Unreadable)?;
    let budget = Some((door.service_user, A_MINUTE));
    let body = door.ask("people/search", Some(question), GRANT_PEOPLE, budget).await?;
    let answer: Answer = serde_json::from_slice(&body).map_err(|_| SourceFault::Unreadable)?;
    Ok(answer.employees)
}

#[derive(Serialize)]
struct Question<'a> {
    fields: [&'static str; 2],
    #[serde(rename = "showInactive")]
    show_inactive: bool,
    filters: [Filter<'a>; 1],
}

#[derive(Serialize)]
struct Filter<'a> {
    #[serde(rename = "fieldPath")]
    field_path: &'static str,
    operator: &'static str,
    values: &'a [&'a str],
}

#[derive(Deserialize)]
struct Answer {
    employees: Vec<Employee>,
}

/// Somebody, in whichever of its forms HiBob sends them; the forms stand beside each other and say the same.
#[derive(Default)]
struct Employee {
    id: Word,
    email: Word,
}

impl Employee {
    fn fill(&mut self, other: Self) {
        fill(&mut self.id, other.id);
        fill(&mut self.email, other.email);
    }
}

fn fill(word: &mut Word, other: Word) {
    if word.0.as_ref().is_none_or(|text| text.is_empty()) {
        *word = other;
    }
}

impl<'de> Deserialize<'de> for Employee {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EmployeeVisitor)
    }
}

struct EmployeeVisitor;

impl<'de> Visitor<'de> for EmployeeVisitor {
    type Value = Employee;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("somebody")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Employee, A::Error> {
        let mut employee = Employee::default();
        while let Some(name) = fields.next_key::<String>()? {
            // The path of a field has slashes or dots, or is nested.
            let path = name.trim_start_matches('/').replace('/', ".");
            match path.strip_prefix("root.").unwrap_or(&path) {
                "id" => fill(&mut employee.id, fields.next_value()?),
                "email" => fill(&mut employee.email, fields.next_value()?),
                "root" => employee.fill(fields.next_value()?),
                _ => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        Ok(employee)
    }
}
