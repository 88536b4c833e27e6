//! Slash commands: what is typed after `/rotation`.

use super::answer::{self, Late};
use super::interactions::open_asked;
use crate::bot::Bot;
use crate::perform;
use domain::ids::WorkspaceId;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use serde_json::Value;
use slack::{Inbound, SlashCommand};
use std::sync::Arc;

/// Carries out a command and returns the message that answers it, if there is one.
pub(crate) async fn answer(bot: &Arc<Bot>, inbound: Inbound) -> Option<Value> {
    match inbound {
        Inbound::Command(command) => {
            let workspace = WorkspaceId::of_team(&command.team);
            if bot.door.let_in_from(workspace).is_err() {
                return Some(say(bot, &Reply::Refused(Refusal::TooManyRequests)));
            }
            run(bot, command).await
        }
        Inbound::SslCheck => None,
        Inbound::OrgWide => Some(say(bot, &Reply::Refused(Refusal::OrgWide))),
        _ => Some(say(bot, &Reply::Refused(Refusal::Unreadable))),
    }
}

async fn run(bot: &Arc<Bot>, command: SlashCommand) -> Option<Value> {
    let late = Late::ResponseUrl(command.response_url.clone());
    let (team, trigger_id) = (command.team.clone(), command.trigger_id.clone());
    let whose = ("command", WorkspaceId::of_team(&team));
    let its_bot = Arc::clone(bot);
    let work = async move {
        let answer = perform::command(&its_bot, &command).await?;
        Ok(open_asked(&its_bot, (&team, &command.user), &trigger_id, answer).await)
    };
    match answer::in_time(bot, whose, late, work).await {
        Answer::Say(reply) => Some(say(bot, &reply)),
        Answer::Open(_) | Answer::Next(_) | Answer::FieldErrors(_) | Answer::Nothing => None,
    }
}

fn say(bot: &Bot, reply: &Reply) -> Value {
    slack::render_reply(reply, bot.clock.now())
}
