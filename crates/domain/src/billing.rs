//! What a workspace may do, and what follows from what Stripe says of its subscription.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// How long Pro stays after a payment failed.
pub const PAST_DUE_GRACE: TimeDelta = TimeDelta::days(14);

/// How long, after a fall from Pro, nothing is deleted that Pro would keep.
pub const FALL_GRACE: TimeDelta = TimeDelta::days(30);

/// How long the id of an event of Stripe's is known, so that it counts once: Stripe repeats one for three days.
pub const EVENTS_KEPT: TimeDelta = TimeDelta::days(30);

/// What a workspace pays for; without billing everybody has everything.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// The free plan of the hosted service.
    Free,
    /// The paid plan, and every installation of one's own.
    #[default]
    Pro,
}

/// What a plan allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entitlements {
    /// How many rotations may be active at once; `None` where there is no limit.
    pub active_rotations: Option<usize>,
    /// How long events are kept, and what a turn says beside ids and counts.
    pub event_log_kept: TimeDelta,
    /// Whether absences come from sources.
    pub absence_sources: bool,
}

/// How a subscription is, in Stripe's words, which are an open list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionStatus {
    /// The first payment is under way.
    Incomplete,
    /// The first payment never came.
    IncompleteExpired,
    /// It is tried, and will be paid.
    Trialing,
    /// It is paid.
    Active,
    /// A later payment failed and is tried again.
    PastDue,
    /// It ended.
    Canceled,
    /// Every try to get the payment failed.
    Unpaid,
    /// It rests.
    Paused,
    /// A word that this version does not know.
    Unknown(String),
}

/// A subscription as Stripe tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// The id of the customer.
    pub customer: String,
    /// How it is.
    pub status: SubscriptionStatus,
    /// The id of the price.
    pub price: Option<String>,
    /// When what was paid for ends.
    pub period_end: Option<DateTime<Utc>>,
    /// When it ends, where it is to end.
    pub cancel_at: Option<DateTime<Utc>>,
    /// When it began.
    pub created: DateTime<Utc>,
    /// The workspace that we wrote into it (`metadata.workspace`).
    pub workspace: Option<String>,
}

/// Which plan follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The plan.
    pub plan: Plan,
    /// When it is to be decided again though nothing is heard; `None` where only news change it.
    pub until: Option<DateTime<Utc>>,
    /// Whether Stripe used a word that this version does not know.
    pub is_unknown: bool,
}

impl Plan {
    /// Every plan, the smallest first.
    pub const ALL: [Self; 2] = [Self::Free, Self::Pro];

    /// Returns what it allows.
    #[must_use]
    pub const fn entitlements(self) -> Entitlements {
        match self {
            Self::Free => Entitlements {
                active_rotations: Some(3),
                event_log_kept: TimeDelta::days(30),
                absence_sources: false,
            },
            Self::Pro => Entitlements {
                active_rotations: None,
                event_log_kept: TimeDelta::days(365),
                absence_sources: true,
            },
        }
    }

    /// Returns the word that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pro => "pro",
        }
    }

    /// Returns the name by which people know it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "Free",
            Self::Pro => "Pro",
        }
    }

    /// Returns what a stored word means.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.code() == code)
    }
}

impl Entitlements {
    /// Returns whether one more rotation may be active beside so many.
    #[must_use]
    pub fn has_room(&self, active: usize) -> bool {
        self.active_rotations.is_none_or(|limit| active < limit)
    }

    /// Returns since when events are kept.
    ///
    /// For [`FALL_GRACE`] after a fall from Pro at `fell_at` it is as long as on Pro.
    #[must_use]
    pub fn events_kept_since(
        &self,
        fell_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let is_spared = fell_at.is_some_and(|fell| now < kept_after_fall(fell));
        let kept = if is_spared {
            self.event_log_kept.max(Plan::Pro.entitlements().event_log_kept)
        } else {
            self.event_log_kept
        };
        now.checked_sub_signed(kept).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

/// Returns until when nothing is deleted that Pro would keep, after a fall from it.
#[must_use]
pub fn kept_after_fall(fell_at: DateTime<Utc>) -> DateTime<Utc> {
    fell_at.checked_add_signed(FALL_GRACE).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl SubscriptionStatus {
    /// Returns what a word of Stripe's means.
    #[must_use]
    pub fn of_code(code: &str) -> Self {
        match code {
            "incomplete" => Self::Incomplete,
            "incomplete_expired" => Self::IncompleteExpired,
            "trialing" => Self::Trialing,
            "active" => Self::Active,
            "past_due" => Self::PastDue,
            "canceled" => Self::Canceled,
            "unpaid" => Self::Unpaid,
            "paused" => Self::Paused,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Returns Stripe's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Canceled => "canceled",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
            Self::Unknown(word) => word,
        }
    }

    /// Returns whether something is paid for it, or still tried to be.
    #[must_use]
    pub const fn is_charged(&self) -> bool {
        matches!(self, Self::Active | Self::Trialing | Self::PastDue)
    }

    /// Returns how much it gives, the most first.
    ///
    /// What we do not know may be worth something, so it counts before what surely gives nothing.
    const fn rank(&self) -> u8 {
        match self {
            Self::Active | Self::Trialing => 0,
            Self::PastDue => 1,
            Self::Unknown(_) => 2,
            Self::Incomplete
            | Self::IncompleteExpired
            | Self::Canceled
            | Self::Unpaid
            | Self::Paused => 3,
        }
    }
}

/// Returns which of a customer's subscriptions counts: the best, and of those that are as good the newest.
#[must_use]
pub fn choose(of_customer: &[Subscription]) -> Option<&Subscription> {
    of_customer.iter().min_by_key(|one| (one.status.rank(), Reverse(one.created), &one.id))
}

/// Returns the plan that follows from the subscription that counts, `None` where there is none.
///
/// `past_due_since` is when it was first seen past due, now where that is not known; `was` is the plan until now, which
/// stays where Stripe's word is unknown.
///
/// # Examples
///
/// ```
/// use domain::billing::{PAST_DUE_GRACE, Plan, SubscriptionStatus, decide};
///
/// let since = "2026-06-01T00:00:00Z".parse().expect("an instant");
/// let failed = decide(Some(&SubscriptionStatus::PastDue), Some(since), Plan::Pro, since);
/// assert_eq!((failed.plan, failed.until), (Plan::Pro, Some(since + PAST_DUE_GRACE)));
/// ```
#[must_use]
pub fn decide(
    status: Option<&SubscriptionStatus>,
    past_due_since: Option<DateTime<Utc>>,
    was: Plan,
    now: DateTime<Utc>,
) -> Verdict {
    let settled = |plan| Verdict { plan, until: None, is_unknown: false };
    match status {
        Some(SubscriptionStatus::Active | SubscriptionStatus::Trialing) => settled(Plan::Pro),
        Some(SubscriptionStatus::PastDue) => {
            let since = past_due_since.unwrap_or(now);
            let until =
                since.checked_add_signed(PAST_DUE_GRACE).unwrap_or(DateTime::<Utc>::MAX_UTC);
            if now < until {
                Verdict { plan: Plan::Pro, until: Some(until), is_unknown: false }
            } else {
                settled(Plan::Free)
            }
        }
        Some(SubscriptionStatus::Unknown(_)) => {
            Verdict { plan: was, until: None, is_unknown: true }
        }
        Some(
            SubscriptionStatus::Incomplete
            | SubscriptionStatus::IncompleteExpired
            | SubscriptionStatus::Canceled
            | SubscriptionStatus::Unpaid
            | SubscriptionStatus::Paused,
        )
        | None => settled(Plan::Free),
    }
}

#[cfg(test)]
mod tests;
