//! Shows a person their home.

use crate::bot::Bot;
use crate::sending::Placed;
use domain::ids::{ChannelId, UserId, WorkspaceId};
use secrecy::SecretString;
use serde_json::Value;
use slack::{NotSent, Outcome};

/// The code of an app whose home is switched off in Slack.
const SWITCHED_OFF: &str = "not_enabled";

/// Publishes a view. Where the app has no home, nobody's is kept up to date until they open it again.
pub(super) async fn publish(
    bot: &Bot,
    workspace: WorkspaceId,
    token: &SecretString,
    user: &UserId,
    view: &Value,
) -> Outcome<Placed> {
    let published = bot.api.publish_home(token, user, view).await;
    if matches!(&published, Outcome::NotSent(NotSent { code, .. }) if code == SWITCHED_OFF) {
        tracing::warn!(workspace.id = %workspace, "The app's home is switched off in Slack: switch the Home Tab on where the app is configured.");
        if let Err(fault) = app::home::forget(&bot.store, workspace, user).await {
            tracing::error!(error = %fault, "A home that is switched off could not be forgotten.");
        }
    }
    // A view has no timestamp; its place is the person.
    published.map(|()| Placed { channel: ChannelId::new(user.as_str()), ts: String::from("home") })
}
