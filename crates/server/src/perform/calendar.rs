//! Links to calendars and pages.

use super::{said, written};
use crate::bot::Bot;
use crate::random;
use app::calendar::{self, Wanted};
use app::{AppError, Request};
use domain::reply::Answer;
use domain::story::calendar::{Button, Command};

/// Carries out a command.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: &Command,
) -> Result<Answer, AppError> {
    let wanted = match wanted {
        Command::Mine => Wanted::Mine,
        Command::Rotation { rotation } => Wanted::Rotation(rotation.as_deref()),
        Command::Page { rotation } => Wanted::Page(rotation.as_deref()),
        Command::Revoke => {
            return written(bot, calendar::revoke_all(&bot.store, request).await).map(said);
        }
    };
    let place = (bot.public_url.as_str(), random::bytes());
    written(bot, calendar::offer(&bot.store, request, wanted, place).await).map(said)
}

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: Button,
) -> Result<Answer, AppError> {
    let Button::Revoke(opens) = button;
    written(bot, calendar::revoke(&bot.store, request, opens).await).map(said)
}
