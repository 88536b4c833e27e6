//! Turns that pass to somebody else: from what was typed or pressed to its use case.

use super::{refused, said, written};
use crate::bot::Bot;
use app::{AppError, Request, lifecycle, skip};
use domain::reply::Answer;
use domain::story::skip::{Button, Command, Form};

/// Carries out what was typed.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: Command,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let (Command::Assign { rotation, .. }
    | Command::AssignForm { rotation }
    | Command::Skip { rotation }) = &wanted;
    let rotation = match lifecycle::named(store, request, rotation.as_deref()).await? {
        Ok(rotation) => rotation,
        Err(refusal) => return Ok(refused(refusal)),
    };
    match wanted {
        Command::AssignForm { .. } => skip::assign_form(store, request, rotation).await,
        Command::Skip { .. } => written(bot, skip::skip(store, request, rotation).await),
        Command::Assign { to, of, days, .. } => {
            let wanted = skip::Wanted { to, of, days };
            written(bot, skip::assign(store, request, rotation, &wanted).await).map(said)
        }
    }
}

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: Button,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let undone = match button {
        Button::Assign { rotation } => return skip::assign_form(store, request, rotation).await,
        Button::Skip { rotation } => {
            return written(bot, skip::skip(store, request, rotation).await);
        }
        Button::UndoCover { coverage } => skip::undo_cover(store, request, coverage).await,
        Button::UndoSkip { absence } => skip::undo_skip(store, request, absence).await,
    };
    written(bot, undone).map(said)
}

/// Carries out the submission of the form.
pub(super) async fn submit(bot: &Bot, request: &Request, form: &Form) -> Result<Answer, AppError> {
    written(bot, skip::submit_assign(&bot.store, request, form).await)
}
