//! Subscriptions: those that are due are asked about at Stripe, and what it says is written down.

use super::POLL;
use crate::billing::Billing;
use crate::bot::Bot;
use app::AppError;
use app::billing::set_default;
use app::subscription::{Asked, Task, begin, finish};
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use connect::StripeFault;
use domain::billing::{Plan, Subscription, choose};
use domain::ids::WorkspaceId;
use std::sync::Arc;
use store::SubscriptionClaim;

/// For how long one process has a subscription: longer than Stripe is waited for.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// How many are claimed at once; they are asked about one after the other, far below what Stripe allows.
const AT_ONCE: u32 = 8;

/// How long to wait where the database does not answer.
const RETRY: TimeDelta = TimeDelta::seconds(5);

/// How many workspaces get their plan in one transaction of the list.
const LISTED: u32 = 500;

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let name = format!("{}billing", bot.replica);
    look_again(&bot).await;
    loop {
        let next = match look(&bot, &name).await {
            Ok(next) => next,
            Err(fault) => {
                tracing::error!(error = %fault, "It could not be seen which subscriptions are to be asked about.");
                Some(bot.clock.now() + RETRY)
            }
        };
        tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            () = worker.wait(&bot.bells.billing, next, POLL) => {}
        }
    }
}

/// Gives the workspaces that have none the plan with which they begin, works off what is due, and returns when to look again.
async fn look(bot: &Bot, name: &str) -> Result<Option<DateTime<Utc>>, AppError> {
    settle_plans(bot).await?;
    let Some(billing) = &bot.billing else { return Ok(None) };
    let system = bot.store.system();
    loop {
        if bot.supervisor.is_stopping() {
            return Ok(None);
        }
        let now = bot.clock.now();
        let claims = system.claim_subscriptions(name, now, now + LEASE, AT_ONCE).await?;
        if claims.is_empty() {
            return Ok(system.earliest_subscription_at().await?);
        }
        for claim in claims {
            if let Err(fault) = refresh(bot, billing, &claim).await {
                // Its lease runs out, and then it is tried again.
                tracing::error!(error = %fault, workspace.id = %claim.workspace, "A subscription could not be written down.");
            }
        }
        bot.bells.ring_after_write();
    }
}

/// Where plans are paid, whoever has Pro without having paid for it, since they were not paid for a while, falls to Free, and
/// whoever has is asked about again.
async fn look_again(bot: &Bot) {
    if bot.billing.is_none() {
        return;
    }
    let listed = bot.store.system().list_on_plan(Plan::Pro).await.unwrap_or_else(|fault| {
        tracing::error!(error = %fault, "It could not be seen who is on Pro; it is looked at the next start.");
        Vec::new()
    });
    for workspace in listed {
        if let Err(fault) = set_default(&bot.store, workspace, true, bot.clock.now()).await {
            tracing::error!(error = %fault, workspace.id = %workspace, "It could not be seen whether a workspace has paid; it is looked at the next start.");
        }
    }
    bot.bells.ring_after_write();
}

/// Where plans are paid, whoever has none begins on Free; where they are not any more, everybody has everything.
async fn settle_plans(bot: &Bot) -> Result<(), AppError> {
    let is_billed = bot.billing.is_some();
    loop {
        let system = bot.store.system();
        let found: Vec<WorkspaceId> = if is_billed {
            system.list_unsubscribed(LISTED).await?
        } else {
            system.list_on_plan(Plan::Free).await?
        };
        for workspace in &found {
            set_default(&bot.store, *workspace, is_billed, bot.clock.now()).await?;
        }
        if found.is_empty() {
            return Ok(());
        }
        bot.bells.ring_after_write();
    }
}

async fn refresh(bot: &Bot, billing: &Billing, claim: &SubscriptionClaim) -> Result<(), AppError> {
    let asked = match begin(&bot.store, claim).await? {
        Some(task) => ask(billing, claim.workspace, &task).await,
        None => Asked::Told { subscription: None, is_ended_by_us: false, is_customer_known: false },
    };
    finish(&bot.store, claim, &asked, bot.clock.now()).await
}

/// Asks which subscription counts, and ends it or lets it go on where the app went or came.
async fn ask(billing: &Billing, workspace: WorkspaceId, task: &Task) -> Asked {
    match try_ask(billing, workspace, task).await {
        Ok(asked) => asked,
        Err(StripeFault::Missing) => {
            Asked::Told { subscription: None, is_ended_by_us: false, is_customer_known: false }
        }
        Err(fault) => {
            tracing::warn!(error = %fault, workspace.id = %workspace, "A subscription could not be asked about; the plan stays as it is.");
            Asked::NoAnswer
        }
    }
}

async fn try_ask(
    billing: &Billing,
    workspace: WorkspaceId,
    task: &Task,
) -> Result<Asked, StripeFault> {
    let mut found = billing.stripe.list_subscriptions(&task.customer).await?;
    let reference = workspace.to_string();
    let is_ours = |it: &Subscription| it.workspace.as_ref().is_none_or(|named| *named == reference);
    found.retain(is_ours);
    if 1 < found.iter().filter(|it| it.status.is_charged()).count() {
        tracing::error!(workspace.id = %workspace, "A workspace is charged more than once; please end what it has too much in Stripe's dashboard.");
    }
    let mut subscription = choose(&found).cloned();
    let wish = subscription.as_ref().and_then(|it| task.wish(it));
    if let (Some(wish), Some(it)) = (&wish, &mut subscription) {
        *it = billing.stripe.set_ending(&it.id, wish.ends, &wish.key).await?;
        tracing::info!(ends = wish.ends, workspace.id = %workspace, "A subscription was set to end with its period, or to go on, since the app went or came.");
    }
    let is_ended_by_us = task.has_ended(subscription.as_ref(), wish.as_ref());
    Ok(Asked::Told { subscription, is_ended_by_us, is_customer_known: true })
}
