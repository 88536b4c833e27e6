//! What a request passes before it is read: whether there are too many, and whether it comes in time and is not too long.

use super::connections::Peer;
use super::page::{self, Page};
use crate::bot::Bot;
use crate::inbound::TooMany;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Extension, Request, State};
use axum::http::header::{CONNECTION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use std::sync::Arc;

/// The longest body that is read: 1 MiB.
const BODY_LIMIT: usize = 1024 * 1024;

/// Lets in what claims to be signed while there is room: beyond, Slack and sources are asked to come again.
///
/// All of Slack comes from a few addresses, so none is counted.
pub(super) async fn signed(State(bot): State<Arc<Bot>>, request: Request, next: Next) -> Response {
    match bot.door.let_in() {
        Ok(()) => next.run(request).await,
        Err(too_many) => come_again(StatusCode::SERVICE_UNAVAILABLE, too_many),
    }
}

/// Lets a visitor see a page, unless their address has asked for too many.
pub(super) async fn visitor(
    State(bot): State<Arc<Bot>>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
    next: Next,
) -> Response {
    match bot.door.let_in_visitor(peer, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(too_many) => {
            let shown = page::show(StatusCode::TOO_MANY_REQUESTS, &Page::TOO_MANY);
            with_wait(shown, too_many)
        }
    }
}

/// Returns an answer that asks to come again later.
pub(super) fn come_again(status: StatusCode, too_many: TooMany) -> Response {
    with_wait(status.into_response(), too_many)
}

fn with_wait(mut answer: Response, TooMany { wait }: TooMany) -> Response {
    // Rounded up: who comes too early is refused again.
    let seconds = wait.num_seconds() + i64::from(wait.subsec_nanos() > 0);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// Reads the whole body, in time, and waits for the answer, in time.
///
/// An answer that takes too long is given up: what it has not committed is rolled back, and Slack sends an event again.
pub(super) async fn whole(State(bot): State<Arc<Bot>>, request: Request, next: Next) -> Response {
    let patience = bot.door.patience;
    let (head, body) = request.into_parts();
    let body = match tokio::time::timeout(patience.body, read(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(refused)) => return and_close(refused),
        Err(_) => return and_close(StatusCode::REQUEST_TIMEOUT),
    };
    let request = Request::from_parts(head, Body::from(body));
    let answered = tokio::time::timeout(patience.answer, next.run(request)).await;
    answered.unwrap_or_else(|_| {
        tracing::error!("A request was given up, because its answer took too long.");
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    })
}

async fn read(body: Body) -> Result<Bytes, StatusCode> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let mut read = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        // Whoever breaks off hears nothing of it.
        let chunk = chunk.map_err(|_| StatusCode::BAD_REQUEST)?;
        if read.len() + chunk.len() > BODY_LIMIT {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.into())
}

/// The rest of the body is not wanted, so the connection ends with the answer.
fn and_close(status: StatusCode) -> Response {
    (status, [(CONNECTION, "close")]).into_response()
}
