//! Requests for cover: from what was typed, pressed or submitted to its use case.

use super::{said, written};
use crate::bot::Bot;
use app::{AppError, Request, cover};
use domain::reply::Answer;
use domain::story::cover::{Button, Command, Submission};

/// Carries out what was typed.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: &Command,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    match wanted {
        Command::Ask { rotation, of, days } => {
            let name = rotation.as_deref();
            cover::open(store, request, name, of.as_ref(), days.as_deref()).await
        }
        Command::List { rotation } => cover::list(store, request, rotation.as_deref()).await,
    }
}

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: Button,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let reply = match button {
        Button::Ask { rotation } => return cover::open_for(store, request, rotation, None).await,
        Button::AskFor { rotation, window } => {
            return cover::open_for(store, request, rotation, Some(window)).await;
        }
        Button::TakePart { request: id } => return cover::open_part(store, request, id).await,
        Button::HandOver { request: id } => {
            return written(bot, cover::hand_over(store, request, id).await);
        }
        Button::Take { request: id } => cover::take(store, request, id, None, false).await,
        Button::TakeAnyway { request: id, window } => {
            cover::take(store, request, id, window, true).await
        }
        Button::Cannot { request: id } => cover::cannot(store, request, id).await,
        Button::Withdraw { request: id } => cover::withdraw(store, request, id).await,
        Button::Dismiss { request: id } => cover::dismiss(store, request, id).await,
        Button::Undo { coverage } => cover::undo(store, request, coverage).await,
    };
    written(bot, reply).map(said)
}

/// Carries out the submission of a modal.
pub(super) async fn submit(
    bot: &Bot,
    request: &Request,
    form: &Submission,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let answer = match form {
        Submission::Ask(form) => cover::submit_ask(store, request, form).await,
        Submission::Part(form) => cover::submit_part(store, request, form).await,
    };
    written(bot, answer)
}
