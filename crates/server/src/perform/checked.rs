//! Requests that wait until Slack was asked who makes them: "Checking", and then their answer.
//!
//! The whole request waits, sealed, and is then carried out the same way as any other; so a story's dangerous act needs
//! nothing but its [`Reach::Danger`](domain::reach::Reach::Danger). The answer goes to the `response_url`; where there is none,
//! or it no longer takes anything, to the person's direct messages.

use super::{carry_out, press, refused, take_in};
use crate::bot::Bot;
use crate::late::{self, respond};
use crate::people::refresh;
use app::facts::Facts;
use app::gate::{Admission, Comer, admit};
use app::{AppError, Request};
use chrono::TimeDelta;
use domain::action::Button;
use domain::command::parse_command;
use domain::ids::{ChannelId, UserId};
use domain::reach::Reach;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::people;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use slack::read_submission;
use store::{InboxClaim, InboxRecord};

/// How long Slack is asked; whoever waits longer is told to try again.
const PATIENCE: TimeDelta = TimeDelta::minutes(20);

/// How often Slack is asked at least, however much time a stop took.
const FEWEST_TRIES: u32 = 3;

/// What was asked for.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum What {
    /// A command, as typed.
    Command { text: String },
    /// A button.
    Button { action_id: String, value: String },
    /// A form.
    Form { view: Value },
}

/// A request that waits; it is stored sealed, for what was typed and for what can be used to answer.
#[derive(Serialize, Deserialize)]
struct Waiting {
    channel: Option<ChannelId>,
    key: String,
    response_url: Option<String>,
    what: What,
}

impl What {
    /// Returns what is said of a button.
    pub(super) fn button(button: &Button) -> Self {
        Self::Button { action_id: button.action_id().to_owned(), value: button.value() }
    }
}

/// Keeps a request until Slack was asked, and says so.
pub(super) async fn check_first(
    bot: &Bot,
    request: &Request,
    response_url: Option<&str>,
    what: What,
) -> Result<Answer, AppError> {
    let waiting = Waiting {
        channel: request.channel.clone(),
        key: request.key.clone(),
        response_url: response_url.map(str::to_owned),
        what,
    };
    let text = serde_json::to_string(&waiting)
        .map_err(|_| AppError::Unplannable("a request cannot be written down"))?;
    app::checking::keep(&bot.store, request, &SecretString::from(text)).await?;
    bot.bells.inbox.ring();
    Ok(Answer::Say(Box::new(Reply::People(people::Reply::Checking))))
}

/// Asks Slack about the person, carries the request out if they may, and answers them.
///
/// Returns nothing when that is done, else how long to wait before the next try.
pub(crate) async fn work_off(
    bot: &Bot,
    claim: &InboxClaim,
    record: &InboxRecord,
    actor: &UserId,
) -> Result<Option<TimeDelta>, AppError> {
    let text = bot.store.read(claim.workspace).await?.open_inbox_text(record.id).await?;
    let waiting = text.and_then(|text| serde_json::from_str(text.expose_secret()).ok());
    let Some(Waiting { channel, key, response_url, what }) = waiting else {
        tracing::error!(workspace.id = %claim.workspace, "A request that waited cannot be read and is dropped.");
        return Ok(None);
    };
    let wait = refresh(bot, claim.workspace, std::slice::from_ref(actor)).await?;
    let now = bot.clock.now();
    let reply = match wait {
        Some(wait) if now - record.created_at < PATIENCE || record.attempts < FEWEST_TRIES => {
            return Ok(Some(wait));
        }
        Some(_) => Some(Reply::People(people::Reply::NotChecked)),
        None => {
            let (workspace, actor) = (claim.workspace, actor.clone());
            let request = Request { workspace, actor, channel, key: key.clone(), now };
            let comer = Comer::CheckedSince(record.created_at);
            let facts = bot.memo.facts(workspace, now).await?;
            let gate = (Reach::Danger, comer);
            let answer = match admit(&bot.store, &facts, &request, gate).await? {
                Admission::Go | Admission::CheckFirst => {
                    act(bot, &facts, &request, what, response_url.as_deref()).await?
                }
                Admission::Refused(refusal) => refused(refusal),
            };
            late_reply(answer)
        }
    };
    let Some(reply) = reply else { return Ok(None) };
    let is_told = match &response_url {
        Some(url) => respond(bot, url, &reply).await,
        None => false,
    };
    if is_told {
        return Ok(None);
    }
    // What was done is found by its key at the next try, and told then.
    Ok(late::tell(bot, claim.workspace, actor, &key, &reply).await)
}

async fn act(
    bot: &Bot,
    facts: &Facts,
    request: &Request,
    what: What,
    response_url: Option<&str>,
) -> Result<Answer, AppError> {
    match what {
        What::Command { text } => match parse_command(&text) {
            Ok(wanted) => carry_out(bot, facts, request, wanted, response_url).await,
            Err(refusal) => Ok(refused(refusal)),
        },
        What::Button { action_id, value } => match Button::parse(&action_id, &value) {
            Some(button) => press(bot, facts, request, &button, None).await,
            None => Ok(refused(Refusal::StaleButton)),
        },
        What::Form { view } => match read_submission(&view) {
            Some(submission) => take_in(bot, request, &submission).await,
            None => Ok(refused(Refusal::StaleButton)),
        },
    }
}

/// Returns what can still be said: a form cannot be opened any more, and one that was closed shows nothing at its fields.
fn late_reply(answer: Answer) -> Option<Reply> {
    match answer {
        Answer::Say(reply) => Some(*reply),
        Answer::Open(_) | Answer::Next(_) => Some(Reply::Refused(Refusal::FormNotOpened)),
        Answer::FieldErrors(faults) => Some(Reply::People(people::Reply::FormFaults(faults))),
        Answer::Nothing => None,
    }
}
