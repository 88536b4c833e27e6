//! A verified request becomes a use case, and the use case an answer.

pub(crate) mod absence_source;
mod calendar;
pub(crate) mod checked;
mod checkout;
mod cover;
mod data;
mod history;
mod home;
mod lifecycle;
mod note;
mod roster;
mod settings;
mod skip;
mod swap;

use crate::bot::Bot;
use app::facts::Facts;
use app::gate::{Admission, Comer, admit};
use app::take_turn::Way;
use app::{AppError, Request};
use checked::{What, check_first};
use domain::action::{Button, Submission};
use domain::command::{Command, parse_command};
use domain::ids::WorkspaceId;
use domain::reach::Reach;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::{announce, people};
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
    let wanted = parse_command(&command.text);
    let reach = wanted.as_ref().map_or(Reach::Look, |wanted| wanted.reach(&command.user));
    let what = || What::Command { text: command.text.clone() };
    let url = command.response_url.as_deref();
    if let Some(answer) = stop(bot, &facts, &request, (reach, Comer::Own), url, what).await? {
        return Ok(answer);
    }
    match wanted {
        Ok(wanted) => {
            let answer = carry_out(bot, &facts, &request, wanted, url).await?;
            or_ask_again(bot, &request, reach, answer).await
        }
        Err(refusal) => Ok(refused(refusal)),
    }
}

/// Returns the answer to a request that does not pass the gate; `what` is what waits until Slack was asked, and is then
/// answered at `response_url`.
async fn stop(
    bot: &Bot,
    facts: &Facts,
    request: &Request,
    gate: (Reach, Comer),
    response_url: Option<&str>,
    what: impl FnOnce() -> What,
) -> Result<Option<Answer>, AppError> {
    match admit(&bot.store, facts, request, gate).await? {
        Admission::Go => Ok(None),
        Admission::Refused(refusal) => Ok(Some(refused(refusal))),
        Admission::CheckFirst => check_first(bot, request, response_url, what()).await.map(Some),
    }
}

const fn comer(is_foreign: bool) -> Comer {
    if is_foreign { Comer::Foreign } else { Comer::Own }
}

async fn carry_out(
    bot: &Bot,
    facts: &Facts,
    request: &Request,
    wanted: Command,
    response_url: Option<&str>,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let reply = match wanted {
        Command::Help => Reply::Help,
        Command::Home => app::read::home(facts, request),
        Command::List => app::read::list(facts, request),
        Command::Who { rotation } => app::read::who(facts, request, rotation.as_deref()),
        Command::Next { rotation, count } => {
            app::read::next(facts, request, rotation.as_deref(), count)
        }
        Command::Create { name } => {
            return app::modal::create_rotation(store, request, name).await;
        }
        Command::AbsenceForm => {
            return Ok(Answer::Open(app::modal::enter_absence(store, request).await?));
        }
        Command::AbsenceAdd { who, days } => {
            let added = app::absence::add(&bot.memo, facts, request, who.as_ref(), &days).await?;
            if added.gives_work {
                bot.bells.ring_after_write();
            }
            added.reply
        }
        Command::AbsenceList { who } => {
            let listed = app::absence::list(store, request, who.as_ref()).await;
            // Whoever reads of somebody else may have to be looked up.
            if who.is_some() { written(bot, listed)? } else { listed? }
        }
        Command::AbsenceRemove { who, days } => {
            written(bot, app::absence::remove(store, request, who.as_ref(), days.as_deref()).await)?
        }
        Command::AbsenceAvailable { who, days } => {
            let said = app::absence::available(store, request, who.as_ref(), days.as_deref());
            written(bot, said.await)?
        }
        Command::Cover(wanted) => return cover::command(bot, request, &wanted).await,
        Command::Calendar(wanted) => return calendar::command(bot, request, &wanted).await,
        Command::Data(wanted) => return data::command(bot, request, wanted).await,
        Command::History(wanted) => return history::command(bot, request, &wanted).await,
        Command::Roster(wanted) => {
            return roster::command(bot, request, wanted, response_url).await;
        }
        Command::Skip(wanted) => return skip::command(bot, request, wanted).await,
        Command::Swap(wanted) => return swap::command(bot, request, &wanted).await,
        Command::Lifecycle(wanted) => return lifecycle::command(bot, request, wanted).await,
        Command::Note(wanted) => return note::command(bot, request, &wanted).await,
        Command::Settings(wanted) => return settings::command(bot, request, &wanted).await,
    };
    Ok(said(reply))
}

/// Carries out the press of a button.
pub(crate) async fn click(bot: &Bot, click: &Click) -> Result<Answer, AppError> {
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
    let gate = (button.reach(), comer(click.is_foreign));
    let url = click.response_url.as_deref();
    if let Some(answer) = stop(bot, &facts, &request, gate, url, || What::button(button)).await? {
        return Ok(answer);
    }
    let answer = press(bot, &facts, &request, button, click.typed_template.as_deref()).await?;
    or_ask_again(bot, &request, button.reach(), answer).await
}

/// Returns the answer; a form that is refused to somebody unknown may be theirs to open once it is known who they are.
async fn or_ask_again(
    bot: &Bot,
    request: &Request,
    reach: Reach,
    answer: Answer,
) -> Result<Answer, AppError> {
    let is_refused = matches!(
        &answer,
        Answer::Say(reply) if matches!(**reply, Reply::Refused(Refusal::NotAllowed { .. }))
    );
    if reach == Reach::Open
        && is_refused
        && written(bot, app::people::look_up_unknown(&bot.store, request).await)?
    {
        return Ok(said(Reply::People(people::Reply::AskAgain)));
    }
    Ok(answer)
}

async fn press(
    bot: &Bot,
    facts: &Facts,
    request: &Request,
    button: &Button,
    typed: Option<&str>,
) -> Result<Answer, AppError> {
    let store = &bot.store;
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
        Button::ShowNext { rotation } => app::read::next_of(facts, request, *rotation, TURNS_SHOWN),
        Button::RemoveAbsence { absence } => {
            written(bot, app::absence::remove_by_id(store, request, *absence).await)?
        }
        Button::StayAvailable { absence } => {
            written(bot, app::absence::available_by_id(store, request, *absence).await)?
        }
        Button::AbsenceSource(button) => {
            return written(bot, absence_source::press(bot, request, button).await);
        }
        Button::Cover(button) => return cover::press(bot, request, *button).await,
        Button::Roster(button) => return roster::press(bot, request, button).await,
        Button::Calendar(button) => return calendar::press(bot, request, *button).await,
        Button::Checkout(button) => return checkout::press(bot, request, *button).await,
        Button::Data(button) => return data::press(bot, request, *button).await,
        Button::History(button) => return history::press(bot, request, *button).await,
        Button::Home(button) => return home::press(bot, request, facts, *button).await,
        Button::Skip(button) => return skip::press(bot, request, *button).await,
        Button::Swap(button) => return swap::press(bot, request, *button).await,
        Button::Lifecycle(button) => return lifecycle::press(bot, request, *button).await,
        Button::Note(button) => return note::press(bot, request, *button).await,
        Button::Settings(button) => return settings::press(bot, request, *button).await,
        Button::People(people::Button::AddAgain { rotation, user }) => {
            let added = app::life::add_again::add_again(store, request, *rotation, user);
            written(bot, added.await)?
        }
        Button::Announce(announce::Button::SendTest { rotation }) => {
            app::announce::preview(store, request, *rotation, typed).await?
        }
    };
    Ok(said(reply))
}

/// Carries out the submission of a modal.
pub(crate) async fn submit(bot: &Bot, submit: &Submit) -> Result<Answer, AppError> {
    let request = Request {
        workspace: WorkspaceId::of_team(&submit.team),
        actor: submit.user.clone(),
        channel: None,
        key: submit.key(),
        now: bot.clock.now(),
    };
    let facts = bot.memo.facts(request.workspace, request.now).await?;
    let Some(submission) = &submit.submission else {
        return Ok(refused(Refusal::StaleButton));
    };
    let gate = (submission.reach(&request.actor), comer(submit.is_foreign));
    let what = || What::Form { view: submit.view.clone() };
    if let Some(answer) = stop(bot, &facts, &request, gate, None, what).await? {
        return Ok(answer);
    }
    take_in(bot, &request, submission).await
}

async fn take_in(
    bot: &Bot,
    request: &Request,
    submission: &Submission,
) -> Result<Answer, AppError> {
    match submission {
        Submission::Cover(form) => cover::submit(bot, request, form).await,
        Submission::Roster(form) => roster::submit(bot, request, form).await,
        Submission::Lifecycle(submission) => lifecycle::submit(bot, request, submission).await,
        Submission::Skip(form) => skip::submit(bot, request, form).await,
        Submission::Swap(form) => swap::submit(bot, request, form).await,
        Submission::Note(form) => note::submit(bot, request, form).await,
        Submission::CreateRotation(form) => {
            written(bot, app::create_rotation::create_rotation(&bot.store, request, form).await)
        }
        Submission::EnterAbsence(form) => {
            written(bot, app::absence::submit(&bot.store, request, form).await)
        }
        Submission::AbsenceSource(form) => {
            written(bot, absence_source::submit(bot, request, form).await)
        }
        Submission::Settings(form) => written(bot, settings::submit(bot, request, form).await),
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
