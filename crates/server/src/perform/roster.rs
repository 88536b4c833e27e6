//! The people of a rotation: from what was typed, pressed or submitted to its use case.

use super::{said, written};
use crate::bot::Bot;
use app::roster::{self, Target};
use app::{AppError, Request};
use domain::reply::Answer;
use domain::story::roster::{Button, Command, Pick, Submission};

/// Carries out what was typed.
pub(super) async fn command(
    bot: &Bot,
    request: &Request,
    wanted: Command,
    response_url: Option<&str>,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let reply = match &wanted {
        Command::Add { rotation, people, .. } if people.is_empty() => {
            return roster::open_add(store, request, named(rotation.as_deref())).await;
        }
        Command::Remove { rotation, people, .. } if people.is_empty() => {
            return roster::open_remove(store, request, named(rotation.as_deref())).await;
        }
        Command::Order { rotation, people } if people.is_empty() => {
            return roster::open_order(store, request, named(rotation.as_deref())).await;
        }
        Command::Add { rotation, people, before } => {
            roster::add(store, request, named(rotation.as_deref()), people, before.as_ref()).await
        }
        Command::AddEveryone { rotation } => {
            if let Some(url) = response_url {
                bot.late.keep(&request.key, url, request.now);
            }
            roster::ask_for_everyone(store, request, named(rotation.as_deref())).await
        }
        Command::Remove { rotation, people, when } => {
            roster::remove(store, request, named(rotation.as_deref()), people, *when).await
        }
        Command::Order { rotation, people } => {
            roster::order(store, request, named(rotation.as_deref()), people).await
        }
    };
    Ok(said(written(bot, reply)?))
}

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: &Button,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    match button {
        Button::Add { rotation } => roster::open_add(store, request, Target::Id(*rotation)).await,
        Button::Remove { rotation } => {
            roster::open_remove(store, request, Target::Id(*rotation)).await
        }
        Button::Order { rotation } => {
            roster::open_order(store, request, Target::Id(*rotation)).await
        }
        Button::LeaveMyself { rotation } => {
            let left = roster::remove(store, request, Target::Id(*rotation), &[Pick::Me], None);
            Ok(said(written(bot, left.await)?))
        }
        Button::Leave(leaving) => {
            Ok(said(written(bot, roster::leave(store, request, leaving).await)?))
        }
    }
}

/// Carries out the submission of a form.
pub(super) async fn submit(
    bot: &Bot,
    request: &Request,
    submission: &Submission,
) -> Result<Answer, AppError> {
    let store = &bot.store;
    let answer = match submission {
        Submission::Add(form) => roster::submit_add(store, request, form).await,
        Submission::Remove(form) => roster::submit_remove(store, request, form).await,
        Submission::Order(form) => roster::submit_order(store, request, form).await,
    };
    written(bot, answer)
}

fn named(rotation: Option<&str>) -> Target<'_> {
    Target::Named(rotation)
}
