//! The calls that there are.

use super::calls::Ask;
use super::keys::PLAN_READ;
use super::reply::Made;
use super::schema::Field;
use super::schemas::{
    CANCEL_SUBSCRIPTION, CREATE_CHECKOUT, CREATE_CUSTOMER, CREATE_PORTAL, LIST_PRICES,
    LIST_SUBSCRIPTIONS, NOTHING, ONE_OTHER, ONE_SESSION, ONE_SUBSCRIPTION, RESUME_SUBSCRIPTION,
    UPDATE_SUBSCRIPTION,
};
use super::state::Stripe;

/// A call that there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint {
    /// How faults and the journal call it: as Stripe's own libraries do.
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    /// Its address below `v1`; `*` stands for an id.
    pub(crate) path: &'static [&'static str],
    pub(crate) permission: &'static str,
    pub(crate) fields: &'static [Field],
    pub(crate) perform: fn(&mut Stripe, Ask<'_>) -> Made,
}

const CUSTOMER: &[&str] = &["customers", "*"];
const SUBSCRIPTION: &[&str] = &["subscriptions", "*"];

/// All of them.
pub(crate) const ENDPOINTS: [Endpoint; 14] = [
    Endpoint {
        name: "customers.create",
        method: "POST",
        path: &["customers"],
        permission: "rak_customer_write",
        fields: CREATE_CUSTOMER,
        perform: |stripe, ask| stripe.create_customer(ask),
    },
    Endpoint {
        name: "customers.retrieve",
        method: "GET",
        path: CUSTOMER,
        permission: "rak_customer_read",
        fields: ONE_OTHER,
        perform: |stripe, ask| stripe.retrieve_customer(ask),
    },
    Endpoint {
        name: "customers.delete",
        method: "DELETE",
        path: CUSTOMER,
        permission: "rak_customer_write",
        fields: NOTHING,
        perform: |stripe, ask| stripe.delete_customer(ask),
    },
    Endpoint {
        name: "checkout.sessions.create",
        method: "POST",
        path: &["checkout", "sessions"],
        permission: "rak_checkout_session_write",
        fields: CREATE_CHECKOUT,
        perform: |stripe, ask| stripe.create_checkout(ask),
    },
    Endpoint {
        name: "checkout.sessions.retrieve",
        method: "GET",
        path: &["checkout", "sessions", "*"],
        permission: "rak_checkout_session_read",
        fields: ONE_SESSION,
        perform: |stripe, ask| stripe.retrieve_checkout(ask),
    },
    Endpoint {
        name: "checkout.sessions.expire",
        method: "POST",
        path: &["checkout", "sessions", "*", "expire"],
        permission: "rak_checkout_session_write",
        fields: ONE_SESSION,
        perform: |stripe, ask| stripe.expire_checkout(ask),
    },
    Endpoint {
        name: "billing_portal.sessions.create",
        method: "POST",
        path: &["billing_portal", "sessions"],
        permission: "rak_customer_portal_write",
        fields: CREATE_PORTAL,
        perform: |stripe, ask| stripe.create_portal(ask),
    },
    Endpoint {
        name: "subscriptions.list",
        method: "GET",
        path: &["subscriptions"],
        permission: "rak_subscription_read",
        fields: LIST_SUBSCRIPTIONS,
        perform: |stripe, ask| stripe.list_subscriptions(ask),
    },
    Endpoint {
        name: "subscriptions.retrieve",
        method: "GET",
        path: SUBSCRIPTION,
        permission: "rak_subscription_read",
        fields: ONE_SUBSCRIPTION,
        perform: |stripe, ask| stripe.retrieve_subscription(ask),
    },
    Endpoint {
        name: "subscriptions.update",
        method: "POST",
        path: SUBSCRIPTION,
        permission: "rak_subscription_write",
        fields: UPDATE_SUBSCRIPTION,
        perform: |stripe, ask| stripe.update_subscription(ask),
    },
    Endpoint {
        name: "subscriptions.cancel",
        method: "DELETE",
        path: SUBSCRIPTION,
        permission: "rak_subscription_write",
        fields: CANCEL_SUBSCRIPTION,
        perform: |stripe, ask| stripe.cancel_subscription(ask),
    },
    Endpoint {
        name: "subscriptions.resume",
        method: "POST",
        path: &["subscriptions", "*", "resume"],
        permission: "rak_subscription_write",
        fields: RESUME_SUBSCRIPTION,
        perform: |stripe, ask| stripe.resume_subscription(ask),
    },
    Endpoint {
        name: "prices.list",
        method: "GET",
        path: &["prices"],
        permission: PLAN_READ,
        fields: LIST_PRICES,
        perform: |stripe, ask| stripe.list_prices(ask),
    },
    Endpoint {
        name: "prices.retrieve",
        method: "GET",
        path: &["prices", "*"],
        permission: PLAN_READ,
        fields: ONE_OTHER,
        perform: |stripe, ask| stripe.retrieve_price(ask),
    },
];

/// Finds the call of an address, with the id in it.
pub(crate) fn find<'a>(method: &str, path: &'a str) -> Option<(&'static Endpoint, &'a str)> {
    let parts: Vec<&str> = path.split('/').collect();
    let is_it = |one: &&Endpoint| {
        one.method == method
            && one.path.len() == parts.len()
            && one.path.iter().zip(&parts).all(|(held, came)| *held == "*" || held == came)
    };
    let found = ENDPOINTS.iter().find(is_it)?;
    let at = found.path.iter().position(|part| *part == "*");
    Some((found, at.map_or("", |at| parts[at])))
}
