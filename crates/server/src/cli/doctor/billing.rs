//! Whether plans can be paid.

use super::{Finding, Ill, well};
use crate::billing::{Billing, BillingConfig};

/// Asks Stripe for the price; nothing where plans are not paid.
pub(super) async fn examine(config: Option<&BillingConfig>) -> Option<Finding> {
    let billing = match Billing::new(config?.clone()) {
        Ok(billing) => billing,
        Err(fault) => return Some(Err(Ill::Stripe(fault.to_string()))),
    };
    Some(match billing.stripe.check().await {
        Ok(()) => well("billing: Stripe takes the key, and the price is there"),
        Err(fault) => Err(Ill::Stripe(fault.to_string())),
    })
}
