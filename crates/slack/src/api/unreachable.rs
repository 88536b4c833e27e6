//! Refusals that say something of who or where a message is for.

use super::outcome::{NotSent, NotSentKind};
use domain::settings::ChannelFault;
use domain::story::duty::Silence;

impl NotSent {
    /// Returns why a person cannot be written to, where that is what Slack says.
    #[must_use]
    pub fn silence(&self) -> Option<Silence> {
        match self.code.as_str() {
            "user_disabled" | "user_not_found" | "users_not_found" | "is_archived" => {
                Some(Silence::Gone)
            }
            "user_not_visible"
            | "cannot_dm_bot"
            | "messages_tab_disabled"
            | "restricted_action"
            | "invalid_user_combination"
            | "channel_not_found"
            | "not_in_channel" => Some(Silence::Closed),
            _ => None,
        }
    }

    /// Returns why a channel cannot be posted to, where that is what Slack says.
    #[must_use]
    pub fn channel_fault(&self) -> Option<ChannelFault> {
        match self.code.as_str() {
            "is_archived" => Some(ChannelFault::Archived),
            // Of a private channel without the bot Slack says no more than of one that is gone.
            "channel_not_found" | "not_in_channel" => Some(ChannelFault::NotInvited),
            "channel_is_limited_access" | "ekm_access_denied" => Some(ChannelFault::Refused),
            code if code.starts_with("restricted_action") => Some(ChannelFault::Refused),
            _ => None,
        }
    }

    /// Returns whether the bot may be let in by joining the channel.
    #[must_use]
    pub fn asks_to_join(&self) -> bool {
        self.code == "not_in_channel"
    }

    /// Returns what became of a post that asked to join, after the joining was refused: what says more of the channel, and
    /// a joining that can succeed later is a post that can.
    #[must_use]
    pub fn after_joining(self, refused: Self) -> Self {
        let says_more = refused.kind != NotSentKind::Permanent || refused.channel_fault().is_some();
        if says_more { refused } else { self }
    }
}

#[cfg(test)]
mod tests {
    use crate::api::outcome::{NotSent, NotSentKind};
    use domain::settings::ChannelFault;
    use domain::story::duty::Silence;

    fn refused(code: &str) -> NotSent {
        NotSent { code: code.to_owned(), retry_after: None, kind: NotSentKind::Permanent }
    }

    #[test]
    fn what_slack_says_of_a_channel_is_told_from_what_is_our_own_fault() {
        for (code, fault) in [
            ("is_archived", Some(ChannelFault::Archived)),
            ("channel_not_found", Some(ChannelFault::NotInvited)),
            ("not_in_channel", Some(ChannelFault::NotInvited)),
            ("restricted_action", Some(ChannelFault::Refused)),
            ("restricted_action_read_only_channel", Some(ChannelFault::Refused)),
            ("invalid_blocks", None),
            ("no_text", None),
        ] {
            assert_eq!(refused(code).channel_fault(), fault, "{code}");
        }
    }

    #[test]
    fn what_became_of_a_post_is_told_by_why_the_channel_could_not_be_joined() {
        for (code, fault) in [
            ("is_archived", ChannelFault::Archived),
            ("restricted_action", ChannelFault::Refused),
            ("channel_is_limited_access", ChannelFault::Refused),
            ("method_not_supported_for_channel_type", ChannelFault::NotInvited),
            ("missing_scope", ChannelFault::NotInvited),
            ("too_many_members", ChannelFault::NotInvited),
        ] {
            let post = refused("not_in_channel").after_joining(refused(code));

            assert_eq!(post.channel_fault(), Some(fault), "{code}");
        }
    }

    #[test]
    fn a_post_waits_for_a_channel_that_can_be_joined_later() {
        for kind in [NotSentKind::Transient, NotSentKind::DeadToken] {
            let joining = NotSent { kind, ..refused("rate_limited") };

            assert_eq!(refused("not_in_channel").after_joining(joining.clone()), joining);
        }
    }

    #[test]
    fn what_slack_says_of_a_person_is_told_from_what_is_our_own_fault() {
        for (code, why) in [
            ("user_disabled", Some(Silence::Gone)),
            ("user_not_found", Some(Silence::Gone)),
            ("messages_tab_disabled", Some(Silence::Closed)),
            ("cannot_dm_bot", Some(Silence::Closed)),
            ("invalid_blocks", None),
            ("missing_scope", None),
        ] {
            assert_eq!(refused(code).silence(), why, "{code}");
        }
    }
}
