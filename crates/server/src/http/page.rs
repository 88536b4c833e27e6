//! The few pages that the service itself shows.

use askama::Template;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
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
    pub(super) const NO_SCHEDULE: Self = Self {
        title: "There is no page here",
        text: "The link was revoked, replaced by a newer one, or is not whole; or whoever made it, or the rotation, is gone. In Slack, /rotation page gives you a new one.",
        link: None,
    };
    pub(super) const PAID: Self = Self {
        title: "Thank you: Pro begins",
        text: "Go back to Slack; it takes a few seconds. The admins of your workspace are told there when it has begun.",
        link: None,
    };
    pub(super) const NOT_PAID: Self = Self {
        title: "Nothing was paid yet",
        text: "The checkout is still open, and nothing is charged. In Slack, Upgrade to Pro leads you back to it.",
        link: None,
    };
    pub(super) const PAID_PERHAPS: Self = Self {
        title: "One moment, please",
        text: "It could not be asked just now whether the payment went through. Nothing is lost: it is asked again, and the admins of your workspace are told in Slack.",
        link: None,
    };
    pub(super) const LEFT_STRIPE: Self = Self {
        title: "Back from Stripe",
        text: "Go back to Slack: /rotation admin shows what holds now. What you did not finish has changed nothing.",
        link: None,
    };
    pub(super) const NO_CHECKOUT: Self = Self {
        title: "There is no checkout here",
        text: "The address is not whole, or is of something that was not begun here. In Slack, /rotation admin shows what your workspace pays.",
        link: None,
    };
    pub(super) const NO_MONTH: Self = Self {
        title: "This month is not shown",
        text: "The page shows twelve months back and ahead. Take away what follows the question mark in the address to see this month.",
        link: None,
    };
    const NOTHING_HERE: Self = Self {
        title: "There is nothing here",
        text: "The address may have been typed wrong, or is of something that is gone.",
        link: Some(("/", "To the front page")),
    };
    const NOT_THIS_WAY: Self = Self {
        title: "That is not possible here",
        text: "This address is there, but does not do what it was asked for.",
        link: Some(("/", "To the front page")),
    };
    const TOO_SLOW: Self = Self {
        title: "That took too long",
        text: "Your browser began to send something and did not go on. Please try again.",
        link: None,
    };
    const TOO_LARGE: Self = Self {
        title: "That is too large",
        text: "What was sent is more than is taken here. Nothing was kept of it.",
        link: None,
    };
    const BROKEN: Self = Self {
        title: "Something went wrong here",
        text: "It is our fault and not yours. Please try again in a minute.",
        link: None,
    };
    const BUSY: Self = Self {
        title: "Not possible right now",
        text: "Asyncbot is busy, or cannot reach its database. Please try again in a minute.",
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

/// What makes people want it.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "landing.html")]
struct Landing;

pub(super) async fn front() -> Response {
    match Landing.render() {
        Ok(html) => Html(html).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "Asyncbot").into_response(),
    }
}

/// Answers for an address that there is not.
pub(super) async fn nothing_here() -> Response {
    show(StatusCode::NOT_FOUND, &Page::NOTHING_HERE)
}

/// Says in a page what an answer of a page's address says by its status alone; what was said with it stays.
pub(super) async fn in_words(request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    let status = answer.status();
    let is_said = answer
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    let is_wrong = status.is_client_error() || status.is_server_error();
    if is_said || !is_wrong {
        return answer;
    }
    let page = match status {
        StatusCode::METHOD_NOT_ALLOWED => Page::NOT_THIS_WAY,
        StatusCode::REQUEST_TIMEOUT => Page::TOO_SLOW,
        StatusCode::PAYLOAD_TOO_LARGE => Page::TOO_LARGE,
        StatusCode::TOO_MANY_REQUESTS => Page::TOO_MANY,
        StatusCode::SERVICE_UNAVAILABLE => Page::BUSY,
        status if status.is_server_error() => Page::BROKEN,
        _ => Page::NOTHING_HERE,
    };
    let mut shown = show(status, &page);
    for (name, value) in answer.headers() {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            shown.headers_mut().insert(name, value.clone());
        }
    }
    shown
}

pub(super) fn show(status: StatusCode, page: &Page) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => (status, page.title).into_response(),
    }
}
