//! Turns that pass to somebody else: cover that was arranged, and somebody who skips one turn.

use super::blocks::{Part, section};
use super::buttons::button;
use super::modal::{input, optional, view};
use super::names::{name_of, names, title};
use super::words::Ink;
use domain::action::{Button, Field};
use domain::message::Person;
use domain::story::skip::{self, CoverCard, Message, Reply, SkipCard};
use serde_json::{Value, json};

/// Returns an answer.
pub(crate) fn reply(reply: &Reply, ink: &dyn Fn(&str) -> Ink) -> Vec<Part> {
    match reply {
        Reply::Assigned { card, is_away, can_undo } => {
            let to = name_of(&card.to);
            let mut lines = vec![format!("Done: {}", serves(card, &ink(&card.zone)))];
            lines.extend(is_away.then(|| {
                format!(
                    "{to} is noted as away for a part of that time. Please ask whether it fits."
                )
            }));
            let mut parts = vec![Part::Lines(lines)];
            parts.extend(can_undo.then(|| undo_cover(card)));
            parts
        }
        Reply::CoverUndone(card) => {
            vec![Part::Lines(vec![format!("Undone: {}", stays(card, &ink(&card.zone)))])]
        }
        Reply::Skipped(card) => {
            let ink = ink(&card.zone);
            let lines = vec![
                format!(
                    "Done: you are passed over in {} from {} until {}.",
                    title(&card.name),
                    ink.at(card.from),
                    ink.at(card.until)
                ),
                instead(card),
            ];
            let undo = skip::Button::UndoSkip { absence: card.absence };
            vec![Part::Lines(lines), Part::Buttons(vec![button(&Button::Skip(undo))])]
        }
        Reply::SkipUndone(card) => {
            vec![Part::Lines(vec![
                format!("Undone: {}", not_skipped(card, &ink(&card.zone))),
                instead(card),
            ])]
        }
    }
}

/// Returns a message.
pub(crate) fn message(message: &Message, ink: &dyn Fn(&str) -> Ink) -> Vec<Part> {
    let lines = match message {
        Message::Arranged(card) => {
            vec![format!("{} Arranged by {}.", serves(card, &ink(&card.zone)), name_of(&card.by))]
        }
        Message::Told { card, reader } => {
            let ink = ink(&card.zone);
            let first = if *reader == card.to.user {
                format!(
                    "You are on duty for {}{} from {} until {}.",
                    title(&card.name),
                    in_place(card),
                    ink.at(card.from),
                    ink.at(card.until)
                )
            } else {
                format!("You are spared: {}", serves(card, &ink))
            };
            let by = format!("{} arranged that. If it does not fit, undo it.", name_of(&card.by));
            return vec![Part::Lines(vec![first, by]), undo_cover(card)];
        }
        Message::CoverUndone { card, by } => {
            vec![format!("Undone by {}: {}", name_of(by), stays(card, &ink(&card.zone)))]
        }
        Message::CoverOff { card, by, reader } => {
            let ink = ink(&card.zone);
            let (name, from) = (title(&card.name), ink.at(card.from));
            let until = ink.at(card.until);
            let undone = why_not(by, &card.to, card.of.as_ref());
            if *reader == card.to.user {
                vec![format!(
                    "You are not on duty for {name}{} from {from} until {until} after all{undone}.",
                    in_place(card)
                )]
            } else {
                vec![format!(
                    "{} does not stand in for you in {name} from {from} until {until} after all{undone}. The duty is yours.",
                    name_of(&card.to)
                )]
            }
        }
        Message::Skipped(card) => {
            let ink = ink(&card.zone);
            vec![
                format!(
                    "{} skips the turn of {} from {} until {}.",
                    name_of(&card.person),
                    title(&card.name),
                    ink.at(card.from),
                    ink.at(card.until)
                ),
                instead(card),
            ]
        }
        Message::SkipUndone(card) => {
            vec![format!("Undone: {}", not_skipped(card, &ink(&card.zone))), instead(card)]
        }
    };
    vec![Part::Lines(lines)]
}

/// Returns what stands on a button.
pub(super) const fn label(button: skip::Button) -> &'static str {
    match button {
        skip::Button::Assign { .. } => "Assign…",
        skip::Button::Skip { .. } => "Skip me",
        skip::Button::UndoCover { .. } | skip::Button::UndoSkip { .. } => "Undo",
    }
}

/// Returns the modal in which somebody is assigned.
pub(super) fn modal(modal: &skip::Modal) -> Value {
    let mut to = json!({ "type": "users_select" });
    if let Some(user) = &modal.to {
        to["initial_user"] = json!(user.as_str());
    }
    let day = || json!({ "type": "datepicker" });
    let whole = "No day means the whole turn that runs or comes next.";
    let blocks = [
        section(
            &format!(
                "Somebody serves in {} instead of somebody else. Nobody is asked; both of them and the channel are told.",
                title(&modal.name)
            ),
            None,
        ),
        input(Field::TakesOver, "Who serves", Some("A member of the rotation."), to),
        optional(input(
            Field::HandsOver,
            "Instead of whom",
            Some("Nobody chosen means whoever is on duty then."),
            json!({ "type": "users_select" }),
        )),
        optional(input(Field::From, "First day", Some(whole), day())),
        optional(input(Field::To, "Last day", Some("The whole day counts."), day())),
    ];
    let mut json = view("assign", "Assign", "Assign", &blocks);
    json["private_metadata"] = json!(modal.rotation.to_string());
    json
}

fn undo_cover(card: &CoverCard) -> Part {
    let undo = skip::Button::UndoCover { coverage: card.coverage };
    Part::Buttons(vec![button(&Button::Skip(undo))])
}

fn serves(card: &CoverCard, ink: &Ink) -> String {
    format!(
        "{} is on duty for {}{} from {} until {}.",
        name_of(&card.to),
        title(&card.name),
        in_place(card),
        ink.at(card.from),
        ink.at(card.until)
    )
}

fn stays(card: &CoverCard, ink: &Ink) -> String {
    format!(
        "{} does not stand in{} in {} from {} until {}.",
        name_of(&card.to),
        card.of.as_ref().map_or_else(String::new, |of| format!(" for {}", name_of(of))),
        title(&card.name),
        ink.at(card.from),
        ink.at(card.until)
    )
}

fn in_place(card: &CoverCard) -> String {
    card.of.as_ref().map_or_else(String::new, |of| format!(" in place of {}", name_of(of)))
}

fn not_skipped(card: &SkipCard, ink: &Ink) -> String {
    format!(
        "{} does not skip the turn of {} from {} until {}.",
        name_of(&card.person),
        title(&card.name),
        ink.at(card.from),
        ink.at(card.until)
    )
}

fn instead(card: &SkipCard) -> String {
    match card.instead.as_slice() {
        [] => String::from("Nobody is found for it yet."),
        [one] => format!("{} is on duty then.", name_of(one)),
        people => format!("{} are on duty then.", names(people)),
    }
}

/// Says why somebody does not stand in after all: in the name of whoever left nothing was undone, and whose time it is
/// may not need it any more.
pub(crate) fn why_not(by: &Person, to: &Person, of: Option<&Person>) -> String {
    if by.user == to.user {
        String::new()
    } else if of.is_some_and(|of| of.user == by.user) {
        format!(": {} needs no cover then", name_of(by))
    } else {
        format!(": {} undid that", name_of(by))
    }
}
