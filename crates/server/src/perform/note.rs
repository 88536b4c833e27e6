//! Notes for whoever is on duty next.

use super::written;
use crate::bot::Bot;
use app::{AppError, Request, note};
use domain::reply::Answer;
use domain::story::note::{Button, Command, Form};

/// Carries out a command.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: &Command,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    match wanted {
        Command::Write { rotation } => note::open(store, request, rotation.as_deref()).await,
        Command::List { rotation } => note::list(store, request, rotation.as_deref()).await,
    }
}

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: Button,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    match button {
        Button::Write { rotation } => note::open_of(store, request, rotation).await,
        Button::Open { note } => note::read(store, request, note).await,
        Button::Edit { note } => note::open_note(store, request, note).await,
        Button::Remove { note } => written(bot, note::remove(store, request, note).await),
        Button::Older { rotation, passed } => note::list_of(store, request, rotation, passed).await,
    }
}

/// Carries out the submission of the modal.
pub(super) async fn submit(bot: &Bot, request: &Request, form: &Form) -> Result<Answer, AppError> {
    written(bot, note::submit(&bot.store, request, form).await)
}
