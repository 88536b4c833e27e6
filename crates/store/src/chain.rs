//! The chain of a workspace's audit log: each event is bound to all before it, and signed with a key that is not in the
//! database.
//!
//! What is bound is the event's commitment and not what it says, so that a person can be erased from it and its beginning
//! pruned, and the rest still verifies.

use chrono::{DateTime, Utc};
use crypto::{KeyRing, OpenFault, Signature};
use domain::ids::{EventId, WorkspaceId};
use sha2::{Digest, Sha256};

/// The bytes of a hash.
pub(crate) type Hash = [u8; 32];

/// What stands at the beginning of every hash, so that none of another purpose is one of these.
const DOMAIN: &[u8] = b"asyncbot audit chain, version 1";

const LINK: &str = "audit link";
const HEAD: &str = "audit head";
const ERASURE: &str = "audit erasure";

/// What is bound of an event.
pub(crate) struct Link<'a> {
    pub(crate) sequence: u64,
    pub(crate) event: EventId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) action: &'a str,
    pub(crate) commitment: &'a [u8],
}

/// An event that is to be chained.
pub(crate) struct Unchained {
    pub(crate) event: EventId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) action: String,
    pub(crate) commitment: Vec<u8>,
}

/// A chained event, with all that it is verified by.
pub(crate) struct Chained {
    pub(crate) event: EventId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) action: String,
    pub(crate) payload: String,
    pub(crate) salt: Vec<u8>,
    pub(crate) commitment: Vec<u8>,
    pub(crate) sequence: u64,
    pub(crate) hash: Hash,
    pub(crate) signature: Vec<u8>,
    pub(crate) erasure: Option<Vec<u8>>,
}

/// What an event says, and what it committed to.
pub(crate) struct Committed {
    pub(crate) event: EventId,
    pub(crate) commitment: Vec<u8>,
    pub(crate) payload: String,
    pub(crate) erasure: Option<Vec<u8>>,
}

/// A link that is to be signed anew.
pub(crate) struct Linked {
    pub(crate) event: EventId,
    pub(crate) hash: Hash,
    pub(crate) signature: Vec<u8>,
}

/// Where a chain ends, and after which event it begins since it was pruned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) sequence: u64,
    pub(crate) hash: Hash,
    pub(crate) pruned_sequence: u64,
    pub(crate) pruned_hash: Hash,
}

impl Head {
    /// Returns where a chain begins.
    pub(crate) fn first(workspace: WorkspaceId) -> Self {
        let hash = Sha256::new()
            .chain_update(DOMAIN)
            .chain_update(workspace.as_uuid().as_bytes())
            .finalize()
            .into();
        Self { sequence: 0, hash, pruned_sequence: 0, pruned_hash: hash }
    }

    pub(crate) fn sign(&self, workspace: WorkspaceId, keys: &KeyRing) -> Signature {
        keys.sign(HEAD, &self.message(workspace))
    }

    pub(crate) fn is_signed(
        &self,
        workspace: WorkspaceId,
        keys: &KeyRing,
        signature: &Signature,
    ) -> Result<bool, OpenFault> {
        keys.verifies(HEAD, &self.message(workspace), signature)
    }

    /// Every part has a length of its own, so no two heads have one message.
    fn message(&self, workspace: WorkspaceId) -> Vec<u8> {
        let mut message = workspace.as_uuid().as_bytes().to_vec();
        message.extend_from_slice(&self.sequence.to_be_bytes());
        message.extend_from_slice(&self.hash);
        message.extend_from_slice(&self.pruned_sequence.to_be_bytes());
        message.extend_from_slice(&self.pruned_hash);
        message
    }
}

impl Link<'_> {
    /// Returns the hash of the event and of all before it, whose hash is `before`.
    pub(crate) fn hash(&self, before: &Hash) -> Hash {
        let mut hash = Sha256::new().chain_update(DOMAIN).chain_update(before);
        let (sequence, at) =
            (self.sequence.to_be_bytes(), self.at.timestamp_micros().to_be_bytes());
        let event = self.event.as_uuid();
        let parts: [&[u8]; 5] =
            [&sequence, event.as_bytes(), &at, self.action.as_bytes(), self.commitment];
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

/// Returns the signature of a link.
pub(crate) fn sign_link(hash: &Hash, keys: &KeyRing) -> Signature {
    keys.sign(LINK, hash)
}

/// Returns whether a link is signed.
pub(crate) fn is_link_signed(
    hash: &Hash,
    keys: &KeyRing,
    signature: &Signature,
) -> Result<bool, OpenFault> {
    keys.verifies(LINK, hash, signature)
}

/// Returns the signature under which an event says something else than it committed to, since a person was erased.
pub(crate) fn sign_erasure(commitment: &[u8], payload: &str, keys: &KeyRing) -> Signature {
    keys.sign(ERASURE, &erasure(commitment, payload))
}

/// Returns whether an event was changed by an erasure.
pub(crate) fn is_erasure_signed(
    commitment: &[u8],
    payload: &str,
    keys: &KeyRing,
    signature: &Signature,
) -> Result<bool, OpenFault> {
    keys.verifies(ERASURE, &erasure(commitment, payload), signature)
}

fn erasure(commitment: &[u8], payload: &str) -> Vec<u8> {
    let length = (commitment.len() as u64).to_be_bytes();
    [&length[..], commitment, payload.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;
    use uuid::Uuid;

    /// Whoever verifies a chain of an older version needs the same bytes.
    #[test]
    fn the_bytes_of_a_link_stay_as_they_are() {
        let workspace = WorkspaceId::new(Uuid::from_u128(7));
        let link = Link {
            sequence: 1,
            event: EventId::new(Uuid::from_u128(8)),
            at: DateTime::UNIX_EPOCH,
            action: "installed",
            commitment: &[9; 32],
        };

        let hash = link.hash(&Head::first(workspace).hash);

        let text = hash.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        assert_eq!(text, "88af6d9aaec688a944ebd8d8817cc41f11037c6d4c8939abd6d2656a4878dabf");
    }
}
