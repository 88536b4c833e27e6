//! What people choose.

use super::absence_source::offered;
use crate::bot::Bot;
use app::{AppError, Request, settings};
use domain::reply::Answer;
use domain::story::settings::{Button, Command, Submission};

/// Carries out a command.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: &Command,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    match wanted {
        Command::Rotation { rotation } => {
            settings::open_rotation(store, request, rotation.as_deref()).await
        }
        Command::Mine => settings::open_mine(store, request).await,
        Command::Workspace => settings::open_workspace(store, request, offered()).await,
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
        Button::Rotation { rotation } => settings::open_rotation_of(store, request, rotation).await,
        Button::Mine => settings::open_mine(store, request).await,
        Button::Workspace => settings::open_workspace(store, request, offered()).await,
    }
}

/// Carries out the submission of a modal.
pub(super) async fn submit(
    bot: &Bot,
    request: &Request,
    form: &Submission,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    match form {
        Submission::Rotation(form) => settings::save_rotation(store, request, form).await,
        Submission::Mine { ticked } => settings::save_mine(store, request, ticked).await,
        Submission::Workspace(form) => settings::save_workspace(store, request, form).await,
    }
}
