//! Identifiers: newtypes over Slack's own ids and over UUIDs of ours.

use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};
use std::sync::Arc;
use uuid::Uuid;

/// The namespace under which ids that must be the same on every replica are derived.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f0f_7c1e_5b1d_5c54_9a3e_8f4b_21a7_d0c3);

macro_rules! slack_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps Slack's own text; nothing is checked, since Slack may change how its ids look.
            #[must_use]
            pub fn new(id: &str) -> Self {
                Self(Arc::from(id))
            }

            /// Returns the id as Slack writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

slack_id! {
    /// A Slack workspace ("team") as Slack names it, such as `T012AB3CD`.
    TeamId
}
slack_id! {
    /// A person as Slack names them, such as `U012AB3CD` or `W012AB3CD`; in a `plan` file any name.
    UserId
}
slack_id! {
    /// A channel or a direct message as Slack names it, such as `C012AB3CD` or `D012AB3CD`.
    ChannelId
}

/// With what the name begins that stands in the place of somebody who was erased; no id of Slack's has a hyphen.
const ERASED: &str = "erased-";

/// How many bytes of a code are in that name.
const ERASED_BYTES: usize = 6;

impl UserId {
    /// Returns the name that stands in the place of somebody who was erased, made of a code that only the keys of the
    /// installation can make of them.
    #[must_use]
    pub fn pseudonym(code: &[u8; 32]) -> Self {
        let mut text = String::from(ERASED);
        for byte in &code[..ERASED_BYTES] {
            // Writing into a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self::new(&text)
    }

    /// Returns whether it stands in the place of somebody who was erased: nobody is called by it, asked about or told.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        let digits = self.0.strip_prefix(ERASED);
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        digits.is_some_and(|it| it.len() == 2 * ERASED_BYTES && it.bytes().all(is_digit))
    }

    /// Returns whether one is a copy of the other; where it is not, they can still be equal.
    pub(crate) fn is_copy_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that was read from the database or made by the one constructor of new ids.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// Returns the UUID.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id! {
    /// A workspace: the tenant. Derived from the [`TeamId`], so no lookup over workspaces is needed to find it.
    WorkspaceId
}
uuid_id! {
    /// A rotation.
    RotationId
}
uuid_id! {
    /// An absence.
    AbsenceId
}
uuid_id! {
    /// A window of a turn that someone else serves.
    CoverageId
}
uuid_id! {
    /// A request for cover.
    CoverRequestId
}
uuid_id! {
    /// A swap of two turns.
    SwapId
}
uuid_id! {
    /// A handoff note.
    NoteId
}
uuid_id! {
    /// Something that the one who runs the service tells admins; derived from its words, so the same words are one row.
    NoticeId
}
uuid_id! {
    /// An event of the audit log.
    EventId
}
uuid_id! {
    /// A row of the inbox.
    InboxId
}
uuid_id! {
    /// A row of the outbox; derived from what is said, to whom and on which occasion, so the same thing is one row.
    DeliveryId
}

impl WorkspaceId {
    /// Returns the workspace of a Slack team, the same on every replica and after a re-install.
    #[must_use]
    pub fn of_team(team: &TeamId) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("team:{team}").as_bytes()))
    }
}

impl NoticeId {
    /// Returns the id of a notice from its parts.
    #[must_use]
    pub fn of_parts(parts: &[&str]) -> Self {
        Self(DeliveryId::of_parts(&[&["notice"], parts].concat()).0)
    }
}

impl DeliveryId {
    /// Returns the id of a delivery from the parts of its key (specification, Catch-up 6).
    #[must_use]
    pub fn of_parts(parts: &[&str]) -> Self {
        let sized: Vec<String> =
            parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
        let key = format!("delivery:{}", sized.join(";"));
        Self(Uuid::new_v5(&NAMESPACE, key.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_erased_is_known_by_a_name_that_nobody_else_has() {
        let mut code = [0; 32];
        code[..7].copy_from_slice(&[0, 1, 0xab, 0xcd, 0xef, 0xff, 7]);
        let pseudonym = UserId::pseudonym(&code);

        assert_eq!(pseudonym.as_str(), "erased-0001abcdefff");
        assert!(pseudonym.is_erased());
        for other in
            ["U012AB3CD", "erased-", "erased-0001ABCDEFFF", "erased-0001abcdefff0", "erased-me"]
        {
            assert!(!UserId::new(other).is_erased(), "{other}");
        }
    }
}
