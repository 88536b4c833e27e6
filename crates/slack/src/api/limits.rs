//! How often Slack may be called: a bucket for each workspace and method, and what Slack asked for with a 429.
//!
//! Slack counts per method and workspace (apis/web-api/rate-limits): tier 2 about 20 calls a minute, tier 3 about 50,
//! tier 4 about 100, and "several hundred" posts. Our buckets are a little smaller, so that a 429 is the exception. What
//! it asks for is kept to by its method in its workspace alone.

use super::receipt::LOOKED_UP_BY;
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::Call;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// How many buckets are kept before those are thrown away that are full again.
const MANY: usize = 4096;

/// Slack asks for no longer wait: one that ends later was noted before the clock went back.
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// A bucket that holds `size` calls and gets one back every `refill`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rate {
    size: i32,
    refill: TimeDelta,
}

/// Returns how often a method may be called; `None` where waiting would be worse than being refused.
fn rate_of(method: &str) -> Option<Rate> {
    let (size, refill_ms) = match method {
        "chat.postMessage" => (120, 250),
        LOOKED_UP_BY => (1, 60_500),
        "chat.update" | "conversations.info" | "conversations.join" | "conversations.open" => {
            (48, 1200)
        }
        "chat.postEphemeral" | "conversations.members" | "users.info" | "views.publish" => {
            (96, 600)
        }
        // Somebody waits for it, and its trigger is good for three seconds.
        _ => return None,
    };
    Some(Rate { size, refill: TimeDelta::milliseconds(refill_ms) })
}

/// Returns the method by which a delivery is sent.
pub(crate) const fn method_of(call: Call) -> &'static str {
    match call {
        Call::Post => "chat.postMessage",
        Call::Replace => "chat.update",
        Call::Home => "views.publish",
        Call::Whisper => "chat.postEphemeral",
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: i32,
    /// When the bucket was as full as `left` says.
    since: DateTime<Utc>,
    /// Until when Slack wants no call.
    parked_until: Option<DateTime<Utc>>,
    /// Up to when calls that were refused have been told to come again, one after the other.
    promised_until: Option<DateTime<Utc>>,
}

/// The calls of late, by token and method. A token stands for its workspace; only a keyed hash of it is kept.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    hasher: RandomState,
    buckets: Mutex<HashMap<(u64, String), Bucket>>,
}

impl Limits {
    /// Counts a call, if it may be made now.
    ///
    /// # Errors
    ///
    /// How long to wait. Whoever comes next is told to wait longer: so they do not all come again at once.
    pub(crate) fn take(
        &self,
        token: &SecretString,
        method: &str,
        now: DateTime<Utc>,
    ) -> Result<(), TimeDelta> {
        self.look(token, method, now, true).map(drop).map_err(|at| at - now)
    }

    /// Returns how many calls can be made now.
    ///
    /// # Errors
    ///
    /// When the next can be made.
    pub(crate) fn room(
        &self,
        token: &SecretString,
        method: &str,
        now: DateTime<Utc>,
    ) -> Result<u32, DateTime<Utc>> {
        self.look(token, method, now, false)
    }

    /// Keeps a method from being called until an instant.
    pub(crate) fn park(&self, token: &SecretString, method: &str, until: DateTime<Utc>) {
        let key = self.key(token, method);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full =
            Bucket { left: i32::MAX, since: until, parked_until: None, promised_until: None };
        let bucket = buckets.entry(key).or_insert(full);
        bucket.parked_until = Some(bucket.parked_until.map_or(until, |at| at.max(until)));
    }

    fn look(
        &self,
        token: &SecretString,
        method: &str,
        now: DateTime<Utc>,
        is_made: bool,
    ) -> Result<u32, DateTime<Utc>> {
        let rate = rate_of(method);
        let key = self.key(token, method);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.get(&key).copied();
        let is_in_force = |at: &DateTime<Utc>| now < *at && *at <= now + LONGEST;
        if let Some(until) = bucket.and_then(|bucket| bucket.parked_until).filter(is_in_force) {
            return Err(until);
        }
        let Some(rate) = rate else { return Ok(u32::MAX) };
        let mut bucket = filled(bucket, rate, now);
        if bucket.left <= 0 {
            let next = bucket.since + rate.refill;
            if !is_made {
                return Err(next);
            }
            let promised = bucket.promised_until.filter(is_in_force);
            let at = promised.map_or(next, |promised| next.max(promised + rate.refill));
            bucket.promised_until = Some(at);
            buckets.insert(key, bucket);
            return Err(at);
        }
        let left = u32::try_from(bucket.left).unwrap_or(0);
        if is_made {
            bucket.left -= 1;
            if buckets.len() >= MANY {
                let is_used = |(key, bucket): (&(u64, String), &mut Bucket)| {
                    rate_of(&key.1).is_none_or(|rate| {
                        bucket.parked_until.is_some_and(|at| now < at)
                            || filled(Some(*bucket), rate, now).left < rate.size
                    })
                };
                buckets.retain(|key, bucket| is_used((key, bucket)));
            }
            buckets.insert(key, bucket);
        }
        Ok(left)
    }

    fn key(&self, token: &SecretString, method: &str) -> (u64, String) {
        (self.hasher.hash_one(token.expose_secret()), method.to_owned())
    }
}

/// Returns a bucket with what it got back since; a clock that went back gives nothing and takes nothing.
fn filled(bucket: Option<Bucket>, rate: Rate, now: DateTime<Utc>) -> Bucket {
    let full = Bucket { left: rate.size, since: now, parked_until: None, promised_until: None };
    let Some(bucket) = bucket else { return full };
    if now < bucket.since {
        return Bucket { since: now, left: bucket.left.min(rate.size), ..bucket };
    }
    let drops = (now - bucket.since).num_milliseconds() / rate.refill.num_milliseconds().max(1);
    let drops = i32::try_from(drops).unwrap_or(i32::MAX);
    if drops >= rate.size.saturating_sub(bucket.left) {
        return full;
    }
    Bucket { left: bucket.left + drops, since: bucket.since + rate.refill * drops, ..bucket }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    fn token(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn a_minutes_calls_may_come_at_once_and_then_one_by_one() {
        let (limits, token) = (Limits::default(), token("a"));

        for _ in 0..48 {
            assert_eq!(limits.take(&token, "chat.update", at(0)), Ok(()));
        }

        assert_eq!(limits.take(&token, "chat.update", at(0)), Err(TimeDelta::milliseconds(1200)));
        assert_eq!(limits.take(&token, "chat.update", at(0)), Err(TimeDelta::milliseconds(2400)));
        assert_eq!(limits.room(&token, "chat.update", at(1)), Err(at(1200)));
        assert_eq!(limits.take(&token, "chat.update", at(1200)), Ok(()));
        assert_eq!(limits.room(&token, "chat.update", at(1200)), Err(at(2400)));
        assert_eq!(limits.room(&token, "chat.update", at(600_000)), Ok(48));
    }

    #[test]
    fn a_method_that_slack_wants_left_alone_is_and_no_other() {
        let (limits, mine, other) = (Limits::default(), token("a"), token("b"));
        limits.park(&mine, "chat.postMessage", at(7000));
        limits.park(&mine, "chat.postMessage", at(5000));

        assert_eq!(limits.room(&mine, "chat.postMessage", at(6999)), Err(at(7000)));
        assert_eq!(limits.take(&mine, "chat.update", at(0)), Ok(()));
        assert_eq!(limits.take(&other, "chat.postMessage", at(0)), Ok(()));
        assert_eq!(limits.take(&mine, "chat.postMessage", at(7000)), Ok(()));
    }

    #[test]
    fn what_somebody_waits_for_is_never_held_back_by_us_but_by_slack() {
        let (limits, token) = (Limits::default(), token("a"));

        for _ in 0..1000 {
            assert_eq!(limits.take(&token, "views.open", at(0)), Ok(()));
        }
        limits.park(&token, "views.open", at(10));
        assert_eq!(limits.take(&token, "views.open", at(9)), Err(TimeDelta::milliseconds(1)));
        assert_eq!(limits.take(&token, "views.open", at(10)), Ok(()));
    }

    #[test]
    fn a_clock_that_goes_back_neither_gives_nor_takes() {
        let (limits, token) = (Limits::default(), token("a"));
        limits.take(&token, "chat.update", at(3_600_000)).unwrap();

        assert_eq!(limits.room(&token, "chat.update", at(0)), Ok(47));
        limits.take(&token, "chat.update", at(0)).unwrap();
        assert_eq!(limits.room(&token, "chat.update", at(1200)), Ok(47));
    }

    #[test]
    fn buckets_that_are_full_again_are_not_kept() {
        let limits = Limits::default();

        for number in 0..MANY + 10 {
            let now = at(i64::try_from(number).unwrap() * 60_000);
            limits.take(&token(&number.to_string()), "users.info", now).unwrap();
        }

        assert!(limits.buckets.lock().unwrap().len() < MANY);
    }
}
