//! Handoff notes, in words, blocks and a modal.
//!
//! What somebody wrote stands in blocks of plain text, where nothing is a mark, a link or a mention.

use super::blocks::{LONGEST_SECTION, Part, plain_text, section};
use super::buttons::{button, button_of};
use super::modal::{input, option, optional, text_input, view};
use super::names::{inert, name_of, names, title};
use super::words::{Ink, Style};
use chrono::{DateTime, Utc};
use domain::action::{self, Field};
use domain::note::NoteText;
use domain::story::note::{
    Asked, Body, Button, FOR_CHANNEL, Line, Message, Modal, NOTES_ON_PAGE, Opened, Own, Page,
    Passed, Reply,
};
use serde_json::{Value, json};

/// The most notes of one on-duty message; all of them are in the list.
const MOST_NOTES: usize = 3;

/// Returns an answer.
pub(super) fn compose(reply: &Reply, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    match reply {
        Reply::Kept { name, to } if to.is_empty() => vec![Part::Lines(vec![format!(
            "Kept. Whoever is on duty next for {} reads it in their message. Until then you can change it with `/rotation note`.",
            title(name)
        )])],
        Reply::Kept { name, to } => vec![Part::Lines(vec![format!(
            "Kept. I pass it on now to {}, for {}.",
            names(to),
            title(name)
        )])],
        Reply::Removed { name } => {
            vec![Part::Lines(vec![format!("Your note for {} is taken back.", title(name))])]
        }
        Reply::List(page) => page_parts(page, now, style),
        Reply::Opened(opened) => opened_parts(opened, now, style),
    }
}

/// Returns what stands on a button.
pub(super) const fn label(button: &Button) -> &'static str {
    match button {
        Button::Write { .. } => "Leave a note…",
        Button::Open { .. } => "Open",
        Button::Edit { .. } => "Change…",
        Button::Remove { .. } => "Take it back",
        Button::Older { .. } => "Older",
    }
}

/// Returns a message of this story.
pub(super) fn message(message: &Message, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let (own, lead) = match message {
        Message::Asked(asked) => return asked_parts(asked, now, style),
        Message::ToPerson(own) => (own, lead_of(own, "left you a note for", now, style)),
        Message::ToChannel(own) => (own, lead_of(own, "leaves a note for", now, style)),
    };
    let mut parts = vec![Part::Lines(vec![lead])];
    parts.extend(body(&own.passed.body));
    parts
}

/// Returns the notes that an on-duty message carries.
pub(super) fn passed_on(notes: &[Passed], ink: &Ink) -> Vec<Part> {
    let older = notes.len().saturating_sub(MOST_NOTES);
    let mut parts = Vec::new();
    if older > 0 {
        let words = if older == 1 { "An older note is" } else { "Older notes are" };
        parts.push(Part::Lines(vec![format!("{words} in `/rotation note list`.")]));
    }
    for note in &notes[older..] {
        let (who, at) = (name_of(&note.author), ink.at(note.written_at));
        parts.push(Part::Lines(vec![format!("{who} left you a note, written {at}:")]));
        parts.extend(body(&note.body));
    }
    parts
}

/// Returns the modal.
pub(super) fn modal(modal: &Modal) -> Value {
    let note = modal.note.map_or_else(|| String::from("-"), |note| note.to_string());
    let lead = match modal.to.as_slice() {
        [] => format!(
            "For {}: whoever is on duty next reads it in their message, and nobody else.",
            title(&modal.name)
        ),
        to => format!("For {}: it goes to {} now.", title(&modal.name), names(to)),
    };
    let mut element = text_input(modal.text.as_ref().map(NoteText::reveal), NoteText::MOST);
    element["multiline"] = json!(true);
    let tick = option(FOR_CHANNEL, "Also post it to the channel");
    let mut ticks = json!({ "type": "checkboxes", "options": [&tick] });
    if modal.is_for_channel {
        ticks["initial_options"] = json!([tick]);
    }
    let mut blocks = vec![section(&lead, None)];
    if modal.note.is_some() && modal.text.is_none() {
        let words =
            "What you wrote before cannot be opened. What you write now stands in its place.";
        blocks.push(section(words, None));
    }
    blocks.push(input(Field::Note, "What should the next one know?", None, element));
    blocks.push(optional(input(Field::ForChannel, "The channel", None, ticks)));
    let title = if modal.note.is_some() { "Your note" } else { "Leave a note" };
    let mut json = view("note", title, "Keep", &blocks);
    json["private_metadata"] = json!(format!("{}|{note}", modal.rotation));
    json
}

fn asked_parts(asked: &Asked, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let ink = Ink::new(&asked.zone, now, style);
    let until = ink.at_for(asked.until, asked.reader_zone.as_deref());
    let next = match asked.next.as_slice() {
        [] => String::new(),
        next => format!(" to {}", names(next)),
    };
    let write = action::Button::Note(Button::Write { rotation: asked.rotation });
    vec![
        Part::Lines(vec![
            format!("You pass {} on{next}, {until}.", title(&asked.name)),
            String::from(
                "Is there anything to know? A note reaches whoever has it next, together with the duty.",
            ),
        ]),
        Part::Buttons(vec![button(&write)]),
    ]
}

fn lead_of(own: &Own, what: &str, now: DateTime<Utc>, style: Style) -> String {
    let ink = Ink::new(&own.zone, now, style);
    let (who, at) = (name_of(&own.passed.author), ink.at(own.passed.written_at));
    format!("{who} {what} {}, written {at}:", title(&own.name))
}

/// Returns what a note says, in as many parts as it takes.
fn body(body: &Body) -> Vec<Part> {
    let Body::Text(text) = body else {
        let words = "This note could not be opened. Please ask who wrote it.";
        return vec![Part::Lines(vec![String::from(words)])];
    };
    let letters: Vec<char> = text.reveal().chars().collect();
    letters.chunks(LONGEST_SECTION).map(|part| Part::Plain(part.iter().collect())).collect()
}

fn page_parts(page: &Page, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    if page.lines.is_empty() {
        let words = if page.passed > 0 {
            "There is nothing before that."
        } else {
            "There is no note that you wrote or received. `/rotation note` leaves one."
        };
        return vec![Part::Lines(vec![String::from(words)])];
    }
    let lead = if page.passed > 0 { "Before that:" } else { "Your notes, the newest first:" };
    let mut parts = vec![Part::Lines(vec![String::from(lead)])];
    for line in &page.lines {
        let open = action::Button::Note(Button::Open { note: line.note });
        let words = line_words(line, now, style);
        parts.push(Part::Row(vec![format!("• {words}")], button_of(&open, &line.name)));
    }
    if page.has_older {
        let shown = u32::try_from(NOTES_ON_PAGE).unwrap_or(u32::MAX);
        let passed = page.passed.saturating_add(shown);
        let older = Button::Older { rotation: page.rotation, passed };
        parts.push(Part::Buttons(vec![button(&action::Button::Note(older))]));
    }
    parts
}

fn opened_parts(opened: &Opened, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let mut parts = vec![Part::Lines(vec![format!("{}:", line_words(&opened.line, now, style))])];
    parts.extend(body(&opened.body));
    if opened.can_change {
        let note = opened.line.note;
        let buttons = [Button::Edit { note }, Button::Remove { note }];
        let buttons = buttons.map(|which| button(&action::Button::Note(which)));
        parts.push(Part::Buttons(buttons.to_vec()));
    }
    parts
}

fn line_words(line: &Line, now: DateTime<Utc>, style: Style) -> String {
    let ink = Ink::new(&line.zone, now, style);
    let (name, at) = (title(&line.name), ink.at(line.written_at));
    match (&line.author, line.told.as_slice()) {
        (Some(author), _) => format!("{name}, {at}, by {}", name_of(author)),
        (None, []) => format!("{name}, {at}, by you, for whoever is next"),
        (None, told) => format!("{name}, {at}, by you, read by {}", names(told)),
    }
}

/// Returns a block of plain text.
pub(super) fn plain_section(text: &str) -> Value {
    let mut words = plain_text(text, LONGEST_SECTION);
    // A note about `:8080:` is one about a port.
    words["emoji"] = json!(false);
    json!({ "type": "section", "text": words })
}

/// Returns the same for a text in which marks have a meaning.
pub(super) fn plain_lines(text: &str) -> Vec<String> {
    text.lines().map(inert).collect()
}
