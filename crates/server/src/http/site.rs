//! `/security`, `/privacy` and `/.well-known/security.txt`: what the service promises and what its hoster says.

use crate::bot::Bot;
use crate::site::{PRIVACY, Promised, SECURITY, Site, promised, security_txt};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

/// Everybody reads the same, so it may be kept for an hour.
const FOR_EVERYBODY: &str = "public, max-age=3600";

/// What is said where the hoster says nothing.
const ASK_YOUR_ADMINS: &str = "This installation of Asyncbot is run by somebody who has not put their own words here. Your workspace's admins know who that is, and answer what is asked of it.";

/// A page of promises.
#[derive(Template)]
#[template(path = "promises.html")]
struct Promises {
    title: &'static str,
    lead: &'static str,
    sections: Vec<Promised>,
    facts: Vec<Fact>,
    other: (&'static str, &'static str),
}

/// What the hoster says about one thing.
struct Fact {
    heading: &'static str,
    lines: Vec<String>,
    /// An address and what is shown of it.
    link: Option<(String, String)>,
}

impl Fact {
    fn new(heading: &'static str, line: impl Into<String>) -> Self {
        Self { heading, lines: vec![line.into()], link: None }
    }

    fn with(mut self, address: &str) -> Self {
        let shown = address.strip_prefix("mailto:").unwrap_or(address);
        self.link = Some((address.to_owned(), shown.to_owned()));
        self
    }
}

pub(super) async fn security(State(bot): State<Arc<Bot>>) -> Response {
    show(&Promises {
        title: "Security",
        lead: "Each sentence below is held by tests that run before every release. Where a promise has no test, it is not made.",
        sections: promised(&SECURITY),
        facts: security_facts(&bot.site),
        other: ("/privacy", "Privacy"),
    })
}

pub(super) async fn privacy(State(bot): State<Arc<Bot>>) -> Response {
    show(&Promises {
        title: "Privacy",
        lead: "What Asyncbot keeps of you, what it never keeps, and who handles it. Each sentence of the promises is held by tests.",
        sections: promised(&PRIVACY),
        facts: privacy_facts(&bot.site),
        other: ("/security", "Security"),
    })
}

pub(super) async fn contact(State(bot): State<Arc<Bot>>) -> impl IntoResponse {
    let text = security_txt(&bot.site, &bot.public_url);
    ([(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, FOR_EVERYBODY)], text)
}

fn security_facts(site: &Site) -> Vec<Fact> {
    let Some(told) = site.told() else {
        return vec![Fact::new("Who to ask", ASK_YOUR_ADMINS)];
    };
    let times = told.times;
    vec![
        Fact::new(
            "Telling us of a weakness",
            format!(
                "A report is answered within {} hours, and something critical is mended within {}.",
                times.answer_hours, times.critical_fix_hours
            ),
        )
        .with(&told.contacts.security),
        Fact::new("Where it runs", &told.site.hosting),
        Fact::new(
            "What stands in front of it",
            told.site
                .cdn
                .as_deref()
                .unwrap_or("Nothing: browsers and Slack reach the service itself."),
        ),
        Fact::new(
            "How often it answers",
            format!(
                "It is to answer {}. Measured: {}.",
                told.site.uptime_target, told.site.uptime_measured
            ),
        ),
        Fact::new("Help", "For everything else.").with(&told.contacts.support),
    ]
}

fn privacy_facts(site: &Site) -> Vec<Fact> {
    let Some(told) = site.told() else {
        return vec![Fact::new("Who to ask", ASK_YOUR_ADMINS)];
    };
    let others = told.subprocessors.iter();
    let others: Vec<_> =
        others.map(|one| format!("{}: {}. {}.", one.name, one.purpose, one.place)).collect();
    let mut facts = vec![
        Fact::new("Who answers for it", &told.site.legal_entity).with(&told.contacts.privacy),
        Fact::new("Where it is kept", &told.site.hosting),
    ];
    if !others.is_empty() {
        facts.push(Fact { heading: "Who else handles it", lines: others, link: None });
    }
    facts.extend(told.site.cdn.as_deref().map(|cdn| Fact::new("What passes through others", cdn)));
    facts
        .push(Fact::new("Agreement on data processing", &told.site.dpa).with(&told.contacts.legal));
    facts
}

fn show(page: &Promises) -> Response {
    match page.render() {
        Ok(html) => ([(CACHE_CONTROL, FOR_EVERYBODY)], Html(html)).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, page.title).into_response(),
    }
}
