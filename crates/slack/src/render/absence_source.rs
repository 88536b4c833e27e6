//! Absence sources, in words, blocks and modals.

mod form;

pub(super) use form::modal;

use super::blocks::{LONGEST_SECTION, Part, fit, plain_text, section};
use super::buttons::{button_of, danger};
use super::names::{in_words, inert, name_of, plain, title};
use super::reply::UTC;
use super::words::{Ink, Style};
use chrono::{DateTime, TimeDelta, Utc};
use domain::action;
use domain::source::{SourceCode, SourceFault};
use domain::story::absence_source::{Button, Message, Press, Reply, SourceLine, Standing};
use serde_json::{Value, json};

/// Returns what stands on a button where its source is not named.
pub(super) const fn label(button: &Button) -> &'static str {
    match button.press {
        Press::Connect => "Connect…",
        Press::AskNow => "Sync now",
        Press::Webhook => "Webhook…",
        Press::TurnOff => "Turn off",
    }
}

/// Returns the blocks of the sources, for admins; `is_window` where they are read at once and not left standing.
pub(super) fn blocks(lines: &[SourceLine], now: DateTime<Utc>, is_window: bool) -> Vec<Value> {
    lines.iter().flat_map(|line| blocks_of(line, now, is_window)).collect()
}

/// Returns an answer.
pub(super) fn reply(reply: &Reply, ink: &Ink) -> Vec<Part> {
    let (lines, again) = match reply {
        Reply::Connected { name, is_new: true, lacks } => {
            let mut lines = vec![
                format!(
                    "{} is connected. I am asking it for the first time now, and will tell you what came of it.",
                    title(name)
                ),
                String::from("From then on its absences count in every turn."),
            ];
            lines.extend(lacks.as_deref().map(lacking));
            (lines, None)
        }
        Reply::Connected { name, is_new: false, lacks } => {
            let mut lines = vec![
                format!(
                    "{} takes the new credentials, and they are saved. I am asking it now, and will tell you what came of it.",
                    title(name)
                ),
                String::from("What I knew stays until then."),
            ];
            lines.extend(lacks.as_deref().map(lacking));
            (lines, None)
        }
        Reply::NotConnected { source, name, asked, fault, is_on } => {
            let mut lines = not_connected(name, asked, fault, ink);
            lines.push(String::from(if *is_on {
                "Nothing was saved, and what was entered before stays."
            } else {
                "Nothing was saved."
            }));
            (lines, Some((source, "Try again")))
        }
        Reply::Incomplete { source, name, missing } => {
            let missing = in_words(missing.iter().map(|label| plain(label)).collect());
            let words = format!(
                "{} is not connected: {missing} cannot be read. Nothing was saved.",
                title(name)
            );
            (vec![words], Some((source, "Try again")))
        }
        Reply::Asked { name } => (
            vec![format!("I am asking {} now, and will tell you what came of it.", title(name))],
            None,
        ),
        Reply::AskedLately { name } => (
            vec![format!(
                "{} was asked less than a minute ago. Please try again in a moment.",
                title(name)
            )],
            None,
        ),
        Reply::Waits { name, until } => (
            vec![format!(
                "{} has had enough questions for now. I ask it again {}.",
                title(name),
                ink.at(*until)
            )],
            None,
        ),
        Reply::TurnedOff { name, absences } => {
            let deleted = match absences {
                0 => String::from("I deleted its credentials; it had told me no absence."),
                _ => format!(
                    "I deleted its credentials and {} that it had told me.",
                    many(*absences, "absence")
                ),
            };
            let stays = String::from("What people entered themselves stays.");
            (vec![format!("{} is off. {deleted}", title(name)), stays], None)
        }
        Reply::IsOff { source, name } => (
            vec![format!("{} is off, so nothing was changed.", title(name))],
            Some((source, "Connect…")),
        ),
        Reply::WebhookSaved { name, has_secret: true } => (
            vec![format!(
                "Saved. When {} tells me that something changed, I ask it within a minute.",
                title(name)
            )],
            None,
        ),
        Reply::WebhookSaved { name, has_secret: false } => (
            vec![format!(
                "No secret was entered, so I answer the test of {} and believe nothing else yet. Please open this again when it shows you the secret.",
                title(name)
            )],
            None,
        ),
    };
    let mut parts = vec![Part::Lines(lines)];
    if let Some((source, words)) = again {
        parts.push(Part::Buttons(vec![named(Press::Connect, source, words)]));
    }
    parts
}

/// Returns a message.
pub(super) fn message(message: &Message, ink: &Ink) -> Vec<Part> {
    match message {
        Message::Faulty { source, name, fault, good_at } => {
            let (what, to_do) = fault_words(name, fault, ink);
            let mut lines = vec![what, to_do];
            lines.push(kept(*good_at, ink));
            vec![Part::Lines(lines), Part::Buttons(mend(source))]
        }
        Message::Answered { source, name, standing } => {
            let Some(fault) = &standing.fault else {
                let mut lines = vec![if standing.members == 0 {
                    format!(
                        "{} is connected. Nobody is in a rotation yet, so there was nobody to ask about.",
                        title(name)
                    )
                } else {
                    format!(
                        "{} answered: {}, and {} counted.",
                        title(name),
                        known(standing),
                        many_are(standing.absences, "absence")
                    )
                }];
                lines.extend(unknown(standing));
                lines.extend(standing.lacks.as_deref().map(lacking));
                lines.extend(standing.doubted_since.map(|_| doubt(name)));
                return vec![Part::Lines(lines)];
            };
            let (what, to_do) = fault_words(name, fault, ink);
            let lines = vec![what, to_do, kept(standing.good_at, ink)];
            vec![Part::Lines(lines), Part::Buttons(mend(source))]
        }
    }
}

fn blocks_of(line: &SourceLine, now: DateTime<Utc>, is_window: bool) -> [Value; 2] {
    let SourceLine { source, name, has_webhook, standing } = line;
    let Some(standing) = standing else {
        let words = format!(
            "{} is off. Connected, it tells me who is away, so that nobody has to enter it twice.",
            title(name)
        );
        let connect = named(Press::Connect, source, &format!("Connect {name}"));
        return [section(&words, None), actions(&[connect])];
    };
    let ink = Ink::new(UTC, now, Style::Block);
    let lines = standing_lines(name, standing, &ink, is_window.then_some(now));
    let mut buttons = vec![button_about(Press::AskNow, source, name)];
    buttons.extend(has_webhook.then(|| button_about(Press::Webhook, source, name)));
    buttons.push(named(Press::Connect, source, "Change credentials…"));
    buttons.push(turn_off(source, name, standing.absences));
    [section(&fit(&lines, LONGEST_SECTION), None), actions(&buttons)]
}

/// Returns how a source is; how old that is, is said where `now` is known.
fn standing_lines(
    name: &str,
    standing: &Standing,
    ink: &Ink,
    now: Option<DateTime<Utc>>,
) -> Vec<String> {
    let mut lines = match &standing.fault {
        Some(fault) => {
            let (what, to_do) = fault_words(name, fault, ink);
            vec![what, to_do]
        }
        None if standing.good_at.is_some() => vec![format!("{} is connected.", title(name))],
        None => vec![format!("{} is connected, and has not answered yet.", title(name))],
    };
    if let Some(good_at) = standing.good_at {
        let age = now.map_or_else(String::new, |now| format!(" ({})", age(now - good_at)));
        lines.push(format!("It last answered {}{age}.", ink.at(good_at)));
        lines.push(if standing.members == 0 {
            String::from("Nobody is in a rotation yet.")
        } else {
            let counted = many_are(standing.absences, "absence");
            format!("{}, and {counted} counted.", begun(&known(standing)))
        });
        lines.extend(unknown(standing));
        lines.extend(standing.lacks.as_deref().map(lacking));
    }
    lines.extend(standing.doubted_since.map(|_| doubt(name)));
    lines.extend(standing.is_asked_for.then(|| String::from("I am asking it now.")));
    let by = name_of(&standing.connected_by);
    lines.push(format!("{by} connected it {}.", ink.at(standing.connected_at)));
    lines
}

/// Returns what is wrong, and what somebody can do about it.
fn fault_words(name: &str, fault: &SourceFault, ink: &Ink) -> (String, String) {
    let name = title(name);
    match fault {
        SourceFault::Unauthorized => (
            format!("{name} does not take my credentials any more, so I have stopped asking it."),
            String::from("Please enter new ones."),
        ),
        SourceFault::Forbidden { grant } => (
            format!("Something that I need for {name} is not allowed: {}.", plain(grant)),
            String::from(
                "Please allow that and press “Sync now”; every few hours I ask again by myself.",
            ),
        ),
        SourceFault::Limited { until } => (
            format!("{name} has had enough questions for now."),
            format!("I ask it again {}; nobody has to do anything.", ink.at(*until)),
        ),
        SourceFault::Blocked => (
            format!("{name} keeps me out with its firewall, which is nobody's fault here."),
            String::from("I try again by myself."),
        ),
        SourceFault::Unreachable => {
            (format!("{name} cannot be reached."), String::from("I try again by myself."))
        }
        SourceFault::Unreadable => (
            format!("{name} answers with something that I cannot read."),
            String::from("I try again by myself. If it stays, a newer version of me may know how."),
        ),
        SourceFault::NobodyMatched => (
            format!("{name} knows nobody who is in a rotation."),
            String::from(
                "I look for people by the e-mail address that they have in Slack. Please check that it is the same there, and that I may see it.",
            ),
        ),
    }
}

/// Returns why a source was not connected, and what to do instead.
fn not_connected(name: &str, asked: &[String], fault: &SourceFault, ink: &Ink) -> Vec<String> {
    let (name, labels) = (title(name), asked.iter().map(|label| plain(label)).collect());
    match fault {
        SourceFault::Unauthorized => vec![
            format!(
                "{name} is not connected: it does not take what you entered as {}.",
                in_words(labels)
            ),
            String::from("Please check them, and the host, and try again."),
        ],
        SourceFault::Forbidden { grant } => vec![
            format!(
                "{name} is not connected: it takes the credentials, but does not let me see what I need."
            ),
            format!("Please allow this there, and try again: {}", plain(grant)),
        ],
        SourceFault::Limited { until } => {
            vec![format!(
                "{name} is not connected: it has had enough questions for now. Please try again {}.",
                ink.at(*until)
            )]
        }
        SourceFault::Blocked => {
            vec![format!(
                "{name} is not connected: its firewall keeps me out, which is nobody's fault here. Please try again in a few minutes."
            )]
        }
        SourceFault::Unreachable => {
            vec![format!(
                "{name} is not connected: it could not be reached. Please try again in a few minutes."
            )]
        }
        SourceFault::Unreadable => {
            vec![format!(
                "{name} is not connected: it answered with something that I cannot read. Please check the host and try again."
            )]
        }
        SourceFault::NobodyMatched => {
            vec![format!(
                "{name} is not connected: it shows me nobody. Please check whom the credentials may see, and try again."
            )]
        }
    }
}

fn doubt(name: &str) -> String {
    format!(
        "{} now says that nobody is away. I keep what I knew until it says so twice.",
        title(name)
    )
}

fn kept(good_at: Option<DateTime<Utc>>, ink: &Ink) -> String {
    good_at.map_or_else(
        || String::from("So far I know no absences from it."),
        |at| format!("Until then I keep what it said {}.", ink.at(at)),
    )
}

fn known(standing: &Standing) -> String {
    let (matched, members) = (standing.matched, standing.members);
    match members {
        1 if matched == 1 => String::from("the only member is known there"),
        1 => String::from("the only member is not known there"),
        _ => {
            let are = if matched == 1 { "is" } else { "are" };
            format!("{matched} of {members} members {are} known there")
        }
    }
}

/// Returns words as a sentence begins.
fn begun(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn unknown(standing: &Standing) -> Option<String> {
    let flagged = standing.flagged;
    let words = match flagged {
        0 => return None,
        1 => String::from(
            "One of them said something that I do not know, so I count its whole days.",
        ),
        _ => format!(
            "{flagged} of them said something that I do not know, so I count their whole days."
        ),
    };
    Some(words)
}

/// Returns what is not shown, with the grant in full: it is longer than a name may be.
fn lacking(grant: &str) -> String {
    format!(
        "Private leave is not shown to me, so somebody on such leave counts as available. To change that, allow there: {}",
        inert(grant)
    )
}

fn many(count: u32, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn many_are(count: u32, what: &str) -> String {
    let are = if count == 1 { "is" } else { "are" };
    format!("{} {are}", many(count, what))
}

fn age(age: TimeDelta) -> String {
    let count = |number: i64, unit: &str| {
        let count = u32::try_from(number).unwrap_or(u32::MAX);
        format!("{} ago", many(count, unit))
    };
    match (age.num_minutes(), age.num_hours()) {
        (..1, _) => String::from("just now"),
        (minutes, ..1) => count(minutes, "minute"),
        (_, hours @ ..48) => count(hours, "hour"),
        (_, hours) => count(hours / 24, "day"),
    }
}

/// Returns the buttons that mend a fault.
fn mend(source: &SourceCode) -> Vec<Value> {
    vec![
        named(Press::AskNow, source, "Sync now"),
        named(Press::Connect, source, "Change credentials…"),
    ]
}

fn turn_off(source: &SourceCode, name: &str, absences: u32) -> Value {
    let which = of(Press::TurnOff, source);
    let mut json = danger(&which);
    json["accessibility_label"] = button_of(&which, name)["accessibility_label"].clone();
    let text = format!(
        "I delete at once its credentials, its webhook's address and secret, and every absence that it told me ({absences} now). Turns can pass to others because of that. What people entered themselves stays."
    );
    json["confirm"] = json!({
        "title": plain_text(&format!("Turn off {name}?"), 100),
        "text": plain_text(&text, 300),
        "confirm": plain_text("Turn off", 30),
        "deny": plain_text("Keep it", 30),
        "style": "danger",
    });
    json
}

fn button_about(press: Press, source: &SourceCode, name: &str) -> Value {
    button_of(&of(press, source), name)
}

/// Returns a button with words of its own.
fn named(press: Press, source: &SourceCode, words: &str) -> Value {
    let mut json = super::buttons::button(&of(press, source));
    json["text"] = plain_text(words, 75);
    json
}

fn of(press: Press, source: &SourceCode) -> action::Button {
    action::Button::AbsenceSource(Button { press, source: source.clone() })
}

fn actions(buttons: &[Value]) -> Value {
    json!({ "type": "actions", "elements": buttons })
}
