//! How long to wait before another try: longer each time, and at random, so that many do not come at once.

use crate::random;
use chrono::TimeDelta;

/// The first wait is at most this long.
const FIRST: TimeDelta = TimeDelta::seconds(1);

/// No wait is longer, unless Slack asks for it.
const LONGEST: TimeDelta = TimeDelta::minutes(1);

/// Counts the tries in a row that led to nothing.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Returns how long to wait after no connection could be opened, at least as long as Slack asked for.
    pub(super) fn after_failure(&mut self, asked: Option<TimeDelta>) -> TimeDelta {
        let wait = spread(ceiling(self.failures), random::bytes());
        self.failures = self.failures.saturating_add(1);
        wait.max(asked.unwrap_or_default())
    }

    /// Returns how long to wait after a connection ended: not at all for the first one in a row.
    ///
    /// `is_for_long` says that the next one will hardly do better.
    pub(super) fn after_loss(&mut self, is_for_long: bool) -> TimeDelta {
        if is_for_long {
            self.failures = u32::MAX;
        }
        if self.failures == 0 {
            self.failures = 1;
            return TimeDelta::zero();
        }
        self.after_failure(None)
    }
}

/// Returns the longest wait after so many failures.
fn ceiling(failures: u32) -> TimeDelta {
    2_i32
        .checked_pow(failures)
        .and_then(|factor| FIRST.checked_mul(factor))
        .map_or(LONGEST, |it| it.min(LONGEST))
}

/// Returns a time between nothing and `most`, evenly spread, to the millisecond.
fn spread(most: TimeDelta, random: [u8; 32]) -> TimeDelta {
    let [a, b, c, d, ..] = random;
    let range = most.num_milliseconds() + 1;
    TimeDelta::milliseconds(i64::from(u32::from_be_bytes([a, b, c, d])) % range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_minute() {
        let seconds = |failures| ceiling(failures).num_seconds();

        assert_eq!([0, 1, 2, 5, 6, 40, u32::MAX].map(seconds), [1, 2, 4, 32, 60, 60, 60]);
    }

    #[test]
    fn a_wait_is_anything_up_to_its_ceiling() {
        let of = |random| spread(FIRST, [random; 32]).num_milliseconds();

        assert_eq!(of(0), 0);
        let all: Vec<i64> = (0..=u8::MAX).map(of).collect();
        assert!(all.iter().all(|wait| (0..=1000).contains(wait)));
        assert!(
            all.iter().any(|wait| *wait > 900) && all.iter().any(|wait| *wait < 100),
            "{all:?}"
        );
    }

    #[test]
    fn the_first_lost_connection_is_replaced_at_once_and_what_slack_asks_for_is_kept() {
        let mut backoff = Backoff::default();

        assert_eq!(backoff.after_loss(false), TimeDelta::zero());
        assert!(backoff.after_loss(false) <= TimeDelta::seconds(2));
        assert!(backoff.after_failure(Some(TimeDelta::hours(1))) >= TimeDelta::hours(1));
    }
}
