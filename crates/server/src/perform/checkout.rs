//! Admins are led to the checkout or to what they pay; Stripe is asked here, and its links go straight on.

use super::{refused, said};
use crate::billing::Billing;
use crate::bot::Bot;
use app::subscription::{self, Begun, Instead, Intent};
use app::{AppError, Request};
use connect::{CheckoutSession, NewCheckout, StripeFault};
use domain::reply::{Answer, Reply};
use domain::story::checkout::{Button, Reply as Said};
use domain::story::data::Address;
use secrecy::{ExposeSecret, SecretString};

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: Button,
) -> Result<Answer, AppError> {
    let Some(billing) = &bot.billing else { return Ok(say(Said::NotHere)) };
    match button {
        Button::Upgrade => upgrade(bot, billing, request).await,
        Button::Manage => manage(bot, billing, request).await,
    }
}

/// How often a checkout is begun anew for one press.
const TRIES: u32 = 3;

async fn upgrade(bot: &Bot, billing: &Billing, request: &Request) -> Result<Answer, AppError> {
    let mut is_anew = false;
    for _ in 0..TRIES {
        let intent = match subscription::begin_checkout(&bot.store, request, is_anew).await? {
            Begun::Go(intent) => intent,
            Begun::Instead(instead) => return Ok(answer(instead)),
        };
        let fault = match pay(bot, billing, request, &intent).await? {
            Ok(Some(url)) => return Ok(link(&url, |address| Said::Checkout { address })),
            // It is paid, or its day is over.
            Ok(None) => StripeFault::KeyUsed,
            Err(fault) => fault,
        };
        match (fault, &intent.customer) {
            (StripeFault::KeyUsed, _) => {}
            (StripeFault::Missing, Some(customer)) => {
                subscription::forget_customer(&bot.store, request, customer).await?;
            }
            (fault, _) => return Ok(no_answer(request, &fault)),
        }
        is_anew = true;
    }
    Ok(no_answer(request, &StripeFault::KeyUsed))
}

/// Returns where it is paid; `None` where this checkout takes no payment any more.
async fn pay(
    bot: &Bot,
    billing: &Billing,
    request: &Request,
    intent: &Intent,
) -> Result<Result<Option<SecretString>, StripeFault>, AppError> {
    let workspace = request.workspace.to_string();
    let mut customer = intent.customer.clone();
    if customer.is_none() {
        let key = format!("customer:{workspace}:{}", intent.attempt);
        let made = match billing.stripe.create_customer(&workspace, &key).await {
            Ok(made) => made,
            Err(fault) => return Ok(Err(fault)),
        };
        customer = subscription::keep_customer(&bot.store, request, &made).await?;
        bot.bells.billing.ring();
    }
    let Some(customer) = customer else { return Ok(Err(StripeFault::Missing)) };
    let success_url = bot.page("billing/return?session={CHECKOUT_SESSION_ID}");
    let cancel_url = bot.page("billing/left");
    let checkout = NewCheckout {
        customer: &customer,
        workspace: &workspace,
        success_url: &success_url,
        cancel_url: &cancel_url,
        idempotency_key: &format!(
            "checkout:{workspace}:{}:{}",
            billing.stripe.price(),
            intent.attempt
        ),
    };
    let made = billing.stripe.create_checkout(&checkout).await;
    Ok(made.map(|CheckoutSession { url, .. }| url))
}

async fn manage(bot: &Bot, billing: &Billing, request: &Request) -> Result<Answer, AppError> {
    let customer = match subscription::begin_portal(&bot.store, request).await? {
        Begun::Go(customer) => customer,
        Begun::Instead(instead) => return Ok(answer(instead)),
    };
    let return_url = bot.page("billing/left");
    // Each press is an intent of its own, and the same press sent again is the same.
    let key = format!("portal:{}:{}", request.workspace, request.key);
    match billing.stripe.open_portal(&customer, &return_url, &key).await {
        Ok(url) => Ok(link(&url, |address| Said::Portal { address })),
        Err(StripeFault::Missing) => {
            subscription::forget_customer(&bot.store, request, &customer).await?;
            Ok(say(Said::NothingToManage))
        }
        Err(fault) => Ok(no_answer(request, &fault)),
    }
}

fn link(url: &SecretString, reply: impl FnOnce(Address) -> Said) -> Answer {
    say(reply(Address::new(url.expose_secret())))
}

fn no_answer(request: &Request, fault: &StripeFault) -> Answer {
    tracing::error!(error = %fault, workspace.id = %request.workspace, "An admin could not be led to Stripe.");
    say(Said::NoAnswer)
}

fn answer(instead: Instead) -> Answer {
    match instead {
        Instead::Reply(reply) => say(reply),
        Instead::Refused(refusal) => refused(refusal),
    }
}

fn say(reply: Said) -> Answer {
    said(Reply::Checkout(reply))
}
