//! A token that Slack no longer takes ends its installation, once `auth.test` confirms it.

use crate::bot::Bot;
use app::AppError;
use domain::ids::WorkspaceId;
use slack::{NotSent, NotSentKind, Outcome};

/// Returns whether the workspace has no working installation, after a call was refused for its token.
///
/// Slack is asked about the token that is stored now: after a quick re-installation that is another one, which stays.
pub(crate) async fn ends_install(bot: &Bot, workspace: WorkspaceId) -> Result<bool, AppError> {
    let Some(install) = app::install::credentials(&bot.store, workspace).await? else {
        return Ok(true);
    };
    let Outcome::NotSent(NotSent { code, kind: NotSentKind::DeadToken, .. }) =
        bot.api.auth_test(&install.token).await
    else {
        return Ok(false);
    };
    let (at, now) = (install.installed_at, bot.clock.now());
    if app::install::end_dead(&bot.store, workspace, at, &code, now).await? {
        bot.bells.billing.ring();
        tracing::warn!(code, workspace.id = %workspace, "Slack no longer takes the workspace's token; its installation has ended.");
    }
    Ok(true)
}

/// Returns the refusal as it is to be treated: a token that works after all is a reason to try again.
pub(crate) async fn confirm(bot: &Bot, workspace: WorkspaceId, refusal: NotSent) -> NotSent {
    if refusal.kind != NotSentKind::DeadToken {
        return refusal;
    }
    match ends_install(bot, workspace).await {
        Ok(true) => return refusal,
        Ok(false) => {}
        Err(fault) => {
            tracing::error!(error = %fault, workspace.id = %workspace, "A dead token's installation could not be ended; it is tried again.");
        }
    }
    NotSent { kind: NotSentKind::Transient, ..refusal }
}
