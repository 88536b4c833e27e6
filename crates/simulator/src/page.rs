//! The page to click in.

use axum::Router;

/// Returns the routes of the page.
pub(crate) fn routes() -> Router {
    Router::new()
}
