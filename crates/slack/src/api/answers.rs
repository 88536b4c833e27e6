//! The few fields of Slack's answers that we use; each may be missing or odd without costing the others.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;

/// An answer of Slack's; which fields are there depends on the method.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Answer {
    /// Whether it was done.
    #[serde(deserialize_with = "lenient")]
    pub(crate) ok: Option<bool>,
    /// The error code of a refusal.
    #[serde(deserialize_with = "lenient")]
    pub(crate) error: Option<String>,
    /// A channel's id, or a channel with one.
    #[serde(deserialize_with = "lenient")]
    pub(crate) channel: Option<IdOrChannel>,
    /// A message's timestamp.
    #[serde(deserialize_with = "lenient")]
    pub(crate) ts: Option<String>,
    /// The timestamp of a message that one person sees.
    #[serde(deserialize_with = "lenient")]
    pub(crate) message_ts: Option<String>,
    /// A person.
    #[serde(deserialize_with = "lenient")]
    pub(crate) user: Option<UserField>,
    /// The people of a channel.
    #[serde(deserialize_with = "lenient")]
    pub(crate) members: Option<Vec<String>>,
    /// Where a long list goes on.
    #[serde(deserialize_with = "lenient")]
    pub(crate) response_metadata: Option<MetadataField>,
    /// Messages, the newest first.
    #[serde(deserialize_with = "lenient")]
    pub(crate) messages: Option<Vec<MessageField>>,
    /// Whether there are older ones.
    #[serde(deserialize_with = "lenient")]
    pub(crate) has_more: Option<bool>,
}

/// A message, of which nothing is read but whether it is one of ours.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct MessageField {
    /// Its timestamp.
    #[serde(deserialize_with = "lenient")]
    pub(crate) ts: Option<String>,
    /// What the app that posted it has put beside it.
    #[serde(deserialize_with = "lenient")]
    pub(crate) metadata: Option<MessageMetadataField>,
}

/// What an app puts beside a message of its own.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct MessageMetadataField {
    /// Whose it is, and what.
    #[serde(deserialize_with = "lenient")]
    pub(crate) event_type: Option<String>,
    /// The rest.
    pub(crate) event_payload: Value,
}

/// What stands beside a list of which this is a part.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct MetadataField {
    /// What the next part is asked for with; empty at the end.
    #[serde(deserialize_with = "lenient")]
    pub(crate) next_cursor: Option<String>,
}

/// A channel's id that stands alone or within an object.
#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum IdOrChannel {
    /// `"C1"`.
    Id(String),
    /// `{"id": "C1", ...}`.
    Channel(ChannelField),
}

/// A channel, or direct messages, as `conversations.info` shows them.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct ChannelField {
    /// The id.
    pub(crate) id: String,
    /// Whether it is direct messages with one person.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) is_im: Option<bool>,
    /// With whom.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) user: Option<String>,
    /// Whether that person is deactivated.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) is_user_deleted: Option<bool>,
    /// Whether only those who were invited see it.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) is_private: Option<bool>,
    /// Whether nothing can be said in it any more.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) is_archived: Option<bool>,
}

/// A person as `users.info` shows them; the e-mail address of the profile is not read.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct UserField {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) real_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) profile: Option<ProfileField>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) tz: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) deleted: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) is_bot: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) is_admin: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) is_owner: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) is_restricted: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) is_ultra_restricted: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) is_stranger: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) team_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) enterprise_user: Option<EnterpriseField>,
}

/// A person of an organisation with several workspaces.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct EnterpriseField {
    /// The workspaces that they are in.
    #[serde(deserialize_with = "lenient")]
    pub(crate) teams: Option<Vec<String>>,
}

/// The names in a person's profile.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct ProfileField {
    #[serde(deserialize_with = "lenient")]
    pub(crate) display_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) real_name: Option<String>,
}

impl IdOrChannel {
    /// Returns the id.
    pub(crate) fn into_id(self) -> String {
        match self {
            Self::Id(id) | Self::Channel(ChannelField { id, .. }) => id,
        }
    }
}

/// Reads a field; what does not fit is not there.
pub(crate) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}
