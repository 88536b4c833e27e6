//! What a person can do in the portal.

use super::state::{At, Card, Portal, Stripe, Subscription};
use chrono::TimeDelta;

/// For how long a link to the portal opens it.
const LINK_FOR: TimeDelta = TimeDelta::minutes(5);

/// For how long a portal stays open after it was last used.
const IDLE_FOR: TimeDelta = TimeDelta::hours(1);

impl Stripe {
    /// Returns the subscription of a customer that counts: the newest that is not over, else the newest.
    pub(crate) fn latest_of(&self, customer: &str) -> Option<&Subscription> {
        let theirs = || self.subscriptions.iter().rev().filter(|one| one.customer == customer);
        theirs().find(|one| !one.is_over()).or_else(|| theirs().next())
    }

    /// Opens a portal by the secret in its link, as long as that is good.
    pub(crate) fn open_portal(&mut self, secret: &str, now: At) -> Option<Portal> {
        let portal = self.portals.iter_mut().find(|one| one.secret == secret)?;
        let is_open = match portal.used {
            None => now - portal.created < LINK_FOR,
            Some(used) => now - used < IDLE_FOR,
        };
        portal.used = is_open.then_some(now).or(portal.used);
        is_open.then(|| portal.clone())
    }

    /// Does what a button of the portal says; a sentence says why it cannot.
    pub(crate) fn do_in_portal(
        &mut self,
        customer: &str,
        deed: &str,
        now: At,
    ) -> Result<(), String> {
        let card = match deed {
            "card_works" => Some(Card::Works),
            "card_declines" => Some(Card::Declines),
            _ => None,
        };
        if let Some(card) = card {
            return self.set_card(customer, card, now);
        }
        let one = self.latest_of(customer).ok_or("There is no subscription.")?;
        let (id, is_over) = (one.id.clone(), one.is_over());
        if is_over {
            return Err("The subscription has ended; only a new checkout begins another.".into());
        }
        match deed {
            "cancel" => self.change(&id, now, |one| one.cancel_at_period_end(true, now)),
            "keep" => self.change(&id, now, |one| one.cancel_at_period_end(false, now)),
            "pay" => {
                if !self.pay_now(&id, now)? {
                    return Err("The card was declined.".into());
                }
            }
            _ => return Err(format!("The portal has no button {deed:?}.")),
        }
        Ok(())
    }
}
