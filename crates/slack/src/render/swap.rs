//! Two turns that are swapped, in words, blocks and modals.

use super::blocks::{LONGEST_SECTION, Part, clip, fit, section};
use super::buttons::{button, button_of, primary};
use super::modal::{input, option, view};
use super::names::{bare, name_of, names, title};
use super::words::{Ink, Style};
use chrono::{DateTime, Utc};
use domain::action::{self, Field};
use domain::ids::UserId;
use domain::message::Person;
use domain::story::swap::{
    Button, Card, Choice, ChooseModal, ConfirmModal, Conflict, Line, Message, Modal, Reply, Side,
    Standing, Told, TurnKey,
};
use serde_json::{Value, json};

/// The longest name in a choice, in characters.
const LONGEST_NAME: usize = 36;

/// Returns an answer.
pub(super) fn reply(reply: &Reply, ink: &dyn Fn(&str) -> Ink) -> Vec<Part> {
    match reply {
        Reply::Asked(card) => {
            let ink = ink(&card.zone);
            let asked: Vec<Person> = waiting(card);
            let mut lines = vec![format!(
                "Asked: {} gets a message from me. Until both have agreed everything stays as it is.",
                names(&asked)
            )];
            lines.extend(exchange(card, None, &ink));
            lines.extend(conflicts(&card.conflicts, None, &ink));
            let withdraw = button(&pressed(Button::Withdraw { swap: card.swap }));
            vec![Part::Lines(lines), Part::Buttons(vec![withdraw])]
        }
        Reply::Done(told) => {
            let reader = told.by.as_ref().map(|by| by.user.clone());
            standing(told, reader.as_ref(), &ink(&told.card.zone))
        }
    }
}

/// Returns a message of this story.
pub(super) fn message(message: &Message, ink: &dyn Fn(&str) -> Ink) -> Vec<Part> {
    match message {
        Message::Asked { card, reader } => {
            let ink = ink(&card.zone);
            let mut lines = vec![ask(card, reader)];
            lines.extend(exchange(card, Some(reader), &ink));
            lines.extend(conflicts(&card.conflicts, Some(reader), &ink));
            let swap = card.swap;
            let buttons = vec![
                primary(&pressed(Button::Agree { swap })),
                button(&pressed(Button::Decline { swap })),
            ];
            vec![Part::Lines(lines), Part::Buttons(buttons)]
        }
        Message::Told { told, reader } => standing(told, Some(reader), &ink(&told.card.zone)),
        Message::Posted(told) => {
            let ink = ink(&told.card.zone);
            let mut lines = vec![head(told, None)];
            if told.standing == Standing::Agreed || told.standing == Standing::Begun {
                lines.extend(exchange(&told.card, None, &ink));
            } else {
                lines.extend(as_before(&told.card, None, &ink));
            }
            vec![Part::Lines(lines)]
        }
    }
}

/// Returns a modal.
pub(super) fn modal(modal: &Modal, now: DateTime<Utc>) -> Value {
    match modal {
        Modal::Choose(modal) => choose(modal, now),
        Modal::Confirm(modal) => confirm(modal, now),
    }
}

/// Returns what stands on a button.
pub(super) const fn label(button: &Button) -> &'static str {
    match button {
        Button::Open { .. } => "Swap…",
        Button::Agree { .. } => "Agree",
        Button::Decline { .. } => "Decline",
        Button::Withdraw { .. } => "Withdraw",
        Button::Undo { .. } => "Undo",
    }
}

/// Returns the words of a swap in somebody's home or in what is shown of a rotation, and what may be pressed.
pub(super) fn line(line: &Line, ink: &Ink) -> (Vec<String>, Vec<Value>) {
    let reader = Some(&line.reader);
    let card = &line.card;
    let (name, waiting) = (title(&card.name), waiting(card));
    let mut words = vec![if line.is_agreed {
        swapped(card, reader)
    } else if waiting.iter().any(|person| person.user == line.reader) {
        ask(card, &line.reader)
    } else {
        let have = if waiting.len() == 1 { "has" } else { "have" };
        let who = if card.by.user == line.reader {
            String::from("You asked")
        } else {
            format!("{} asked", name_of(&card.by))
        };
        format!("{who} for a swap in {name}. {} {have} not answered yet.", names(&waiting))
    }];
    words.extend(exchange(card, reader, ink));
    words.extend(conflicts(&card.conflicts, reader, ink));
    (words, line.can.iter().map(|which| button_of(&pressed(*which), &card.name)).collect())
}

fn pressed(which: Button) -> action::Button {
    action::Button::Swap(which)
}

fn ask(card: &Card, reader: &UserId) -> String {
    let (by, name) = (name_of(&card.by), title(&card.name));
    match card.seen_by(reader) {
        Some((_, other)) if other.person.user == card.by.user => {
            format!("{by} asks you to swap a turn of {name}.")
        }
        Some((_, other)) => {
            format!("{by} asks you and {} to swap a turn of {name}.", name_of(&other.person))
        }
        None => format!("{by} asks for a swap of two turns of {name}."),
    }
}

/// Says who serves when, before and after: a line for each turn.
fn exchange(card: &Card, reader: Option<&UserId>, ink: &Ink) -> [String; 2] {
    let [one, other] = in_order(&card.sides);
    let turn = |own: &Side, by: &Side| {
        format!(
            "• {}: {} on duty in place of {}",
            span(own, ink),
            serves(&by.person, reader),
            whom(&own.person, reader)
        )
    };
    [turn(one, other), turn(other, one)]
}

/// Says who serves when where nothing is swapped.
fn as_before(card: &Card, reader: Option<&UserId>, ink: &Ink) -> [String; 2] {
    in_order(&card.sides).map(|side| {
        let who = match reader {
            Some(reader) if side.person.user == *reader => String::from("yours"),
            _ => format!("{}’s", name_of(&side.person)),
        };
        format!("• {}: {who}", span(side, ink))
    })
}

/// Returns the turns, the earlier first.
fn in_order([one, other]: &[Side; 2]) -> [&Side; 2] {
    if other.from < one.from { [other, one] } else { [one, other] }
}

fn span(side: &Side, ink: &Ink) -> String {
    match side.until {
        Some(until) => format!("{} until {}", ink.at(side.from), ink.at(until)),
        None => format!("from {}", ink.at(side.from)),
    }
}

fn serves(person: &Person, reader: Option<&UserId>) -> String {
    match reader {
        Some(reader) if person.user == *reader => String::from("you are"),
        _ => format!("{} is", name_of(person)),
    }
}

fn whom(person: &Person, reader: Option<&UserId>) -> String {
    match reader {
        Some(reader) if person.user == *reader => String::from("you"),
        _ => name_of(person),
    }
}

fn conflicts(all: &[Conflict], reader: Option<&UserId>, ink: &Ink) -> Vec<String> {
    let line = |conflict: &Conflict| match conflict {
        Conflict::Away { person, from, until } => format!(
            "{} noted as away from {} until {}.",
            match reader {
                Some(reader) if person.user == *reader => String::from("You are"),
                _ => format!("{} is", name_of(person)),
            },
            ink.at(*from),
            ink.at(*until)
        ),
        Conflict::Covered { by, from, until } => format!(
            "{} stands in from {} until {}, and keeps that.",
            name_of(by),
            ink.at(*from),
            ink.at(*until)
        ),
    };
    all.iter().map(line).collect()
}

/// Returns those of the two who have not agreed.
fn waiting(card: &Card) -> Vec<Person> {
    let sides = card.sides.iter().filter(|side| !side.has_agreed);
    sides.map(|side| side.person.clone()).collect()
}

/// Says how a swap stands.
fn standing(told: &Told, reader: Option<&UserId>, ink: &Ink) -> Vec<Part> {
    let Told { card, standing, .. } = told;
    let mut lines = vec![head(told, reader)];
    let swap = card.swap;
    let buttons: &[Button] = match standing {
        Standing::Half => {
            lines.extend(exchange(card, reader, ink));
            &[Button::Decline { swap }]
        }
        Standing::Agreed => {
            lines.extend(exchange(card, reader, ink));
            lines.extend(conflicts(&card.conflicts, reader, ink));
            &[Button::Undo { swap }]
        }
        Standing::Begun => {
            lines.extend(exchange(card, reader, ink));
            &[]
        }
        Standing::Declined | Standing::Withdrawn | Standing::Undone | Standing::Expired => {
            lines.extend(as_before(card, reader, ink));
            &[]
        }
        Standing::Void | Standing::Cut => &[],
    };
    let mut parts = vec![Part::Lines(lines)];
    if !buttons.is_empty() {
        parts.push(Part::Buttons(buttons.iter().map(|which| button(&pressed(*which))).collect()));
    }
    parts
}

fn swapped(card: &Card, reader: Option<&UserId>) -> String {
    let name = title(&card.name);
    if let Some((_, other)) = reader.and_then(|reader| card.seen_by(reader)) {
        return format!("You and {} swap turns of {name}.", name_of(&other.person));
    }
    let [one, other] = &card.sides;
    let (one, other) = (name_of(&one.person), name_of(&other.person));
    format!("{one} and {other} swap turns of {name}.")
}

/// Returns words of ours as they begin a sentence.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns the sentence that stands alone.
fn head(told: &Told, reader: Option<&UserId>) -> String {
    let Told { card, standing, by } = told;
    let name = title(&card.name);
    let [one, other] = &card.sides;
    let (a, b) = (name_of(&one.person), name_of(&other.person));
    let is_reader = |person: &Person| reader == Some(&person.user);
    let doer = by.as_ref().and_then(|by| card.seen_by(&by.user));
    let with = match (doer, reader.and_then(|reader| card.seen_by(reader))) {
        (Some((_, other)), _) if is_reader(&other.person) => String::from("the swap with you"),
        (Some((_, other)), _) => format!("the swap with {}", name_of(&other.person)),
        (None, Some((_, other))) => format!("your swap with {}", name_of(&other.person)),
        (None, None) => format!("the swap of {a} and {b}"),
    };
    let who = match by {
        Some(by) if is_reader(by) => String::from("You"),
        Some(by) => name_of(by),
        None => String::from("Somebody"),
    };
    match standing {
        Standing::Half => {
            format!(
                "You agreed to the swap in {name}. {} has not answered yet.",
                names(&waiting(card))
            )
        }
        Standing::Agreed | Standing::Begun => swapped(card, reader),
        Standing::Declined => {
            format!("{who} declined {with} in {name}. The turns stay as they are:")
        }
        Standing::Withdrawn => {
            format!("{who} took {with} in {name} back. The turns stay as they are:")
        }
        Standing::Undone => {
            format!("{who} undid {with} in {name}. The turns are as they were:")
        }
        Standing::Void => format!(
            "{} in {name} is off: one of the turns is no longer theirs. `/rotation next` shows the coming turns.",
            capital(&with)
        ),
        Standing::Expired => format!(
            "{} in {name} was not answered in time. The turns stay as they are:",
            capital(&with)
        ),
        Standing::Cut => format!(
            "The second turn of {with} in {name} is no longer theirs, so it is not swapped. `/rotation next` shows the coming turns."
        ),
    }
}

fn choose(modal: &ChooseModal, now: DateTime<Utc>) -> Value {
    let ink = Ink::new(&modal.zone, now, Style::Text);
    let name = title(&modal.name);
    let lead = if modal.is_for_others {
        format!("Two people swap a turn of {name}. Whoever of them did not ask is asked first.")
    } else {
        format!("You swap a turn of {name} with somebody. They are asked first.")
    };
    // The zone is named once, and not in every choice.
    let zone = format!("Times are those of {}.", super::names::plain(&modal.zone));
    let _ = ink.at(now);
    let shows_name = modal.is_for_others;
    let own = menu(&modal.own, modal.chosen_own.as_ref(), shows_name, &ink);
    let others = menu(&modal.others, modal.chosen_other.as_ref(), true, &ink);
    let first = if modal.is_for_others { "One turn" } else { "Your turn" };
    let second = if modal.is_for_others { "The other turn" } else { "Their turn" };
    let blocks = [
        section(&format!("{lead} {zone}"), None),
        input(Field::OwnTurn, first, None, own),
        input(Field::OtherTurn, second, None, others),
    ];
    let mut json = view("swap", "Swap turns", "Ask", &blocks);
    json["private_metadata"] = json!(modal.rotation.to_string());
    json
}

fn menu(choices: &[Choice], chosen: Option<&TurnKey>, shows_name: bool, ink: &Ink) -> Value {
    let choice = |it: &Choice| {
        let at = ink.at(it.from);
        let who = clip(&bare(&it.person), LONGEST_NAME);
        let words = if shows_name { format!("{who}, {at}") } else { at };
        (it.key(), option(&it.key().to_string(), &words))
    };
    let options: Vec<(TurnKey, Value)> = choices.iter().map(choice).collect();
    let initial = options.iter().find(|(key, _)| Some(key) == chosen);
    let initial = initial.map(|(_, option)| option.clone());
    let options: Vec<Value> = options.into_iter().map(|(_, option)| option).collect();
    let mut element = json!({ "type": "static_select", "options": options });
    if let Some(initial) = initial {
        element["initial_option"] = initial;
    }
    element
}

fn confirm(modal: &ConfirmModal, now: DateTime<Utc>) -> Value {
    let ink = Ink::new(&modal.zone, now, Style::Block);
    let [one, other] = &modal.sides;
    let (a, b) = (name_of(&one.person), name_of(&other.person));
    let lead = format!("{a} and {b} would swap turns of {}:", title(&modal.name));
    let [first, second] = in_order(&modal.sides);
    let turn = |own: &Side, by: &Side| {
        format!(
            "• {}: {} instead of {}",
            span(own, &ink),
            name_of(&by.person),
            name_of(&own.person)
        )
    };
    let mut way = vec![String::from("Please look at this first:")];
    way.extend(conflicts(&modal.conflicts, None, &ink));
    let blocks = [
        section(&lead, None),
        section(&fit(&[turn(first, second), turn(second, first)], LONGEST_SECTION), None),
        section(&fit(&way, LONGEST_SECTION), None),
    ];
    let mut json = view("swap_confirm", "Ask anyway?", "Ask anyway", &blocks);
    let key = |side: &Side| TurnKey { planned_at: side.from, user: side.person.user.clone() };
    json["private_metadata"] = json!(format!("{};{};{}", modal.rotation, key(one), key(other)));
    json
}
