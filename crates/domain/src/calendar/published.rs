//! What was published of a calendar: by it `SEQUENCE` goes up when an entry changes, and only then (RFC 5545, 3.8.7.4).
//!
//! The number of a revision is the time of its publication in seconds, and always more than every number of that calendar
//! before. So it needs no memory of what vanished: what comes back under the same UID has a higher number.

use super::Entry;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// 2020-01-01, from which revisions are counted: their numbers fit into 31 bits until 2088.
const SINCE: DateTime<Utc> = DateTime::from_timestamp(1_577_836_800, 0).expect("it is an instant");

/// How many bytes one entry has when it is stored: UID, digest and number.
const STORED: usize = 16 + 16 + 4;

/// What was published of a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    entries: BTreeMap<Uuid, Revision>,
    /// The highest number that was ever given.
    latest: u32,
}

/// An entry as it was published last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Revision {
    digest: Uuid,
    number: u32,
}

impl Revision {
    /// Returns the number of the revision, for `SEQUENCE`.
    pub(super) fn number(self) -> u32 {
        self.number
    }

    /// Returns when it was published, for `LAST-MODIFIED`.
    pub(super) fn at(self) -> DateTime<Utc> {
        SINCE + TimeDelta::seconds(self.number.into())
    }
}

impl Published {
    /// Returns what will be published once these entries are, at `now`: what has changed, or is new, has a higher number
    /// than anything before.
    #[must_use]
    pub fn with(&self, entries: &[Entry], now: DateTime<Utc>) -> Self {
        let seconds = (now - SINCE).num_seconds().clamp(0, i32::MAX.into());
        let next = u32::try_from(seconds).unwrap_or(0).max(self.latest.saturating_add(1));
        let revise = |entry: &Entry| {
            let digest = entry.digest();
            let kept = self.entries.get(&entry.uid).filter(|kept| kept.digest == digest);
            (entry.uid, kept.copied().unwrap_or(Revision { digest, number: next }))
        };
        let entries: BTreeMap<Uuid, Revision> = entries.iter().map(revise).collect();
        let latest = entries.values().map(|revision| revision.number).max();
        Self { entries, latest: latest.unwrap_or(0).max(self.latest) }
    }

    /// Returns how an entry was published last.
    pub(super) fn revision_of(&self, entry: &Entry) -> Option<Revision> {
        self.entries.get(&entry.uid).copied()
    }

    /// Returns the bytes in which it is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + self.entries.len() * STORED);
        bytes.extend(self.latest.to_be_bytes());
        for (uid, Revision { digest, number }) in &self.entries {
            bytes.extend(uid.as_bytes());
            bytes.extend(digest.as_bytes());
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// Returns what was stored; `None` for what is no such thing.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        let (latest, rest) = bytes.split_first_chunk::<4>()?;
        let (stored, []) = rest.as_chunks::<STORED>() else { return None };
        let read = |stored: &[u8; STORED]| {
            let (uid, rest) = stored.split_first_chunk::<16>()?;
            let (digest, number) = rest.split_first_chunk::<16>()?;
            let number = u32::from_be_bytes(number.try_into().ok()?);
            let revision = Revision { digest: Uuid::from_bytes(*digest), number };
            Some((Uuid::from_bytes(*uid), revision))
        };
        let entries = stored.iter().map(read).collect::<Option<_>>()?;
        Some(Self { entries, latest: u32::from_be_bytes(*latest) })
    }
}
