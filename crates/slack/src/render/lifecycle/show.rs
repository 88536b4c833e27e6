//! Everything about one rotation.

use super::super::blocks::Part;
use super::super::buttons::{button, leave, skip_me};
use super::super::card::{STOPS, duty_line, next_line};
use super::super::cover_request::wanted;
use super::super::names::{link, name_of, names, plain, title};
use super::super::reply::turn_line;
use super::super::words::{Ink, Style};
use chrono::{DateTime, Utc};
use domain::action::Button;
use domain::ids::RotationId;
use domain::message::Person;
use domain::settings::ChannelFault;
use domain::skip::SkipRule;
use domain::story::lifecycle::{Press, RuleCard, ShowCard, State, hours_in_words};
use domain::story::{cover, history, roster, settings, skip, swap};
use serde_json::Value;

/// The most members that are listed with their places.
const MOST_MEMBERS: usize = 30;

/// The most swaps of the one who looks.
const MOST_SWAPS: usize = 5;

/// What is done with who is on duty, and with what was deleted.
const OF_DUTY: [Press; 5] =
    [Press::HandOver, Press::Pause, Press::Resume, Press::StartNow, Press::Undelete];

/// Returns the card: the buttons stand below what they change.
pub(super) fn parts(card: &ShowCard, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let ink = Ink::new(&card.card.zone, now, style);
    let rotation = card.card.rotation;
    let of_life = |wanted: &[Press]| {
        let can: Vec<Press> = card.can.iter().filter(|it| wanted.contains(it)).copied().collect();
        super::press_buttons(rotation, &can)
    };
    let mut parts = vec![Part::Lines(head(card, &ink))];
    let mut of_duty = of_life(&OF_DUTY);
    let ask = Button::Cover(cover::Button::Ask { rotation });
    of_duty.extend(card.cover.can_ask.then(|| button(&ask)));
    parts.extend(row(of_duty));
    parts.extend(wanted(&card.cover, &ink));
    if !card.turns.is_empty() {
        let lines = card.turns.iter().map(|turn| turn_line(turn, &ink));
        parts.push(Part::Lines(std::iter::once(String::from("Coming up:")).chain(lines).collect()));
    }
    for line in card.swaps.iter().take(MOST_SWAPS) {
        let (words, buttons) = super::super::swap::line(line, &ink);
        parts.extend([Part::Lines(words), Part::Buttons(buttons)]);
    }
    if !matches!(card.state, State::Deleted { .. }) {
        parts.extend(row(past(rotation)));
    }
    parts.push(Part::Lines(order(&card.card.members)));
    parts.extend(row(people(card)));
    parts.push(Part::Lines(rules(card)));
    let mut changes = of_life(&[Press::Edit]);
    changes.extend(
        card.can_manage.then(|| button(&Button::Settings(settings::Button::Rotation { rotation }))),
    );
    changes.extend(of_life(&[Press::Delete]));
    parts.extend(row(changes));
    parts
}

fn row(buttons: Vec<Value>) -> Option<Part> {
    (!buttons.is_empty()).then_some(Part::Buttons(buttons))
}

/// Returns what leads to the turns that were.
fn past(rotation: RotationId) -> Vec<Value> {
    let days = history::USUAL_WINDOW;
    [history::Button::Turns { rotation }, history::Button::Statistics { rotation, days }]
        .map(|which| button(&Button::History(which)))
        .to_vec()
}

/// Returns what changes who is in it.
fn people(card: &ShowCard) -> Vec<Value> {
    let rotation = card.card.rotation;
    let members = card.card.members.len();
    let mut buttons = Vec::new();
    if card.can_manage {
        let all = [
            (2, roster::Button::Order { rotation }),
            (0, roster::Button::Add { rotation }),
            (1, roster::Button::Remove { rotation }),
        ];
        let fitting = all.into_iter().filter(|(needed, _)| members >= *needed);
        buttons.extend(fitting.map(|(_, which)| button(&Button::Roster(which))));
    }
    if (card.can_serve || card.can_manage) && members > 1 {
        buttons.push(button(&Button::Swap(swap::Button::Open { rotation })));
    }
    if card.can_serve {
        buttons.push(skip_me(rotation, &card.card.name));
    }
    if card.can_manage && members > 1 {
        buttons.push(button(&Button::Skip(skip::Button::Assign { rotation })));
    }
    if card.can_leave {
        buttons.push(leave(&Button::Roster(roster::Button::LeaveMyself { rotation })));
    }
    buttons
}

fn head(card: &ShowCard, ink: &Ink) -> Vec<String> {
    let duty = &card.card;
    let mut lines = vec![format!("{} in {}", title(&duty.name), link(&duty.channel))];
    match card.state {
        State::Deleted { at, until } => {
            lines.push(format!(
                "It was deleted {}. It can be brought back until {}.",
                ink.at(at),
                ink.at(until)
            ));
            return lines;
        }
        State::Paused { until: Some(until) } => {
            lines.push(format!("It is paused until {}, so nobody is on duty.", ink.at(until)));
        }
        State::Stopping => {
            lines.push(duty_line(&duty.duty, ink));
            lines.push(String::from(STOPS));
        }
        State::Running | State::Paused { until: None } | State::Resuming | State::Stopped => {
            lines.push(duty_line(&duty.duty, ink));
        }
    }
    lines.push(next_line(duty.next.as_ref(), ink));
    lines.extend(card.channel_fault.map(|fault| channel_fault(fault).to_owned()));
    lines
}

fn channel_fault(fault: ChannelFault) -> &'static str {
    match fault {
        ChannelFault::Archived => {
            "Its channel is archived, so handoffs are told to people directly only."
        }
        ChannelFault::Deleted => {
            "Its channel is gone, so handoffs are told to people directly only."
        }
        ChannelFault::NotInvited => {
            "I am not in its channel, so handoffs are told to people directly only. Invite me with `/invite`."
        }
        ChannelFault::Refused => {
            "Slack does not let me post in its channel, so handoffs are told to people directly only."
        }
    }
}

/// Returns the members with their places in the order.
fn order(members: &[Person]) -> Vec<String> {
    if members.is_empty() {
        return vec![String::from("Nobody is in it.")];
    }
    let places = members.iter().take(MOST_MEMBERS).zip(1..);
    let mut words: Vec<String> =
        places.map(|(person, place)| format!("{place}. {}", name_of(person))).collect();
    if members.len() > MOST_MEMBERS {
        words.push(format!("… and {} more", members.len() - MOST_MEMBERS));
    }
    vec![format!("In order: {}", words.join("  "))]
}

fn rules(card: &ShowCard) -> Vec<String> {
    let RuleCard { seats, skip, make_up, fallback, duty_hours } = &card.rules;
    let duty = &card.card;
    let mut lines = vec![format!("Handoff {} ({}).", plain(&duty.cadence), plain(&duty.zone))];
    lines.extend(duty_hours.as_ref().map(|hours| format!("On duty {}.", hours_in_words(hours))));
    lines.push(match seats {
        1 => String::from("One person is on duty at a time."),
        seats => format!("{seats} people are on duty at a time."),
    });
    lines.push(skip_rule(*skip));
    if *make_up {
        lines.push(String::from("Who was passed over makes the turn up as soon as they are free."));
    }
    if let Some(fallback) = fallback {
        lines.push(format!("When nobody can, {} stands in.", name_of(fallback)));
    }
    lines.push(format!("Managed by {}.", names(&card.managers)));
    lines
}

fn skip_rule(rule: SkipRule) -> String {
    match rule {
        SkipRule::OverShare(share) => {
            let percent = (share * 1000.0).round() / 10.0;
            format!("Who is away for more than {percent} % of a turn is passed over.")
        }
        SkipRule::Any => String::from("Who is away for any part of a turn is passed over."),
        SkipRule::AtLeastHours(hours) => {
            format!("Who is away for {hours} hours of a turn or more is passed over.")
        }
        SkipRule::Never => String::from("Nobody is passed over for being away."),
    }
}
