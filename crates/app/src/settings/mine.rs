//! A person's own preferences.

use super::Done as Saved;
use crate::home;
use crate::outcome::{Decision, Done, once};
use crate::{AppError, Request};
use domain::action::Modal;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::settings::{self, QUIET_NIGHTS};
use store::{Store, Tx};

/// Answers with the modal of the asker's own preferences.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open_mine(store: &Store, request: &Request) -> Result<Answer, AppError> {
    let preferences = store.read(request.workspace).await?.find_preferences(&request.actor).await?;
    let modal = settings::Modal::Mine { has_quiet_nights: preferences.has_quiet_nights };
    Ok(Answer::Open(Modal::Settings(modal)))
}

/// Saves the asker's own preferences: what is ticked holds.
///
/// # Errors
///
/// When the database cannot be reached; nothing is saved then.
pub async fn save_mine(
    store: &Store,
    request: &Request,
    ticked: &[String],
) -> Result<Answer, AppError> {
    let has_quiet_nights = ticked.iter().any(|code| code == QUIET_NIGHTS);
    let act = async |tx: &mut Tx| save(tx, request, has_quiet_nights).await;
    let reply = match once(store, request, act).await? {
        Ok(Done::Settings(Saved::Mine { has_quiet_nights })) => {
            Reply::Settings(settings::Reply::MineSaved { has_quiet_nights })
        }
        Ok(_) => Reply::Refused(Refusal::Unreadable),
        Err(refusal) => Reply::Refused(refusal),
    };
    Ok(Answer::Say(Box::new(reply)))
}

async fn save(
    tx: &mut Tx,
    request: &Request,
    has_quiet_nights: bool,
) -> Result<Decision, AppError> {
    let mut preferences = tx.lock_preferences(&request.actor).await?;
    preferences.has_quiet_nights = has_quiet_nights;
    tx.record_preferences(&request.actor, &preferences).await?;
    if preferences.home_opened_at.is_some() {
        home::show(tx, &request.actor, &request.key, request.now).await?;
    }
    Ok(Ok(Done::Settings(Saved::Mine { has_quiet_nights })))
}
