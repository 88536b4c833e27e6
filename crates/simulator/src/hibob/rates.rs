//! How often a service user may call each endpoint in a minute.

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Calls a minute where nothing else is said. HiBob documents 50 for the search of people; who's out is taken to be alike.
const PER_MINUTE: u32 = 50;

/// How a call stands to its limit, as the headers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) limit: u32,
    pub(crate) left: u32,
    /// When the count begins anew, in seconds since 1970.
    pub(crate) reset: i64,
    /// Whether the call is one too many.
    pub(crate) is_over: bool,
}

impl Usage {
    pub(crate) fn headers(self) -> Vec<(String, String)> {
        [
            ("x-ratelimit-limit", self.limit.to_string()),
            ("x-ratelimit-remaining", self.left.to_string()),
            ("x-ratelimit-reset", self.reset.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// The limits, and the calls of the minutes under way. Minutes are those of the clock.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    limits: BTreeMap<(Option<String>, String), u32>,
    used: BTreeMap<(String, String), (i64, u32)>,
}

impl Rates {
    /// Sets the limit of an endpoint, for one service user or for all.
    pub(crate) fn set(&mut self, service_user: Option<String>, endpoint: &str, per_minute: u32) {
        self.limits.insert((service_user, endpoint.to_owned()), per_minute);
    }

    pub(crate) fn limit(&self, service_user: &str, endpoint: &str) -> u32 {
        let own = self.limits.get(&(Some(service_user.to_owned()), endpoint.to_owned()));
        let all = || self.limits.get(&(None, endpoint.to_owned()));
        own.or_else(all).copied().unwrap_or(PER_MINUTE)
    }

    /// Counts a call; one too many is not counted.
    pub(crate) fn take(&mut self, service_user: &str, endpoint: &str, now: DateTime<Utc>) -> Usage {
        let limit = self.limit(service_user, endpoint);
        let minute = now.timestamp().div_euclid(60);
        let key = (service_user.to_owned(), endpoint.to_owned());
        let (since, used) = self.used.entry(key).or_insert((minute, 0));
        if *since != minute {
            (*since, *used) = (minute, 0);
        }
        let is_over = *used >= limit;
        *used += u32::from(!is_over);
        Usage { limit, left: limit.saturating_sub(*used), reset: (minute + 1) * 60, is_over }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_user_has_its_own_minute_on_each_endpoint() {
        let mut rates = Rates::default();
        rates.set(None, "whosout", 2);
        let now = DateTime::from_timestamp(1_772_600_459, 0).unwrap();

        let left: Vec<u32> = (0..2).map(|_| rates.take("A", "whosout", now).left).collect();
        let over = rates.take("A", "whosout", now);

        assert_eq!(left, [1, 0]);
        assert_eq!(over, Usage { limit: 2, left: 0, reset: 1_772_600_460, is_over: true });
        assert!(!rates.take("B", "whosout", now).is_over);
        assert!(!rates.take("A", "people/search", now).is_over);
        let later = DateTime::from_timestamp(1_772_600_460, 0).unwrap();
        assert_eq!(rates.take("A", "whosout", later).left, 1);
    }
}
