//! `/calendar/{token}.ics`: a calendar that other programs subscribe to.

use super::page::{self, Page};
use super::unseen;
use crate::bot::Bot;
use crate::hex;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What ends an address of a calendar: some programs know by it what they get.
const ENDING: &str = ".ics";

pub(super) async fn subscribe(
    State(bot): State<Arc<Bot>>,
    Path(file): Path<String>,
    asked: HeaderMap,
) -> Response {
    let Some(token) = file.strip_suffix(ENDING) else {
        return page::show(StatusCode::NOT_FOUND, &Page::NO_CALENDAR);
    };
    match app::calendar::feed(&bot.store, token, bot.clock.now()).await {
        Ok(Some(text)) => answer(&asked, text),
        Ok(None) => page::show(StatusCode::NOT_FOUND, &Page::NO_CALENDAR),
        Err(fault) => {
            tracing::error!(error = %fault, "A calendar could not be read.");
            page::show(StatusCode::SERVICE_UNAVAILABLE, &Page::NOT_READ)
        }
    }
}

/// Returns the calendar, or that it is as whoever asks knows it (RFC 9110, 13.1.2).
fn answer(asked: &HeaderMap, text: String) -> Response {
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&text)));
    // One person's calendar is nobody else's to keep, and may be kept by them if they ask each time.
    let headers = [(CACHE_CONTROL, "private, no-cache"), (ETAG, tag.as_str())];
    if knows(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, headers, unseen()).into_response();
    }
    let of_calendar = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, "inline; filename=\"asyncbot.ics\""),
    ];
    (headers, of_calendar, unseen(), text).into_response()
}

/// Returns whether a request names the tag of what it has; a proxy on the way may have made it a weak one.
fn knows(asked: &HeaderMap, tag: &str) -> bool {
    let named = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut named = named.flat_map(|value| value.split(',')).map(str::trim);
    named.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}
