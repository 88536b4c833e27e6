//! Buttons and modals.

use super::answer::{self, Late};
use crate::bot::Bot;
use crate::dead_token;
use crate::perform;
use domain::action::Modal;
use domain::ids::{TeamId, WorkspaceId};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use serde_json::Value;
use slack::{Click, Inbound, NotSentKind, Outcome, Submit};
use std::sync::Arc;

/// Carries out a click or a submission and returns what answers it, if there is something.
pub(crate) async fn answer(bot: &Arc<Bot>, inbound: Inbound) -> Option<Value> {
    match inbound {
        Inbound::Click(click) => {
            press(bot, click).await;
            None
        }
        Inbound::Submit(submitted) => submit(bot, submitted).await,
        _ => None,
    }
}

/// Slack shows nothing of what a button is answered with, so the outcome goes to the `response_url`.
async fn press(bot: &Arc<Bot>, click: Click) {
    let response_url = click.response_url.clone();
    let late = Late::ResponseUrl(response_url.clone());
    let (team, user) = (click.team.clone(), click.user.clone());
    let whom = (team.clone(), user);
    let trigger_id = click.trigger_id.clone().unwrap_or_default();
    let its_bot = Arc::clone(bot);
    let work = async move {
        let answer = perform::click(&its_bot, &click).await?;
        Ok(open_asked(&its_bot, &team, &trigger_id, answer).await)
    };
    let reply = match answer::in_time(bot, "button", late, work).await {
        Answer::Say(reply) => Some(*reply),
        Answer::Open(_) | Answer::Next(_) | Answer::FieldErrors(_) | Answer::Nothing => None,
    };
    match (reply, response_url) {
        (Some(reply), Some(url)) => answer::respond_later(bot, url, reply),
        // A modal and App Home have no such address.
        (Some(reply), None) => answer::tell_later(bot, whom, reply),
        (None, _) => {}
    }
}

async fn submit(bot: &Arc<Bot>, submitted: Submit) -> Option<Value> {
    let late = Late::Person(submitted.team.clone(), submitted.user.clone());
    let its_bot = Arc::clone(bot);
    let work = async move { perform::submit(&its_bot, &submitted).await };
    match answer::in_time(bot, "modal", late, work).await {
        Answer::Say(reply) => Some(slack::render_outcome(&reply, bot.clock.now())),
        Answer::Next(modal) => Some(slack::render_next_step(&modal, bot.clock.now())),
        Answer::FieldErrors(faults) => Some(slack::render_field_errors(&faults)),
        Answer::Open(_) | Answer::Nothing => None,
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
    let opened =
        bot.api.open_view(&token, trigger_id, &slack::render_modal(modal, bot.clock.now())).await;
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
