//! What a webhook brings: that something happened to a customer's subscription. What it says of it is not read, since events
//! come in any order, more than once, and as their endpoint's version has them; the subscription is asked about instead.

use super::object::Named;
use serde::Deserialize;

/// How the events begin after which a subscription may be otherwise.
const OURS: [&str; 4] =
    ["checkout.session.", "customer.subscription.", "invoice.", "customer.deleted"];

/// An event, as far as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripeEvent {
    /// Its id: the same for the same event sent again.
    pub id: String,
    /// What happened.
    pub kind: String,
    /// To which customer, where it is an event after which a subscription may be otherwise.
    pub customer: Option<String>,
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    #[serde(rename = "object", default)]
    kind: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    customer: Option<Named>,
}

impl StripeEvent {
    /// Reads the body of a webhook, after its signature was found good; `None` for what is no event.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let Raw { id, kind, data: Data { object } } = serde_json::from_slice(body).ok()?;
        let is_customer = object.kind.as_deref() == Some("customer");
        let customer = if is_customer { object.id } else { object.customer.map(Named::into_id) };
        let is_ours = OURS.iter().any(|begin| kind.starts_with(begin));
        Some(Self { id, kind, customer: customer.filter(|_| is_ours) })
    }
}
