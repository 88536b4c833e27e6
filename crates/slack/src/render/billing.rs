//! Plans in words: what stops, and what comes back.

use super::blocks::Part;
use super::names::{link, names, plain, title};
use super::words::Ink;
use domain::story::billing::{Affected, Ended, Message, in_words};

/// Returns a message.
pub(super) fn message(message: &Message, ink: &impl Fn(&str) -> Ink) -> Vec<Part> {
    match message {
        Message::ProEnded(ended) => {
            // What comes after a long list is not cut off with it.
            vec![Part::Lines(stop_lines(ended, ink)), Part::Lines(other_lines(ended, ink))]
        }
        Message::ProBegan { rotations, more, sources } => {
            let mut lines = vec![String::from("This workspace is on *Pro* now.")];
            if !rotations.is_empty() {
                lines.push(String::from("These rotations go on:"));
                let goes_on =
                    |it: &Affected| format!("• {} in {}", title(&it.name), link(&it.channel));
                lines.extend(rotations.iter().map(goes_on));
                lines.extend(more_line(*more));
            }
            if !sources.is_empty() {
                lines.push(format!("Absences come from {} again.", plain(&sources.join(" and "))));
            }
            vec![Part::Lines(lines)]
        }
        Message::Stops { name, people, at, limit, zone } => {
            let when = match at {
                Some(at) if people.is_empty() => {
                    format!("{} stops on {}", title(name), ink(zone).at(*at))
                }
                Some(at) => {
                    let ends = ink(zone).at(*at);
                    format!("{} stops after the shift of {}, on {ends}", title(name), names(people))
                }
                None => format!("{} is stopped", title(name)),
            };
            let limit = in_words(*limit);
            vec![Part::Lines(vec![
                format!(
                    "{when}: this workspace is on the Free plan now, which has room for {limit} active rotations."
                ),
                String::from(
                    "Nothing is deleted. It goes on when an admin upgrades to Pro, or when there is room and somebody resumes it.",
                ),
            ])]
        }
        Message::GoesOn { name, next, zone } => {
            let next = next.map(|at| format!(" The next handoff is {}.", ink(zone).at(at)));
            vec![Part::Lines(vec![format!(
                "{} goes on: this workspace is on Pro.{}",
                title(name),
                next.unwrap_or_default()
            )])]
        }
    }
}

fn stop_lines(ended: &Ended, ink: &impl Fn(&str) -> Ink) -> Vec<String> {
    let Ended { rotations, limit, .. } = ended;
    let mut lines = vec![String::from(
        "*Pro* has ended, so this workspace is on the *Free* plan now. Nothing is deleted, and all of it comes back with Pro.",
    )];
    if rotations.is_empty() {
        lines.push(format!(
            "At most {} rotations can be active; yours go on as they are.",
            in_words(*limit)
        ));
    } else {
        lines.push(format!(
            "At most {} rotations can be active, so the newest stop after their shifts:",
            in_words(*limit)
        ));
        lines.extend(rotations.iter().map(|it| stop_line(it, ink)));
    }
    lines
}

fn other_lines(ended: &Ended, ink: &impl Fn(&str) -> Ink) -> Vec<String> {
    let Ended { more, sources, event_log_days, kept_until, .. } = ended;
    let mut lines: Vec<String> = more_line(*more).into_iter().collect();
    if !sources.is_empty() {
        lines.push(format!(
            "{} is not asked for absences any more; what is known already stays.",
            plain(&sources.join(" and "))
        ));
    }
    lines.push(format!(
        "Events are kept for {event_log_days} days on this plan; until {} none is deleted that Pro would keep.",
        ink(super::reply::UTC).at(*kept_until)
    ));
    lines
}

fn stop_line(rotation: &Affected, ink: &impl Fn(&str) -> Ink) -> String {
    let Affected { name, channel, at, zone } = rotation;
    let when = at.map(|at| format!(", on {}", ink(zone).at(at))).unwrap_or_default();
    format!("• {} in {}{when}", title(name), link(channel))
}

fn more_line(more: u32) -> Option<String> {
    (more > 0).then(|| format!("• and {more} more"))
}
