//! A verified request becomes a use case, and the use case an answer.

mod history;
mod home;
mod lifecycle;
mod roster;
mod settings;

use crate::bot::Bot;
use crate::people::meet;
use app::take_turn::Way;
use app::{AppError, Request};
use domain::action::{Button, Submission};
use domain::command::{Command, parse_command};
use domain::ids::WorkspaceId;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::announce;
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
    if !app::install::is_installed(&bot.store, request.workspace).await? {
        return Ok(refused(Refusal::NotInstalled));
    }
    match parse_command(&command.text) {
        Ok(Command::Roster(wanted)) => {
            roster::command(bot, &request, wanted, command.response_url.as_deref()).await
        }
        Ok(wanted) => carry_out(bot, &request, wanted).await,
        Err(refusal) => Ok(refused(refusal)),
    }
}

async fn carry_out(bot: &Bot, request: &Request, wanted: Command) -> Result<Answer, AppError> {
    let store = &bot.store;
    if matches!(
        wanted,
        Command::Create { .. }
            | Command::AbsenceForm
            | Command::AbsenceAdd { .. }
            | Command::AbsenceRemove { .. }
            | Command::Settings(_)
    ) {
        meet(bot, request.workspace, &request.actor).await;
    }
    let reply = match wanted {
        Command::Help => Reply::Help,
        Command::Home => app::read::home(store, request).await?,
        Command::List => app::read::list(store, request).await?,
        Command::Who { rotation } => app::read::who(store, request, rotation.as_deref()).await?,
        Command::Next { rotation, count } => {
            app::read::next(store, request, rotation.as_deref(), count).await?
        }
        Command::Create { name } => {
            return app::modal::create_rotation(store, request, name).await;
        }
        Command::AbsenceForm => {
            return Ok(Answer::Open(app::modal::enter_absence(store, request).await?));
        }
        Command::AbsenceAdd { who, days } => {
            written(bot, app::absence::add(store, request, who.as_ref(), &days).await)?
        }
        Command::AbsenceList { who } => app::absence::list(store, request, who.as_ref()).await?,
        Command::AbsenceRemove { who, days } => {
            written(bot, app::absence::remove(store, request, who.as_ref(), days.as_deref()).await)?
        }
        // It is answered above, with the address for late answers.
        Command::Roster(wanted) => return roster::command(bot, request, wanted, None).await,
        Command::History(wanted) => return history::command(bot, request, &wanted).await,
        Command::Lifecycle(wanted) => return lifecycle::command(bot, request, wanted).await,
        Command::Settings(wanted) => return settings::command(bot, request, &wanted).await,
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
    if !app::install::is_installed(&bot.store, request.workspace).await? {
        return Ok(refused(Refusal::NotInstalled));
    }
    press(bot, &request, button, click.typed_template.as_deref()).await
}

async fn press(
    bot: &Bot,
    request: &Request,
    button: &Button,
    typed: Option<&str>,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    if matches!(
        button,
        Button::CreateRotation
            | Button::EnterAbsence
            | Button::RemoveAbsence { .. }
            | Button::Settings(_)
    ) {
        meet(bot, request.workspace, &request.actor).await;
    }
    let reply = match button {
        Button::CreateRotation => {
            return app::modal::create_rotation(store, request, None).await;
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
        Button::ShowNext { rotation } => {
            app::read::next_of(store, request, *rotation, TURNS_SHOWN).await?
        }
        Button::RemoveAbsence { absence } => {
            written(bot, app::absence::remove_by_id(store, request, *absence).await)?
        }
        Button::Roster(button) => return roster::press(bot, request, button).await,
        Button::History(button) => return history::press(bot, request, *button).await,
        Button::Home(button) => return home::press(bot, request, *button).await,
        Button::Lifecycle(button) => return lifecycle::press(bot, request, *button).await,
        Button::Announce(announce::Button::SendTest { rotation }) => {
            app::announce::preview(store, request, *rotation, typed).await?
        }
        Button::Settings(button) => return settings::press(bot, request, *button).await,
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
    if !app::install::is_installed(&bot.store, request.workspace).await? {
        return Ok(refused(Refusal::NotInstalled));
    }
    match &submit.submission {
        Some(Submission::Roster(form)) => roster::submit(bot, &request, form).await,
        Some(Submission::CreateRotation(form)) => {
            written(bot, app::create_rotation::create_rotation(&bot.store, &request, form).await)
        }
        Some(Submission::EnterAbsence(form)) => {
            written(bot, app::absence::submit(&bot.store, &request, form).await)
        }
        Some(Submission::Settings(form)) => {
            written(bot, settings::submit(bot, &request, form).await)
        }
        Some(Submission::Lifecycle(submission)) => {
            lifecycle::submit(bot, &request, submission).await
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
