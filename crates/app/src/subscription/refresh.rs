//! A subscription as Stripe has it, written down: plan, state, the end of the period, when it is cancelled, and nothing else.

use super::checkout::is_live;
use crate::AppError;
use crate::audit::{self, Entry};
use crate::billing::{change_plan, tell_admins};
use crate::home;
use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use domain::billing::{Plan, Subscription, SubscriptionStatus, decide};
use domain::effect::SubscriptionEffect;
use domain::ids::WorkspaceId;
use serde_json::json;
use store::{Store, StoreError, SubscriptionClaim, SubscriptionRecord, Tx};

/// When all are asked about, every night, in UTC.
const NIGHTLY: NaiveTime = NaiveTime::from_hms_opt(3, 0, 0).unwrap();

/// Over how many minutes from then on they are spread.
const SPREAD: u128 = 120;

/// The longest wait after Stripe gave no answer.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// What Stripe is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Whose subscriptions.
    pub customer: String,
    /// Whether the app is installed.
    is_installed: bool,
    /// When it last was.
    since: DateTime<Utc>,
    is_ended_by_us: bool,
}

/// What a subscription is to become, since the app came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Whether it ends with the period that is paid.
    pub ends: bool,
    /// What is the same for the same wish.
    pub key: String,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Stripe answered.
    Told {
        /// The subscription that counts, where there is one.
        subscription: Option<Subscription>,
        /// Whether it was set to end by us, in this or an earlier asking.
        is_ended_by_us: bool,
        /// Whether it knows the customer.
        is_customer_known: bool,
    },
    /// It did not.
    NoAnswer,
}

impl Task {
    /// Returns what is to become of a subscription: one whose app is gone ends with its period, and one that we ended goes
    /// on when the app is back. What somebody decided at Stripe stays.
    #[must_use]
    pub fn wish(&self, subscription: &Subscription) -> Option<Wish> {
        if !subscription.status.is_charged() {
            return None;
        }
        let ends = match (self.is_installed, self.is_ended_by_us, subscription.cancel_at) {
            (false, false, None) => true,
            (true, true, Some(_)) => false,
            _ => return None,
        };
        let word = if ends { "end" } else { "go-on" };
        let key = format!("{word}:{}:{}", subscription.id, self.since.timestamp_micros());
        Some(Wish { ends, key })
    }

    /// Returns whether it is we who ended a subscription that is as `subscription` says now.
    #[must_use]
    pub fn has_ended(
        &self,
        subscription: Option<&Subscription>,
        carried_out: Option<&Wish>,
    ) -> bool {
        match carried_out {
            Some(wish) => wish.ends,
            // Uninstalled and not ending any more: somebody decided otherwise, and that is not ours to undo.
            None if !self.is_installed => self.is_ended_by_us,
            None => self.is_ended_by_us && subscription.is_some_and(|it| it.cancel_at.is_some()),
        }
    }
}

/// Returns what Stripe is to be asked; `None` where there is nothing to ask any more.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn begin(store: &Store, claim: &SubscriptionClaim) -> Result<Option<Task>, AppError> {
    let mut tx = store.read(claim.workspace).await?;
    let Some(record) = tx.find_subscription().await? else { return Ok(None) };
    let Some(workspace) = tx.find_workspace().await? else { return Ok(None) };
    let since = workspace.installed_at;
    let SubscriptionRecord { customer, is_ended_by_us, .. } = record;
    let is_installed = workspace.is_active;
    Ok(customer.map(|customer| Task { customer, is_installed, since, is_ended_by_us }))
}

/// Writes down what Stripe said, and does what follows; where it said nothing, all stays as it is and it is asked again.
///
/// Whoever was told in between that something is otherwise has taken the claim away, and then nothing is changed.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn finish(
    store: &Store,
    claim: &SubscriptionClaim,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mut tx = store.write(claim.workspace).await?;
    let Some(mut record) = tx.lock_claimed_subscription(claim).await? else { return Ok(()) };
    tx.release_subscription(claim).await?;
    match asked {
        Asked::NoAnswer => {
            record.failures = record.failures.saturating_add(1);
            let wait = TimeDelta::minutes(1 << record.failures.min(6)).min(LONGEST_WAIT);
            record.next_at = Some(now + wait);
        }
        Asked::Told { subscription, is_ended_by_us, is_customer_known } => {
            record.failures = 0;
            record.is_ended_by_us = *is_ended_by_us;
            if !is_customer_known {
                record.customer = None;
            }
            take_over(&mut tx, &mut record, subscription.as_ref(), now).await?;
            let verdict = decide(record.status.as_ref(), record.past_due_since, record.plan, now);
            if verdict.is_unknown {
                tracing::error!(workspace.id = %claim.workspace, "A subscription is in a state that this version does not know; the plan stays as it is.");
            }
            if verdict.plan != record.plan {
                change_plan(&mut tx, &mut record, verdict.plan, now).await?;
            }
            let nightly = record.customer.is_some().then(|| nightly(claim.workspace, now));
            record.next_at = nightly.into_iter().chain(verdict.until).min();
        }
    }
    tx.upsert_subscription(&record).await?;
    Ok(tx.commit().await?)
}

/// Writes down a subscription, and tells the admins of what they have to know or to do.
async fn take_over(
    tx: &mut Tx,
    record: &mut SubscriptionRecord,
    subscription: Option<&Subscription>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let was = record.clone();
    let id = subscription.map(|it| it.id.clone());
    if record.subscription != id && id.is_some() {
        // The intent was carried out; whoever wants to pay after it wants something new.
        record.checkout_at = None;
    }
    record.subscription = id;
    record.status = subscription.map(|it| it.status.clone());
    record.price = subscription.and_then(|it| it.price.clone());
    record.period_end = subscription.and_then(|it| it.period_end);
    record.cancel_at = subscription.and_then(|it| it.cancel_at);
    let is_past_due = record.status == Some(SubscriptionStatus::PastDue);
    record.past_due_since = is_past_due.then(|| was.past_due_since.unwrap_or(now));
    if record.status != was.status || record.cancel_at != was.cancel_at {
        let status = record.status.as_ref().map(SubscriptionStatus::as_str);
        let details =
            json!({"status": status, "ends": record.cancel_at, "paid_until": record.period_end});
        let action = "subscription_changed";
        let entry = Entry { action, actor: None, rotation: None, subject: None, details };
        audit::record(tx, now, entry).await?;
    }
    let shown = |it: &SubscriptionRecord| (it.status.clone(), it.period_end, it.cancel_at);
    if shown(record) != shown(&was) {
        home::touch_admins(tx, now).await?;
    }
    match (was.past_due_since, record.past_due_since) {
        (None, Some(since)) => {
            tell_admins(tx, &SubscriptionEffect::PaymentFailed { since }, now).await
        }
        // Where the plan comes back as well, that says it.
        (Some(since), None) if is_live(record) && was.plan == Plan::Pro => {
            tell_admins(tx, &SubscriptionEffect::PaymentWorks { since }, now).await
        }
        _ => Ok(()),
    }
}

/// Returns when a workspace's subscription is asked about without any news: in the coming night, all spread over it.
fn nightly(workspace: WorkspaceId, now: DateTime<Utc>) -> DateTime<Utc> {
    let minutes = i64::try_from(workspace.as_uuid().as_u128() % SPREAD).unwrap_or(0);
    let at = |days: u64| {
        let day = now.date_naive().checked_add_days(Days::new(days)).unwrap_or_default();
        day.and_time(NIGHTLY).and_utc() + TimeDelta::minutes(minutes)
    };
    if now < at(0) { at(0) } else { at(1) }
}

/// Returns whether what a workspace left may be deleted: not while a subscription of it would go on being charged.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn may_be_forgotten(store: &Store, workspace: WorkspaceId) -> Result<bool, StoreError> {
    let mut tx = store.read(workspace).await?;
    let record = tx.find_subscription().await?;
    Ok(record.is_none_or(|record| !is_live(&record) || record.cancel_at.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn subscription(status: SubscriptionStatus, cancel_at: Option<&str>) -> Subscription {
        Subscription {
            id: String::from("sub_1"),
            customer: String::from("cus_1"),
            status,
            price: None,
            period_end: None,
            cancel_at: cancel_at.map(at),
            created: at("2026-01-01T00:00:00Z"),
            workspace: None,
        }
    }

    #[test]
    fn a_subscription_ends_when_the_app_goes_and_goes_on_only_where_we_ended_it() {
        let ends = Some("2026-02-01T00:00:00Z");
        let (active, canceled) = (SubscriptionStatus::Active, SubscriptionStatus::Canceled);
        for (is_installed, is_ended_by_us, status, cancel_at, wish) in [
            (false, false, active.clone(), None, Some(true)),
            (false, false, active.clone(), ends, None),
            (false, true, active.clone(), ends, None),
            // Somebody let it go on at Stripe, although the app is gone.
            (false, true, active.clone(), None, None),
            (true, true, active.clone(), ends, Some(false)),
            // Somebody ended it at Stripe.
            (true, false, active.clone(), ends, None),
            (true, false, active, None, None),
            (false, false, canceled.clone(), None, None),
            (true, true, canceled, ends, None),
        ] {
            let since = at("2026-01-10T00:00:00Z");
            let task = Task { customer: String::new(), is_installed, since, is_ended_by_us };
            let wished = task.wish(&subscription(status.clone(), cancel_at));
            let case = (is_installed, is_ended_by_us, status, cancel_at);
            assert_eq!(wished.map(|wish| wish.ends), wish, "{case:?}");
        }
    }

    #[test]
    fn each_is_asked_about_once_a_night() {
        let workspace = WorkspaceId::of_team(&domain::ids::TeamId::new("T1"));
        let first = nightly(workspace, at("2026-01-10T12:00:00Z"));

        assert!(at("2026-01-11T03:00:00Z") <= first && first < at("2026-01-11T05:00:00Z"));
        assert_eq!(nightly(workspace, first), first + TimeDelta::days(1));
        assert_eq!(nightly(workspace, first - TimeDelta::seconds(1)), first);
    }
}
