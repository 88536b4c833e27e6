//! Cover that is asked for, with as much in it as there can be.

use crate::homes::{crowd, long, rotation};
use crate::limits::{faults_of_message, faults_of_modal};
use crate::shown::{at, person};
use domain::action::Modal;
use domain::ids::{ChannelId, CoverRequestId, CoverageId};
use domain::interval::Interval;
use domain::message::{Message, Person};
use domain::reply::Reply;
use domain::story::cover::{self, Card, News, Origin, Part, TURNS_OFFERED, TurnChoice, Wanted};
use slack::{render_message, render_modal, render_reply};

const NOW: &str = "2026-06-08T07:00:00Z";

/// Returns so many requests, each of which everybody of a crowd took a part of.
pub(crate) fn wanted(count: usize, crowd: &[Person]) -> Wanted {
    let window = Interval::new(at(NOW), at("2027-06-08T07:00:00Z")).unwrap();
    let part = |by: &Person| Part {
        coverage: CoverageId::new(rotation(1).as_uuid()),
        by: by.clone(),
        window,
    };
    let card = Card {
        request: CoverRequestId::new(rotation(1).as_uuid()),
        rotation: rotation(1),
        name: long(),
        zone: String::from("Europe/Berlin"),
        channel: ChannelId::new("C1"),
        of: person("U2", &long()),
        window,
        origin: Origin::Absence,
        state: cover::State::Open,
        taken: crowd.iter().map(part).collect(),
        open: vec![window; crowd.len()],
    };
    let reader = person("U1", &long()).user;
    Wanted { cards: vec![card; count], reader, can_ask: true, can_take: true }
}

#[test]
fn what_is_said_of_a_request_fits_whatever_people_are_called() {
    let crowd = crowd(40);
    let wanted = wanted(30, &crowd);
    let card = wanted.cards[0].clone();
    let part = card.taken[0].clone();
    let (by, reader) = (part.by.clone(), wanted.reader.clone());
    let post = |state: cover::State| {
        let card = Card { state, ..card.clone() };
        cover::Message::Request(cover::Post { card, next: Some(by.clone()), reads_replies: false })
    };
    let news = |news: News| cover::Message::News { card: card.clone(), news };
    let mut messages = vec![
        post(cover::State::Open),
        post(cover::State::Met),
        post(cover::State::Dismissed { by: by.clone() }),
        post(cover::State::Withdrawn { by: by.clone() }),
        post(cover::State::NotNeeded),
        post(cover::State::Expired),
        news(News::Taken(part.clone())),
        news(News::Undone { part: part.clone(), by: by.clone() }),
        news(News::Withdrawn { by: by.clone() }),
        news(News::Expired),
        cover::Message::AskedForYou(card.clone()),
        cover::Message::Reminder(card.clone()),
        cover::Message::ReminderOver(card.clone()),
        cover::Message::Stays { card: card.clone(), is_over: false },
        cover::Message::TakenUndone { card: card.clone(), part: part.clone(), by: by.clone() },
    ];
    for reader in [&reader, &by.user] {
        let (card, part, by, reader) = (card.clone(), part.clone(), by.clone(), reader.clone());
        messages.push(cover::Message::Taken {
            card: card.clone(),
            part: part.clone(),
            reader: reader.clone(),
        });
        messages.push(cover::Message::Off { card, part, by, reader });
    }
    for message in messages {
        let rendered = render_message(&Message::Cover(Box::new(message.clone())), at(NOW));
        let faults = faults_of_message(&rendered.text, &rendered.blocks);
        assert_eq!(faults, Vec::<String>::new(), "{message:?}");
    }
    let open = cover::Reply::Open { wanted, rotation: rotation(1), name: long() };
    for reply in [
        open,
        cover::Reply::Standing { card: card.clone(), reader: reader.clone() },
        cover::Reply::Standing { card: card.clone(), reader: by.user.clone() },
        cover::Reply::AwayThen { card: card.clone(), window: Some(card.window) },
        cover::Reply::Taken { parts: card.taken.clone(), card, can_undo: true },
    ] {
        let json = render_reply(&Reply::Cover(Box::new(reply)), at(NOW));
        let text = json["text"].as_str().unwrap();
        assert_eq!(faults_of_message(text, &json["blocks"]), Vec::<String>::new());
    }
}

#[test]
fn the_modals_of_a_request_fit_whatever_people_are_called() {
    let window = Interval::new(at(NOW), at("2027-06-08T07:00:00Z")).unwrap();
    let turn = TurnChoice { planned_at: at(NOW), of: person("U2", &long()), window, is_own: false };
    let ask = cover::Modal::Ask(Box::new(cover::AskModal {
        rotation: rotation(1),
        name: long(),
        zone: String::from("Europe/Berlin"),
        turns: vec![turn; TURNS_OFFERED],
        chosen: TURNS_OFFERED - 1,
        window: Some(window),
    }));
    let part = cover::Modal::Part(cover::PartModal {
        request: CoverRequestId::new(rotation(1).as_uuid()),
        name: long(),
        zone: String::from("Europe/Berlin"),
        of: person("U2", &long()),
        open: vec![window; 40],
    });
    for modal in [ask, part] {
        let view = render_modal(&Modal::Cover(modal), at(NOW));
        assert_eq!(faults_of_modal(&view), Vec::<String>::new());
    }
}
