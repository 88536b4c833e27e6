//! `POST /slack/interactions`: buttons and modals.

use super::answer::{self, Late};
use super::receive::check_signature;
use crate::bot::Bot;
use crate::dead_token;
use crate::perform;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::action::Modal;
use domain::ids::{TeamId, WorkspaceId};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use slack::{Click, Inbound, NotSentKind, Outcome, Submit};
use std::sync::Arc;

pub(super) async fn receive(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let inbound = slack::read_interaction(&body);
    if inbound == Inbound::SslCheck {
        return StatusCode::OK.into_response();
    }
    if let Err(refused) = check_signature(&bot, &headers, &body) {
        return refused.into_response();
    }
    match inbound {
        Inbound::Click(click) => press(&bot, click).await,
        Inbound::Submit(submitted) => submit(&bot, submitted).await,
        _ => StatusCode::OK.into_response(),
    }
}

/// Slack shows nothing of what a button is answered with, so the outcome goes to the `response_url`.
async fn press(bot: &Arc<Bot>, click: Click) -> Response {
    let response_url = click.response_url.clone();
    let late = Late::ResponseUrl(response_url.clone());
    let (team, trigger_id) = (click.team.clone(), click.trigger_id.clone().unwrap_or_default());
    let its_bot = Arc::clone(bot);
    let work = async move {
        let answer = perform::click(&its_bot, &click).await?;
        Ok(open_asked(&its_bot, &team, &trigger_id, answer).await)
    };
    let reply = match answer::in_time(bot, "button", late, work).await {
        Answer::Say(reply) => Some(*reply),
        Answer::Open(_) | Answer::FieldErrors(_) | Answer::Nothing => None,
    };
    if let (Some(reply), Some(url)) = (reply, response_url) {
        answer::respond_later(bot, url, reply);
    }
    StatusCode::OK.into_response()
}

async fn submit(bot: &Arc<Bot>, submitted: Submit) -> Response {
    let late = Late::Person(submitted.team.clone(), submitted.user.clone());
    let its_bot = Arc::clone(bot);
    let work = async move { perform::submit(&its_bot, &submitted).await };
    match answer::in_time(bot, "modal", late, work).await {
        Answer::Say(reply) => Json(slack::render_outcome(&reply, bot.clock.now())).into_response(),
        Answer::FieldErrors(faults) => Json(slack::render_field_errors(&faults)).into_response(),
        Answer::Open(_) | Answer::Nothing => StatusCode::OK.into_response(),
    }
}

/// Opens the modal that was asked for at once, while Slack's trigger is good; otherwise says so instead.
///
/// It is part of the work that [`answer::in_time`] guards: Slack may take longer than it waits.
pub(super) async fn open_asked(
    bot: &Bot,
    team: &TeamId,
    trigger_id: &str,
    answer: Answer,
) -> Answer {
    let Answer::Open(modal) = answer else { return answer };
    match open(bot, team, trigger_id, &modal).await {
        Ok(()) => Answer::Nothing,
        Err(refusal) => Answer::Say(Box::new(Reply::Refused(refusal))),
    }
}

async fn open(bot: &Bot, team: &TeamId, trigger_id: &str, modal: &Modal) -> Result<(), Refusal> {
    let workspace = WorkspaceId::of_team(team);
    let token = app::install::bot_token(&bot.store, workspace).await.ok().flatten();
    let token = token.ok_or(Refusal::NotInstalled)?;
    let opened = bot.api.open_view(&token, trigger_id, &slack::render_modal(modal)).await;
    let Some(code) = opened.code() else {
        return Ok(());
    };
    tracing::warn!(code, workspace.id = %workspace, "A form could not be opened.");
    if matches!(&opened, Outcome::NotSent(reason) if reason.kind == NotSentKind::DeadToken)
        && dead_token::ends_install(bot, workspace).await.unwrap_or(false)
    {
        return Err(Refusal::NotInstalled);
    }
    Err(Refusal::FormNotOpened)
}
