//! Swaps in words, blocks and modals, however long the names are.

use crate::limits::{faults_of_message, faults_of_modal};
use crate::shown::{at, person};
use domain::action::{Modal as AnyModal, Submission};
use domain::ids::{RotationId, SwapId, UserId};
use domain::message::Message as AnyMessage;
use domain::reply::Reply as AnyReply;
use domain::story::swap::{
    Button, Card, Choice, ChooseModal, ConfirmModal, Conflict, Form, Line, MOST_CHOICES, Message,
    Modal, Reply, Side, Standing, Told, TurnKey,
};
use serde_json::{Value, json};
use slack::{read_submission, render_message, render_modal, render_reply};

const NOW: &str = "2026-06-08T07:00:00Z";
const FIRST: &str = "2026-06-15T07:00:00Z";
const SECOND: &str = "2026-06-22T07:00:00Z";

const STANDINGS: [Standing; 9] = [
    Standing::Half,
    Standing::Agreed,
    Standing::Declined,
    Standing::Withdrawn,
    Standing::Undone,
    Standing::Void,
    Standing::Expired,
    Standing::Begun,
    Standing::Cut,
];

/// Returns the longest name that there can be, of characters that grow when they are escaped.
fn long() -> String {
    "&".repeat(80)
}

fn swap() -> SwapId {
    SwapId::new("0190a4f8-0000-7000-8000-000000000009".parse().unwrap())
}

fn rotation() -> RotationId {
    RotationId::new("0190a4f8-0000-7000-8000-000000000001".parse().unwrap())
}

fn side(user: &str, from: &str) -> Side {
    Side { person: person(user, &long()), from: at(from), until: None, has_agreed: false }
}

fn sides() -> [Side; 2] {
    [side("U1", FIRST), side("U2", SECOND)]
}

fn conflicts() -> Vec<Conflict> {
    let (from, until) = (at(FIRST), at(SECOND));
    let away = Conflict::Away { person: person("U1", &long()), from, until };
    let covered = Conflict::Covered { by: person("U3", &long()), from, until };
    [vec![away; 10], vec![covered; 10]].concat()
}

fn card() -> Card {
    Card {
        swap: swap(),
        name: long(),
        zone: String::from("Europe/Berlin"),
        sides: sides(),
        by: person("U3", &long()),
        conflicts: conflicts(),
    }
}

/// Returns the longest line of a swap.
pub(crate) fn line() -> Line {
    let can = vec![Button::Agree { swap: swap() }, Button::Decline { swap: swap() }];
    Line { card: card(), reader: UserId::new("U1"), is_agreed: false, can }
}

fn modal(modal: Modal) -> Value {
    let view = render_modal(&AnyModal::Swap(modal), at(NOW));
    assert_eq!(faults_of_modal(&view), Vec::<String>::new());
    view
}

#[test]
fn every_message_of_a_swap_is_within_slacks_limits_and_says_something() {
    let reader = UserId::new("U1");
    let mut messages = vec![Message::Asked { card: card(), reader: reader.clone() }];
    for standing in STANDINGS {
        for by in [None, Some("U1"), Some("U2"), Some("U3")] {
            let by = by.map(|by| person(by, &long()));
            let told = Told { card: card(), standing, by };
            messages.push(Message::Told { told: told.clone(), reader: reader.clone() });
            messages.push(Message::Posted(told));
        }
    }

    for message in messages {
        let rendered = render_message(&AnyMessage::Swap(Box::new(message)), at(NOW));
        assert_eq!(faults_of_message(&rendered.text, &rendered.blocks), Vec::<String>::new());
        assert!(!rendered.text.is_empty());
        assert!(!rendered.text.contains("<@U"), "nobody is called: {}", rendered.text);
    }
}

#[test]
fn every_answer_about_a_swap_is_within_slacks_limits() {
    let done =
        |standing| Reply::Done(Told { card: card(), standing, by: Some(person("U1", &long())) });
    for reply in STANDINGS.map(done).into_iter().chain([Reply::Asked(card())]) {
        let json = render_reply(&AnyReply::Swap(Box::new(reply)), at(NOW));
        let text = json["text"].as_str().unwrap();
        assert_eq!(faults_of_message(text, &json["blocks"]), Vec::<String>::new());
    }
}

#[test]
fn the_form_holds_a_hundred_turns_and_what_is_chosen_comes_back() {
    let choice = |user: &str, from: &str| Choice { person: person(user, &long()), from: at(from) };
    let (own, other) = (choice("U1", FIRST), choice("U2", SECOND));
    let view = modal(Modal::Choose(ChooseModal {
        rotation: rotation(),
        name: long(),
        zone: String::from("America/Argentina/ComodRivadavia"),
        own: vec![own.clone(); MOST_CHOICES],
        others: vec![other.clone(); MOST_CHOICES],
        chosen_own: Some(own.key()),
        chosen_other: None,
        is_for_others: true,
    }));

    let chosen = |choice: &Choice| {
        let option = json!({"value": choice.key().to_string()});
        json!({"value": {"type": "static_select", "selected_option": option}})
    };
    let mut sent = view.clone();
    sent["state"]["values"] = json!({"own_turn": chosen(&own), "other_turn": chosen(&other)});
    let (own, other) = (Some(own.key()), Some(other.key()));
    let form = Form { rotation: rotation(), own, other, is_confirmed: false };
    assert_eq!(read_submission(&sent), Some(Submission::Swap(form)));
    sent["state"]["values"]["own_turn"]["value"]["selected_option"]["value"] = json!("bent");
    let Some(Submission::Swap(form)) = read_submission(&sent) else { panic!("a form") };
    assert_eq!(form.own, None);
}

#[test]
fn what_was_confirmed_comes_back_and_a_bent_one_is_no_form() {
    let mut view = modal(Modal::Confirm(ConfirmModal {
        rotation: rotation(),
        name: long(),
        zone: String::from("Europe/Berlin"),
        sides: sides(),
        conflicts: conflicts(),
    }));

    let key = |user: &str, from: &str| TurnKey { planned_at: at(from), user: UserId::new(user) };
    let (own, other) = (Some(key("U1", FIRST)), Some(key("U2", SECOND)));
    let form = Form { rotation: rotation(), own, other, is_confirmed: true };
    assert_eq!(read_submission(&view), Some(Submission::Swap(form)));
    view["private_metadata"] = json!(format!("{};{FIRST}|U1", rotation()));
    assert_eq!(read_submission(&view), None);
}
