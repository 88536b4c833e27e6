//! The life of a rotation: from what was typed, pressed or submitted to its use case.

use super::{refused, said, written};
use crate::bot::Bot;
use app::{AppError, Request, lifecycle};
use domain::ids::RotationId;
use domain::reply::Answer;
use domain::story::lifecycle::{Button, Command, Press, Submission};

/// Carries out what was typed.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: Command,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let (name, wanted) = match wanted {
        Command::Show { rotation } => {
            let shown = lifecycle::show(store, request, rotation.as_deref()).await?;
            return Ok(said(shown));
        }
        Command::Undelete { rotation } => {
            let found = lifecycle::deleted_named(store, request, rotation.as_deref()).await?;
            return match found {
                Ok(rotation) => press_of(bot, request, Press::Undelete, rotation).await,
                Err(refusal) => Ok(refused(refusal)),
            };
        }
        Command::Edit { rotation } => (rotation, Wanted::Press(Press::Edit)),
        Command::Delete { rotation } => (rotation, Wanted::Press(Press::Delete)),
        Command::Resume { rotation, now: true } => (rotation, Wanted::Press(Press::StartNow)),
        Command::Resume { rotation, now: false } => (rotation, Wanted::Press(Press::Resume)),
        Command::Pause { rotation, until } => (rotation, Wanted::Pause(until)),
        Command::HandOver { rotation, to } => (rotation, Wanted::HandOver(to)),
    };
    let rotation = match lifecycle::named(store, request, name.as_deref()).await? {
        Ok(rotation) => rotation,
        Err(refusal) => return Ok(refused(refusal)),
    };
    match wanted {
        Wanted::Press(press) => press_of(bot, request, press, rotation).await,
        Wanted::HandOver(to) => lifecycle::hand_over_form(store, request, rotation, to).await,
        Wanted::Pause(until) => {
            let paused = lifecycle::pause(store, request, rotation, until.as_deref()).await;
            written(bot, paused).map(said)
        }
    }
}

/// What is done with the rotation that was named.
enum Wanted {
    Press(Press),
    Pause(Option<String>),
    HandOver(Option<domain::ids::UserId>),
}

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: Button,
) -> Result<Answer, AppError> {
    press_of(bot, request, button.press, button.rotation).await
}

async fn press_of(
    bot: &Bot,
    request: &Request,
    press: Press,
    rotation: RotationId,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let reply = match press {
        Press::Show => lifecycle::show_one(store, request, rotation).await,
        Press::Edit => return lifecycle::edit_form(store, request, rotation).await,
        Press::Pause => return lifecycle::pause_form(store, request, rotation).await,
        Press::Delete => return lifecycle::delete_form(store, request, rotation).await,
        Press::HandOver => return lifecycle::hand_over_form(store, request, rotation, None).await,
        Press::Resume => written(bot, lifecycle::resume(store, request, rotation, false).await),
        Press::StartNow => written(bot, lifecycle::resume(store, request, rotation, true).await),
        Press::Undelete => written(bot, lifecycle::undelete(store, request, rotation).await),
    };
    reply.map(said)
}

/// Carries out the submission of a modal.
pub(super) async fn submit(
    bot: &Bot,
    request: &Request,
    submission: &Submission,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    match submission {
        Submission::Edit { step, rotation, revision, form } => {
            let place = (*rotation, *revision);
            written(bot, lifecycle::submit_edit(store, request, *step, place, form).await)
        }
        Submission::Pause { rotation, until } => {
            let until = until.as_deref();
            written(bot, lifecycle::pause_on_form(store, request, *rotation, until).await)
        }
        Submission::Delete { rotation } => {
            written(bot, lifecycle::delete(store, request, *rotation).await).map(said)
        }
        Submission::HandOver(form) => {
            written(bot, lifecycle::submit_hand_over(store, request, form).await)
        }
    }
}
