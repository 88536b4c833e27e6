//! `/exports/{token}`: an archive of what is stored, fetched once.
//!
//! Looking at the page uses nothing up, so that a program that follows links, as chats do for previews, takes nothing away.

use super::page::{self, CONTENT_POLICY, Page};
use crate::archive;
use crate::bot::Bot;
use app::export;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use domain::story::data::Scope;
use std::sync::Arc;

/// A page with the button that fetches an archive.
#[derive(Template)]
#[template(path = "export.html")]
struct Offer {
    title: &'static str,
    text: &'static str,
}

pub(super) async fn offer(State(bot): State<Arc<Bot>>, Path(token): Path<String>) -> Response {
    let scope = match export::look(&bot.store, &token, bot.clock.now()).await {
        Ok(Some(scope)) => scope,
        Ok(None) => return page::show(StatusCode::NOT_FOUND, &Page::NO_EXPORT),
        Err(fault) => return unavailable(&fault),
    };
    let offer = match scope {
        Scope::Person => Offer {
            title: "What Asyncbot keeps of you",
            text: "One archive with everything. It can be downloaded once; after that, ask for another in Slack with /rotation export me.",
        },
        Scope::Workspace => Offer {
            title: "What Asyncbot keeps of your workspace",
            text: "One archive with everything. It can be downloaded once; after that, ask for another in Slack with /rotation export.",
        },
    };
    match offer.render() {
        Ok(html) => (policy(), Html(html)).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, offer.title).into_response(),
    }
}

pub(super) async fn fetch(State(bot): State<Arc<Bot>>, Path(token): Path<String>) -> Response {
    let files = match export::take(&bot.store, &token, bot.clock.now()).await {
        Ok(Some(files)) => files,
        Ok(None) => return page::show(StatusCode::NOT_FOUND, &Page::NO_EXPORT),
        Err(fault) => return unavailable(&fault),
    };
    bot.bells.ring_after_write();
    match archive::pack(&files) {
        Ok(archive) => {
            let headers = [
                (CONTENT_TYPE, "application/zip"),
                (CONTENT_DISPOSITION, "attachment; filename=\"asyncbot-export.zip\""),
            ];
            (headers, archive).into_response()
        }
        Err(fault) => {
            tracing::error!(error = %fault, "An archive could not be made.");
            page::show(StatusCode::INTERNAL_SERVER_ERROR, &Page::NOT_EXPORTED)
        }
    }
}

/// The page's own policy: its one form goes back to where it came from.
fn policy() -> HeaderMap {
    let policy = CONTENT_POLICY.replace("form-action 'none'", "form-action 'self'");
    let policy = HeaderValue::from_str(&policy);
    policy.into_iter().map(|policy| (CONTENT_SECURITY_POLICY, policy)).collect()
}

fn unavailable(fault: &app::AppError) -> Response {
    tracing::error!(error = %fault, "An archive could not be fetched.");
    page::show(StatusCode::SERVICE_UNAVAILABLE, &Page::NOT_EXPORTED)
}
