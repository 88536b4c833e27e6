//! The firewall before HiBob: who is refused too often is shut out for five minutes.

use crate::to_bot::signature::hmac_hex;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

/// How many refusals shut somebody out.
const MOST: usize = 50;

/// Within which time refusals count for an address.
const ADDRESS_WINDOW: TimeDelta = TimeDelta::seconds(10);

/// Within which time they count for an `Authorization` header; HiBob does not say, so it is as long as a block.
const HEADER_WINDOW: TimeDelta = TimeDelta::minutes(5);

/// For how long somebody is shut out.
pub(crate) const BLOCK: TimeDelta = TimeDelta::minutes(5);

/// Who is shut out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suspect {
    Address(IpAddr),
    /// A header `Authorization`, kept as its hash.
    Header(String),
}

impl Suspect {
    pub(crate) fn of_header(authorization: &[u8]) -> Self {
        Self::Header(hmac_hex(b"authorization", authorization))
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Header(_) => "Authorization header",
        }
    }
}

/// The refusals of late, and who is shut out until when.
#[derive(Debug, Default)]
pub(crate) struct Firewall {
    refusals: BTreeMap<Suspect, VecDeque<DateTime<Utc>>>,
    blocks: BTreeMap<Suspect, DateTime<Utc>>,
}

impl Firewall {
    /// Returns why a call is not let through.
    pub(crate) fn refuse(&mut self, suspects: &[Suspect], now: DateTime<Utc>) -> Option<String> {
        self.blocks.retain(|_, until| *until > now);
        let found = suspects.iter().find_map(|one| Some((one, self.blocks.get(one)?)));
        found
            .map(|(one, until)| format!("the firewall shuts this {} out until {until}", one.word()))
    }

    /// Counts an answer that was a refusal.
    pub(crate) fn count(&mut self, suspects: &[Suspect], status: StatusCode, now: DateTime<Utc>) {
        for suspect in suspects {
            let (counts, window) = match suspect {
                Suspect::Address(_) => (status == StatusCode::UNAUTHORIZED, ADDRESS_WINDOW),
                Suspect::Header(_) => (
                    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN),
                    HEADER_WINDOW,
                ),
            };
            if !counts {
                continue;
            }
            let refusals = self.refusals.entry(suspect.clone()).or_default();
            refusals.retain(|at| now - *at < window);
            refusals.push_back(now);
            if refusals.len() >= MOST {
                self.refusals.remove(suspect);
                self.block(suspect.clone(), now + BLOCK);
            }
        }
    }

    pub(crate) fn block(&mut self, suspect: Suspect, until: DateTime<Utc>) {
        self.blocks.insert(suspect, until);
    }

    /// Lets everybody in again, and forgets what they did.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns who is shut out, in words, and until when.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (&'static str, DateTime<Utc>)> {
        self.blocks.iter().map(|(suspect, until)| (suspect.word(), *until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn address() -> [Suspect; 1] {
        [Suspect::Address([127, 0, 0, 1].into())]
    }

    #[test]
    fn refusals_that_come_slowly_shut_nobody_out() {
        let mut firewall = Firewall::default();

        for second in 0..500 {
            firewall.count(&address(), StatusCode::UNAUTHORIZED, at(second));
        }

        assert_eq!(firewall.refuse(&address(), at(500)), None);
    }

    #[test]
    fn a_missing_permission_counts_on_the_header_and_not_on_the_address() {
        let mut firewall = Firewall::default();
        let header = [Suspect::of_header(b"Basic x")];

        for _ in 0..50 {
            firewall.count(&[address(), header.clone()].concat(), StatusCode::FORBIDDEN, at(0));
        }

        assert_eq!(firewall.refuse(&address(), at(1)), None);
        assert!(firewall.refuse(&header, at(299)).is_some());
        assert_eq!(firewall.refuse(&header, at(300)), None);
    }
}
