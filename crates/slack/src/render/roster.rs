//! What is said of a roster: the answers to the one who changes it, and the messages to the others.

use super::blocks::{Part, plain_text};
use super::buttons::{button, primary};
use super::names::{in_words, link, name_of, names, title};
use super::words::{Ink, Style};
use chrono::{DateTime, Utc};
use domain::action::Button as AnyButton;
use domain::message::{Person, WhyMoved};
use domain::roster::MAX_MEMBERS;
use domain::story::roster::{
    Button, Card, Crowd, Leaving, Line, MOST_NAMED, Message, MovedLine, Refused, Reply, Unfit, When,
};
use serde_json::{Value, json};

/// The most people of a crowd whose first turns are told.
const MOST_DATES: usize = 5;

/// Returns the label of a button.
pub(super) const fn label(button: &Button) -> &'static str {
    match button {
        Button::Add { .. } => "Add people…",
        Button::Remove { .. } => "Remove people…",
        Button::Order { .. } => "Change the order…",
        Button::LeaveMyself { .. } => "Leave…",
        Button::Leave(Leaving { when: When::Now, .. }) => "Now",
        Button::Leave(Leaving { when: When::Handoff, .. }) => "At the next handoff",
    }
}

/// Returns an answer.
pub(super) fn reply(reply: &Reply, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    match reply {
        Reply::Changed { name, zone, card } => changed(name, card, &Ink::new(zone, now, style)),
        Reply::Nobody { rotation, name } => vec![
            Part::Lines(vec![format!("Nobody is in {} yet.", title(name))]),
            Part::Buttons(vec![primary(&roster(Button::Add { rotation: *rotation }))]),
        ],
        Reply::SameOrder { name } => say(format!("That is the order of {} already.", title(name))),
        Reply::AskWhen { name, zone, on_duty, handoff, leaving } => {
            let ink = Ink::new(zone, now, style);
            ask_when(name, on_duty, &ink.at(*handoff), leaving)
        }
        Reply::AskEmpty { name, leaving } => vec![
            Part::Lines(vec![format!(
                "That leaves nobody in {}, and nobody will be on duty.",
                title(name)
            )]),
            Part::Buttons(vec![remove_anyway(leaving)]),
        ],
        Reply::NotMembers { name, people } => say(format!(
            "{} {} not in {}, so nothing was changed. `/rotation add` lets people join.",
            crowd(people),
            be(people),
            title(name)
        )),
        Reply::TooMany { name, count } => say(format!(
            "{} would have {count} people then. It can have {MAX_MEMBERS} at most, so nothing was changed.",
            title(name)
        )),
        Reply::TooManyNamed => {
            say(format!("Please name at most {MOST_NAMED} people at once. Nothing was changed."))
        }
        Reply::ChangedMeanwhile { name } => say(format!(
            "Somebody changed {} meanwhile, so nothing was saved. Please open the form again.",
            title(name)
        )),
        Reply::Looking { channel } => {
            say(format!("Looking who is in {}. I will tell you how it went.", link(channel)))
        }
        Reply::Unseen { channel } => say(format!(
            "I cannot see who is in {}. If it is private, please type `/invite @Asyncbot` there and try again. Nobody was added.",
            link(channel)
        )),
    }
}

/// Returns a message of the bot's own.
pub(super) fn message(message: &Message, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    match message {
        Message::TakenOut { name, refused } => {
            let mut lines = vec![format!("I took somebody out of {} again:", title(name))];
            lines.extend(refused.iter().map(|refused| format!("• {}", left_out(refused))));
            vec![Part::Lines(lines)]
        }
        Message::Changed { name, zone, by, joined, left, leaving, next, is_empty } => {
            let ink = Ink::new(zone, now, style);
            let mut words = vec![what_changed(name, by.as_ref(), [joined, left, leaving])];
            if *is_empty {
                words.push(String::from("Nobody is in it now, so nobody will be on duty."));
            } else {
                words.extend(next_turns(next, &ink));
            }
            say(words.join(" "))
        }
    }
}

/// Returns what somebody is told whose next turn is at another time.
pub(super) fn moved_lines(
    name: &str,
    (was, is): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    why: WhyMoved,
    by: Option<&Person>,
    ink: &Ink,
) -> Vec<String> {
    let name = title(name);
    let who = by.map(name_of);
    let mut lines = Vec::new();
    lines.extend(match (why, &who) {
        (WhyMoved::Joined, Some(who)) => Some(format!("{who} added you to {name}. Welcome!")),
        (WhyMoved::Joined, None) => Some(format!("You are in {name} now. Welcome!")),
        (WhyMoved::Left, Some(who)) => {
            Some(format!("{who} took you out of {name}. Thank you for serving!"))
        }
        (WhyMoved::Left, None) => {
            Some(format!("You are not in {name} any more. Thank you for serving!"))
        }
        (WhyMoved::Changed, Some(who)) => Some(format!("{who} changed {name}.")),
        (WhyMoved::Changed, None) => None,
        // Whose absence it is, and why, is not everybody's to know.
        (WhyMoved::Absence, _) => {
            Some(format!("Who is away has changed, and with it the order of {name}."))
        }
    });
    lines.push(match (why, was, is) {
        (WhyMoved::Joined, _, Some(is)) => format!("Your first turn begins {}.", ink.at(is)),
        (WhyMoved::Left, Some(was), None) => {
            format!("Your turn that was to begin {} is somebody else's now.", ink.at(was))
        }
        (_, Some(was), Some(is)) => format!(
            "Your next turn in {name} moved: it begins {}. Before it was {}.",
            ink.at(is),
            ink.at(was)
        ),
        (_, None, Some(is)) => format!("Your next turn in {name} begins {}.", ink.at(is)),
        (WhyMoved::Joined, _, None) => {
            String::from("Your first turn is further away than I can plan now.")
        }
        (_, _, None) => format!("You have no turn ahead in {name} any more."),
    });
    lines
}

fn say(line: String) -> Vec<Part> {
    vec![Part::Lines(vec![line])]
}

fn changed(name: &str, card: &Card<Person>, ink: &Ink) -> Vec<Part> {
    let bold = title(name);
    let mut lines = joined_lines(&bold, card, ink);
    let crowds = [
        (&card.stays, "was about to leave and stays", "were about to leave and stay"),
        (&card.known, "is in it already", "are in it already"),
        (
            &card.leaves_already,
            "leaves at the next handoff already",
            "leave at the next handoff already",
        ),
        (&card.missing, "is not in it", "are not in it"),
    ];
    if !card.left.is_empty() {
        let verb = if card.left.count() == 1 { "is" } else { "are" };
        lines.push(format!("{} {verb} no longer in {bold}.", crowd(&card.left)));
    }
    if !card.leaving.is_empty() {
        let verb = if card.leaving.count() == 1 { "leaves" } else { "leave" };
        let at = card.handoff.map(|at| format!(", {}", ink.at(at))).unwrap_or_default();
        lines.push(format!("{} {verb} {bold} at the next handoff{at}.", crowd(&card.leaving)));
    }
    if let Some(order) = &card.order {
        lines.push(format!("The new order of {bold}: {}.", in_order(order)));
    }
    let is_said = !lines.is_empty();
    for (people, one, several) in crowds.into_iter().filter(|(people, ..)| !people.is_empty()) {
        let verb = if people.count() == 1 { one } else { several };
        let verb = if is_said { verb.to_owned() } else { verb.replacen("it", &bold, 1) };
        lines.push(format!("{} {verb}.", crowd(people)));
    }
    lines.extend(card.refused.iter().map(|refused| format!("I left out {}", left_out(refused))));
    if !card.is_change() {
        lines.push(String::from("So nothing was changed."));
        return vec![Part::Lines(lines)];
    }
    if !card.took_over.is_empty() {
        let verb = if card.took_over.len() == 1 { "is" } else { "are" };
        lines.push(format!("{} {verb} on duty now.", names(&card.took_over)));
    }
    lines.extend(dates_lines(card, ink));
    let mut parts = vec![Part::Lines(lines)];
    let rotation = card.rotation;
    if card.members == 0 {
        let text = format!("Nobody is in {bold} now, so nobody will be on duty.");
        parts.push(Part::Lines(vec![text]));
        parts.push(Part::Buttons(vec![primary(&roster(Button::Add { rotation }))]));
    } else if !card.joined.is_empty() && card.members > 1 {
        parts.push(Part::Buttons(vec![button(&roster(Button::Order { rotation }))]));
    }
    parts
}

fn joined_lines(bold: &str, card: &Card<Person>, ink: &Ink) -> Vec<String> {
    if card.joined.is_empty() {
        return Vec::new();
    }
    let is_one = card.joined.count() == 1;
    let first = |person: &Person| {
        let found = card.moved.iter().find(|moved| moved.person.user == person.user);
        found.and_then(|moved| moved.is)
    };
    let (join, serve) = if is_one { ("joins", "serves") } else { ("join", "serve") };
    let place = match &card.before {
        Some(neighbour) => format!(" before {}", name_of(neighbour)),
        None if card.members > card.joined.count() => format!(" and {serve} last"),
        None => String::new(),
    };
    let who = crowd(&card.joined);
    let dated: Vec<(&Person, DateTime<Utc>)> =
        card.joined.named.iter().filter_map(|person| Some((person, first(person)?))).collect();
    match dated.as_slice() {
        [(_, at)] if is_one => vec![format!("{who} {join} {bold}{place}, from {}.", ink.at(*at))],
        dated => {
            let mut lines = vec![format!("{who} {join} {bold}{place}.")];
            let dated = dated.iter().take(MOST_DATES);
            lines.extend(dated.map(|(who, at)| format!("• {} from {}", name_of(who), ink.at(*at))));
            lines
        }
    }
}

/// Returns the next turns, and whose dates moved of those who were in the rotation before.
fn dates_lines(card: &Card<Person>, ink: &Ink) -> Vec<String> {
    let mut lines = Vec::new();
    if !card.turns.is_empty() && card.members > 0 {
        lines.push(String::from("The next turns:"));
        lines.extend(card.turns.iter().map(|line| turn_line(line, ink)));
    }
    let moved: Vec<&MovedLine<Person>> =
        card.moved.iter().filter(|moved| moved.was.is_some()).collect();
    if moved.is_empty() {
        return lines;
    }
    lines.push(String::from("These next turns move:"));
    lines.extend(moved.iter().filter_map(|moved| {
        let (was, is) = (ink.at(moved.was?), ink.at(moved.is?));
        Some(format!("• {}: {is}, before it was {was}", name_of(&moved.person)))
    }));
    lines.extend((card.moved_more > 0).then(|| format!("… and {} more.", card.moved_more)));
    lines
}

fn turn_line(line: &Line<Person>, ink: &Ink) -> String {
    let who = |people: &[Person]| {
        if people.is_empty() { String::from("nobody") } else { names(people) }
    };
    // In a rotation that nobody was in, nobody had it before.
    let was = if line.people == line.was || line.was.is_empty() {
        String::new()
    } else {
        format!(" (before: {})", who(&line.was))
    };
    format!("• {}: {}{was}", ink.at(line.start), who(&line.people))
}

fn ask_when(name: &str, on_duty: &[Person], until: &str, leaving: &Leaving) -> Vec<Part> {
    let verb = if on_duty.len() == 1 { "is" } else { "are" };
    let mut lines = vec![format!(
        "{} {verb} on duty in {} until {until}. Leave now, or at the next handoff?",
        names(on_duty),
        title(name)
    )];
    if leaving.may_empty {
        lines.push(String::from("After that nobody is in it, and nobody will be on duty."));
    }
    let leave = |when| roster(Button::Leave(Leaving { when, ..leaving.clone() }));
    let buttons = vec![button(&leave(When::Handoff)), button(&leave(When::Now))];
    vec![Part::Lines(lines), Part::Buttons(buttons)]
}

fn remove_anyway(leaving: &Leaving) -> Value {
    let mut json = button(&roster(Button::Leave(leaving.clone())));
    json["text"] = plain_text("Remove anyway", 75);
    json["style"] = json!("danger");
    json["confirm"] = json!({
        "title": plain_text("Remove the last one?", 100),
        "text": plain_text("Nobody will be on duty until you add somebody.", 300),
        "confirm": plain_text("Remove", 30),
        "deny": plain_text("Not now", 30),
    });
    json
}

/// Returns in one sentence who came or went, and by whom.
fn what_changed(
    name: &str,
    by: Option<&Person>,
    [joined, left, leaving]: [&Crowd<Person>; 3],
) -> String {
    let bold = title(name);
    let is_self = |people: &Crowd<Person>| {
        people.more == 0
            && matches!(people.named.as_slice(), [only] if by.is_none_or(|by| by.user == only.user))
    };
    let who = by.map(name_of);
    let sentence = |people: &Crowd<Person>, alone: [&str; 2], made: &str, after: &str| {
        let alone_verb = alone[usize::from(people.count() != 1)];
        match &who {
            Some(who) if !is_self(people) => {
                let (verb, link) = made.split_once(' ').unwrap_or((made, ""));
                format!("{who} {verb} {} {link} {bold}{after}.", crowd(people))
            }
            _ => format!("{} {alone_verb} {bold}{after}.", crowd(people)),
        }
    };
    let mut sentences = Vec::new();
    if !joined.is_empty() {
        sentences.push(sentence(joined, ["joined", "joined"], "added to", ""));
    }
    if !left.is_empty() {
        sentences.push(sentence(left, ["left", "left"], "removed from", ""));
    }
    if !leaving.is_empty() {
        let after = " at the next handoff";
        sentences.push(sentence(leaving, ["leaves", "leave"], "takes out of", after));
    }
    if sentences.is_empty() {
        let who = who.unwrap_or_else(|| String::from("Somebody"));
        sentences.push(format!("{who} changed the order of {bold}."));
    }
    sentences.join(" ")
}

fn next_turns(next: &[(DateTime<Utc>, Vec<Person>)], ink: &Ink) -> Option<String> {
    let turn = |(at, people): &(DateTime<Utc>, Vec<Person>)| {
        let who = if people.is_empty() { String::from("nobody yet") } else { names(people) };
        format!("{who} from {}", ink.at(*at))
    };
    let turns: Vec<String> = next.iter().map(turn).collect();
    (!turns.is_empty()).then(|| format!("The next turns: {}.", turns.join("; ")))
}

/// Returns who was left out and why, after "I left out".
fn left_out(refused: &Refused<Person>) -> String {
    let why = match refused.why {
        Unfit::Bot => "a bot cannot be on duty",
        Unfit::Guest => "guests and people of other workspaces can look, but not be on duty",
        Unfit::Deactivated => "the account is deactivated",
        Unfit::Unknown => "Slack does not say who that is",
    };
    format!("{}: {why}.", crowd(&refused.who))
}

fn crowd(people: &Crowd<Person>) -> String {
    in_words(words(people))
}

fn in_order(people: &Crowd<Person>) -> String {
    words(people).join(", ")
}

fn words(people: &Crowd<Person>) -> Vec<String> {
    let more = (people.more > 0).then(|| format!("{} more", people.more));
    people.named.iter().map(name_of).chain(more).collect()
}

fn be(people: &Crowd<Person>) -> &'static str {
    if people.count() == 1 { "is" } else { "are" }
}

fn roster(button: Button) -> AnyButton {
    AnyButton::Roster(button)
}
