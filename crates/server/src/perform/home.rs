//! The buttons of the App Home.

use super::{said, written};
use crate::bot::Bot;
use app::facts::Facts;
use app::{AppError, Request};
use domain::reply::Answer;
use domain::story::home::Button;

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    facts: &Facts,
    button: Button,
) -> Result<Answer, AppError> {
    let Some(page) = button.page() else { return Ok(said(app::read::list(facts, request))) };
    written(bot, app::home::turn_page(&bot.store, request, page).await)?;
    Ok(Answer::Nothing)
}
