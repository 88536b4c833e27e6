//! Stripe's objects, as far as they are read.

use chrono::{DateTime, Utc};
use domain::billing::{Subscription, SubscriptionStatus};
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Something that has an id.
#[derive(Deserialize)]
pub(super) struct Made {
    pub(super) id: String,
}

/// A page of a list.
#[derive(Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// An object that is named, or stands there itself.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Named {
    Id(String),
    Object { id: String },
}

impl Named {
    pub(super) fn into_id(self) -> String {
        match self {
            Self::Id(id) | Self::Object { id } => id,
        }
    }
}

/// What was said of us when something was made.
#[derive(Default, Deserialize)]
struct Metadata(BTreeMap<String, String>);

impl Metadata {
    fn workspace(mut self) -> Option<String> {
        self.0.remove("workspace")
    }
}

/// A session of the checkout or of the portal.
#[derive(Deserialize)]
pub(super) struct RawSession {
    id: String,
    #[serde(default)]
    url: Option<SecretString>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    customer: Option<Named>,
    #[serde(default)]
    client_reference_id: Option<String>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

impl RawSession {
    pub(super) fn into_url(self) -> Option<SecretString> {
        self.url
    }
}

/// A checkout.
#[derive(Clone, Debug)]
pub struct CheckoutSession {
    /// Its id.
    pub id: String,
    /// Where it is paid, while it is open. Whoever has it can pay, so it is given once and not kept.
    pub url: Option<SecretString>,
    /// Whether it was paid or is being paid.
    pub is_complete: bool,
    /// Stripe's id of the customer.
    pub customer: Option<String>,
    /// The workspace that it was made for, where both places in which that stands agree.
    pub workspace: Option<String>,
}

impl From<RawSession> for CheckoutSession {
    fn from(raw: RawSession) -> Self {
        let named = raw.metadata.unwrap_or_default().workspace();
        Self {
            id: raw.id,
            url: raw.url,
            is_complete: raw.status.as_deref() == Some("complete"),
            customer: raw.customer.map(Named::into_id),
            workspace: raw
                .client_reference_id
                .filter(|reference| Some(reference) == named.as_ref()),
        }
    }
}

/// A subscription.
#[derive(Deserialize)]
pub(super) struct RawSubscription {
    id: String,
    customer: Named,
    status: String,
    created: i64,
    #[serde(default)]
    cancel_at: Option<i64>,
    #[serde(default)]
    cancel_at_period_end: bool,
    #[serde(default)]
    metadata: Option<Metadata>,
    items: Page<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    current_period_end: Option<i64>,
    #[serde(default)]
    price: Option<Named>,
}

impl From<RawSubscription> for Subscription {
    fn from(raw: RawSubscription) -> Self {
        let period_end = raw.items.data.iter().filter_map(|item| item.current_period_end).max();
        let period_end = period_end.and_then(instant);
        let ends = raw.cancel_at.and_then(instant);
        Self {
            id: raw.id,
            customer: raw.customer.into_id(),
            status: SubscriptionStatus::of_code(&raw.status),
            price: raw.items.data.into_iter().find_map(|item| item.price).map(Named::into_id),
            period_end,
            cancel_at: ends.or(period_end.filter(|_| raw.cancel_at_period_end)),
            created: instant(raw.created).unwrap_or_default(),
            workspace: raw.metadata.unwrap_or_default().workspace(),
        }
    }
}

fn instant(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}
