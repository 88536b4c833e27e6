//! What each call does.

use super::life::Outcome;
use super::reply::{Made, Refusal};
use super::show;
use super::state::{At, Card, Customer, Portal, Session, Stage, Stripe, Subscription};
use super::version::Version;
use chrono::TimeDelta;
use http::StatusCode;
use serde_json::{Map, Value, json};

/// A call that was let in, and what it says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) id: &'a str,
    pub(crate) said: &'a Value,
    pub(crate) version: &'a Version,
    pub(crate) now: At,
}

impl Ask<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.said.get(name).and_then(Value::as_str)
    }
}

impl Stripe {
    pub(crate) fn make_customer(&mut self, said: Map<String, Value>, now: At) -> String {
        let id = self.id("cus_", 14);
        self.customers.push(Customer {
            id: id.clone(),
            created: now,
            said,
            card: Card::Missing,
            payment_method: None,
            is_deleted: false,
        });
        self.tell_of("customer.created", &id, now);
        id
    }

    pub(crate) fn create_customer(&mut self, ask: Ask<'_>) -> Made {
        if let Some(email) = ask.text("email").filter(|email| !email.is_empty() && !is_email(email))
        {
            let message = format!("Invalid email address: {email}");
            return Err(Refusal::invalid(message).code("email_invalid").param("email"));
        }
        let said = ask.said.as_object().cloned().unwrap_or_default();
        let kept = said.into_iter().filter(|(name, value)| name != "expand" && value != "");
        let id = self.make_customer(kept.collect(), ask.now);
        self.get(&id, ask.version)
    }

    pub(crate) fn get(&self, id: &str, version: &Version) -> Made {
        self.show_any(id, version).ok_or_else(|| Refusal::not_found("object", id))
    }

    pub(crate) fn retrieve_customer(&self, ask: Ask<'_>) -> Made {
        let found = self.customer(ask.id).map(show::customer);
        found.ok_or_else(|| Refusal::not_found("customer", ask.id))
    }

    pub(crate) fn delete_customer(&mut self, ask: Ask<'_>) -> Made {
        let found = self.customer(ask.id).filter(|one| !one.is_deleted);
        let customer = found.ok_or_else(|| Refusal::not_found("customer", ask.id))?;
        let last = show::customer(customer);
        let theirs = self.subscriptions.iter().filter(|one| one.customer == ask.id);
        let ids: Vec<String> = theirs.map(|one| one.id.clone()).collect();
        for id in ids {
            self.end(&id, "canceled", ask.now);
        }
        if let Some(customer) = self.customer_mut(ask.id) {
            (customer.is_deleted, customer.card) = (true, Card::Missing);
            customer.said.clear();
        }
        self.tell("customer.deleted", &last, None, ask.now);
        self.get(ask.id, ask.version)
    }

    pub(crate) fn create_checkout(&mut self, ask: Ask<'_>) -> Made {
        self.check_checkout(ask)?;
        let at = ask.said["expires_at"].as_i64();
        let expires = at.and_then(|at| At::from_timestamp(at, 0));
        let id = self.id("cs_test_a1", 56);
        self.sessions.push(Session {
            id: id.clone(),
            created: ask.now,
            expires: expires.unwrap_or(ask.now + TimeDelta::hours(24)),
            said: ask.said.clone(),
            customer: ask.text("customer").map(str::to_owned),
            subscription: None,
            invoice: None,
            stage: Stage::Open,
            payment: "unpaid",
            is_declined: false,
        });
        self.get(&id, ask.version)
    }

    fn check_checkout(&self, ask: Ask<'_>) -> Result<(), Refusal> {
        match ask.text("mode") {
            Some("subscription") => {}
            None => {
                let message = "Missing required param: mode.";
                return Err(Refusal::invalid(message).code("parameter_missing").param("mode"));
            }
            Some(_) => {
                let message = "You must provide at least one non-recurring price in `payment` mode; the simulator sells by subscription only.";
                return Err(Refusal::invalid(message).param("mode"));
            }
        }
        if ask.text("customer").is_some() && ask.text("customer_email").is_some() {
            let message = "You may only specify one of these parameters: customer, customer_email.";
            return Err(Refusal::invalid(message).param("customer_email"));
        }
        if ask.said.get("customer_update").is_some() && ask.text("customer").is_none() {
            let message = "`customer_update` can only be used with `customer`.";
            return Err(Refusal::invalid(message).param("customer_update"));
        }
        self.live_customer(ask.text("customer"))?;
        self.check_items(&ask.said["line_items"])?;
        if let Some(at) = ask.said["expires_at"].as_i64() {
            let after = TimeDelta::seconds(at - ask.now.timestamp());
            if !(TimeDelta::minutes(30)..=TimeDelta::hours(24)).contains(&after) {
                let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.";
                return Err(Refusal::invalid(message).param("expires_at"));
            }
        }
        let days = ask.said["subscription_data"]["trial_period_days"].as_i64();
        if days.is_some_and(|days| !(1..=730).contains(&days)) {
            let message = "The trial period must be between 1 and 730 days.";
            return Err(Refusal::invalid(message).param("subscription_data[trial_period_days]"));
        }
        Ok(())
    }

    fn check_items(&self, items: &Value) -> Result<(), Refusal> {
        let items = items.as_array().filter(|items| !items.is_empty()).ok_or_else(|| {
            let message = "Missing required param: line_items.";
            Refusal::invalid(message).code("parameter_missing").param("line_items")
        })?;
        if items.len() > 1 {
            let message = "The simulator sells one price at a time.";
            return Err(Refusal::invalid(message).param("line_items"));
        }
        let price = items[0]["price"].as_str().ok_or_else(|| {
            let message = "Missing required param: line_items[0][price].";
            Refusal::invalid(message).code("parameter_missing").param("line_items[0][price]")
        })?;
        if price != self.account.price {
            return Err(Refusal::missing("price", price, "line_items[0][price]"));
        }
        match items[0].get("quantity").map(|one| one.as_i64().unwrap_or(0)) {
            None => {
                let message = "Quantity is required. Add `quantity` to `line_items[0]`";
                Err(Refusal::invalid(message).param("line_items[0]"))
            }
            Some(quantity) if quantity < 1 => {
                let message = "This value must be greater than or equal to 1.";
                let refusal = Refusal::invalid(message).code("parameter_invalid_integer");
                Err(refusal.param("line_items[0][quantity]"))
            }
            Some(_) => Ok(()),
        }
    }

    /// Refuses a customer who is not there.
    fn live_customer(&self, id: Option<&str>) -> Result<(), Refusal> {
        let Some(id) = id else { return Ok(()) };
        let found = self.customer(id).is_some_and(|one| !one.is_deleted);
        found.then_some(()).ok_or_else(|| Refusal::missing("customer", id, "customer"))
    }

    pub(crate) fn retrieve_checkout(&self, ask: Ask<'_>) -> Made {
        let found = self.session(ask.id).map(|one| self.show_session(one, ask.version));
        found.ok_or_else(|| {
            let message = format!("No such checkout.session: {}", ask.id);
            Refusal::invalid(message)
                .status(StatusCode::NOT_FOUND)
                .code("resource_missing")
                .param("session")
        })
    }

    pub(crate) fn expire_checkout(&mut self, ask: Ask<'_>) -> Made {
        self.retrieve_checkout(ask)?;
        let session = self.session_mut(ask.id).filter(|one| one.stage == Stage::Open);
        let Some(session) = session else {
            let message = "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of complete or expired.";
            return Err(Refusal::invalid(message));
        };
        session.stage = Stage::Expired;
        session.expires = ask.now;
        self.tell_of("checkout.session.expired", ask.id, ask.now);
        self.retrieve_checkout(ask)
    }

    pub(crate) fn create_portal(&mut self, ask: Ask<'_>) -> Made {
        let customer = ask.text("customer").unwrap_or_default().to_owned();
        self.live_customer(Some(&customer))?;
        let id = self.id("bps_1", 23);
        let secret = self.id("p_test_", 60);
        let return_url = ask.text("return_url").map(str::to_owned);
        let said = ask.said.clone();
        self.portals.push(Portal {
            id: id.clone(),
            secret,
            created: ask.now,
            customer,
            return_url,
            said,
            used: None,
        });
        self.get(&id, ask.version)
    }

    pub(crate) fn list_subscriptions(&self, ask: Ask<'_>) -> Made {
        if let Some(customer) = ask.text("customer").filter(|id| self.customer(id).is_none()) {
            return Err(Refusal::missing("customer", customer, "customer"));
        }
        if let Some(price) = ask.text("price").filter(|id| *id != self.account.price)
            && !self.subscriptions.iter().any(|one| one.price == price)
        {
            return Err(Refusal::missing("price", price, "price"));
        }
        let is_wanted = |one: &&Subscription| {
            let status = match ask.text("status") {
                None => one.status != "canceled",
                Some("all") => true,
                Some("ended") => one.is_over(),
                Some(status) => one.status == status,
            };
            status
                && ask.text("customer").is_none_or(|id| one.customer == id)
                && ask.text("price").is_none_or(|id| one.price == id)
                && ask.text("collection_method").is_none_or(|how| how == "charge_automatically")
        };
        let known = |id: &str| self.subscription(id).is_some();
        // The newest come first.
        let wanted = self.subscriptions.iter().rev().filter(is_wanted);
        let shown: Vec<Value> =
            wanted.map(|one| self.show_subscription(one, ask.version)).collect();
        page(&shown, ask, "subscription", known, "/v1/subscriptions")
    }

    fn known_subscription(&self, id: &str) -> Result<&Subscription, Refusal> {
        self.subscription(id).ok_or_else(|| Refusal::not_found("subscription", id))
    }

    pub(crate) fn retrieve_subscription(&self, ask: Ask<'_>) -> Made {
        self.known_subscription(ask.id).map(|one| self.show_subscription(one, ask.version))
    }

    pub(crate) fn update_subscription(&mut self, ask: Ask<'_>) -> Made {
        let one = self.known_subscription(ask.id)?;
        let names = ask.said.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let is_late = |name: &str| !matches!(name, "metadata" | "cancellation_details" | "expand");
        if one.is_over() && names.clone().any(is_late) {
            let message =
                "A canceled subscription can only update its cancellation_details and metadata.";
            return Err(Refusal::invalid(message));
        }
        let at = ask.text("cancel_at").filter(|at| !at.is_empty());
        if at.is_some() && ask.said["cancel_at_period_end"] == true {
            let message = "Received both cancel_at and cancel_at_period_end parameters. Please pass in only one.";
            return Err(Refusal::invalid(message));
        }
        let end = one.period.1;
        let cancel_at = match at {
            None => None,
            Some("min_period_end" | "max_period_end") => Some(end),
            Some(at) => Some(read_time(at, ask.now)?),
        };
        let (said, now) = (ask.said.clone(), ask.now);
        self.change(ask.id, now, |one| {
            if let Some(metadata) = said["metadata"].as_object() {
                update_metadata(&mut one.metadata, metadata);
            }
            if let Some(description) = said["description"].as_str() {
                one.description = Some(description.to_owned()).filter(|text| !text.is_empty());
            }
            if let Some(details) = said["cancellation_details"].as_object() {
                one.cancellation.extend(details.clone());
            }
            if let Some(is_to_end) = said["cancel_at_period_end"].as_bool() {
                one.cancel_at_period_end(is_to_end, now);
            }
            if let Some(text) = said["cancel_at"].as_str() {
                one.cancel_at_period_end(false, now);
                if !text.is_empty() {
                    (one.cancel_at, one.canceled_at) = (cancel_at, Some(now));
                }
            }
        });
        self.retrieve_subscription(ask)
    }

    pub(crate) fn cancel_subscription(&mut self, ask: Ask<'_>) -> Made {
        if self.known_subscription(ask.id)?.is_over() {
            return Err(Refusal::not_found("subscription", ask.id));
        }
        if let Some(details) = ask.said["cancellation_details"].as_object().cloned()
            && let Some(one) = self.subscription_mut(ask.id)
        {
            one.cancellation.extend(details);
        }
        self.end(ask.id, "canceled", ask.now);
        self.retrieve_subscription(ask)
    }

    pub(crate) fn resume_subscription(&mut self, ask: Ask<'_>) -> Made {
        let one = self.known_subscription(ask.id)?;
        if one.status != "paused" {
            let message =
                "This subscription cannot be resumed: only a subscription that is paused can be.";
            return Err(Refusal::invalid(message));
        }
        self.resume(ask.id, ask.now);
        self.retrieve_subscription(ask)
    }

    pub(crate) fn retrieve_price(&self, ask: Ask<'_>) -> Made {
        let is_it = ask.id == self.account.price;
        is_it
            .then(|| self.show_price())
            .ok_or_else(|| Refusal::missing("price", ask.id, "price").status(StatusCode::NOT_FOUND))
    }

    pub(crate) fn list_prices(&self, ask: Ask<'_>) -> Made {
        let price = self.show_price();
        let is_wanted = ask.said["active"] != false
            && ask.text("product").is_none_or(|product| price["product"] == product)
            && ask.text("type") != Some("one_time")
            && ask.text("currency").is_none_or(|currency| price["currency"] == currency)
            && ask.said.get("lookup_keys").is_none();
        let shown = if is_wanted { vec![price] } else { Vec::new() };
        page(&shown, ask, "price", |id| id == self.account.price, "/v1/prices")
    }

    /// Sets how a customer's card answers from now on.
    pub(crate) fn set_card(&mut self, customer: &str, card: Card, now: At) -> Result<(), String> {
        let found = self.customer_mut(customer).filter(|one| !one.is_deleted);
        let one = found.ok_or_else(|| format!("There is no customer {customer:?}."))?;
        one.card = card;
        self.tell_of("customer.updated", customer, now);
        Ok(())
    }

    /// Pays the latest open invoice of a subscription with the card that is there.
    pub(crate) fn pay_now(&mut self, id: &str, now: At) -> Result<bool, String> {
        let one =
            self.subscription(id).ok_or_else(|| format!("There is no subscription {id:?}."))?;
        let open = one.latest_invoice.as_ref().and_then(|id| self.invoice(id));
        let open = open.filter(|one| matches!(one.status, "open" | "draft"));
        let invoice = open.ok_or("Nothing is to be paid.")?.id.clone();
        let is_paid = self.charge(&invoice, now);
        if is_paid {
            self.set_status(id, "active", now);
        }
        Ok(is_paid)
    }

    /// Lets a subscription that is paused go on.
    pub(crate) fn resume(&mut self, id: &str, now: At) {
        self.change(id, now, |one| {
            one.status = "active".into();
            (one.anchor, one.periods) = (now, 0);
            one.period = (now, now + chrono::Months::new(1));
        });
        self.tell_of("customer.subscription.resumed", id, now);
    }

    /// Makes a customer with a subscription at once, as a checkout would.
    pub(crate) fn pay_by_hand(
        &mut self,
        session: &str,
        outcome: Outcome,
        now: At,
    ) -> Result<Value, String> {
        self.pay(session, outcome, now)?;
        let version = self.hooks.version.clone();
        Ok(self.show_any(session, &version).unwrap_or_default())
    }
}

impl Subscription {
    pub(crate) fn cancel_at_period_end(&mut self, is_to_end: bool, now: At) {
        self.cancels_at_period_end = is_to_end;
        self.cancel_at = is_to_end.then_some(self.period.1);
        self.canceled_at = is_to_end.then_some(now);
        if is_to_end {
            self.cancellation.insert("reason".into(), json!("cancellation_requested"));
        } else {
            self.cancellation.clear();
        }
    }
}

fn read_time(text: &str, now: At) -> Result<At, Refusal> {
    let at = text.parse().ok().and_then(|at| At::from_timestamp(at, 0));
    let at = at.ok_or_else(|| {
        let refusal = Refusal::invalid(format!("Invalid timestamp: {text}"));
        refusal.code("parameter_invalid_integer").param("cancel_at")
    })?;
    if at <= now {
        let message = "The subscription's `cancel_at` must be in the future.";
        return Err(Refusal::invalid(message).param("cancel_at"));
    }
    Ok(at)
}

/// Adds metadata; an empty text takes a name away.
fn update_metadata(held: &mut Value, said: &Map<String, Value>) {
    let Some(held) = held.as_object_mut() else { return };
    for (name, value) in said {
        if value == "" {
            held.remove(name);
        } else {
            held.insert(name.clone(), value.clone());
        }
    }
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !text.contains(' '))
}

/// Returns one page of a list.
fn page(all: &[Value], ask: Ask<'_>, what: &str, known: impl Fn(&str) -> bool, url: &str) -> Made {
    let limit = ask.said["limit"].as_i64().unwrap_or(10);
    if !(1..=100).contains(&limit) {
        let word =
            if limit < 1 { "greater than or equal to 1" } else { "less than or equal to 100" };
        let message = format!("This value must be {word} (it currently is '{limit}').");
        return Err(Refusal::invalid(message).code("parameter_invalid_integer").param("limit"));
    }
    let limit = usize::try_from(limit).unwrap_or(10);
    let (after, before) = (ask.text("starting_after"), ask.text("ending_before"));
    for (name, cursor) in [("starting_after", after), ("ending_before", before)] {
        if let Some(id) = cursor.filter(|id| !known(id)) {
            return Err(Refusal::missing(what, id, name));
        }
    }
    let place = |id: Option<&str>| id.and_then(|id| all.iter().position(|one| one["id"] == id));
    let (data, has_more) = if let Some(end) = place(before) {
        (&all[end.saturating_sub(limit)..end], end > limit)
    } else {
        let rest = &all[place(after).map_or(0, |at| at + 1)..];
        (&rest[..rest.len().min(limit)], rest.len() > limit)
    };
    Ok(json!({"object": "list", "data": data, "has_more": has_more, "url": url}))
}
