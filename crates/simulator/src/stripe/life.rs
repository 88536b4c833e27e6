//! What happens to subscriptions: begun, renewed, not paid, ended; by the clock and by hand.

use super::account::{AMOUNT, EMAIL, NAME, PHONE};
use super::show::{self, address};
use super::state::{AfterRetries, At, Card, Invoice, Stage, Stripe, Subscription};
use chrono::{Months, TimeDelta};
use serde_json::{Map, Value, json};

/// How long the first payment may take.
const INCOMPLETE_FOR: TimeDelta = TimeDelta::hours(23);

/// After how many days since the first failure an invoice is tried again.
const RETRIES_D: [i64; 3] = [3, 5, 7];

/// How a checkout ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    #[default]
    Pay,
    /// The card is declined: the page stays open.
    Decline,
    /// The bank asks for more, and the person has gone: the subscription is incomplete.
    Incomplete,
}

impl Stripe {
    /// Returns when something happens next by itself.
    pub(crate) fn next_due(&self) -> Option<At> {
        [self.next_life(), self.hooks.next_due()].into_iter().flatten().min()
    }

    fn next_life(&self) -> Option<At> {
        let sessions = self.sessions.iter().filter(|one| one.stage == Stage::Open);
        let subscriptions = self.subscriptions.iter().filter_map(|one| self.due_of(one));
        sessions.map(|one| one.expires).chain(subscriptions).min()
    }

    /// Returns when something happens next to a subscription.
    fn due_of(&self, one: &Subscription) -> Option<At> {
        let period = match one.status.as_str() {
            "incomplete" => Some(one.created + INCOMPLETE_FOR),
            "trialing" => Some(one.trial.map_or(one.period.1, |(_, end)| end)),
            "active" | "past_due" | "unpaid" => Some(one.period.1),
            _ => None,
        };
        let retry = one.latest_invoice.as_ref().and_then(|id| self.invoice(id)?.next_attempt);
        let cancel = one.cancel_at.filter(|_| !one.is_over());
        [period, retry.filter(|_| !one.is_over()), cancel].into_iter().flatten().min()
    }

    /// Lets happen what is due, in its order.
    pub(crate) fn live(&mut self, now: At) {
        while let Some(at) = self.next_life().filter(|at| *at <= now) {
            let open =
                |one: &&mut super::state::Session| one.stage == Stage::Open && one.expires == at;
            if let Some(session) = self.sessions.iter_mut().find(open) {
                session.stage = Stage::Expired;
                let id = session.id.clone();
                self.tell_of("checkout.session.expired", &id, at);
                continue;
            }
            let due = self.subscriptions.iter().find(|one| self.due_of(one) == Some(at));
            let Some(id) = due.map(|one| one.id.clone()) else { return };
            self.live_on(&id, at);
        }
    }

    fn live_on(&mut self, id: &str, at: At) {
        let Some(one) = self.subscription(id).cloned() else { return };
        if one.cancel_at.is_some_and(|cancel| cancel <= at) {
            return self.end(id, "canceled", at);
        }
        let retry = one.latest_invoice.as_ref().and_then(|invoice| self.invoice(invoice));
        if let Some(invoice) = retry.filter(|one| one.next_attempt.is_some_and(|due| due <= at)) {
            let invoice = invoice.id.clone();
            return self.try_again(id, &invoice, at);
        }
        match one.status.as_str() {
            "incomplete" => {
                self.void(one.latest_invoice.as_deref());
                self.change(id, at, |one| {
                    one.status = "incomplete_expired".into();
                    one.ended_at = Some(at);
                });
            }
            "trialing"
                if self.card_of(&one.customer) == Card::Missing && one.without_card == "pause" =>
            {
                self.change(id, at, |one| {
                    one.status = "paused".into();
                    one.trial = one.trial.map(|(start, _)| (start, at));
                });
                self.tell_of("customer.subscription.paused", id, at);
            }
            "trialing"
                if self.card_of(&one.customer) == Card::Missing && one.without_card == "cancel" =>
            {
                self.end(id, "canceled", at);
            }
            _ => self.renew(id, at),
        }
    }

    /// Begins the next period, with an invoice for it.
    fn renew(&mut self, id: &str, at: At) {
        let Some(one) = self.subscription(id).cloned() else { return };
        let is_trial = one.status == "trialing";
        let anchor = if is_trial { at } else { one.anchor };
        let periods = if is_trial { 0 } else { one.periods + 1 };
        let start = anchor + Months::new(periods);
        let period = (start, anchor + Months::new(periods + 1));
        // Stripe goes on with the last attempts only: an older open invoice is left as it is.
        if let Some(old) = one.latest_invoice.as_ref().and_then(|id| self.invoice_mut(id)) {
            old.next_attempt = None;
        }
        let invoice = self.bill(&one, period, "subscription_cycle", at);
        self.change(id, at, |one| {
            (one.anchor, one.periods, one.period) = (anchor, periods, period);
            one.latest_invoice = Some(invoice.clone());
            if is_trial {
                one.status = "active".into();
            }
        });
        if one.status == "unpaid" {
            // What follows is not collected any more.
            if let Some(invoice) = self.invoice_mut(&invoice) {
                invoice.status = "draft";
            }
            return;
        }
        if self.charge(&invoice, at) {
            self.set_status(id, "active", at);
        } else {
            self.plan_retry(&invoice, at);
            self.set_status(id, "past_due", at);
        }
    }

    fn try_again(&mut self, id: &str, invoice: &str, at: At) {
        if self.charge(invoice, at) {
            return self.set_status(id, "active", at);
        }
        if self.plan_retry(invoice, at) {
            return;
        }
        match self.after_retries {
            AfterRetries::Canceled => {
                self.note_reason(id, "payment_failed");
                self.end(id, "canceled", at);
            }
            AfterRetries::Unpaid => self.set_status(id, "unpaid", at),
            AfterRetries::PastDue => {}
        }
    }

    /// Sets when an invoice is tried again; `false` where that was the last time.
    fn plan_retry(&mut self, invoice: &str, at: At) -> bool {
        let Some(invoice) = self.invoice_mut(invoice) else { return false };
        let failed = *invoice.failed_at.get_or_insert(at);
        let later = RETRIES_D.iter().map(|days| failed + TimeDelta::days(*days));
        invoice.next_attempt = later.into_iter().find(|due| *due > at);
        invoice.next_attempt.is_some()
    }

    pub(crate) fn card_of(&self, customer: &str) -> Card {
        self.customer(customer).filter(|one| !one.is_deleted).map_or(Card::Missing, |one| one.card)
    }

    /// Makes an invoice for a period.
    fn bill(
        &mut self,
        one: &Subscription,
        period: (At, At),
        reason: &'static str,
        at: At,
    ) -> String {
        let id = self.id("in_1", 23);
        self.invoices.push(Invoice {
            id: id.clone(),
            created: at,
            customer: one.customer.clone(),
            subscription: one.id.clone(),
            amount: AMOUNT * one.quantity,
            status: "open",
            reason,
            period,
            attempts: 0,
            failed_at: None,
            next_attempt: None,
            paid_at: None,
        });
        self.tell_of("invoice.created", &id, at);
        self.tell_of("invoice.finalized", &id, at);
        id
    }

    /// Charges the card for an invoice, and tells how that went.
    pub(crate) fn charge(&mut self, id: &str, at: At) -> bool {
        let Some(customer) = self.invoice(id).map(|one| one.customer.clone()) else { return false };
        let works = self.card_of(&customer) == Card::Works;
        if let Some(invoice) = self.invoice_mut(id) {
            invoice.attempts += 1;
            invoice.next_attempt = None;
            if works {
                invoice.status = "paid";
                invoice.paid_at = Some(at);
            }
        }
        if works {
            self.tell_of("invoice.paid", id, at);
            self.tell_of("invoice.payment_succeeded", id, at);
        } else {
            self.plan_retry(id, at);
            self.tell_of("invoice.payment_failed", id, at);
        }
        works
    }

    fn void(&mut self, id: Option<&str>) {
        if let Some(invoice) =
            id.and_then(|id| self.invoice_mut(id)).filter(|one| one.status == "open")
        {
            invoice.status = "void";
            invoice.next_attempt = None;
        }
    }

    fn note_reason(&mut self, id: &str, reason: &str) {
        if let Some(one) = self.subscription_mut(id) {
            one.cancellation.insert("reason".into(), json!(reason));
        }
    }

    /// Ends a subscription for good.
    pub(crate) fn end(&mut self, id: &str, status: &str, at: At) {
        let Some(one) = self.subscription_mut(id).filter(|one| !one.is_over()) else { return };
        one.status = status.into();
        one.ended_at = Some(at);
        one.canceled_at = one.canceled_at.or(Some(at));
        one.cancellation.entry("reason").or_insert(json!("cancellation_requested"));
        let invoice = one.latest_invoice.clone();
        if let Some(invoice) = invoice.and_then(|id| self.invoice_mut(&id)) {
            invoice.next_attempt = None;
        }
        self.tell_of("customer.subscription.deleted", id, at);
    }

    pub(crate) fn set_status(&mut self, id: &str, status: &str, at: At) {
        self.change(id, at, |one| one.status = status.into());
    }

    /// Changes a subscription, and tells what it was before where that is something else.
    pub(crate) fn change(&mut self, id: &str, at: At, change: impl FnOnce(&mut Subscription)) {
        let version = self.hooks.version.clone();
        let Some(before) = self.show_any(id, &version) else { return };
        if let Some(one) = self.subscription_mut(id) {
            change(one);
        }
        let Some(after) = self.show_any(id, &version) else { return };
        let (Value::Object(before), Value::Object(now)) = (before, &after) else { return };
        let previous: Map<String, Value> =
            before.into_iter().filter(|(name, value)| now.get(name) != Some(value)).collect();
        if !previous.is_empty() {
            self.tell("customer.subscription.updated", &after, Some(Value::Object(previous)), at);
        }
    }

    /// Tells of an object as it is now.
    pub(crate) fn tell_of(&mut self, kind: &str, id: &str, at: At) {
        let version = self.hooks.version.clone();
        if let Some(object) = self.show_any(id, &version) {
            self.tell(kind, &object, None, at);
        }
    }

    /// Ends a checkout as somebody in front of the page would; a sentence says why it cannot.
    pub(crate) fn pay(&mut self, id: &str, outcome: Outcome, now: At) -> Result<(), String> {
        let session = self.session(id).ok_or_else(|| format!("There is no checkout {id:?}."))?;
        if session.stage != Stage::Open {
            return Err("This checkout is over: it was paid, or it has expired.".into());
        }
        if outcome == Outcome::Decline {
            if let Some(session) = self.session_mut(id) {
                session.is_declined = true;
            }
            return Ok(());
        }
        let said = session.said.clone();
        let customer = match session.customer.clone() {
            Some(customer) => customer,
            None => self.make_customer(Map::new(), now),
        };
        self.fill_in(&customer, now);
        let subscription = self.subscribe(&customer, &said, now);
        let is_trial = self.subscription(&subscription).is_some_and(|one| one.status == "trialing");
        self.tell_of("customer.subscription.created", &subscription, now);
        let invoice = self.first_invoice(&subscription, outcome, now);
        if let Some(session) = self.session_mut(id) {
            session.customer = Some(customer);
            if outcome == Outcome::Pay {
                session.subscription = Some(subscription);
                session.invoice = invoice;
                session.stage = Stage::Complete;
                session.payment = if is_trial { "no_payment_required" } else { "paid" };
            }
        }
        if outcome == Outcome::Pay {
            self.tell_of("checkout.session.completed", id, now);
        }
        Ok(())
    }

    /// Bills the first period and has it paid, where it is not a trial.
    fn first_invoice(&mut self, id: &str, outcome: Outcome, now: At) -> Option<String> {
        let one = self.subscription(id)?.clone();
        if one.status == "trialing" {
            return None;
        }
        let invoice = self.bill(&one, one.period, "subscription_create", now);
        self.subscription_mut(id)?.latest_invoice = Some(invoice.clone());
        if outcome == Outcome::Incomplete {
            self.tell_of("invoice.payment_action_required", &invoice, now);
        } else {
            if let Some(customer) = self.customer_mut(&one.customer) {
                customer.card = Card::Works;
            }
            self.charge(&invoice, now);
            self.set_status(id, "active", now);
        }
        Some(invoice)
    }

    /// Writes down what the person types into the page, the card among it.
    fn fill_in(&mut self, customer: &str, now: At) {
        let method = self.id("pm_1", 23);
        let Some(one) = self.customer_mut(customer) else { return };
        for (name, value) in [
            ("email", json!(EMAIL)),
            ("name", json!(NAME)),
            ("phone", json!(PHONE)),
            ("address", address()),
        ] {
            let held = one.said.entry(name).or_insert(Value::Null);
            if held.is_null() {
                *held = value;
            }
        }
        one.card = Card::Works;
        one.payment_method = Some(method.clone());
        let shown = show::payment_method(one);
        self.tell("payment_method.attached", &shown, None, now);
        self.tell_of("customer.updated", customer, now);
    }

    /// Makes the subscription of a checkout, not yet paid.
    fn subscribe(&mut self, customer: &str, said: &Value, now: At) -> String {
        let id = self.id("sub_1", 23);
        let item = self.id("si_", 14);
        let data = &said["subscription_data"];
        let days = data["trial_period_days"].as_i64().map(|days| now + TimeDelta::days(days));
        let set = data["trial_end"].as_i64().and_then(|at| At::from_timestamp(at, 0));
        let trial = days.or(set).map(|end| (now, end));
        let period = trial.unwrap_or((now, now + Months::new(1)));
        let without_card =
            data["trial_settings"]["end_behavior"]["missing_payment_method"].as_str();
        self.subscriptions.push(Subscription {
            id: id.clone(),
            item,
            created: now,
            customer: customer.to_owned(),
            status: if trial.is_some() { "trialing" } else { "incomplete" }.into(),
            price: said["line_items"][0]["price"].as_str().unwrap_or_default().to_owned(),
            quantity: said["line_items"][0]["quantity"].as_i64().unwrap_or(1),
            metadata: data.get("metadata").cloned().unwrap_or_else(|| json!({})),
            description: data["description"].as_str().map(str::to_owned),
            anchor: period.0,
            periods: 0,
            period,
            trial,
            without_card: without_card.unwrap_or("create_invoice").to_owned(),
            cancels_at_period_end: false,
            cancel_at: None,
            canceled_at: None,
            ended_at: None,
            cancellation: Map::new(),
            latest_invoice: None,
        });
        id
    }
}
