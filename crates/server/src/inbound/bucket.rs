//! Buckets of tokens, of which each request takes one, and the time in which they fill up again.

use super::TooMany;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// How many seconds' worth of tokens a full bucket holds.
const SECONDS_HELD: i64 = 20;

const MICROS: i64 = 1_000_000;

/// How often buckets that are full again are looked for, in microseconds.
const SWEEP_EVERY: i64 = MICROS;

/// Microseconds that only grow, whatever the clock does: after a jump back nobody waits until it has caught up.
#[derive(Debug)]
pub(super) struct Ticks {
    clock: Clock,
    last: Mutex<(DateTime<Utc>, i64)>,
}

impl Ticks {
    pub(super) fn new(clock: Clock) -> Self {
        let now = clock.now();
        Self { clock, last: Mutex::new((now, 0)) }
    }

    pub(super) fn now(&self) -> i64 {
        self.at(self.clock.now())
    }

    fn at(&self, now: DateTime<Utc>) -> i64 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = (now - last.0).num_microseconds().unwrap_or(0).max(0);
        *last = (now, last.1.saturating_add(passed));
        last.1
    }
}

/// How fast a bucket fills.
#[derive(Clone, Copy, Debug)]
struct Rate {
    /// What one token takes, in microseconds.
    token: i64,
}

impl Rate {
    fn new(per_second: u32) -> Self {
        Self { token: (MICROS / i64::from(per_second.max(1))).max(1) }
    }

    /// Returns when the bucket is full again after one more token was taken at `now`.
    fn take(self, full_at: i64, now: i64) -> Result<i64, TooMany> {
        let full_at = full_at.max(now) + self.token;
        // A bucket holds one token at least, however slowly it fills.
        let too_long = full_at - now - (SECONDS_HELD * MICROS).max(self.token);
        if too_long <= 0 {
            return Ok(full_at);
        }
        Err(TooMany { wait: TimeDelta::microseconds(too_long).max(TimeDelta::seconds(1)) })
    }
}

/// One bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: Rate,
    full_at: Mutex<i64>,
}

impl Bucket {
    pub(super) fn new(per_second: u32) -> Self {
        Self { rate: Rate::new(per_second), full_at: Mutex::new(0) }
    }

    /// Takes a token at `now`.
    pub(super) fn take(&self, now: i64) -> Result<(), TooMany> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        *full_at = self.rate.take(*full_at, now)?;
        Ok(())
    }
}

/// A bucket for each of many, of which only those are kept that are not full.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    rate: Rate,
    most: usize,
    kept: Mutex<Kept<K>>,
}

#[derive(Debug)]
struct Kept<K> {
    full_at: HashMap<K, i64>,
    swept_at: i64,
    /// What all share for whom there is no room.
    others: i64,
}

impl<K: Eq + Hash> Buckets<K> {
    pub(super) fn new(per_second: u32, most: usize) -> Self {
        let kept = Kept { full_at: HashMap::new(), swept_at: 0, others: 0 };
        Self { rate: Rate::new(per_second), most, kept: Mutex::new(kept) }
    }

    /// Takes a token of `key` at `now`.
    pub(super) fn take(&self, key: K, now: i64) -> Result<(), TooMany> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if now - kept.swept_at >= SWEEP_EVERY {
            kept.swept_at = now;
            kept.full_at.retain(|_, full_at| *full_at > now);
        }
        let has_room = kept.full_at.len() < self.most || kept.full_at.contains_key(&key);
        let Kept { full_at, others, .. } = &mut *kept;
        let bucket = if has_room { full_at.entry(key).or_insert(now) } else { others };
        *bucket = self.rate.take(*bucket, now)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_twenty_seconds_worth_at_once_and_then_so_many_a_second() {
        let bucket = Bucket::new(5);
        let taken = (0..1000).take_while(|_| bucket.take(0).is_ok()).count();

        assert_eq!(taken, 100);
        let refused = bucket.take(0).unwrap_err();
        assert_eq!(refused.wait, TimeDelta::seconds(1), "HTTP counts in seconds");
        let later = (0..1000).take_while(|_| bucket.take(2 * MICROS).is_ok()).count();
        assert_eq!(later, 10);
    }

    #[test]
    fn who_takes_too_much_takes_it_from_nobody_else() {
        let buckets = Buckets::new(1, 10);
        while buckets.take("loud", 0).is_ok() {}

        assert!(buckets.take("loud", 0).is_err());
        assert!(buckets.take("quiet", 0).is_ok());
    }

    #[test]
    fn full_buckets_are_dropped_and_beyond_the_most_all_share_one() {
        let buckets = Buckets::new(1, 3);
        for key in 0..3 {
            buckets.take(key, 0).unwrap();
        }

        let shared = (3..1000).take_while(|key| buckets.take(*key, 0).is_ok()).count();

        assert_eq!(shared, 20, "the others share one bucket");
        assert!(buckets.take(0, 0).is_ok(), "who is counted still has their own");
        assert_eq!(buckets.kept.lock().unwrap().full_at.len(), 3);
        buckets.take(7, 60 * MICROS).unwrap();
        assert_eq!(buckets.kept.lock().unwrap().full_at.len(), 1, "the full ones are gone");
    }

    #[test]
    fn time_goes_on_after_the_clock_jumped_back() {
        let noon: DateTime<Utc> = "2026-06-08T12:00:00Z".parse().unwrap();
        let ticks = Ticks::new(Clock::manual(noon));

        assert_eq!(ticks.at(noon + TimeDelta::seconds(2)), 2 * MICROS);
        assert_eq!(ticks.at(noon - TimeDelta::hours(1)), 2 * MICROS);
        let later = noon - TimeDelta::hours(1) + TimeDelta::seconds(3);
        assert_eq!(ticks.at(later), 5 * MICROS, "nobody waits for the hour to pass again");
    }
}
