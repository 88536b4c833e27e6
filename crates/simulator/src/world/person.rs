//! A person of a workspace, and what they are there.

use domain::ids::{TeamId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a person is in the workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rank {
    Owner,
    Admin,
    #[default]
    Member,
    /// Sees the channels that they were taken into.
    Guest,
    /// Sees one channel.
    SingleChannelGuest,
}

impl Rank {
    /// Returns whether it has an admin's rights, which an owner has too.
    pub(crate) const fn is_admin(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    pub(crate) const fn is_guest(self) -> bool {
        matches!(self, Self::Guest | Self::SingleChannelGuest)
    }

    /// Returns the rank after Slack's flags, where a script names any.
    pub(crate) fn with_flags(self, said: &Value) -> Self {
        let flag = |name: &str, now: bool| said[name].as_bool().unwrap_or(now);
        let is_guest = flag("is_restricted", self.is_guest());
        let is_single = flag("is_ultra_restricted", is_guest && self == Self::SingleChannelGuest);
        let is_admin = flag("is_admin", self.is_admin());
        let is_owner = flag("is_owner", is_admin && self == Self::Owner);
        match () {
            () if is_single => Self::SingleChannelGuest,
            () if is_guest => Self::Guest,
            () if is_owner => Self::Owner,
            () if is_admin => Self::Admin,
            () => Self::Member,
        }
    }
}

/// A person, the app's bot user, or the user of another app's bot.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) tz: String,
    pub(crate) rank: Rank,
    /// The workspace that the person belongs to, where it is another one that shares a channel with this.
    pub(crate) home: Option<TeamId>,
    pub(crate) is_deleted: bool,
    pub(crate) is_bot: bool,
    pub(crate) has_closed_dms: bool,
    pub(crate) updated: i64,
}

impl Person {
    pub(crate) fn new(id: UserId, name: &str) -> Self {
        Self {
            id,
            name: name.into(),
            email: None,
            tz: "Etc/UTC".into(),
            rank: Rank::Member,
            home: None,
            is_deleted: false,
            is_bot: false,
            has_closed_dms: false,
            updated: 0,
        }
    }

    /// Returns whether the person may read every public channel, in it or not.
    pub(crate) const fn sees_public_channels(&self) -> bool {
        self.home.is_none() && !self.rank.is_guest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn flags_that_are_not_named_stay_as_they_follow_from_the_rank() {
        for (rank, said, then) in [
            (Rank::Member, json!({}), Rank::Member),
            (Rank::Member, json!({"is_owner": true}), Rank::Owner),
            (Rank::Owner, json!({"is_owner": false}), Rank::Admin),
            (Rank::Owner, json!({"is_admin": false}), Rank::Member),
            (Rank::Admin, json!({"is_restricted": true}), Rank::Guest),
            (Rank::Guest, json!({"is_ultra_restricted": true}), Rank::SingleChannelGuest),
            (Rank::SingleChannelGuest, json!({"is_ultra_restricted": false}), Rank::Guest),
            (Rank::SingleChannelGuest, json!({"is_restricted": false}), Rank::Member),
        ] {
            assert_eq!(rank.with_flags(&said), then, "{rank:?} {said}");
        }
    }
}
