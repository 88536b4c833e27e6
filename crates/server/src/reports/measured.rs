//! How long requests and workers take, of a sample.

use super::{RELEASE, Reporter, Scene, reporter, traces};
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use domain::effect::Call;
use domain::ids::WorkspaceId;
use sentry::Envelope;
use sentry::protocol::{Context, SpanStatus, TraceContext, Transaction};
use std::time::Duration;
use tracing::{Instrument, Span};

/// Everything that is measured and reported: the routes as they are written in the source, and what workers do.
pub(super) const NAMES: [&str; 21] = [
    "/",
    "/livez",
    "/readyz",
    "/slack/commands",
    "/slack/interactions",
    "/slack/options",
    "/slack/events",
    "/slack/install",
    "/slack/oauth/callback",
    "/{source}/webhook/{token}",
    "/stripe/webhook",
    "/billing/return",
    "/billing/left",
    "/exports/{token}",
    "/calendar/{token}",
    "/schedule/{token}",
    "/security",
    "/privacy",
    "/.well-known/security.txt",
    DELIVERY,
    NO_ROUTE,
];

/// What a path is called that no route has: it may hold anything.
const NO_ROUTE: &str = "no_route";

/// What it is called that a message is delivered.
const DELIVERY: &str = "delivery";

/// Measures a request, where anything is reported, and says to the log within it which one it is.
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let reporter = reporter();
    if reporter.is_none() && !traces::are_on() {
        return next.run(request).await;
    }
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let route = path.and_then(|path| NAMES.iter().find(|name| **name == path));
    let route = route.copied().unwrap_or(NO_ROUTE);
    let method = method(request.method().as_str());
    let span = tracing::error_span!(
        "http",
        http.method = method,
        http.route = route,
        http.status = tracing::field::Empty,
    );
    let began = std::time::Instant::now();
    let answer = next.run(request).instrument(span.clone()).await;
    let status = answer.status();
    span.record("http.status", status.as_u16());
    let Some(reporter) = reporter else { return answer };
    let scene = Scene { method: Some(method), route: Some(route.to_owned()), workspace: None };
    let end = if status.is_server_error() { SpanStatus::InternalError } else { SpanStatus::Ok };
    reporter.measured("http.server", end, began.elapsed(), &scene, ("status", status.as_str()));
    answer
}

/// Returns the span of a delivery, which is a trace of its own: what it is due to may be long ago.
pub(crate) fn delivery(workspace: WorkspaceId, call: Call) -> Span {
    if !traces::are_on() {
        return Span::none();
    }
    tracing::error_span!(
        parent: None,
        "deliver",
        workspace.id = %workspace,
        call = call.as_str(),
        outcome = tracing::field::Empty,
    )
}

/// Returns whether a request's name is one of those in the source.
pub(super) fn is_name(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Reports how long a delivery took, and what it came to, as one word.
pub(crate) fn delivered(workspace: WorkspaceId, took: Duration, outcome: &'static str) {
    let Some(reporter) = reporter() else { return };
    let scene = Scene {
        method: None,
        route: Some(String::from(DELIVERY)),
        workspace: Some(workspace.to_string()),
    };
    let end = if outcome == "sent" { SpanStatus::Ok } else { SpanStatus::UnknownError };
    reporter.measured("queue.process", end, took, &scene, ("outcome", outcome));
}

/// Returns the word for a method; one that is not of HTTP's usual is `other`.
pub(super) fn method(name: &str) -> &'static str {
    const USUAL: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    USUAL.iter().find(|usual| **usual == name).copied().unwrap_or("other")
}

impl Reporter {
    fn measured(
        &self,
        op: &str,
        status: SpanStatus,
        took: Duration,
        scene: &Scene,
        (tag, value): (&str, &str),
    ) {
        if !self.is_sampled() {
            return;
        }
        // A report says when it was made by the machine's clock: the bot's own is moved in a demo.
        let ended = Transaction::new().start_timestamp;
        let trace = TraceContext {
            op: Some(op.to_owned()),
            status: Some(status),
            ..TraceContext::default()
        };
        let mut transaction = Transaction {
            name: scene.route.clone(),
            start_timestamp: ended.checked_sub(took).unwrap_or(ended),
            timestamp: Some(ended),
            release: Some(RELEASE.into()),
            environment: Some(self.environment.clone().into()),
            tags: self.tags(scene),
            ..Transaction::new()
        };
        transaction.tags.insert(tag.to_owned(), value.to_owned());
        transaction.contexts.insert(String::from("trace"), Context::Trace(Box::new(trace)));
        let mut envelope = Envelope::new();
        envelope.add_item(transaction);
        self.client.send_envelope(envelope);
    }

    /// Throws the dice for one measurement.
    fn is_sampled(&self) -> bool {
        let mut dice = [0; 4];
        getrandom::fill(&mut dice).is_ok() && u32::from_le_bytes(dice) % 1_000_000 < self.sampled
    }
}
