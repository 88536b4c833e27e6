//! Cover that is asked for, in words, blocks and modals.

mod modal;

pub(super) use modal::render as modal;

use super::blocks::Part as Block;
use super::buttons::{button, button_of, primary};
use super::cover::why_not;
use super::names::{in_words, link, name_of, names, title};
use super::words::Ink;
use domain::action::Button as Any;
use domain::interval::Interval;
use domain::message::Person;
use domain::story::cover::{Button, Card, Message, News, Origin, Part, Post, Reply, State, Wanted};
use serde_json::Value;

/// The most parts that are named one by one.
const MOST_PARTS: usize = 6;

/// The most requests of one answer.
const MOST_REQUESTS: usize = 10;

/// Returns what stands on a button.
pub(super) const fn label(button: &Button) -> &'static str {
    match button {
        Button::Ask { .. } => "Ask for cover…",
        Button::AskFor { .. } => "Ask for cover for that time…",
        Button::Take { .. } => "I'll take it",
        Button::TakeAnyway { .. } => "Take it anyway",
        Button::TakePart { .. } => "Take a part…",
        Button::Cannot { .. } => "I can't",
        Button::HandOver { .. } => "Hand over",
        Button::Withdraw { .. } => "Withdraw",
        Button::Dismiss { .. } => "Not needed",
        Button::Undo { .. } => "Undo",
    }
}

/// Returns an answer.
pub(crate) fn reply(reply: &Reply, ink: &dyn Fn(&str) -> Ink) -> Vec<Block> {
    match reply {
        Reply::Asked { card, is_old } => {
            let ink = ink(&card.zone);
            let of = match card.origin {
                Origin::Arranged { .. } => name_of(&card.of),
                Origin::Asked | Origin::Absence => String::from("you"),
            };
            let (where_to, name) = (link(&card.channel), title(&card.name));
            let lead = if *is_old { "That is asked already: I ask" } else { "Done: I ask" };
            let when = time(card.window, &ink);
            let first = format!("{lead} in {where_to} who can stand in for {of} in {name} {when}.");
            let then = String::from("Until somebody takes it the duty stays where it is.");
            vec![Block::Lines(vec![first, then]), buttons(&[card.closing()])]
        }
        Reply::AwayThen { card, window } => {
            let anyway = Button::TakeAnyway { request: card.request, window: *window };
            let line = format!(
                "You are noted as away for some of that time: {}. Nothing was changed yet.",
                asked_for(card, &ink(&card.zone))
            );
            vec![Block::Lines(vec![line]), buttons(&[anyway])]
        }
        Reply::Taken { card, parts, can_undo } => {
            let ink = ink(&card.zone);
            let (name, of) = (title(&card.name), name_of(&card.of));
            let time = times(parts.iter().map(|part| part.window), &ink);
            let mut lines =
                vec![format!("Thank you! You are on duty for {name} in place of {of} {time}.")];
            lines.extend(still_open(card, &ink));
            let undo = parts.iter().map(|part| Button::Undo { coverage: part.coverage });
            let undo: Vec<Button> = undo.filter(|_| *can_undo).take(1).collect();
            let mut blocks = vec![Block::Lines(lines)];
            // Of several parts each has its own button, in the messages that tell of them.
            if let ([undo], [_]) = (undo.as_slice(), parts.as_slice()) {
                blocks.push(buttons(&[*undo]));
            }
            blocks
        }
        Reply::Standing { card, reader } => standing(card, reader, &ink(&card.zone)),
        Reply::Noted(card) => vec![Block::Lines(vec![format!(
            "Thank you for saying so. I do not remind you of the turn of {} in {}.",
            name_of(&card.of),
            title(&card.name)
        )])],
        Reply::Closed(card) => {
            let ink = ink(&card.zone);
            let what = asked_for(card, &ink);
            let mut lines = vec![format!("Done: I do not ask for cover any more for {what}.")];
            lines.extend(taken_lines(card, &ink));
            vec![Block::Lines(lines)]
        }
        Reply::Undone { card, part } => {
            let ink = ink(&card.zone);
            let mut lines = vec![format!(
                "Undone: {} does not stand in for {} in {} {}.",
                name_of(&part.by),
                name_of(&card.of),
                title(&card.name),
                time(part.window, &ink)
            )];
            if card.state == State::Open {
                lines.push(format!("I ask in {} again.", link(&card.channel)));
            }
            vec![Block::Lines(lines)]
        }
        Reply::Open { wanted: open, rotation, name } => {
            let mut blocks = match open.cards.first() {
                Some(first) => wanted(open, &ink(&first.zone)),
                None => {
                    vec![Block::Lines(vec![format!("Nobody needs cover for {}.", title(name))])]
                }
            };
            if open.can_ask {
                blocks.push(buttons(&[Button::Ask { rotation: *rotation }]));
            }
            blocks
        }
    }
}

/// Returns a message.
pub(crate) fn message(message: &Message, ink: &dyn Fn(&str) -> Ink) -> Vec<Block> {
    match message {
        Message::Request(post) => post_blocks(post, &ink(&post.card.zone)),
        Message::News { card, news } => {
            vec![Block::Lines(news_lines(card, news, &ink(&card.zone)))]
        }
        Message::Taken { card, part, reader } => {
            let ink = ink(&card.zone);
            let (name, time) = (title(&card.name), time(part.window, &ink));
            let (of, by) = (name_of(&card.of), name_of(&part.by));
            let first = if *reader == part.by.user {
                format!("You are on duty for {name} in place of {of} {time}. Thank you!")
            } else {
                format!("{by} stands in for you in {name} {time}.")
            };
            let then = String::from("Either of you can undo that until it begins.");
            vec![
                Block::Lines(vec![first, then]),
                buttons(&[Button::Undo { coverage: part.coverage }]),
            ]
        }
        Message::TakenUndone { card, part, by } => vec![Block::Lines(vec![format!(
            "Undone by {}: {} does not stand in for {} in {} {}.",
            name_of(by),
            name_of(&part.by),
            name_of(&card.of),
            title(&card.name),
            time(part.window, &ink(&card.zone))
        )])],
        Message::Off { card, part, by, reader } => {
            let (name, time) = (title(&card.name), time(part.window, &ink(&card.zone)));
            let of = name_of(&card.of);
            // While it is asked for again, somebody does need it.
            let needless = (card.state != State::Open).then_some(&card.of);
            let undone = why_not(by, &part.by, needless);
            let line = if *reader == part.by.user {
                format!("You are not on duty for {name} in place of {of} {time} after all{undone}.")
            } else {
                let then = match card.state {
                    State::Open => format!("I ask in {} again.", link(&card.channel)),
                    _ => String::from("The duty is yours; `/rotation cover` asks again."),
                };
                format!(
                    "{} does not stand in for you in {name} {time} after all{undone}. {then}",
                    name_of(&part.by)
                )
            };
            vec![Block::Lines(vec![line])]
        }
        Message::Offered(card) => {
            let ink = ink(&card.zone);
            let time = times(card.open.iter().copied(), &ink);
            let line = format!(
                "Shall I put you down for {} in place of {} {time}?",
                title(&card.name),
                name_of(&card.of)
            );
            let request = card.request;
            let answers = [Button::Take { request }, Button::TakePart { request }];
            vec![Block::Lines(vec![line]), buttons(&answers)]
        }
        Message::AskedForYou(card) => {
            let (name, time) = (title(&card.name), time(card.window, &ink(&card.zone)));
            let where_to = link(&card.channel);
            let first = match &card.origin {
                Origin::Arranged { by } => format!(
                    "{} asks in {where_to} who can stand in for you in {name} {time}.",
                    name_of(by)
                ),
                Origin::Asked | Origin::Absence => format!(
                    "You are noted as away while you are on duty for {name}, so I ask in {where_to} who can stand in for you {time}."
                ),
            };
            let then = String::from(
                "I tell you as soon as somebody takes it. Until then the duty is yours.",
            );
            vec![Block::Lines(vec![first, then]), buttons(&[card.closing()])]
        }
        Message::Reminder(card) => {
            let ink = ink(&card.zone);
            let first =
                format!("{} still {}. Can you take it?", name_of(&card.of), needs(card, &ink));
            let mut lines = vec![first];
            lines.extend(partly(card, &ink));
            vec![Block::Lines(lines), answers(card)]
        }
        Message::ReminderOver(card) => vec![Block::Lines(ended_lines(card, &ink(&card.zone)))],
        Message::Stays { card, is_over } => {
            let ink = ink(&card.zone);
            let (name, open) = (title(&card.name), times(card.open.iter().copied(), &ink));
            let line = if *is_over {
                format!("Nobody took your turn of {name} {open}, so you stayed on duty.")
            } else {
                format!(
                    "Nobody has taken your turn of {name} {open}, so you stay on duty. It can still be taken until then."
                )
            };
            vec![Block::Lines(vec![line])]
        }
    }
}

/// Returns the open requests of a rotation, each with a button beside it where the reader may do something with it.
pub(super) fn wanted(wanted: &Wanted, ink: &Ink) -> Vec<Block> {
    let row = |card: &Card| {
        let mut lines = vec![line(card, ink)];
        lines.extend(partly(card, ink));
        match wanted.button(card) {
            Some(which) => Block::Row(lines, button_about(which, card)),
            None => Block::Lines(lines),
        }
    };
    let mut blocks: Vec<Block> = wanted.cards.iter().take(MOST_REQUESTS).map(row).collect();
    if wanted.cards.len() > MOST_REQUESTS {
        let more = wanted.cards.len() - MOST_REQUESTS;
        blocks.push(Block::Lines(vec![format!("… and {more} more requests for cover.")]));
    }
    blocks
}

/// Returns a button of which several stand in one place.
pub(super) fn button_about(which: Button, card: &Card) -> Value {
    let about = format!("{}, {}", card.name, super::names::bare(&card.of));
    button_of(&Any::Cover(which), &about)
}

/// Returns who needs cover and when, in one line.
pub(super) fn line(card: &Card, ink: &Ink) -> String {
    format!("{} {}.", name_of(&card.of), needs(card, ink))
}

fn post_blocks(post: &Post, ink: &Ink) -> Vec<Block> {
    let card = &post.card;
    if card.state != State::Open {
        return vec![Block::Lines(ended_lines(card, ink))];
    }
    let (of, name, when) = (name_of(&card.of), title(&card.name), time(card.window, ink));
    let mut lines = vec![match &card.origin {
        Origin::Asked => format!("{of} needs cover for {name} {when}. Who can take it?"),
        Origin::Arranged { by } => format!(
            "{of} needs cover for {name} {when}. Who can take it? {} asks for them.",
            name_of(by)
        ),
        Origin::Absence => {
            format!("{of} is unavailable while on duty for {name}, {when}. Who can take it?")
        }
    }];
    lines.extend(partly(card, ink));
    if !post.reads_replies {
        lines.push(String::from("I cannot read replies here, so please use the buttons."));
    }
    let mut blocks = vec![Block::Lines(lines), answers_with(card, Some(card.closing()))];
    blocks.extend(post.next.as_ref().map(|next| hand_over(card, next)));
    blocks
}

/// Returns how a request ended.
fn ended_lines(card: &Card, ink: &Ink) -> Vec<String> {
    let (of, name, when) = (name_of(&card.of), title(&card.name), time(card.window, ink));
    if let (State::Met, [part]) = (&card.state, card.taken.as_slice()) {
        let (by, time) = (name_of(&part.by), time(part.window, ink));
        return vec![format!("{by} stands in for {of} in {name} {time}. Thank you!")];
    }
    let what = format!("cover for {of} in {name} {when}");
    let mut lines = vec![match &card.state {
        State::Open => format!("{of} {}.", needs(card, ink)),
        State::Met => format!("{of} has cover for {name} {when}. Thank you!"),
        State::Dismissed { by } => format!("Put aside by {}: {what}.", name_of(by)),
        State::Withdrawn { by } => format!("Taken back by {}: {what}.", name_of(by)),
        State::NotNeeded => format!("No longer needed: {what}."),
        State::Expired => {
            let open = times(card.open.iter().copied(), ink);
            format!("Nobody took the turn of {of} in {name} {open}. {of} stayed on duty.")
        }
    }];
    lines.extend(taken_lines(card, ink));
    lines
}

/// Returns what happened, for the thread.
fn news_lines(card: &Card, news: &News, ink: &Ink) -> Vec<String> {
    let of = name_of(&card.of);
    match news {
        News::Taken(part) => {
            // Several parts that somebody takes at once are told at once.
            let own = card.taken.iter().filter(|it| it.by.user == part.by.user);
            let windows: Vec<Interval> = own.map(|it| it.window).collect();
            let windows = if windows.is_empty() { vec![part.window] } else { windows };
            let first = format!(
                "{} stands in for {of} {}.",
                name_of(&part.by),
                times(windows.into_iter(), ink)
            );
            let then = match still_open(card, ink) {
                Some(open) => open,
                None => String::from("Nothing is left open. Thank you!"),
            };
            vec![first, then]
        }
        News::Undone { part, by } => {
            let mut lines = vec![format!(
                "Undone by {}: {} does not stand in for {of} {}.",
                name_of(by),
                name_of(&part.by),
                time(part.window, ink)
            )];
            lines.extend(still_open(card, ink).map(|open| format!("{open} Who can take it?")));
            lines
        }
        News::Withdrawn { by } => {
            vec![format!("{} took the request back. Nobody need answer any more.", name_of(by))]
        }
        News::Expired => vec![format!("Nobody took it in time, so {of} stayed on duty.")],
    }
}

fn standing(card: &Card, reader: &domain::ids::UserId, ink: &Ink) -> Vec<Block> {
    let own: Vec<&Part> = card.taken.iter().filter(|part| part.by.user == *reader).collect();
    let (of, name) = (name_of(&card.of), title(&card.name));
    let when = time(card.window, ink);
    let mut lines = Vec::new();
    if !own.is_empty() {
        let time = times(own.iter().map(|part| part.window), ink);
        lines.push(format!("It is yours already: you stand in for {of} in {name} {time}."));
        lines.extend(still_open(card, ink));
        return vec![Block::Lines(lines)];
    }
    match &card.state {
        State::Open => {
            lines.push(String::from("That is taken already, so nothing was changed."));
            lines.extend(taken_lines(card, ink));
            lines.extend(still_open(card, ink));
            return vec![Block::Lines(lines), answers(card)];
        }
        State::Met => {
            let by: Vec<Person> = distinct(&card.taken);
            lines.push(format!(
                "{} was faster and has it already: {of} in {name} {when}. Thank you all the same!",
                names(&by)
            ));
        }
        State::Dismissed { by } => {
            lines.push(format!("{} put that request aside, so nothing was changed.", name_of(by)));
        }
        State::Withdrawn { by } => {
            lines.push(format!("{} took that request back, so nothing was changed.", name_of(by)));
        }
        State::NotNeeded => {
            lines.push(format!(
                "{of} does not need cover for {name} any more, so nothing was changed."
            ));
        }
        State::Expired => {
            lines.push(String::from("That time is over, so nothing was changed."));
        }
    }
    vec![Block::Lines(lines)]
}

/// Returns "Hand over to Cho".
fn hand_over(card: &Card, next: &Person) -> Block {
    let mut json = button(&Any::Cover(Button::HandOver { request: card.request }));
    let label = format!("Hand over to {}", super::names::bare(next));
    json["text"] = super::blocks::plain_text(&label, 75);
    Block::Buttons(vec![json])
}

/// Returns the buttons with which a member answers.
fn answers(card: &Card) -> Block {
    answers_with(card, None)
}

fn answers_with(card: &Card, last: Option<Button>) -> Block {
    let request = card.request;
    let mut all = vec![primary(&Any::Cover(Button::Take { request }))];
    let others = [Button::TakePart { request }, Button::Cannot { request }];
    all.extend(others.into_iter().chain(last).map(|which| button(&Any::Cover(which))));
    Block::Buttons(all)
}

fn buttons(which: &[Button]) -> Block {
    let all: Vec<Value> = which.iter().map(|which| button(&Any::Cover(*which))).collect();
    Block::Buttons(all)
}

/// Returns "Ben in support from ... until ...".
fn asked_for(card: &Card, ink: &Ink) -> String {
    format!("{} in {} {}", name_of(&card.of), title(&card.name), time(card.window, ink))
}

/// Returns "needs cover for support from ... until ...".
fn needs(card: &Card, ink: &Ink) -> String {
    format!("needs cover for {} {}", title(&card.name), time(card.window, ink))
}

/// Returns who took what, and what is still open, where somebody took a part.
fn partly(card: &Card, ink: &Ink) -> Vec<String> {
    if card.taken.is_empty() {
        return Vec::new();
    }
    let mut lines = taken_lines(card, ink);
    lines.extend(still_open(card, ink));
    lines
}

fn still_open(card: &Card, ink: &Ink) -> Option<String> {
    let is_open = card.state == State::Open && !card.open.is_empty();
    is_open.then(|| format!("Still open is the time {}.", times(card.open.iter().copied(), ink)))
}

/// Returns one line for each who took something.
fn taken_lines(card: &Card, ink: &Ink) -> Vec<String> {
    let line = |person: Person| {
        let own = card.taken.iter().filter(|part| part.by.user == person.user);
        let time = times(own.map(|part| part.window), ink);
        format!("{} stands in for {} {time}.", name_of(&person), name_of(&card.of))
    };
    distinct(&card.taken).into_iter().take(MOST_PARTS).map(line).collect()
}

fn distinct(parts: &[Part]) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for part in parts {
        if people.iter().all(|person| person.user != part.by.user) {
            people.push(part.by.clone());
        }
    }
    people
}

fn times(windows: impl Iterator<Item = Interval>, ink: &Ink) -> String {
    let mut joined: Vec<Interval> = Vec::new();
    for window in windows {
        match joined.last_mut().filter(|last| last.end() == window.start()) {
            Some(last) => *last = last.up_to(window.end()),
            None => joined.push(window),
        }
    }
    let more = joined.len().saturating_sub(MOST_PARTS);
    let mut words: Vec<String> =
        joined.iter().take(MOST_PARTS).map(|window| time(*window, ink)).collect();
    if more > 0 {
        words.push(format!("at {more} more times"));
    }
    in_words(words)
}

fn time(window: Interval, ink: &Ink) -> String {
    format!("from {} until {}", ink.at(window.start()), ink.at(window.end()))
}
