//! HiBob in a story: a company, its people's time off, and what it was asked.

use crate::Play;
use serde_json::{Value, json};

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
        self.post("sim/hibob/poke", poke).await["status"].as_u64()
    }

    /// Returns the calls of one of HiBob's methods, such as `whosout` or `people/search`; of whom they asked, only how many.
    pub async fn hibob_calls(&self, method: &str) -> Vec<Value> {
        let calls = self.calls(method).await;
        calls.into_iter().filter(|call| call["service"] == "hibob").collect()
    }
}
