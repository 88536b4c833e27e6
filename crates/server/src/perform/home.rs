//! The buttons of the App Home.

use super::written;
use crate::bot::Bot;
use app::{AppError, Request};
use domain::reply::Answer;
use domain::story::home::Button;

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: Button,
) -> Result<Answer, AppError> {
    written(bot, app::home::turn_page(&bot.store, request, button.page()).await)?;
    Ok(Answer::Nothing)
}
