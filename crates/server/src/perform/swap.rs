//! Swaps of two turns: from what was typed, pressed or submitted to its use case.

use super::written;
use crate::bot::Bot;
use app::{AppError, Request, swap};
use domain::reply::Answer;
use domain::story::swap::{Button, Command, Form};

/// Carries out what was typed.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: &Command,
) -> Result<Answer, AppError> {
    written(bot, swap::command(&bot.store, request, wanted).await)
}

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: Button,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let changed = match button {
        Button::Open { rotation } => return swap::open(store, request, rotation).await,
        Button::Agree { swap } => swap::agree(store, request, swap).await,
        Button::Decline { swap } => swap::decline(store, request, swap).await,
        Button::Withdraw { swap } => swap::withdraw(store, request, swap).await,
        Button::Undo { swap } => swap::undo(store, request, swap).await,
    };
    written(bot, changed)
}

/// Carries out the submission of a modal.
pub(super) async fn submit(bot: &Bot, request: &Request, form: &Form) -> Result<Answer, AppError> {
    written(bot, swap::ask(&bot.store, request, form).await)
}
