//! What was, in words and blocks.

mod table;

use super::blocks::Part;
use super::buttons::button;
use super::names::{name_of, names, title};
use super::skips::did_pass_over;
use super::words::{Ink, Style};
use chrono::{DateTime, TimeDelta, Utc};
use domain::action::Button;
use domain::story::history::{self, CoverLine, Page, PastState, PastTurn, Reply};

/// Returns an answer.
pub(super) fn compose(reply: &Reply, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    match reply {
        Reply::Turns(page) => page_parts(page, now, style),
        Reply::Statistics(table) => table::parts(table, style),
    }
}

/// Returns what stands on a button.
pub(super) const fn label(button: &history::Button) -> &'static str {
    match button {
        history::Button::Turns { .. } => "History",
        history::Button::Older { .. } => "Older",
        history::Button::Statistics { days: 30, .. } => "Statistics, 30 days",
        history::Button::Statistics { days: 365, .. } => "Statistics, a year",
        history::Button::Statistics { .. } => "Statistics, 90 days",
    }
}

fn page_parts(page: &Page, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let ink = Ink::new(&page.zone, now, style);
    let name = title(&page.name);
    if page.turns.is_empty() {
        let nothing = if page.has_newer {
            "There is nothing before that in"
        } else {
            "No turn has begun yet in"
        };
        return vec![Part::Lines(vec![format!("{nothing} {name}.")])];
    }
    let lead = if page.has_newer { "Before that in" } else { "The last turns of" };
    let mut lines = vec![format!("{lead} {name}, the newest first:")];
    lines.extend(page.turns.iter().map(|turn| turn_line(turn, &ink)));
    let mut parts = vec![Part::Lines(lines)];
    if let Some(oldest) = page.turns.last().filter(|_| page.has_older) {
        let older = history::Button::Older { rotation: page.rotation, before: oldest.start };
        parts.push(Part::Buttons(vec![button(&Button::History(older))]));
    }
    parts
}

fn turn_line(turn: &PastTurn, ink: &Ink) -> String {
    let held = if turn.held.is_empty() { String::from("nobody") } else { names(&turn.held) };
    let mut words = vec![match turn.end_state {
        PastState::Running => format!("{held}, until {}", ink.at(turn.end)),
        PastState::Served => held,
        PastState::Missed => format!("missed while I was down ({held})"),
        PastState::Paused => String::from("paused"),
    }];
    words.extend(turn.covered.iter().map(cover_words));
    words.extend(did_pass_over(ink, &turn.skipped));
    format!("• {}: {}", ink.at(turn.start), words.join("; "))
}

fn cover_words(cover: &CoverLine) -> String {
    let (by, time) = (name_of(&cover.by), length(cover.time));
    match &cover.of {
        Some(of) => format!("{by} served {time} for {}", name_of(of)),
        None => format!("{by} took it for {time}"),
    }
}

/// Returns a length of time as people say it: minutes below an hour, then hours, then days.
fn length(time: TimeDelta) -> String {
    let minutes = time.num_minutes();
    let hours = (minutes + 30) / 60;
    let (count, unit) = match (minutes, hours) {
        (0..60, _) => (minutes, "minute"),
        (_, ..48) => (hours, "hour"),
        _ => ((hours + 12) / 24, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_said_in_the_unit_that_fits() {
        for (minutes, words) in [
            (0, "0 minutes"),
            (1, "1 minute"),
            (59, "59 minutes"),
            (60, "1 hour"),
            (89, "1 hour"),
            (90, "2 hours"),
            (47 * 60, "47 hours"),
            (48 * 60, "2 days"),
            (7 * 24 * 60, "7 days"),
        ] {
            assert_eq!(length(TimeDelta::minutes(minutes)), words);
        }
    }
}
