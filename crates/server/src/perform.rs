//! A verified request becomes a use case, and the use case an answer.

mod lifecycle;

use crate::bot::Bot;
use crate::people::meet;
use app::facts::Facts;
use app::take_turn::Way;
use app::{AppError, Request};
use domain::action::{Button, Submission};
use domain::command::{Command, parse_command};
use domain::ids::WorkspaceId;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use slack::{Click, SlashCommand, Submit};

/// How many coming turns "Who is next" shows.
const TURNS_SHOWN: usize = 5;

/// Carries out a slash command.
pub(crate) async fn command(bot: &Bot, command: &SlashCommand) -> Result<Answer, AppError> {
    let request = Request {
        workspace: WorkspaceId::of_team(&command.team),
        actor: command.user.clone(),
        channel: command.channel.clone(),
        key: command.key(),
        now: bot.clock.now(),
    };
    let facts = bot.memo.facts(request.workspace, request.now).await?;
    if !facts.is_installed() {
        return Ok(refused(Refusal::NotInstalled));
    }
    match parse_command(&command.text) {
        Ok(wanted) => carry_out(bot, &facts, &request, wanted).await,
        Err(refusal) => Ok(refused(refusal)),
    }
}

async fn carry_out(
    bot: &Bot,
    facts: &Facts,
    request: &Request,
    wanted: Command,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    if matches!(
        wanted,
        Command::Create { .. }
            | Command::AbsenceForm
            | Command::AbsenceAdd { .. }
            | Command::AbsenceRemove { .. }
    ) {
        meet(bot, request.workspace, &request.actor).await;
    }
    let reply = match wanted {
        Command::Help => Reply::Help,
        Command::Home => app::read::home(facts, request),
        Command::List => app::read::list(facts, request),
        Command::Who { rotation } => app::read::who(facts, request, rotation.as_deref()),
        Command::Next { rotation, count } => {
            app::read::next(facts, request, rotation.as_deref(), count)
        }
        Command::Create { name } => {
            let modal = app::modal::create_rotation(store, request, name).await?;
            return Ok(Answer::Open(modal));
        }
        Command::AbsenceForm => {
            return Ok(Answer::Open(app::modal::enter_absence(store, request).await?));
        }
        Command::AbsenceAdd { who, days } => {
            // It gives no worker anything to do.
            app::absence::add(&bot.memo, facts, request, who.as_ref(), &days).await?
        }
        Command::AbsenceList { who } => app::absence::list(store, request, who.as_ref()).await?,
        Command::AbsenceRemove { who, days } => {
            written(bot, app::absence::remove(store, request, who.as_ref(), days.as_deref()).await)?
        }
        Command::Lifecycle(wanted) => return lifecycle::command(bot, request, wanted).await,
    };
    Ok(said(reply))
}

/// Carries out the press of a button.
pub(crate) async fn click(bot: &Bot, click: &Click) -> Result<Answer, AppError> {
    if click.is_foreign {
        return Ok(refused(Refusal::NotAllowed { who: "people of this workspace" }));
    }
    let request = Request {
        workspace: WorkspaceId::of_team(&click.team),
        actor: click.user.clone(),
        channel: click.container.as_ref().map(|container| container.channel.clone()),
        key: click.key(),
        now: bot.clock.now(),
    };
    let Some(button) = &click.button else {
        return Ok(refused(Refusal::StaleButton));
    };
    let facts = bot.memo.facts(request.workspace, request.now).await?;
    if !facts.is_installed() {
        return Ok(refused(Refusal::NotInstalled));
    }
    press(bot, &facts, &request, button).await
}

async fn press(
    bot: &Bot,
    facts: &Facts,
    request: &Request,
    button: &Button,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    if matches!(
        button,
        Button::CreateRotation | Button::EnterAbsence | Button::RemoveAbsence { .. }
    ) {
        meet(bot, request.workspace, &request.actor).await;
    }
    let reply = match button {
        Button::CreateRotation => {
            let modal = app::modal::create_rotation(store, request, None).await?;
            return Ok(Answer::Open(modal));
        }
        Button::EnterAbsence => {
            return Ok(Answer::Open(app::modal::enter_absence(store, request).await?));
        }
        Button::TakeTurn { rotation, planned_at, .. } => {
            let taken =
                app::take_turn::take_turn(store, request, *rotation, *planned_at, Way::Take);
            written(bot, taken.await)?
        }
        Button::AssignAnyway { rotation, planned_at, .. } => {
            let given =
                app::take_turn::take_turn(store, request, *rotation, *planned_at, Way::Assign);
            written(bot, given.await)?
        }
        Button::SeenDuty { rotation, planned_at, since } => {
            let seen = app::duty::see(store, request, *rotation, *planned_at, *since);
            return written(bot, seen.await);
        }
        Button::ShowNext { rotation } => app::read::next_of(facts, request, *rotation, TURNS_SHOWN),
        Button::RemoveAbsence { absence } => {
            written(bot, app::absence::remove_by_id(store, request, *absence).await)?
        }
        Button::Lifecycle(button) => return lifecycle::press(bot, request, *button).await,
    };
    Ok(said(reply))
}

/// Carries out the submission of a modal.
pub(crate) async fn submit(bot: &Bot, submit: &Submit) -> Result<Answer, AppError> {
    if submit.is_foreign {
        return Ok(refused(Refusal::NotAllowed { who: "people of this workspace" }));
    }
    let request = Request {
        workspace: WorkspaceId::of_team(&submit.team),
        actor: submit.user.clone(),
        channel: None,
        key: submit.key(),
        now: bot.clock.now(),
    };
    let facts = bot.memo.facts(request.workspace, request.now).await?;
    if !facts.is_installed() {
        return Ok(refused(Refusal::NotInstalled));
    }
    match &submit.submission {
        Some(Submission::CreateRotation(form)) => {
            written(bot, app::create_rotation::create_rotation(&bot.store, &request, form).await)
        }
        Some(Submission::EnterAbsence(form)) => {
            written(bot, app::absence::submit(&bot.store, &request, form).await)
        }
        None => Ok(refused(Refusal::StaleButton)),
    }
}

/// Wakes the workers for what a write may have left to do.
fn written<T>(bot: &Bot, outcome: Result<T, AppError>) -> Result<T, AppError> {
    bot.bells.ring_after_write();
    outcome
}

fn said(reply: Reply) -> Answer {
    Answer::Say(Box::new(reply))
}

fn refused(refusal: Refusal) -> Answer {
    said(Reply::Refused(refusal))
}
