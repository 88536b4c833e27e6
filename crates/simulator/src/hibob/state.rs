//! All companies, and what HiBob keeps about those who call.

use super::company::Company;
use super::firewall::Firewall;
use super::rates::Rates;
use super::raw::RawAnswers;
use super::time_off::TimeOff;

/// The first company's number; the next has one more.
const FIRST_COMPANY: u64 = 637_323;

/// What all people's numbers begin with.
const FIRST_PERSON: u64 = 3_332_883_884_017_713_000;

/// The first request's number.
const FIRST_REQUEST: u64 = 32_832_801;

/// All that the simulated HiBob knows.
#[derive(Debug, Default)]
pub(crate) struct Hibob {
    pub(crate) companies: Vec<Company>,
    pub(crate) firewall: Firewall,
    pub(crate) rates: Rates,
    pub(crate) raw: RawAnswers,
    people: u64,
    requests: u64,
}

impl Hibob {
    pub(crate) fn find(&self, service_user: &str) -> Option<&Company> {
        self.companies.iter().find(|company| company.service_user == service_user)
    }

    pub(crate) fn find_mut(&mut self, service_user: &str) -> Option<&mut Company> {
        self.companies.iter_mut().find(|company| company.service_user == service_user)
    }

    /// Makes a company without people, whose service user may do everything.
    pub(crate) fn new_company(&self, service_user: &str, token: &str) -> Company {
        let number = FIRST_COMPANY + u64::try_from(self.companies.len()).unwrap_or_default();
        Company::new(service_user, token, number)
    }

    /// Returns an id for a person, of 19 digits, never the same twice.
    pub(crate) fn next_person(&mut self) -> String {
        self.people += 1;
        (FIRST_PERSON + self.people).to_string()
    }

    /// Adds a request to a company and returns its number.
    pub(crate) fn add_request(&mut self, service_user: &str, request: TimeOff) -> Option<u64> {
        let id = FIRST_REQUEST + self.requests;
        self.find_mut(service_user)?.requests.push(TimeOff { id, ..request });
        self.requests += 1;
        Some(id)
    }
}
