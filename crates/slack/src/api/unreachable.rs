//! Refusals that say something of who or where a message is for.

use super::outcome::NotSent;
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
}
