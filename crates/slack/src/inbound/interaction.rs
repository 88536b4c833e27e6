//! Pressed buttons and submitted modals.

use super::Inbound;
use super::form::{Form, join_key};
use super::json::{channel_at, id_at, is_set, team_at, text_at, user_at};
use super::submission::read_submission;
use domain::action::{Button, Submission};
use domain::ids::{ChannelId, TeamId, UserId};
use domain::story::announce::{MAX_TEMPLATE, TEMPLATE_FIELD};
use serde_json::{Value, json};
use std::fmt;

/// A button was pressed.
#[derive(Clone, PartialEq, Eq)]
pub struct Click {
    /// The workspace.
    pub team: TeamId,
    /// Who pressed.
    pub user: UserId,
    /// Which button; `None` for one that is not ours or no longer known.
    pub button: Option<Button>,
    /// The message that holds the button.
    pub container: Option<MessageRef>,
    /// Slack's timestamp of the press.
    pub action_ts: String,
    /// Opens a modal within three seconds, once.
    pub trigger_id: Option<String>,
    /// Takes answers for 30 minutes.
    pub response_url: Option<String>,
    /// What stands in the field for a team's own words, where the button is in a modal with one.
    pub typed_template: Option<String>,
    /// Whether the person belongs to another workspace and sees the message through a shared channel.
    pub is_foreign: bool,
    /// The same when Slack sends the same press again.
    pub request_key: String,
}

/// Where a message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRef {
    /// The channel.
    pub channel: ChannelId,
    /// The message's timestamp, which is its id within the channel.
    pub ts: String,
    /// Whether only one person sees it; such a message is replaced through the `response_url` alone.
    pub is_ephemeral: bool,
}

/// A modal was submitted.
#[derive(Clone, PartialEq, Eq)]
pub struct Submit {
    /// The workspace.
    pub team: TeamId,
    /// Who submitted.
    pub user: UserId,
    /// The values; `None` for a modal that is not ours or no longer known.
    pub submission: Option<Submission>,
    /// The modal's name, what it carried and its values, for [`read_submission`](crate::read_submission) at a later time.
    pub view: Value,
    /// The modal.
    pub view_id: String,
    /// The state of the modal, new for each correction.
    pub hash: String,
    /// Opens another modal within three seconds, once.
    pub trigger_id: Option<String>,
    /// Whether the person belongs to another workspace.
    pub is_foreign: bool,
}

impl Click {
    /// Returns the key that is the same when Slack sends the same press again.
    #[must_use]
    pub fn key(&self) -> String {
        self.request_key.clone()
    }
}

impl Submit {
    /// Returns the key that is the same when Slack sends the same submission again; a corrected one has another.
    #[must_use]
    pub fn key(&self) -> String {
        join_key("submit", &[self.team.as_str(), &self.view_id, &self.hash])
    }
}

/// Leaves out what can be used to answer.
impl fmt::Debug for Click {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Click")
            .field("team", &self.team)
            .field("user", &self.user)
            .field("button", &self.button)
            .field("container", &self.container)
            .field("is_foreign", &self.is_foreign)
            .finish_non_exhaustive()
    }
}

/// Leaves out what was typed and what can be used to answer.
impl fmt::Debug for Submit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submit")
            .field("team", &self.team)
            .field("user", &self.user)
            .field("is_known", &self.submission.is_some())
            .field("is_foreign", &self.is_foreign)
            .finish_non_exhaustive()
    }
}

/// Reads the body of an interaction.
#[must_use]
pub fn read_interaction(body: &[u8]) -> Inbound {
    let form = Form::read(body);
    if form.text("ssl_check").is_some() {
        return Inbound::SslCheck;
    }
    let Some(json) = form.text("payload").and_then(|text| serde_json::from_str(text).ok()) else {
        return Inbound::Unreadable;
    };
    read_interaction_payload(&json)
}

/// Reads an interaction that came in an envelope.
pub(crate) fn read_interaction_payload(payload: &Value) -> Inbound {
    read_payload(payload).unwrap_or(Inbound::Unreadable)
}

fn read_payload(json: &Value) -> Option<Inbound> {
    let kind = text_at(json, "/type")?;
    if !matches!(kind, "block_actions" | "view_submission") {
        return Some(Inbound::Ignored);
    }
    if is_set(json, "/is_enterprise_install") {
        return Some(Inbound::OrgWide);
    }
    // A form that was opened in a shared channel can be sent from another workspace than where we are installed.
    let team =
        team_at(json, "/view/app_installed_team_id").or_else(|| team_at(json, "/team/id"))?;
    let user = user_at(json, "/user/id")?;
    let is_foreign = is_foreign(json, &team);
    if kind == "block_actions" {
        read_click(json, team, user, is_foreign).map(Inbound::Click)
    } else {
        read_submit(json, team, user, is_foreign).map(Inbound::Submit)
    }
}

/// Returns whether the payload says that the person is of another workspace.
///
/// Of somebody of the workspace's own organisation it may name the organisation; what is stored of them decides then.
fn is_foreign(json: &Value, team: &TeamId) -> bool {
    let Some(home) = team_at(json, "/user/team_id") else { return false };
    let is_of = |place: &str| team_at(json, place).is_some_and(|organisation| organisation == home);
    home != *team && !is_of("/team/enterprise_id") && !is_of("/enterprise/id")
}

/// Returns what is typed in the field of a team's own words; an empty one is typed as well.
fn read_template(json: &Value) -> Option<String> {
    let field = json.pointer("/view/state/values")?.get(TEMPLATE_FIELD)?;
    let input = field.as_object()?.values().next()?;
    let most = MAX_TEMPLATE + 1;
    Some(input["value"].as_str().unwrap_or_default().chars().take(most).collect())
}

fn read_click(json: &Value, team: TeamId, user: UserId, is_foreign: bool) -> Option<Click> {
    let action = json.pointer("/actions/0")?;
    let action_id = text_at(action, "/action_id").unwrap_or_default();
    let trigger_id = id_at(json, "/trigger_id");
    // Without a timestamp the trigger tells two presses apart; without both they would be one.
    let action_ts = id_at(action, "/action_ts").or(trigger_id)?;
    let container = read_container(json);
    let place = container
        .as_ref()
        .map(|message| format!("{}/{}", message.channel, message.ts))
        .or_else(|| id_at(json, "/view/id").map(str::to_owned))
        .unwrap_or_default();
    let parts = [team.as_str(), user.as_str(), &place, clip_id(action_id), action_ts];
    let request_key = join_key("click", &parts);
    Some(Click {
        button: read_value(action).and_then(|value| Button::parse(action_id, value)),
        container,
        typed_template: read_template(json),
        action_ts: action_ts.to_owned(),
        trigger_id: trigger_id.map(str::to_owned),
        response_url: text_at(json, "/response_url").map(str::to_owned),
        is_foreign,
        request_key,
        team,
        user,
    })
}

fn read_container(json: &Value) -> Option<MessageRef> {
    let channel =
        channel_at(json, "/container/channel_id").or_else(|| channel_at(json, "/channel/id"))?;
    let ts = id_at(json, "/container/message_ts").or_else(|| id_at(json, "/message/ts"))?;
    Some(MessageRef {
        channel,
        ts: ts.to_owned(),
        is_ephemeral: is_set(json, "/container/is_ephemeral"),
    })
}

/// Returns what was chosen, whatever kind of element it was.
pub(crate) fn read_value(element: &Value) -> Option<&str> {
    const PLACES: [&str; 8] = [
        "/value",
        "/selected_option/value",
        "/selected_date",
        "/selected_time",
        "/selected_user",
        "/selected_conversation",
        "/selected_channel",
        "/selected_options/0/value",
    ];
    PLACES.iter().find_map(|place| text_at(element, place))
}

fn read_submit(json: &Value, team: TeamId, user: UserId, is_foreign: bool) -> Option<Submit> {
    Some(Submit {
        submission: read_submission(json.pointer("/view")?),
        view: json!({
            "callback_id": json.pointer("/view/callback_id"),
            "private_metadata": json.pointer("/view/private_metadata"),
            "state": json.pointer("/view/state"),
        }),
        view_id: id_at(json, "/view/id")?.to_owned(),
        hash: id_at(json, "/view/hash")?.to_owned(),
        trigger_id: id_at(json, "/trigger_id").map(str::to_owned),
        is_foreign,
        team,
        user,
    })
}

/// Keeps a foreign action id from making a key longer than an index takes.
fn clip_id(action_id: &str) -> &str {
    super::form::as_id(action_id).unwrap_or("-")
}
