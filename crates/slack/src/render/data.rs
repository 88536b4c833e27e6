//! What is stored, in words: a link to an archive, and the event log.

use super::blocks::Part;
use super::buttons::{button, danger};
use super::names::{name_of, title};
use super::words::{Ink, Style};
use crate::escape::escape;
use chrono::{DateTime, Utc};
use domain::action::Button;
use domain::story::data::{self, LINK_OPENS, Line, Page, Reply, Scope};

/// Returns an answer.
pub(super) fn compose(reply: &Reply, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    match reply {
        Reply::Link { scope, address } => vec![Part::Lines(link_lines(*scope, address.show()))],
        Reply::Events(page) => page_parts(page, now, style),
        Reply::AskToErase => ask_parts(),
        Reply::Erased => say(ERASED),
        Reply::NotErased => say(NOT_ERASED),
    }
}

/// Returns what stands on a button.
pub(super) const fn label(button: data::Button) -> &'static str {
    match button {
        data::Button::Events => "Event log",
        data::Button::Older { .. } => "Older",
        data::Button::EraseMe => "Erase me",
    }
}

const ERASED: &str = "Done: nothing that I keep names you any more. Should you use me again, I get to know you anew.";

const NOT_ERASED: &str = "I could not finish that: part of what names you may still be here. Please try again in a minute; if it stays, please tell whoever runs me.";

fn say(line: &str) -> Vec<Part> {
    vec![Part::Lines(vec![line.to_owned()])]
}

fn ask_parts() -> Vec<Part> {
    let lines = [
        "This erases you from everything that I keep in this workspace, at once and for good:",
        "• your name, your absences, your preferences and notes that nobody has read are deleted",
        "• you leave every rotation, and the turns to come are planned anew; whoever manages one learns that somebody was erased, and not who",
        "• in what was, *a former member* stands in your place",
        "`/rotation export me` gives you all of it first. What you and others wrote in Slack stays there.",
    ];
    let erase = danger(&Button::Data(data::Button::EraseMe));
    vec![Part::Lines(lines.map(String::from).to_vec()), Part::Buttons(vec![erase])]
}

fn link_lines(scope: Scope, address: &str) -> Vec<String> {
    let (of_what, of_whom) = match scope {
        Scope::Person => ("Everything that I keep of you", "yours"),
        Scope::Workspace => ("Everything that I keep of this workspace", "this workspace's"),
    };
    vec![
        format!("{of_what} is one archive: JSON, tables for spreadsheets, and a calendar."),
        format!("<{address}|Fetch it here>"),
        format!(
            "The link works once, within {} minutes, for whoever has it: what is in it is {of_whom}, so please pass it to nobody. Asking again makes this one useless.",
            LINK_OPENS.num_minutes()
        ),
    ]
}

fn page_parts(page: &Page, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let ink = Ink::new(&page.zone, now, style);
    if page.events.is_empty() {
        let nothing = if page.has_newer {
            "There is nothing before that: either nothing happened, or its time in the event log is over."
        } else {
            "Nothing has happened yet."
        };
        return vec![Part::Lines(vec![nothing.to_owned()])];
    }
    let lead = if page.has_newer { "Before that" } else { "What happened last" };
    let mut lines = vec![format!("{lead}, the newest first:")];
    lines.extend(page.events.iter().map(|line| event_line(line, &ink)));
    let mut parts = vec![Part::Lines(lines)];
    if let Some(older) = page.older {
        parts.push(Part::Buttons(vec![button(&Button::Data(older))]));
    } else if !page.has_newer {
        parts.push(Part::Lines(vec![String::from(
            "`/rotation export` gives you all of it as a table.",
        )]));
    }
    parts
}

fn event_line(line: &Line, ink: &Ink) -> String {
    let mut words = vec![escape(&line.action.replace(['_', '.'], " "))];
    words.extend(line.rotation.as_ref().map(|name| title(name)));
    words.extend(line.subject.as_ref().map(|person| format!("about {}", name_of(person))));
    words.push(
        line.actor
            .as_ref()
            .map_or_else(|| String::from("by itself"), |person| format!("by {}", name_of(person))),
    );
    format!("• {}: {}", ink.at(line.at), words.join(", "))
}
