//! Buttons and modals.

use super::answer::{self, Late};
use crate::bot::Bot;
use crate::dead_token;
use crate::people::meet_later;
use crate::perform;
use domain::action::Modal;
use domain::ids::{TeamId, UserId, WorkspaceId};
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
        Inbound::Submit(submitted) if is_too_much(bot, &submitted.team) => {
            // On top of the form, which keeps what is typed in it.
            let refused = Modal::Outcome(Box::new(Reply::Refused(Refusal::TooManyRequests)));
            Some(slack::render_next_step(&refused, bot.clock.now()))
        }
        Inbound::Submit(submitted) => submit(bot, submitted).await,
        _ => None,
    }
}

fn is_too_much(bot: &Bot, team: &TeamId) -> bool {
    bot.door.let_in_from(WorkspaceId::of_team(team)).is_err()
}

/// Slack shows nothing of what a button is answered with, so the outcome goes to the `response_url`.
///
/// A button of the home or of a modal has no such address: its outcome opens in a window of its own.
async fn press(bot: &Arc<Bot>, click: Click) {
    let response_url = click.response_url.clone();
    let is_in_view = response_url.is_none() && click.container.is_none();
    let person = (click.team.clone(), click.user.clone());
    let late = if is_in_view {
        Late::Person(person.0.clone(), person.1.clone())
    } else {
        Late::ResponseUrl(response_url.clone())
    };
    let (team, trigger_id) = (click.team.clone(), click.trigger_id.clone().unwrap_or_default());
    let whose = ("button", WorkspaceId::of_team(&team));
    let its_bot = Arc::clone(bot);
    let is_refused = is_too_much(bot, &click.team);
    let work = async move {
        let done = if is_refused {
            Answer::Say(Box::new(Reply::Refused(Refusal::TooManyRequests)))
        } else {
            perform::click(&its_bot, &click).await?
        };
        let answer = match done {
            // The form stays open with what is typed in it.
            Answer::Say(reply) if is_in_view && !matches!(*reply, Reply::Announce(_)) => {
                Answer::Open(Modal::Outcome(reply))
            }
            answer => answer,
        };
        Ok(open_asked(&its_bot, (&team, &click.user), &trigger_id, answer).await)
    };
    let reply = match answer::in_time(bot, whose, late, work).await {
        Answer::Say(reply) => Some(*reply),
        Answer::Open(_) | Answer::Next(_) | Answer::FieldErrors(_) | Answer::Nothing => None,
    };
    match (reply, response_url) {
        (Some(reply), Some(url)) => answer::respond_later(bot, url, reply),
        // What comes later is told them then.
        (Some(Reply::NotConfirmedYet), None) | (None, _) => {}
        (Some(reply), None) if is_in_view => answer::tell_later(bot, person, reply),
        (Some(_), None) => {}
    }
}

async fn submit(bot: &Arc<Bot>, submitted: Submit) -> Option<Value> {
    let late = Late::Person(submitted.team.clone(), submitted.user.clone());
    let whose = ("modal", WorkspaceId::of_team(&submitted.team));
    let its_bot = Arc::clone(bot);
    let work = async move { perform::submit(&its_bot, &submitted).await };
    match answer::in_time(bot, whose, late, work).await {
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
    bot: &Arc<Bot>,
    (team, user): (&TeamId, &UserId),
    trigger_id: &str,
    answer: Answer,
) -> Answer {
    let Answer::Open(modal) = answer else { return answer };
    match open(bot, team, trigger_id, &modal).await {
        Ok(()) => {
            // What they submit may depend on who they are.
            meet_later(bot, WorkspaceId::of_team(team), user);
            Answer::Nothing
        }
        // What was done was done, window or not.
        Err(refusal) => Answer::Say(match modal {
            Modal::Outcome(reply) => reply,
            _ => Box::new(Reply::Refused(refusal)),
        }),
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
