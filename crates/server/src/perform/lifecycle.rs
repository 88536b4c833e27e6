//! The life of a rotation: from what was typed, pressed or submitted to its use case.

use super::said;
use crate::bot::Bot;
use app::{AppError, Request};
use domain::reply::Answer;
use domain::story::lifecycle::{Button, Command, Press};

/// Carries out what was typed.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: Command,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let reply = match wanted {
        Command::Show { rotation } => {
            app::lifecycle::show(store, request, rotation.as_deref()).await?
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
    let reply = match button.press {
        Press::Show => app::lifecycle::show_one(store, request, button.rotation).await?,
    };
    Ok(said(reply))
}
