//! Who was asked what: the simulator's journal keeps the last calls only, so it is read on and on and counted here.

use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;

/// How many calls the simulator keeps.
const KEPT: usize = 2000;

/// The calls of one workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    /// HiBob's `people/search`.
    pub(crate) search: usize,
    /// HiBob's `timeoff/whosout`.
    pub(crate) whosout: usize,
    /// Slack's `users.info`, by person.
    pub(crate) info: BTreeMap<String, usize>,
    /// Slack's `users.list`.
    pub(crate) list: usize,
    /// Everything else.
    pub(crate) others: usize,
}

/// What was counted so far.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    seen: u64,
    /// By the team, and for HiBob by the service user.
    calls: BTreeMap<String, Calls>,
}

impl Calls {
    /// Returns the calls to HiBob.
    pub(crate) const fn to_hibob(&self) -> usize {
        self.search + self.whosout
    }

    /// Returns the calls of `users.info`.
    pub(crate) fn asked(&self) -> usize {
        self.info.values().sum()
    }
}

impl Journal {
    /// Forgets what was counted.
    pub(crate) fn clear(&mut self) {
        self.calls.clear();
    }

    /// Returns the calls of a workspace and its service user.
    pub(crate) fn of(&self, team: &str, service_user: &str) -> Calls {
        let calls = |name: &str| self.calls.get(name).cloned().unwrap_or_default();
        let (slack, hibob) = (calls(team), calls(service_user));
        Calls { search: hibob.search, whosout: hibob.whosout, ..slack }
    }

    /// Returns how many calls there were.
    pub(crate) fn count(&self) -> usize {
        let all = self.calls.values();
        all.map(|calls| calls.to_hibob() + calls.asked() + calls.list + calls.others).sum()
    }

    /// Counts what was called since the last look.
    pub(crate) async fn look(&mut self, http: &reqwest::Client, simulator: &Url) {
        let path = format!("sim/calls?since_id={}", self.seen);
        let url = simulator.join(&path).expect("a path of the simulator");
        let answer = http.get(url).send().await.expect("the simulator answers");
        let answer = answer.text().await.expect("the simulator's whole answer");
        let mut answer: Value = serde_json::from_str(&answer).expect("the simulator answers JSON");
        let Value::Array(calls) = answer["calls"].take() else { panic!("calls: {answer}") };
        assert!(calls.len() < KEPT, "calls may be gone before they were counted");
        for call in calls {
            self.seen = call["id"].as_u64().expect("a call has a number");
            self.note(&call);
        }
    }

    fn note(&mut self, call: &Value) {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (team, service_user) = (word(&call["team"]), word(&call["arguments"]["service_user"]));
        let name = if call["service"] == "hibob" { service_user } else { team };
        let calls = self.calls.entry(name).or_default();
        match call["method"].as_str().unwrap_or_default() {
            "people/search" => calls.search += 1,
            "whosout" => calls.whosout += 1,
            "users.list" => calls.list += 1,
            "users.info" => {
                *calls.info.entry(word(&call["arguments"]["user"])).or_default() += 1;
            }
            _ => calls.others += 1,
        }
    }
}
