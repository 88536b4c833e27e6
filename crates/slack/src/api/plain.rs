//! Calls for which slack-morphism does not do.

use super::client::{Api, PlainAnswer};
use super::methods::AuthFacts;
use super::outcome::{NotSentKind, Outcome};
use super::verdict;
use crate::oauth::{Install, InstallAnswer};
use domain::ids::{TeamId, UserId};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// What `auth.test` says.
#[derive(Deserialize)]
struct AuthAnswer {
    team_id: Option<String>,
    user_id: Option<String>,
}

impl Api {
    /// Asks Slack whether a token works, for whom, and with which scopes.
    ///
    /// Slack lists the scopes in a header, which slack-morphism does not hand out.
    pub async fn auth_test(&self, token: &SecretString) -> Outcome<AuthFacts> {
        let request =
            self.plain.post(self.method_url("auth.test")).bearer_auth(token.expose_secret());
        let read = |answer: PlainAnswer| {
            let auth: AuthAnswer = serde_json::from_str(&answer.body).ok()?;
            Some(AuthFacts {
                team: TeamId::new(&auth.team_id?),
                bot_user: UserId::new(&auth.user_id?),
                scopes: list_scopes(&answer.headers),
            })
        };
        self.call_plain(request).await.and_read(read).repeatable()
    }

    /// Trades the code of an installation for a token; a code works once.
    ///
    /// It is posted as a form, as Slack documents: slack-morphism would put it into the address and that into its log.
    pub async fn exchange_code(&self, code: &str, redirect_uri: &str) -> Outcome<Install> {
        let request = self
            .plain
            .post(self.method_url("oauth.v2.access"))
            .basic_auth(&self.config.client_id, Some(self.config.client_secret.expose_secret()))
            .form(&[("code", code), ("redirect_uri", redirect_uri)]);
        let read = |answer: PlainAnswer| {
            serde_json::from_str::<InstallAnswer>(&answer.body).ok().and_then(InstallAnswer::read)
        };
        self.call_plain(request).await.and_read(read)
    }

    pub(crate) fn method_url(&self, method: &str) -> String {
        format!("{}/{method}", self.config.api_url.as_str().trim_end_matches('/'))
    }

    pub(crate) async fn call_plain(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Outcome<PlainAnswer> {
        match self.send_plain(request).await {
            Outcome::Done(answer) if answer.status.is_success() => judge_plain(answer),
            Outcome::Done(answer) => refuse_plain(&answer),
            other => other,
        }
    }

    /// Sends a request and reads its whole answer, whatever its status.
    pub(super) async fn send_plain(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Outcome<PlainAnswer> {
        self.limit_plain(async {
            let response = request.send().await?;
            Ok(PlainAnswer {
                status: response.status(),
                headers: response.headers().clone(),
                body: response.text().await?,
            })
        })
        .await
    }
}

/// Returns the outcome of an answer whose status is no success.
pub(super) fn refuse_plain<T>(answer: &PlainAnswer) -> Outcome<T> {
    if answer.status == http::StatusCode::TOO_MANY_REQUESTS {
        return Outcome::rate_limited(retry_after_seconds(&answer.headers));
    }
    verdict::of_status(answer.status, Some(&answer.body))
}

fn judge_plain(answer: PlainAnswer) -> Outcome<PlainAnswer> {
    let ok = serde_json::from_str::<serde_json::Value>(&answer.body)
        .ok()
        .and_then(|json| json.get("ok")?.as_bool());
    match (ok, verdict::refused_with(&answer.body)) {
        (Some(true), _) => Outcome::Done(answer),
        (_, Some(code)) => verdict::of_code(&code),
        (Some(false), None) => Outcome::not_sent(NotSentKind::Permanent, "unknown_error"),
        (None, None) => Outcome::ambiguous("unreadable_answer"),
    }
}

fn retry_after_seconds(headers: &HeaderMap) -> Option<u64> {
    headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

fn list_scopes(headers: &HeaderMap) -> Option<Vec<String>> {
    let list = headers.get("x-oauth-scopes")?.to_str().ok()?;
    Some(list.split(',').map(|scope| scope.trim().to_owned()).collect())
}
