//! HiBob in a story: a company, its people's time off, and what it was asked.

use crate::Play;
use chrono::{DateTime, Utc};
use domain::ids::{TeamId, UserId, WorkspaceId};
use domain::source::SourceCode;
use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{AbsenceSourceRecord, SourceStatus, Store};

impl Play {
    /// Makes a company in HiBob, or changes it: `{"service_user", "token", "people", "grants", "switches", ..}`. What is not
    /// given again stays as it is.
    pub async fn has_hibob(&self, company: &Value) {
        self.post("sim/hibob/company", company).await;
    }

    /// Lets HiBob know of somebody's time off, in the fields of who's out, and returns its number.
    ///
    /// # Panics
    ///
    /// When HiBob would not have it.
    pub async fn takes_time_off(&self, service_user: &str, email: &str, request: &Value) -> u64 {
        let wanted = json!({"service_user": service_user, "email": email, "request": request});
        let made = self.post("sim/hibob/time_off", &wanted).await;
        made["requestId"].as_u64().unwrap_or_else(|| panic!("the request has a number: {made}"))
    }

    /// Changes a request in its place (`requestId`) or moves it (`replaces`), and returns its number.
    ///
    /// # Panics
    ///
    /// When HiBob would not have it.
    pub async fn changes_time_off(&self, change: &Value) -> u64 {
        let made = self.post("sim/hibob/time_off", change).await;
        made["requestId"].as_u64().unwrap_or_else(|| panic!("the request has a number: {made}"))
    }

    /// Deletes a request.
    pub async fn cancels_time_off(&self, service_user: &str, request: u64) {
        let gone = json!({"service_user": service_user, "requestId": request});
        self.delete("sim/hibob/time_off", &gone).await;
    }

    /// Puts in what HiBob answers next: `{"service_user", "path", "status", "headers", "body" | "raw_body", "times"}`.
    pub async fn hibob_answers(&self, raw: &Value) {
        self.post("sim/hibob/raw", raw).await;
    }

    /// Sends a webhook, `{"service_user", "url", "secret", "type", "requestId"}` or with `ping` or `raw_body`, and returns the
    /// status that it was answered with.
    pub async fn hibob_pokes(&self, poke: &Value) -> Option<u64> {
        self.hibob_poked(poke).await["status"].as_u64()
    }

    /// Sends a webhook and returns what was sent: `{"status", "body", "signature"}`.
    pub async fn hibob_poked(&self, poke: &Value) -> Value {
        self.post("sim/hibob/poke", poke).await
    }

    /// Returns the calls of one of HiBob's methods, such as `whosout` or `people/search`; of whom they asked, only how many.
    pub async fn hibob_calls(&self, method: &str) -> Vec<Value> {
        let calls = self.calls(method).await;
        calls.into_iter().filter(|call| call["service"] == "hibob").collect()
    }
}

/// The service user of the stories.
pub const SERVICE_USER: &str = "SERVICE-1";

/// What opens HiBob in the stories.
pub const SERVICE_TOKEN: &str = "the-token-of-the-service-user";

impl Play {
    /// Makes a company with the people of the story, whose ids nobody may keep, and returns these.
    pub async fn has_company(&self) -> Vec<String> {
        let people: Vec<Value> = ["ana", "ben", "cho", "dee", "eli"]
            .iter()
            .enumerate()
            .map(|(number, name)| {
                json!({"id": format!("33328838840177132{number:02}"), "name": name,
                       "email": format!("{}@Harbour.example", name.to_uppercase())})
            })
            .collect();
        let company =
            json!({"service_user": SERVICE_USER, "token": SERVICE_TOKEN, "people": people});
        self.has_hibob(&company).await;
        people.iter().map(|person| person["id"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Lets HiBob know that somebody takes whole days off, both included, and returns the number of that.
    pub async fn is_off(&self, who: &str, first: &str, last: &str) -> u64 {
        let request = json!({"type": "days", "policyType": "Holiday", "status": "Approved", "visibility": "Public",
            "startDate": first, "startPortion": "all_day", "endDate": last, "endPortion": "all_day"});
        self.takes_time_off(SERVICE_USER, &format!("{who}@harbour.example"), &request).await
    }
}

impl Play {
    /// Connects a workspace to HiBob past Slack, with a first sync that is due at once, and waits until that is over.
    ///
    /// # Panics
    ///
    /// When the database does not take it.
    pub async fn is_connected(&self) {
        self.connects(self.team(), SERVICE_USER, None).await;
        self.stage().clock().settle().await;
        self.waits("1s").await;
    }

    /// Connects the workspace of a team as a service user; `hook` is the address's last part, and what HiBob signs with.
    ///
    /// # Panics
    ///
    /// When the database does not take it.
    pub async fn connects(&self, team: &str, service_user: &str, hook: Option<(&str, &str)>) {
        let now = self.stage().clock().now();
        let store = self.database().open().await;
        connect_hibob(&store, (team, "U0ANA"), (service_user, hook), (now, now)).await;
        store.close().await;
        // Whoever changes something wakes the workers.
        self.types("eli", "/rotation ooo add 2027-01-01").await;
        self.types("eli", "/rotation ooo remove 2027-01-01").await;
    }
}

/// Connects the workspace of a team to HiBob past Slack, by one of its people, `now` and with a first sync `then`.
///
/// The bot looks at it with the next write.
///
/// # Panics
///
/// When the database does not take it.
pub async fn connect_hibob(
    store: &Store,
    (team, by): (&str, &str),
    (service_user, hook): (&str, Option<(&str, &str)>),
    (now, then): (DateTime<Utc>, DateTime<Utc>),
) {
    let opens = json!({"host": "production",
        "values": {"service_user": service_user, "token": SERVICE_TOKEN},
        "hook": hook.map(|(token, secret)| json!({"token": token, "secret": secret}))});
    let record = AbsenceSourceRecord {
        source: SourceCode::new("hibob").expect("a code"),
        name: String::from("HiBob"),
        webhook_hash: hook.map(|(token, _)| Sha256::digest(token.as_bytes()).to_vec()),
        connected_by: UserId::new(by),
        connected_at: now,
        status: SourceStatus::default(),
        next_at: Some(then),
    };
    let workspace = WorkspaceId::of_team(&TeamId::new(team));
    let mut tx = store.write(workspace).await.expect("a transaction");
    let opens = SecretString::from(opens.to_string());
    tx.upsert_source(&record, &opens).await.expect("it is stored");
    tx.commit().await.expect("it is saved");
}
