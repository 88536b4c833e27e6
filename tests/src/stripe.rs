//! Stripe in a story: who pays, what it tells, and what the bot has written down of it.

use crate::Play;
use crate::sight::Seen;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::fmt::Write;
use store::SubscriptionRecord;
use url::form_urlencoded::Serializer;

/// The secret by which the stories' Stripe signs.
const SECRET: &str = "whsec_simulator";

impl Play {
    /// Returns what the bot has written down of the workspace's plan.
    ///
    /// # Panics
    ///
    /// When the database cannot be read, or there is nothing.
    pub async fn subscription(&self) -> SubscriptionRecord {
        let store = self.database().open().await;
        let mut tx = store.read(self.workspace()).await.expect("a look");
        tx.find_subscription().await.expect("a look").expect("the workspace has a plan")
    }

    /// Returns all that Stripe knows.
    pub async fn stripe(&self) -> Value {
        self.get("sim/stripe").await
    }

    /// Returns the newest subscription as Stripe has it.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn stripes_subscription(&self) -> Value {
        let all = self.stripe().await;
        let found = all["subscriptions"].as_array().and_then(|all| all.last().cloned());
        found.expect("Stripe has a subscription")
    }

    /// Does something at Stripe, and lets the bot hear of it.
    pub async fn at_stripe(&self, path: &str, body: &Value) -> Value {
        let done = self.post(&format!("sim/stripe/{path}"), body).await;
        self.waits("10s").await;
        done
    }

    /// Does something at Stripe of which the bot need not hear.
    pub async fn does_at_stripe(&self, path: &str, body: &Value) -> Value {
        self.post(&format!("sim/stripe/{path}"), body).await
    }

    /// Presses a button of billing in the window for admins, and returns what the person is told directly.
    ///
    /// # Panics
    ///
    /// When they are told nothing.
    pub async fn presses_billing(&self, who: &str, action: &str) -> Seen {
        let admin = self.opens(who, "/rotation admin").await;
        let told = self.dms(who).await.len();
        self.clicks_in_view(who, &admin, action).await;
        self.closes(who).await;
        self.waits("10s").await;
        self.dms(who).await.split_off(told).pop().expect("an answer")
    }

    /// Begins a checkout and returns its id.
    ///
    /// # Panics
    ///
    /// When no link is given.
    pub async fn begins_checkout(&self, who: &str) -> String {
        let answer = self.presses_billing(who, "checkout_upgrade").await.text;
        let id =
            answer.split("/pay/").nth(1).and_then(|rest| rest.split(['|', '>', '#', '?']).next());
        id.unwrap_or_else(|| panic!("a link to the checkout: {answer}")).to_owned()
    }

    /// Upgrades the workspace: the checkout is begun and paid.
    pub async fn upgrades(&self) {
        let session = self.begins_checkout("ana").await;
        self.at_stripe("pay", &json!({"session": session})).await;
    }

    /// Does in the portal what its page offers: `cancel_at_period_end`, `keep`, `card_works`, `card_declines`, `pay_now`.
    ///
    /// # Panics
    ///
    /// When the workspace has no customer.
    pub async fn in_portal(&self, deed: &str) {
        let customer = self.subscription().await.customer.expect("a customer");
        self.at_stripe("portal", &json!({"customer": customer, "do": deed})).await;
    }

    /// Calls Stripe's API as whoever has the secret key, with a form.
    ///
    /// # Panics
    ///
    /// When Stripe does not answer.
    pub async fn calls_stripe(&self, path: &str, fields: &[(&str, &str)]) -> Value {
        let path = format!("stripe/v1/{path}");
        let url = self.stage().simulator().url().join(&path).expect("a path of the simulator");
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let client = reqwest::Client::builder().build().expect("a client for loopback");
        let sent = client.post(url).bearer_auth("sk_test_simulator").body(body);
        let sent = sent.header("content-type", "application/x-www-form-urlencoded");
        let answer = sent.send().await.expect("Stripe answers").text().await;
        serde_json::from_str(&answer.expect("its whole answer")).expect("an object")
    }

    /// Opens a page of the bot's, and returns the status and the page.
    ///
    /// # Panics
    ///
    /// When the bot does not answer.
    pub async fn visits(&self, path: &str) -> (u16, String) {
        let url = self.stage().bot_url().join(path).expect("a path of the bot's");
        let client = reqwest::Client::builder().build().expect("a client for loopback");
        let answer = client.get(url).send().await.expect("the bot answers");
        (answer.status().as_u16(), answer.text().await.expect("the whole page"))
    }

    /// Sends a body to the bot's webhook as Stripe would, signed at this instant, and returns the status of the answer.
    ///
    /// # Panics
    ///
    /// When the bot does not answer.
    pub async fn hears(&self, body: &str) -> u16 {
        let at = self.stage().clock().now().timestamp();
        let mut mac =
            Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key of any length");
        mac.update(format!("{at}.{body}").as_bytes());
        let mut signature = format!("t={at},v1=");
        for byte in mac.finalize().into_bytes() {
            let _ = write!(signature, "{byte:02x}");
        }
        self.hears_signed(body, &signature).await
    }

    /// Sends a body to the bot's webhook with a signature, and returns the status of the answer.
    ///
    /// # Panics
    ///
    /// When the bot does not answer.
    pub async fn hears_signed(&self, body: &str, signature: &str) -> u16 {
        let url = self.stage().bot_url().join("stripe/webhook").expect("a path of the bot's");
        let client = reqwest::Client::builder().build().expect("a client for loopback");
        let sent = client.post(url).header("stripe-signature", signature).body(body.to_owned());
        sent.send().await.expect("the bot answers").status().as_u16()
    }
}
