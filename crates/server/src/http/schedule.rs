//! `/schedule/{token}`: a page of a rotation that can be looked at: who is on duty now, who is next, and each month.

mod bars;
mod lines;
mod month;

use super::page::{self, Page};
use super::unseen;
use crate::bot::Bot;
use app::calendar::Schedule;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{Html, IntoResponse, Response};
use bars::{Bar, bars};
use chrono::{DateTime, Utc};
use domain::reply::Duty;
use lines::{Line, Who, coming, when, who};
use month::{Choice, Month, choose};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A rotation as its page shows it.
#[derive(Template)]
#[template(path = "schedule.html")]
struct Screen {
    name: String,
    zone: String,
    cadence: String,
    channel_command: String,
    now: Now,
    next: Option<Next>,
    month: Month,
    coming: Vec<Line>,
}

/// Who is on duty now.
struct Now {
    /// What stands above the names.
    heading: &'static str,
    people: Vec<Who>,
    /// What is said in place of names.
    instead: &'static str,
    until: Option<String>,
}

/// Who is next.
struct Next {
    names: String,
    at: String,
}

pub(super) async fn show(
    State(bot): State<Arc<Bot>>,
    Path(token): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    let now = bot.clock.now();
    let schedule = match app::calendar::schedule(&bot.store, &token, now).await {
        Ok(Some(schedule)) => schedule,
        Ok(None) => return page::show(StatusCode::NOT_FOUND, &Page::NO_SCHEDULE),
        Err(fault) => {
            tracing::error!(error = %fault, "A page of a rotation could not be made.");
            return page::show(StatusCode::SERVICE_UNAVAILABLE, &Page::NOT_READ);
        }
    };
    let today = schedule.zone.date_of(now);
    let Some(choice) = choose(asked.get("month").map(String::as_str), today) else {
        return page::show(StatusCode::NOT_FOUND, &Page::NO_MONTH);
    };
    match screen(&schedule, choice, now).render() {
        Ok(html) => ([(CACHE_CONTROL, "private, no-cache")], unseen(), Html(html)).into_response(),
        Err(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "The page could not be made.").into_response()
        }
    }
}

fn screen(schedule: &Schedule, choice: Choice, now: DateTime<Utc>) -> Screen {
    let bars: Vec<Bar> = bars(schedule);
    let coming = coming(schedule, now);
    // Whoever takes over next in truth, be it in the middle of a turn.
    let next = coming.iter().find(|line| !line.is_now);
    let next = next.map(|line| Next {
        names: match &*line.people {
            [] => line.instead.to_owned(),
            people => lines::in_words(people.iter().map(|who| who.name.clone()).collect()),
        },
        at: line.from.clone(),
    });
    Screen {
        name: schedule.card.name.clone(),
        zone: schedule.zone.name().to_owned(),
        cadence: schedule.card.cadence.clone(),
        channel_command: format!("/rotation calendar {}", schedule.card.name),
        now: duty(schedule),
        next,
        month: Month::of(choice, &bars, &schedule.zone),
        coming,
    }
}

fn duty(schedule: &Schedule) -> Now {
    let until = |at: DateTime<Utc>| Some(format!("until {}", when(&schedule.zone, at)));
    let empty = |instead, until| Now { heading: "Now", people: Vec::new(), instead, until };
    match &schedule.card.duty {
        Duty::OnDuty { people, until: end } => {
            let people = people.iter().map(|it| {
                who(schedule, &it.person.user, it.covered_for.as_ref().map(|of| &of.user))
            });
            Now {
                heading: "On duty now",
                people: people.collect(),
                instead: "",
                until: until(*end),
            }
        }
        Duty::NotYet => empty("Not begun yet", None),
        Duty::Unassigned { until: end } => empty("Nobody can", until(*end)),
        Duty::OffHours { until: end } => empty("Off-hours", until(*end)),
        Duty::Stopped => empty("Stopped: this workspace is on the Free plan", None),
        Duty::Paused { until: end } => empty("Paused", end.and_then(until)),
    }
}
