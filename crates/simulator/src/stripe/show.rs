//! Objects as Stripe shows them, in the version that was asked for.

use super::account::{
    AMOUNT, CITY, CURRENCY, EMAIL, FINGERPRINT, NAME, PHONE, POSTAL_CODE, PRODUCT, STREET,
    STRIPE_LAST4,
};
use super::state::{At, Card, Customer, Invoice, Portal, Session, Stage, Stripe, Subscription};
use super::version::{Release, Version};
use serde_json::{Value, json};

fn seconds(at: Option<At>) -> Value {
    json!(at.map(|at| at.timestamp()))
}

/// Returns the address that everybody who pays types in.
pub(crate) fn address() -> Value {
    json!({"city": CITY, "country": "GB", "line1": STREET, "line2": null, "postal_code": POSTAL_CODE, "state": null})
}

pub(crate) fn customer(one: &Customer) -> Value {
    if one.is_deleted {
        return json!({"id": one.id, "object": "customer", "deleted": true});
    }
    let said = |name: &str| one.said.get(name).cloned().unwrap_or_default();
    let metadata = one.said.get("metadata").cloned().unwrap_or_else(|| json!({}));
    json!({
        "id": one.id,
        "object": "customer",
        "address": said("address"),
        "balance": 0,
        "created": one.created.timestamp(),
        "currency": if one.card == Card::Missing { Value::Null } else { json!(CURRENCY) },
        "customer_account": null,
        "default_source": null,
        "delinquent": false,
        "description": said("description"),
        "discount": null,
        "email": said("email"),
        "invoice_prefix": one.id[one.id.len() - 8..].to_uppercase(),
        "invoice_settings": {
            "custom_fields": null, "default_payment_method": one.payment_method, "footer": null,
            "rendering_options": null,
        },
        "livemode": false,
        "metadata": metadata,
        "name": said("name"),
        "next_invoice_sequence": 1,
        "phone": said("phone"),
        "preferred_locales": one.said.get("preferred_locales").cloned().unwrap_or_else(|| json!([])),
        "shipping": null,
        "tax_exempt": one.said.get("tax_exempt").cloned().unwrap_or_else(|| json!("none")),
        "test_clock": null,
    })
}

pub(crate) fn payment_method(one: &Customer) -> Value {
    json!({
        "id": one.payment_method,
        "object": "payment_method",
        "allow_redisplay": "always",
        "billing_details": {"address": address(), "email": EMAIL, "name": NAME, "phone": PHONE, "tax_id": null},
        "card": {
            "brand": "visa",
            "checks": {"address_line1_check": "pass", "address_postal_code_check": "pass", "cvc_check": "pass"},
            "country": "GB",
            "display_brand": "visa",
            "exp_month": 11,
            "exp_year": 2031,
            "fingerprint": FINGERPRINT,
            "funding": "credit",
            "last4": STRIPE_LAST4,
            "networks": {"available": ["visa"], "preferred": null},
            "three_d_secure_usage": {"supported": true},
            "wallet": null,
        },
        "created": one.created.timestamp(),
        "customer": one.id,
        "livemode": false,
        "metadata": {},
        "type": "card",
    })
}

impl Stripe {
    pub(crate) fn show_price(&self) -> Value {
        json!({
            "id": self.account.price,
            "object": "price",
            "active": true,
            "billing_scheme": "per_unit",
            "created": 1_767_225_600,
            "currency": CURRENCY,
            "custom_unit_amount": null,
            "livemode": false,
            "lookup_key": null,
            "metadata": {},
            "nickname": null,
            "product": PRODUCT,
            "recurring": {
                "interval": "month", "interval_count": 1, "meter": null, "trial_period_days": null,
                "usage_type": "licensed",
            },
            "tax_behavior": "unspecified",
            "tiers_mode": null,
            "transform_quantity": null,
            "type": "recurring",
            "unit_amount": AMOUNT,
            "unit_amount_decimal": AMOUNT.to_string(),
        })
    }

    pub(crate) fn pay_url(&self, id: &str) -> String {
        format!("{}stripe/pay/{id}", self.root)
    }

    pub(crate) fn show_session(&self, one: &Session, version: &Version) -> Value {
        let said = |name: &str| one.said.get(name).cloned().unwrap_or_default();
        let is_open = one.stage == Stage::Open;
        let is_complete = one.stage == Stage::Complete;
        let quantity = one.said["line_items"][0]["quantity"].as_i64().unwrap_or(1);
        let details = if is_complete {
            json!({
                "address": address(), "business_name": null, "email": EMAIL, "individual_name": null, "name": NAME,
                "phone": PHONE, "tax_exempt": "none", "tax_ids": [],
            })
        } else {
            Value::Null
        };
        let mut shown = json!({
            "id": one.id,
            "object": "checkout.session",
            "adaptive_pricing": {"enabled": true},
            "after_expiration": null,
            "allow_promotion_codes": said("allow_promotion_codes"),
            "amount_subtotal": AMOUNT * quantity,
            "amount_total": AMOUNT * quantity,
            "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
            "billing_address_collection": said("billing_address_collection"),
            "cancel_url": said("cancel_url"),
            "client_reference_id": said("client_reference_id"),
            "client_secret": null,
            "collected_information": if is_complete {
                json!({"business_name": null, "individual_name": NAME, "shipping_details": null})
            } else { Value::Null },
            "consent": null,
            "consent_collection": null,
            "created": one.created.timestamp(),
            "currency": CURRENCY,
            "currency_conversion": null,
            "custom_fields": [],
            "custom_text": {"after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null},
            "customer": one.customer,
            "customer_account": null,
            "customer_creation": if one.said.get("customer").is_some() { Value::Null } else { json!("always") },
            "customer_details": details,
            "customer_email": said("customer_email"),
            "discounts": [],
            "expires_at": one.expires.timestamp(),
            "invoice": one.invoice,
            "livemode": false,
            "locale": said("locale"),
            "metadata": one.said.get("metadata").cloned().unwrap_or_else(|| json!({})),
            "mode": "subscription",
        });
        let more = json!({
            "integration_identifier": null,
            "invoice_creation": null,
            "managed_payments": {"enabled": false},
            "origin_context": null,
            "payment_intent": null,
            "payment_link": null,
            "payment_method_collection": one.said.get("payment_method_collection").cloned().unwrap_or_else(|| json!("always")),
            "payment_method_configuration_details": null,
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": ["card"],
            "payment_status": one.payment,
            "permissions": null,
            "phone_number_collection": {"enabled": false},
            "recovered_from": null,
            "saved_payment_method_options": null,
            "setup_intent": null,
            "shipping_address_collection": null,
            "shipping_cost": null,
            "shipping_options": [],
            "status": match one.stage { Stage::Open => "open", Stage::Complete => "complete", Stage::Expired => "expired" },
            "submit_type": null,
            "subscription": one.subscription,
            "success_url": said("success_url"),
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": if version.has(Release::Endive) { "hosted_page" } else { "hosted" },
            "url": is_open.then(|| self.pay_url(&one.id)),
            "wallet_options": null,
        });
        extend(&mut shown, more);
        shown
    }

    pub(crate) fn show_portal(&self, one: &Portal) -> Value {
        json!({
            "id": one.id,
            "object": "billing_portal.session",
            "configuration": one.said.get("configuration").cloned().unwrap_or_else(|| json!("bpc_1SimHarbourPortal0000000")),
            "created": one.created.timestamp(),
            "customer": one.customer,
            "customer_account": null,
            "flow": null,
            "livemode": false,
            "locale": one.said.get("locale").cloned().unwrap_or_default(),
            "on_behalf_of": null,
            "return_url": one.return_url,
            "url": format!("{}stripe/portal/{}", self.root, one.secret),
        })
    }

    pub(crate) fn show_subscription(&self, one: &Subscription, version: &Version) -> Value {
        let method = self.customer(&one.customer).and_then(|one| one.payment_method.clone());
        let cancellation = |name: &str| one.cancellation.get(name).cloned().unwrap_or_default();
        let mut shown = json!({
            "id": one.id,
            "object": "subscription",
            "application": null,
            "application_fee_percent": null,
            "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
            "billing_cycle_anchor": one.anchor.timestamp(),
            "billing_cycle_anchor_config": null,
            "billing_mode": {"type": "classic"},
            "billing_schedules": [],
            "billing_thresholds": null,
            "cancel_at": seconds(one.cancel_at),
            "cancel_at_period_end": one.cancels_at_period_end,
            "canceled_at": seconds(one.canceled_at),
            "cancellation_details": {
                "comment": cancellation("comment"), "feedback": cancellation("feedback"),
                "reason": cancellation("reason"),
            },
            "collection_method": "charge_automatically",
            "created": one.created.timestamp(),
            "currency": CURRENCY,
            "customer": one.customer,
            "customer_account": null,
            "days_until_due": null,
            "default_payment_method": method,
            "default_source": null,
            "default_tax_rates": [],
            "description": one.description,
            "discounts": [],
            "ended_at": seconds(one.ended_at),
            "invoice_settings": {"account_tax_ids": null, "custom_fields": null, "description": null, "footer": null, "issuer": {"type": "self"}},
            "items": {
                "object": "list",
                "data": [self.show_item(one, version)],
                "has_more": false,
                "total_count": 1,
                "url": format!("/v1/subscription_items?subscription={}", one.id),
            },
        });
        let more = json!({
            "latest_invoice": one.latest_invoice,
            "livemode": false,
            "managed_payments": {"enabled": false},
            "metadata": one.metadata,
            "next_pending_invoice_item_invoice": null,
            "on_behalf_of": null,
            "pause_collection": null,
            "payment_settings": {"payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off"},
            "pending_invoice_item_interval": null,
            "pending_setup_intent": null,
            "pending_update": null,
            "schedule": null,
            "start_date": one.created.timestamp(),
            "status": one.status,
            "test_clock": null,
            "transfer_data": null,
            "trial_end": seconds(one.trial.map(|(_, end)| end)),
            "trial_settings": {"end_behavior": {"missing_payment_method": one.without_card}},
            "trial_start": seconds(one.trial.map(|(start, _)| start)),
        });
        extend(&mut shown, more);
        if !version.has(Release::Basil) {
            shown["current_period_start"] = json!(one.period.0.timestamp());
            shown["current_period_end"] = json!(one.period.1.timestamp());
        }
        shown
    }

    fn show_item(&self, one: &Subscription, version: &Version) -> Value {
        let mut price = self.show_price();
        price["id"] = json!(one.price);
        let mut shown = json!({
            "id": one.item,
            "object": "subscription_item",
            "billing_thresholds": null,
            "created": one.created.timestamp(),
            "discounts": [],
            "metadata": {},
            "plan": {
                "id": one.price, "object": "plan", "active": true, "amount": AMOUNT, "amount_decimal": AMOUNT.to_string(),
                "billing_scheme": "per_unit", "created": 1_767_225_600, "currency": CURRENCY, "interval": "month",
                "interval_count": 1, "livemode": false, "metadata": {}, "meter": null, "nickname": null,
                "product": PRODUCT, "tiers_mode": null, "transform_usage": null, "trial_period_days": null,
                "usage_type": "licensed",
            },
            "price": price,
            "quantity": one.quantity,
            "subscription": one.id,
            "tax_rates": [],
        });
        if version.has(Release::Basil) {
            shown["current_period_start"] = json!(one.period.0.timestamp());
            shown["current_period_end"] = json!(one.period.1.timestamp());
        }
        shown
    }

    pub(crate) fn show_invoice(&self, one: &Invoice, version: &Version) -> Value {
        let is_paid = one.status == "paid";
        let paid = if is_paid { one.amount } else { 0 };
        let page = format!("{}stripe/invoice/{}", self.root, one.id);
        let mut shown = json!({
            "id": one.id,
            "object": "invoice",
            "account_country": "GB",
            "account_name": "Asyncbot",
            "account_tax_ids": null,
            "amount_due": one.amount,
            "amount_overpaid": 0,
            "amount_paid": paid,
            "amount_remaining": one.amount - paid,
            "amount_shipping": 0,
            "application": null,
            "attempt_count": one.attempts,
            "attempted": one.attempts > 0,
            "auto_advance": one.status == "open",
            "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null},
            "automatically_finalizes_at": null,
            "billing_reason": one.reason,
            "collection_method": "charge_automatically",
            "created": one.created.timestamp(),
            "currency": CURRENCY,
            "custom_fields": null,
        });
        let whom = json!({
            "customer": one.customer,
            "customer_account": null,
            "customer_address": address(),
            "customer_email": EMAIL,
            "customer_name": NAME,
            "customer_phone": PHONE,
            "customer_shipping": null,
            "customer_tax_exempt": "none",
            "customer_tax_ids": [],
            "default_payment_method": null,
            "default_source": null,
            "default_tax_rates": [],
            "description": null,
            "discounts": [],
            "due_date": null,
            "effective_at": one.created.timestamp(),
            "ending_balance": 0,
            "footer": null,
            "from_invoice": null,
            "hosted_invoice_url": page,
            "invoice_pdf": format!("{page}/pdf"),
        });
        let more = json!({
            "issuer": {"type": "self"},
            "last_finalization_error": null,
            "latest_revision": null,
            "lines": {"object": "list", "data": [self.show_line(one)], "has_more": false, "total_count": 1,
                      "url": format!("/v1/invoices/{}/lines", one.id)},
            "livemode": false,
            "metadata": {},
            "next_payment_attempt": seconds(one.next_attempt),
            "number": format!("{}-0001", one.customer[one.customer.len() - 8..].to_uppercase()),
            "on_behalf_of": null,
            "payment_settings": {"default_mandate": null, "payment_method_options": null, "payment_method_types": null},
            "period_end": one.period.0.timestamp(),
            "period_start": one.period.0.timestamp(),
            "post_payment_credit_notes_amount": 0,
            "pre_payment_credit_notes_amount": 0,
            "receipt_number": null,
            "rendering": null,
            "shipping_cost": null,
            "shipping_details": null,
            "starting_balance": 0,
            "statement_descriptor": null,
            "status": one.status,
            "status_transitions": {
                "finalized_at": one.created.timestamp(), "marked_uncollectible_at": null,
                "paid_at": seconds(one.paid_at), "voided_at": null,
            },
            "subtotal": one.amount,
            "subtotal_excluding_tax": one.amount,
            "test_clock": null,
            "total": one.amount,
            "total_discount_amounts": [],
            "total_excluding_tax": one.amount,
            "total_pretax_credit_amounts": [],
            "total_taxes": [],
            "webhooks_delivered_at": null,
        });
        extend(&mut shown, whom);
        extend(&mut shown, more);
        extend(&mut shown, self.parent_of(one, version));
        shown
    }

    /// Returns what an invoice says of its subscription.
    fn parent_of(&self, one: &Invoice, version: &Version) -> Value {
        let metadata = self.subscription(&one.subscription).map(|held| held.metadata.clone());
        if version.has(Release::Basil) {
            return json!({"parent": {
                "type": "subscription_details",
                "quote_details": null,
                "subscription_details": {"metadata": metadata, "subscription": one.subscription},
            }});
        }
        json!({
            "paid": one.status == "paid",
            "subscription": one.subscription,
            "subscription_details": {"metadata": metadata},
        })
    }

    fn show_line(&self, one: &Invoice) -> Value {
        json!({
            "id": format!("il_1{}", one.id.trim_start_matches("in_1")),
            "object": "line_item",
            "amount": one.amount,
            "currency": CURRENCY,
            "description": "1 × Asyncbot Pro (at $29.00 / month)",
            "discount_amounts": [],
            "discountable": true,
            "discounts": [],
            "invoice": one.id,
            "livemode": false,
            "metadata": {},
            "parent": {
                "type": "subscription_item_details",
                "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": null, "proration": false, "proration_details": null,
                    "subscription": one.subscription,
                    "subscription_item": self.subscription(&one.subscription).map(|held| held.item.clone()),
                },
            },
            "period": {"start": one.period.0.timestamp(), "end": one.period.1.timestamp()},
            "pretax_credit_amounts": [],
            "pricing": {"type": "price_details", "unit_amount_decimal": AMOUNT.to_string(),
                        "price_details": {"price": self.account.price, "product": PRODUCT}},
            "quantity": 1,
            "subtotal": one.amount,
            "taxes": [],
        })
    }

    /// Returns an object by its id, whatever it is.
    pub(crate) fn show_any(&self, id: &str, version: &Version) -> Option<Value> {
        match id.split_once('_')?.0 {
            "cus" => self.customer(id).map(customer),
            "sub" => self.subscription(id).map(|one| self.show_subscription(one, version)),
            "in" => self.invoice(id).map(|one| self.show_invoice(one, version)),
            "cs" => self.session(id).map(|one| self.show_session(one, version)),
            "bps" => self.portals.iter().find(|one| one.id == id).map(|one| self.show_portal(one)),
            "pm" => {
                let of = |one: &&Customer| one.payment_method.as_deref() == Some(id);
                self.customers.iter().find(of).map(payment_method)
            }
            _ => (id == self.account.price).then(|| self.show_price()),
        }
    }
}

fn extend(shown: &mut Value, more: Value) {
    if let (Value::Object(shown), Value::Object(more)) = (shown, more) {
        shown.extend(more);
    }
}
