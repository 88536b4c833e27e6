//! How often the bot may call: the method tiers, and one post a second per channel.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// A bucket that holds `size` calls and gets one back every `refill`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) size: i32,
    pub(crate) refill: TimeDelta,
}

impl Rate {
    /// Returns the rate of so many calls a minute.
    pub(crate) const fn per_minute(calls: i32) -> Self {
        Self { size: calls, refill: TimeDelta::milliseconds(60_000 / calls as i64) }
    }
}

/// One post a second per channel, with bursts of three.
pub(crate) const POSTS_PER_CHANNEL: Rate = Rate { size: 3, refill: TimeDelta::seconds(1) };

/// "Several hundred" posts a minute per workspace.
pub(crate) const POSTS_PER_WORKSPACE: Rate = Rate::per_minute(300);

/// The reading of messages by an app that is sold outside the Marketplace.
pub(crate) const HISTORY: Rate = Rate::per_minute(1);

/// Returns the rate of one of Slack's tiers, `t1` to `t5`; the last is "special".
pub(crate) fn rate_of_tier(tier: &str) -> Rate {
    Rate::per_minute(match tier {
        "t1" => 1,
        "t2" => 20,
        "t3" => 50,
        "t4" => 100,
        _ => 600,
    })
}

/// The calls that were made of late, by what they are counted on.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    buckets: BTreeMap<String, Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: i32,
    since: DateTime<Utc>,
}

impl Limits {
    /// Counts a call on every key, or on none.
    ///
    /// # Errors
    ///
    /// The whole seconds, at least one, after which it may be tried again.
    pub(crate) fn take(&mut self, keys: &[(String, Rate)], now: DateTime<Utc>) -> Result<(), i64> {
        let filled: Vec<Bucket> =
            keys.iter().map(|(key, rate)| self.filled(key, *rate, now)).collect();
        let waits = keys.iter().zip(&filled).filter(|(_, bucket)| bucket.left == 0);
        if let Some(wait) = waits.map(|((_, rate), bucket)| bucket.since + rate.refill - now).max()
        {
            return Err((wait.num_milliseconds() + 999).div_euclid(1000).max(1));
        }
        for ((key, _), mut bucket) in keys.iter().zip(filled) {
            bucket.left -= 1;
            self.buckets.insert(key.clone(), bucket);
        }
        Ok(())
    }

    /// Returns a bucket with what it got back since it was last looked at.
    fn filled(&self, key: &str, rate: Rate, now: DateTime<Utc>) -> Bucket {
        let full = Bucket { left: rate.size, since: now };
        let Some(bucket) = self.buckets.get(key) else { return full };
        let drops = (now - bucket.since).num_milliseconds() / rate.refill.num_milliseconds().max(1);
        let drops = i32::try_from(drops).unwrap_or(i32::MAX);
        if drops >= rate.size - bucket.left {
            return full;
        }
        Bucket { left: bucket.left + drops, since: bucket.since + rate.refill * drops }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    #[test]
    fn a_burst_of_three_posts_passes_and_the_fourth_waits_a_second() {
        let mut limits = Limits::default();
        let key = [("C1".to_owned(), POSTS_PER_CHANNEL)];

        let burst: Vec<_> = (0..4).map(|_| limits.take(&key, at(0))).collect();

        assert_eq!(burst, [Ok(()), Ok(()), Ok(()), Err(1)]);
        assert_eq!(limits.take(&key, at(999)), Err(1));
        assert_eq!(limits.take(&key, at(1000)), Ok(()));
        assert_eq!(limits.take(&key, at(1000)), Err(1));
    }

    #[test]
    fn a_refused_call_counts_on_nothing() {
        let mut limits = Limits::default();
        let slow = ("slow".to_owned(), HISTORY);
        let fast = ("fast".to_owned(), POSTS_PER_CHANNEL);
        limits.take(std::slice::from_ref(&slow), at(0)).unwrap();

        for _ in 0..5 {
            assert_eq!(limits.take(&[slow.clone(), fast.clone()], at(0)), Err(60));
        }

        assert_eq!(limits.take(&[fast], at(0)), Ok(()));
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_size() {
        let mut limits = Limits::default();
        let key = [("C1".to_owned(), POSTS_PER_CHANNEL)];
        limits.take(&key, at(0)).unwrap();

        let late: Vec<_> = (0..4).map(|_| limits.take(&key, at(3_600_000))).collect();

        assert_eq!(late, [Ok(()), Ok(()), Ok(()), Err(1)]);
    }
}
