//! What is stored.

use super::said;
use crate::bot::Bot;
use crate::erasure::{self, EraseFault};
use crate::random;
use app::{AppError, Request, events, export};
use domain::reply::{Answer, Reply};
use domain::story::data::{self, Button, Command};

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
        Command::EraseMe => Reply::Data(data::Reply::AskToErase),
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
        Button::EraseMe => return erase(bot, request).await,
    };
    Ok(said(events::events(&bot.store, request, before).await?))
}

/// Erases whoever presses.
async fn erase(bot: &Bot, request: &Request) -> Result<Answer, AppError> {
    let (workspace, user) = (request.workspace, &request.actor);
    let erased = erasure::erase_person(&bot.store, &bot.ledger, workspace, user, request.now).await;
    bot.bells.ring_after_write();
    match erased {
        Ok(()) => Ok(said(Reply::Data(data::Reply::Erased))),
        Err(EraseFault::Store(fault)) => Err(fault.into()),
        Err(EraseFault::Unplannable(fault)) => Err(fault),
        Err(fault) => {
            tracing::error!(error = %fault, workspace.id = %workspace, "A person was not erased.");
            Ok(said(Reply::Data(data::Reply::NotErased)))
        }
    }
}
