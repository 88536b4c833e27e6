//! What was.

use super::said;
use crate::bot::Bot;
use app::{AppError, Request, history};
use domain::reply::Answer;
use domain::story::history::{Button, Command};

/// Carries out a command.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: &Command,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let reply = match wanted {
        Command::Turns { rotation } => history::turns(store, request, rotation.as_deref()).await?,
        Command::Statistics { rotation, days } => {
            history::statistics(store, request, rotation.as_deref(), *days).await?
        }
    };
    Ok(said(reply))
}

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: Button,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let reply = match button {
        Button::Turns { rotation } => history::turns_of(store, request, rotation, None).await?,
        Button::Older { rotation, before } => {
            history::turns_of(store, request, rotation, Some(before)).await?
        }
        Button::Statistics { rotation, days } => {
            history::statistics_of(store, request, rotation, days).await?
        }
    };
    Ok(said(reply))
}
