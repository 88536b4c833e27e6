//! Installing the app into a workspace.

use crate::api::client::ApiConfig;
use domain::ids::{TeamId, UserId};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

/// The scopes that the bot asks for, each used.
pub const SCOPES: [&str; 12] = [
    "commands",
    "chat:write",
    "chat:write.public",
    "channels:read",
    "channels:history",
    "channels:join",
    "groups:read",
    "im:write",
    "im:read",
    "im:history",
    "users:read",
    "users:read.email",
];

/// The events that the bot subscribes to, each read by [`read_event`](crate::read_event).
pub const BOT_EVENTS: &[&str] = &[
    "app_uninstalled",
    "tokens_revoked",
    "app_home_opened",
    "user_change",
    "team_join",
    "member_left_channel",
    "message.channels",
    "message.im",
    "channel_archive",
    "channel_unarchive",
    "channel_deleted",
    "channel_id_changed",
    "group_archive",
    "group_unarchive",
    "group_deleted",
    "group_left",
    "member_joined_channel",
];

/// An installation as Slack grants it.
#[derive(Clone, Debug)]
pub struct Install {
    /// The workspace; `None` for an organisation-wide installation.
    pub team: Option<TeamId>,
    /// The workspace's name.
    pub team_name: Option<String>,
    /// The bot's token.
    pub bot_token: SecretString,
    /// The bot's user.
    pub bot_user: UserId,
    /// The app.
    pub app_id: String,
    /// The scopes that were granted.
    pub scopes: Vec<String>,
    /// Who installed it.
    pub installer: Option<UserId>,
    /// Whether it is for a whole organisation, which is not supported.
    pub is_org_wide: bool,
}

/// Returns the address of the page on which a person allows the app.
///
/// `state` must be unguessable, bound to the browser and good for one use; `redirect_uri` is the one that
/// [`Api::exchange_code`](crate::Api::exchange_code) is given later.
#[must_use]
pub fn authorize_url(config: &ApiConfig, state: &str, redirect_uri: &str) -> Url {
    let mut url = config.authorize_url.clone();
    url.query_pairs_mut()
        .append_pair("client_id", &config.client_id)
        .append_pair("scope", &SCOPES.join(","))
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("state", state);
    url
}

/// The answer of `oauth.v2.access`.
#[derive(Deserialize)]
pub(crate) struct InstallAnswer {
    access_token: Option<SecretString>,
    scope: Option<String>,
    bot_user_id: Option<String>,
    app_id: Option<String>,
    team: Option<TeamField>,
    authed_user: Option<UserField>,
    is_enterprise_install: Option<bool>,
}

#[derive(Deserialize)]
struct TeamField {
    id: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct UserField {
    id: Option<String>,
}

impl InstallAnswer {
    /// Returns the installation, or `None` when it has no token, no bot or no app.
    pub(crate) fn read(self) -> Option<Install> {
        let team = self.team.as_ref().and_then(|team| team.id.as_deref()).map(TeamId::new);
        Some(Install {
            is_org_wide: team.is_none() || self.is_enterprise_install.unwrap_or(false),
            team,
            team_name: self.team.and_then(|team| team.name),
            bot_token: self.access_token?,
            bot_user: UserId::new(&self.bot_user_id?),
            app_id: self.app_id?,
            scopes: split_scopes(self.scope.as_deref()),
            installer: self.authed_user.and_then(|user| user.id).as_deref().map(UserId::new),
        })
    }
}

fn split_scopes(scope: Option<&str>) -> Vec<String> {
    let list = scope.unwrap_or_default().split(',').map(str::trim);
    list.filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}
