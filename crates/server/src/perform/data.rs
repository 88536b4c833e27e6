//! What is stored.

use super::said;
use crate::bot::Bot;
use crate::random;
use app::{AppError, Request, events, export};
use domain::reply::Answer;
use domain::story::data::{Button, Command};

/// Carries out a command.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: Command,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let reply = match wanted {
        Command::Export(scope) => {
            let offered =
                export::offer(store, request, scope, (bot.public_url.as_str(), random::bytes()));
            offered.await?
        }
        Command::Events => events::events(store, request, None).await?,
    };
    Ok(said(reply))
}

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: Button,
) -> Result<Answer, AppError> {
    let before = match button {
        Button::Events => None,
        Button::Older { at, event } => Some((at, event)),
    };
    Ok(said(events::events(&bot.store, request, before).await?))
}
