//! Absence sources: connected, asked, turned off.

use super::{refused, said};
use crate::bot::Bot;
use crate::random;
use app::{AppError, Request, absence_source};
use connect::{AbsenceSource, Checked, SourcePerson};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::source::{Credentials, DateRange, SourceCode, SourceFault, SourceInfo};
use domain::story::absence_source::{
    Button, ConnectForm, Press, Reply as Said, Submission, read_connect_form,
};
use domain::zone::Zone;
use slack::Outcome;
use std::time::Duration;

/// How long a source may take to say whether credentials are good: what else waits, waits with it.
const PATIENCE: Duration = Duration::from_secs(15);

/// Returns what can be connected.
pub(crate) fn offered() -> impl Iterator<Item = &'static SourceInfo> {
    connect::sources().iter().map(|source| source.info())
}

/// Carries out the press of a button.
pub(super) async fn press(
    bot: &Bot,
    request: &Request,
    button: &Button,
) -> Result<Answer, AppError> {
    let (store, code) = (&bot.store, &button.source);
    let info = connect::find(code).map(AbsenceSource::info);
    // One that this version does not know can still be turned off.
    let name = info.map_or(code.as_str(), |info| info.name);
    match (button.press, info) {
        (Press::TurnOff, _) => absence_source::turn_off(store, request, (code, name)).await,
        (Press::AskNow, Some(_)) => absence_source::ask_now(store, request, (code, name)).await,
        (Press::Connect, Some(info)) => absence_source::open_form(store, request, info).await,
        (Press::Webhook, Some(info)) => {
            absence_source::open_webhook(store, request, info, bot.public_url.as_str()).await
        }
        (Press::AskNow | Press::Connect | Press::Webhook, None) => {
            Ok(refused(Refusal::StaleButton))
        }
    }
}

/// Carries out the submission of a modal.
pub(super) async fn submit(
    bot: &Bot,
    request: &Request,
    form: &Submission,
) -> Result<Answer, AppError> {
    let (Submission::Connect(ConnectForm { source: code, .. })
    | Submission::Webhook { source: code, .. }) = form;
    let Some(source) = code.as_ref().and_then(connect::find) else {
        return Ok(refused(Refusal::StaleButton));
    };
    match form {
        Submission::Connect(form) => test_and_connect(bot, request, source, form).await,
        Submission::Webhook { secret, .. } => {
            let (store, info) = (&bot.store, source.info());
            absence_source::save_webhook(store, request, info, secret.as_ref()).await
        }
    }
}

/// Asks the source whether the credentials are good, and connects it if they are.
async fn test_and_connect(
    bot: &Bot,
    request: &Request,
    source: &'static dyn AbsenceSource,
    form: &ConnectForm,
) -> Result<Answer, AppError> {
    let (store, info) = (&bot.store, source.info());
    // Nobody else has anything tested in the name of the workspace.
    let is_on = match absence_source::is_on(store, request, info).await? {
        Ok(is_on) => is_on,
        Err(refusal) => return Ok(refused(refusal)),
    };
    let (code, name): (SourceCode, String) = (info.code.clone(), info.name.to_owned());
    let credentials = match read_connect_form(info, form) {
        Ok(credentials) => credentials,
        Err(missing) => return Ok(say(Said::Incomplete { source: code, name, missing })),
    };
    let test = test(bot, request, source, &credentials);
    let checked = tokio::time::timeout(PATIENCE, test).await;
    let Checked { lacks } = match checked.unwrap_or(Err(SourceFault::Unreachable)) {
        Ok(checked) => checked,
        Err(fault) => {
            tracing::warn!(fault = fault.code(), source = %code, workspace.id = %request.workspace, "An absence source was not connected.");
            let asked = info.fields.iter().map(|field| field.label.to_owned()).collect();
            return Ok(say(Said::NotConnected { source: code, name, asked, fault, is_on }));
        }
    };
    absence_source::connect(store, request, info, (&credentials, random::bytes()), lacks).await
}

/// Returns what credentials that do for a sync do not show, or why they do not do.
///
/// What a source hides, instead of refusing it, shows when it is asked about somebody: about whoever connects it, who need
/// not be known there.
async fn test(
    bot: &Bot,
    request: &Request,
    source: &'static dyn AbsenceSource,
    credentials: &Credentials,
) -> Result<Checked, SourceFault> {
    let today = request.now.date_naive();
    let checked = source.check(&bot.wire, credentials, today).await?;
    let token = app::install::bot_token(&bot.store, request.workspace).await;
    let Ok(Some(token)) = token else { return Ok(checked) };
    let Outcome::Done(found) = bot.api.address_of(&token, &request.actor).await else {
        return Ok(checked);
    };
    let Some(email) = found.email else { return Ok(checked) };
    let people = [SourcePerson { user: request.actor.clone(), email, zone: Zone::utc() }];
    let window = DateRange { first: today, last: today };
    match source.fetch(&bot.wire, credentials, &people, window).await {
        Ok(batch) => Ok(Checked { lacks: batch.lacks.or(checked.lacks) }),
        Err(SourceFault::NobodyMatched) => Ok(checked),
        Err(fault) => Err(fault),
    }
}

fn say(reply: Said) -> Answer {
    said(Reply::AbsenceSource(reply))
}
