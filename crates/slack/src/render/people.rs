//! The life cycle of people: who left Slack, who is back, who left a channel, and requests that wait for a check.

use super::blocks::Part;
use super::buttons::button_of;
use super::names::{in_words, link, name_of, names, plain, title};
use super::words::Ink;
use domain::action::{Button, Field};
use domain::story::people::{self, Gone, GonePerson, Message, Reply, RotationLeft};

/// The most rotations of one message; more are counted.
const MOST_ROTATIONS: usize = 20;

/// What is said of somebody who is to be forgotten, without a name.
const ERASED: &str = "was erased from what I store";

/// Returns the label of a button.
pub(crate) const fn label(button: &people::Button) -> &'static str {
    match button {
        people::Button::AddAgain { .. } => "Add again",
    }
}

/// Returns an answer.
pub(crate) fn reply(reply: &Reply, ink: &dyn Fn(&str) -> Ink) -> Vec<Part> {
    let lines = match reply {
        Reply::Checking => vec![String::from(
            "Checking with Slack who you are. Nothing is changed yet; I will tell you in a moment how it went.",
        )],
        Reply::AskAgain => vec![String::from(
            "I did not know you yet, so I am asking Slack who you are. Please try again in a moment.",
        )],
        Reply::NotChecked => vec![String::from(
            "Slack did not tell me who you are, so nothing was changed. Please try again.",
        )],
        Reply::FormFaults(faults) => fault_lines(faults),
        Reply::AddedAgain { rotation, person, first_at, zone } => {
            let begins = first_at.map_or_else(String::new, |at| {
                format!(" The next turn of theirs begins {}.", ink(zone).at(at))
            });
            vec![format!("{} is in {} again.{begins}", name_of(person), title(rotation))]
        }
    };
    vec![Part::Lines(lines)]
}

/// Returns a message.
pub(crate) fn message(message: &Message, ink: &dyn Fn(&str) -> Ink) -> Vec<Part> {
    match message {
        Message::MemberGone { gone, rotations } => {
            let titles = shown(rotations.iter().map(|left| title(&left.name)), rotations.len());
            let mut lines = vec![match gone.why {
                Gone::Erased => format!("Somebody {ERASED}, so I took them out of {titles}."),
                _ => format!("{}, so I took them out of {titles}.", why(gone)),
            }];
            let rows = rotations.iter().take(MOST_ROTATIONS);
            lines.extend(rows.map(|left| left_line(left, &ink(&left.zone))));
            vec![Part::Lines(lines)]
        }
        Message::MemberBack { person, rotations } => {
            let titles = shown(rotations.iter().map(|(_, name)| title(name)), rotations.len());
            let mut parts = vec![Part::Lines(vec![format!(
                "{} is back in Slack, and not in {titles} any more. Should they take turns again?",
                name_of(person)
            )])];
            parts.extend(rotations.iter().take(MOST_ROTATIONS).map(|(rotation, name)| {
                let (rotation, user) = (*rotation, person.user.clone());
                let add = Button::People(people::Button::AddAgain { rotation, user });
                Part::Row(vec![title(name)], button_of(&add, name))
            }));
            parts
        }
        Message::RosterEmpty { name, gone } => vec![Part::Lines(vec![format!(
            "{} has nobody in it any more: {} and was the last. Its managers can add people; until then nobody is on duty.",
            title(name),
            why(gone)
        )])],
        Message::LeftChannel { person, channel, rotations } => {
            let name = name_of(person);
            let titles = shown(rotations.iter().map(|name| title(name)), rotations.len());
            vec![Part::Lines(vec![
                format!("{name} left {}, where {titles} is announced.", link(channel)),
                format!(
                    "{name} keeps their turns, and I tell them directly. If that is not meant, take them out of the order."
                ),
            ])]
        }
    }
}

/// Returns how a duty passes in the middle of a turn because of people who are gone: "Ben left Slack; ".
pub(crate) fn gone_words(gone: &[GonePerson]) -> Option<String> {
    let bots: Vec<String> = named(gone, Gone::Bot);
    let left: Vec<String> = named(gone, Gone::LeftSlack);
    let left = (!left.is_empty()).then(|| format!("{} left Slack", in_words(left)));
    let bots = (!bots.is_empty()).then(|| format!("{} cannot be on duty", in_words(bots)));
    let words: Vec<String> = left.into_iter().chain(bots).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

fn named(gone: &[GonePerson], why: Gone) -> Vec<String> {
    gone.iter().filter(|gone| gone.why == why).map(|gone| name_of(&gone.person)).collect()
}

fn why(gone: &GonePerson) -> String {
    let name = name_of(&gone.person);
    match gone.why {
        Gone::LeftSlack => format!("{name} left Slack"),
        Gone::Bot => format!("{name} is a bot and cannot be on duty"),
        Gone::Erased => format!("somebody {ERASED}"),
    }
}

fn left_line(left: &RotationLeft, ink: &Ink) -> String {
    let name = title(&left.name);
    match (left.is_empty, left.until) {
        (true, _) => format!("• {name}: nobody is left in it. Please add somebody."),
        (false, Some(until)) if !left.on_duty.is_empty() => {
            format!("• {name}: {} is on duty until {}.", names(&left.on_duty), ink.at(until))
        }
        (false, Some(_)) => format!("• {name}: nobody is on duty right now."),
        (false, None) => format!("• {name}: the order goes on without them."),
    }
}

fn shown(titles: impl Iterator<Item = String>, count: usize) -> String {
    let mut words: Vec<String> = titles.take(MOST_ROTATIONS).collect();
    if count > MOST_ROTATIONS {
        words.push(format!("{} more", count - MOST_ROTATIONS));
    }
    in_words(words)
}

fn fault_lines(faults: &[(Field, String)]) -> Vec<String> {
    let mut lines = vec![String::from(
        "The form needs a correction, so nothing was changed. Please open it again.",
    )];
    lines.extend(faults.iter().map(|(_, text)| format!("• {}", plain(text))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::words::Style;
    use chrono::DateTime;
    use domain::ids::UserId;
    use domain::message::Person;

    #[test]
    fn of_whoever_was_erased_nobody_is_told_who_it_was() {
        let user = UserId::new("erased-0123456789ab");
        let gone = || GonePerson {
            person: Person { user: user.clone(), name: Some("Ana".to_owned()) },
            why: Gone::Erased,
        };
        let left = RotationLeft {
            name: "support".to_owned(),
            on_duty: Vec::new(),
            until: None,
            is_empty: false,
            zone: "UTC".to_owned(),
        };
        let ink = |zone: &str| Ink::new(zone, DateTime::UNIX_EPOCH, Style::Text);
        let said = |told: Message| match message(&told, &ink).remove(0) {
            Part::Lines(lines) => lines.join("\n"),
            _ => String::new(),
        };

        assert_eq!(
            said(Message::MemberGone { gone: gone(), rotations: vec![left] }),
            "Somebody was erased from what I store, so I took them out of *support*.\n\
             • *support*: the order goes on without them."
        );
        assert_eq!(
            said(Message::RosterEmpty { name: "support".to_owned(), gone: gone() }),
            "*support* has nobody in it any more: somebody was erased from what I store and was the last. Its managers can add people; until then nobody is on duty."
        );
    }
}
