//! A company in HiBob, as one service user of it is let in.

use super::time_off::TimeOff;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a service user may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Grant {
    /// See who's out.
    Whosout,
    /// See who's out because of a private policy or policies with a custom name.
    Private,
    /// Create, edit and cancel people's requests, which pending ones need.
    Pending,
    /// View the category that holds the e-mail address.
    Email,
    /// Manage the company's time off settings, which the names of policy types need.
    Settings,
    /// Manage the company's calendar.
    Calendars,
}

/// All that can be granted.
pub(crate) const ALL_GRANTS: [Grant; 6] = [
    Grant::Whosout,
    Grant::Private,
    Grant::Pending,
    Grant::Email,
    Grant::Settings,
    Grant::Calendars,
];

/// Which of HiBob's two systems the service user is from. Both are served at the same address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Host {
    #[default]
    Production,
    Sandbox,
}

impl Host {
    /// Returns the root that HiBob's own addresses begin with.
    pub(crate) const fn root(self) -> &'static str {
        match self {
            Self::Production => "https://api.hibob.com/v1",
            Self::Sandbox => "https://api.sandbox.hibob.com/v1",
        }
    }
}

/// How HiBob behaves where nobody outside has verified it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Switches {
    /// `includePrivate=true` without the grant.
    pub(crate) private: Ungranted,
    /// `includePending=true` without the grant.
    pub(crate) pending: Ungranted,
    /// Who's out without the grant to see it.
    pub(crate) whosout: Unseen,
    /// People by an address that the service user may not see.
    pub(crate) email: Hidden,
    /// The body of a 401.
    pub(crate) unauthorized: Unauthorized,
}

/// What a flag comes to that needs a grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ungranted {
    /// Those requests are left out without a word.
    #[default]
    #[serde(rename = "absent")]
    Absent,
    /// The whole call is refused.
    #[serde(rename = "403")]
    Refused,
}

/// What who's out comes to without the grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Unseen {
    #[default]
    #[serde(rename = "403")]
    Refused,
    /// 200, and nobody is out.
    #[serde(rename = "empty")]
    Empty,
}

/// What a search by an address that may not be seen comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hidden {
    /// It finds the people, and leaves their addresses out.
    #[default]
    Dropped,
    /// It finds nobody.
    Nobody,
}

/// The body of a 401.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unauthorized {
    #[default]
    Json,
    Text,
    Empty,
}

/// Somebody who works there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Employee {
    /// 19 digits: more than a double holds.
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) site: Option<String>,
    /// Whether the person still works there.
    pub(crate) active: bool,
    /// Whether the service user's access reaches to this person.
    pub(crate) visible: bool,
}

/// A kind of leave or of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) activity: Activity,
}

/// Whether somebody works meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Activity {
    #[default]
    TimeOff,
    /// Work from elsewhere, or on business.
    WorkTime,
}

/// A day, or some, on which a site is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CalendarEvent {
    pub(crate) name: String,
    pub(crate) start_date: NaiveDate,
    pub(crate) end_date: Option<NaiveDate>,
    pub(crate) site_id: Option<String>,
    pub(crate) calendar_id: Option<String>,
}

/// What a service user is let into.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    pub(crate) service_user: String,
    pub(crate) token: String,
    /// Its number, as webhooks name it.
    pub(crate) number: u64,
    pub(crate) host: Host,
    pub(crate) grants: BTreeSet<Grant>,
    pub(crate) switches: Switches,
    pub(crate) people: Vec<Employee>,
    pub(crate) policies: Vec<Policy>,
    pub(crate) calendar: Vec<CalendarEvent>,
    pub(crate) requests: Vec<TimeOff>,
}

impl Company {
    pub(crate) fn new(service_user: &str, token: &str, number: u64) -> Self {
        let policy = |name: &str, activity| Policy { name: name.into(), activity };
        Self {
            service_user: service_user.into(),
            token: token.into(),
            number,
            host: Host::default(),
            grants: ALL_GRANTS.into(),
            switches: Switches::default(),
            people: Vec::new(),
            policies: vec![
                policy("Holiday", Activity::TimeOff),
                policy("Sick", Activity::TimeOff),
                policy("Working from home", Activity::WorkTime),
                policy("Business travel", Activity::WorkTime),
            ],
            calendar: Vec::new(),
            requests: Vec::new(),
        }
    }

    pub(crate) fn may(&self, grant: Grant) -> bool {
        self.grants.contains(&grant)
    }

    /// Finds a person by id, or by address however it is written.
    pub(crate) fn person(&self, word: &str) -> Option<&Employee> {
        self.people.iter().find(|one| one.id == word || is_same_address(&one.email, word))
    }

    /// Returns whether people work under a policy of this name.
    pub(crate) fn is_work(&self, policy: &str) -> bool {
        let named = self.policies.iter().find(|one| one.name == policy);
        named.is_some_and(|one| one.activity == Activity::WorkTime)
    }
}

/// Returns whether two addresses are one, as HiBob compares them.
pub(crate) fn is_same_address(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
