//! `POST /slack/commands`: what is typed after `/rotation`.

use super::answer::{self, Late};
use super::interactions::open_asked;
use super::receive::check_signature;
use crate::bot::Bot;
use crate::perform;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use slack::{Inbound, SlashCommand};
use std::sync::Arc;

pub(super) async fn receive(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let inbound = slack::read_command(&body);
    if inbound == Inbound::SslCheck {
        return StatusCode::OK.into_response();
    }
    if let Err(refused) = check_signature(&bot, &headers, &body) {
        return refused.into_response();
    }
    match inbound {
        Inbound::Command(command) => run(&bot, command).await,
        Inbound::OrgWide => say(&bot, &Reply::Refused(Refusal::OrgWide)),
        _ => say(&bot, &Reply::Refused(Refusal::Unreadable)),
    }
}

async fn run(bot: &Arc<Bot>, command: SlashCommand) -> Response {
    let late = Late::ResponseUrl(command.response_url.clone());
    let (team, trigger_id) = (command.team.clone(), command.trigger_id.clone());
    let its_bot = Arc::clone(bot);
    let work = async move {
        let answer = perform::command(&its_bot, &command).await?;
        Ok(open_asked(&its_bot, &team, &trigger_id, answer).await)
    };
    match answer::in_time(bot, "command", late, work).await {
        Answer::Say(reply) => say(bot, &reply),
        Answer::Open(_) | Answer::FieldErrors(_) | Answer::Nothing => {
            StatusCode::OK.into_response()
        }
    }
}

fn say(bot: &Bot, reply: &Reply) -> Response {
    Json(slack::render_reply(reply, bot.clock.now())).into_response()
}
