//! The few pages that the service itself shows.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// What the pages may load: their own style and nothing else.
pub(super) const CONTENT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
     form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// A page of a heading, a sentence and what to do next.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "page.html")]
pub(super) struct Page {
    title: &'static str,
    text: &'static str,
    link: Option<(&'static str, &'static str)>,
}

const TRY_AGAIN: Option<(&str, &str)> = Some(("/slack/install", "Install again"));

impl Page {
    pub(super) const FRONT: Self = Self {
        title: "Asyncbot",
        text: "It knows who is on duty now, and who is next, and tells your team in Slack.",
        link: Some(("/slack/install", "Add to Slack")),
    };
    pub(super) const INSTALLED: Self = Self {
        title: "Asyncbot is installed",
        text: "Go back to Slack and type /rotation create in the channel of your team.",
        link: None,
    };
    pub(super) const CANCELLED: Self = Self {
        title: "Nothing was installed",
        text: "You cancelled on Slack's page, and nothing was changed.",
        link: TRY_AGAIN,
    };
    pub(super) const BEGIN_HERE: Self = Self {
        title: "One more step",
        text: "This installation was begun in Slack's own pages. Nothing was installed yet: please go on from here, so that it is sure that it is you.",
        link: Some(("/slack/install", "Add to Slack")),
    };
    pub(super) const STATE_LOST: Self = Self {
        title: "Please begin once more",
        text: "This installation was begun in another browser, more than ten minutes ago, or is finished already.",
        link: TRY_AGAIN,
    };
    pub(super) const NOT_GRANTED: Self = Self {
        title: "Slack did not finish the installation",
        text: "Slack gave no access. Nothing was changed; please try again.",
        link: TRY_AGAIN,
    };
    pub(super) const ORG_WIDE: Self = Self {
        title: "Please install per workspace",
        text: "Asyncbot works per workspace. Ask your organisation's admin to install it in one workspace.",
        link: TRY_AGAIN,
    };
    pub(super) const TOO_MANY: Self = Self {
        title: "A moment, please",
        text: "Too many pages were asked for from where you are. Please try again in a minute.",
        link: None,
    };
    pub(super) const NO_EXPORT: Self = Self {
        title: "This link opens nothing",
        text: "It was used already, its fifteen minutes are over, or another one was asked for since. Ask for a new one in Slack: /rotation export me.",
        link: None,
    };
    pub(super) const NOT_EXPORTED: Self = Self {
        title: "Not possible right now",
        text: "The archive could not be made. Please ask for another link in Slack in a minute: /rotation export me.",
        link: None,
    };
    pub(super) const NO_CALENDAR: Self = Self {
        title: "There is no calendar here",
        text: "The link was revoked, replaced by a newer one, or is not whole; or whoever made it, or the rotation, is gone. In Slack, /rotation calendar gives you a new one.",
        link: None,
    };
    pub(super) const NOT_READ: Self = Self {
        title: "Not possible right now",
        text: "Asyncbot cannot reach its database. Please try again in a minute; your calendar keeps what it has.",
        link: None,
    };
    pub(super) const NOT_NOW: Self = Self {
        title: "Not possible right now",
        text: "Asyncbot cannot reach its database. Nothing was changed; please try again in a minute.",
        link: TRY_AGAIN,
    };
}

pub(super) async fn front() -> Response {
    show(StatusCode::OK, &Page::FRONT)
}

pub(super) fn show(status: StatusCode, page: &Page) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => (status, page.title).into_response(),
    }
}
