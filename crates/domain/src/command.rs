//! The grammar of what is typed after `/rotation`.

mod calendar;
mod cover;
mod data;
mod history;
mod lifecycle;
mod note;
mod roster;
mod settings;
mod skip;
mod swap;
mod words;

use crate::date_words::is_span_like;
use crate::ids::UserId;
use crate::refusal::Refusal;
use crate::story;
use crate::suggest;
use words::{Word, words_of};

/// How many coming turns are shown where no number was typed.
pub const DEFAULT_COUNT: usize = 5;

/// The most coming turns that can be asked for.
pub const MAX_COUNT: usize = 20;

/// The longest name, in characters, that a rotation can have.
pub const MAX_NAME: usize = 80;

/// How much of a command is read, in characters; nothing that is longer makes sense.
const MAX_LENGTH: usize = 4000;

const LIST_USAGE: &str = "/rotation list";
const NEXT_USAGE: &str = "/rotation next support 10";
const ADD_USAGE: &str = "/rotation ooo add @person 24 Dec to 2 Jan";
const ADMIN_USAGE: &str = "/rotation admin";
const ABSENCE_LIST_USAGE: &str = "/rotation ooo list @person";

/// The verbs, each with the other words that are read as it.
const VERBS: &[(&str, &[&str])] = &[
    ("help", &["?"]),
    ("create", &["new"]),
    ("list", &["ls"]),
    ("who", &[]),
    ("next", &[]),
    ("ooo", &["away"]),
    ("history", &["log", "past"]),
    ("stats", &["statistics"]),
    ("settings", &["setting", "preferences"]),
    ("admin", &[]),
    ("export", &["download"]),
    ("events", &["audit"]),
    ("erase", &["forget"]),
    ("show", &["info"]),
    ("edit", &["change"]),
    ("pause", &[]),
    ("resume", &["unpause"]),
    ("delete", &[]),
    ("undelete", &["undo", "restore"]),
    ("handover", &["hand-over"]),
    ("add", &["join"]),
    ("remove", &["rm", "kick"]),
    ("leave", &[]),
    ("order", &["reorder", "sort"]),
    ("skip", &[]),
    ("assign", &[]),
    ("cover", &["coverage"]),
    ("swap", &["exchange", "trade"]),
    ("note", &["notes"]),
    ("calendar", &["ical", "ics", "feed"]),
    ("page", &["schedule"]),
];

/// The verbs that may follow `ooo`, each with the other words that are read as it.
const ABSENCE_VERBS: [(&str, &[&str]); 4] = [
    ("add", &["new"]),
    ("list", &["ls"]),
    ("remove", &["rm", "delete", "cancel"]),
    ("available", &["back", "free"]),
];

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Nothing was typed: the channel's rotations and what can be done.
    Home,
    /// What the bot can do.
    Help,
    /// The modal that creates a rotation.
    Create {
        /// The name to begin with, at most [`MAX_NAME`] characters.
        name: Option<String>,
    },
    /// All rotations.
    List,
    /// Who is on duty.
    Who {
        /// The rotation's name as typed; `None` means the channel's.
        rotation: Option<String>,
    },
    /// Who comes next.
    Next {
        /// The rotation's name as typed; `None` means the channel's.
        rotation: Option<String>,
        /// How many turns, 1 to [`MAX_COUNT`].
        count: usize,
    },
    /// The modal in which one's own absence is entered.
    AbsenceForm,
    /// An absence is entered.
    AbsenceAdd {
        /// Whose; `None` means one's own.
        who: Option<UserId>,
        /// When, as typed, for [`parse_span`](crate::date_words::parse_span); never empty.
        days: String,
    },
    /// Somebody is available although a source says that they are absent.
    AbsenceAvailable {
        /// Who; `None` means the one who asks.
        who: Option<UserId>,
        /// When, as typed, for [`parse_span`](crate::date_words::parse_span); `None` means the absence that runs or comes
        /// next.
        days: Option<String>,
    },
    /// Coming absences.
    AbsenceList {
        /// Whose; `None` means one's own.
        who: Option<UserId>,
    },
    /// An absence is taken back.
    AbsenceRemove {
        /// Whose; `None` means one's own.
        who: Option<UserId>,
        /// The days as typed, for [`parse_range`](crate::date_words::parse_range): those of the absences, or one of them.
        /// `None` means the only one there is.
        days: Option<String>,
    },
    /// A link that shows who is on duty outside Slack.
    Calendar(story::calendar::Command),
    /// Cover is asked for.
    Cover(story::cover::Command),
    /// What is stored.
    Data(story::data::Command),
    /// What was.
    History(story::history::Command),
    /// What people choose.
    Settings(story::settings::Command),
    /// The life of a rotation.
    Lifecycle(story::lifecycle::Command),
    /// Notes for whoever is on duty next.
    Note(story::note::Command),
    /// People of a rotation join, leave or change their order.
    Roster(story::roster::Command),
    /// One turn passes to somebody else.
    Skip(story::skip::Command),
    /// Two turns are swapped.
    Swap(story::swap::Command),
}

/// Returns what was asked for.
///
/// The case of verbs does not matter, spaces and quotation marks may be of any kind, and what Slack escapes (`&amp;`) is
/// read as it was typed. A number at either end of what follows `next` is the count, unless it stands in quotation marks
/// with the name: `next "team 2"`.
///
/// # Errors
///
/// [`Refusal::UnknownVerb`] with the nearest verb; [`Refusal::Usage`] where something is missing or too much;
/// [`Refusal::UnknownPerson`] for a person who was not picked from Slack's list.
pub fn parse_command(text: &str) -> Result<Command, Refusal> {
    let text_is_longer = text.chars().nth(MAX_LENGTH).is_some();
    let text: String = text.chars().take(MAX_LENGTH).collect();
    let words = words_of(&text);
    let Some((verb, rest)) = words.split_first() else { return Ok(Command::Home) };
    match find_verb(verb, VERBS) {
        Some("help") => Ok(Command::Help),
        Some("create") => Ok(Command::Create { name: name_of(rest) }),
        Some("list") => alone(rest, Command::List, LIST_USAGE),
        Some("who") => Ok(Command::Who { rotation: name_of(rest) }),
        Some("next") => parse_next(rest),
        Some("ooo") => parse_absence(rest),
        Some("cover") => cover::parse(rest),
        Some("history") => Ok(history::parse_turns(rest)),
        Some("stats") => history::parse_statistics(rest),
        Some("export") => data::parse_export(rest),
        Some("events") => data::parse_events(rest),
        Some("erase") => data::parse_erase(rest),
        Some("calendar") => calendar::parse_calendar(rest),
        Some("page") => calendar::parse_page(rest),
        Some("note") => Ok(note::parse(rest)),
        Some("settings") => Ok(settings::parse_settings(rest)),
        Some("admin") => {
            alone(rest, Command::Settings(story::settings::Command::Workspace), ADMIN_USAGE)
        }
        Some(
            verb @ ("show" | "edit" | "pause" | "resume" | "delete" | "undelete" | "handover"),
        ) => lifecycle::parse(verb, rest),
        Some(verb @ ("skip" | "assign")) => skip::parse(verb, rest),
        Some("swap") => swap::parse(rest).map(Command::Swap),
        Some(verb @ ("add" | "remove" | "leave" | "order")) => {
            // Half of what was typed would name half of the people.
            if text_is_longer {
                return Err(Refusal::TooLongCommand);
            }
            parse_roster(verb, rest).map(Command::Roster)
        }
        _ => Err(unknown_verb("", verb, VERBS)),
    }
}

fn parse_roster(verb: &str, words: &[Word]) -> Result<story::roster::Command, Refusal> {
    if let Some(refusal) = roster::group(words) {
        return Err(refusal);
    }
    match verb {
        "add" => roster::parse_add(words),
        "remove" => roster::parse_remove(words),
        "leave" => Ok(roster::parse_leave(words)),
        _ => roster::parse_order(words),
    }
}

fn parse_next(words: &[Word]) -> Result<Command, Refusal> {
    let (name, count) = match words {
        [name @ .., count] if count.is_number() => (name, Some(count)),
        [count, name @ ..] if count.is_number() => (name, Some(count)),
        name => (name, None),
    };
    let count = count.map_or(Some(DEFAULT_COUNT), |count| count.text.parse().ok());
    let count = count
        .filter(|count| (1..=MAX_COUNT).contains(count))
        .ok_or(Refusal::Usage { usage: NEXT_USAGE })?;
    Ok(Command::Next { rotation: name_of(name), count })
}

fn parse_absence(words: &[Word]) -> Result<Command, Refusal> {
    let Some((verb, rest)) = words.split_first() else {
        return Ok(Command::AbsenceList { who: None });
    };
    match find_verb(verb, &ABSENCE_VERBS) {
        Some("add") => parse_absence_add(rest),
        Some("list") => {
            let (who, days) = person_and_days(rest)?;
            let list = Command::AbsenceList { who };
            if days.is_none() {
                Ok(list)
            } else {
                Err(Refusal::Usage { usage: ABSENCE_LIST_USAGE })
            }
        }
        Some("remove") => {
            let (who, days) = person_and_days(rest)?;
            Ok(Command::AbsenceRemove { who, days })
        }
        Some("available") => {
            let (who, days) = person_and_days(rest)?;
            Ok(Command::AbsenceAvailable { who, days })
        }
        _ if is_absence(words) => parse_absence_add(words),
        _ => Err(unknown_verb("ooo ", verb, &ABSENCE_VERBS)),
    }
}

/// Returns whether the words begin with a person or are days: `ooo tomorrow` can only mean `ooo add tomorrow`.
fn is_absence(words: &[Word]) -> bool {
    let begins_with_person = words.first().is_some_and(|word| word.person() != Ok(None));
    begins_with_person
        || person_and_days(words)
            .is_ok_and(|(_, days)| days.is_some_and(|days| is_span_like(&days)))
}

fn parse_absence_add(words: &[Word]) -> Result<Command, Refusal> {
    match person_and_days(words)? {
        (None, None) => Ok(Command::AbsenceForm),
        (Some(_), None) => Err(Refusal::Usage { usage: ADD_USAGE }),
        (who, Some(days)) => Ok(Command::AbsenceAdd { who, days }),
    }
}

/// Splits the words into the person who is mentioned, wherever that is, and the rest.
fn person_and_days(words: &[Word]) -> Result<(Option<UserId>, Option<String>), Refusal> {
    let words = match words {
        [lead, rest @ ..] if lead.is("for") || lead.is("me") => rest,
        all => all,
    };
    let mut who = None;
    let mut days = Vec::new();
    for word in words {
        match word.person()? {
            None => days.push(word.text.as_str()),
            Some(person) if who.is_none() => who = Some(person),
            Some(_) => return Err(Refusal::Usage { usage: ADD_USAGE }),
        }
    }
    Ok((who, (!days.is_empty()).then(|| days.join(" "))))
}

fn name_of(words: &[Word]) -> Option<String> {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let name: String = words.join(" ").chars().take(MAX_NAME).collect();
    Some(name.trim().into()).filter(|name: &String| !name.is_empty())
}

fn alone(rest: &[Word], command: Command, usage: &'static str) -> Result<Command, Refusal> {
    if rest.is_empty() { Ok(command) } else { Err(Refusal::Usage { usage }) }
}

fn find_verb(word: &Word, verbs: &[(&'static str, &[&str])]) -> Option<&'static str> {
    verbs
        .iter()
        .find(|(verb, others)| word.is(verb) || others.iter().any(|other| word.is(other)))
        .map(|(verb, _)| *verb)
}

fn unknown_verb(lead: &str, word: &Word, verbs: &[(&'static str, &[&str])]) -> Refusal {
    let shown = words::shortened(&word.text);
    let did_you_mean = nearest(&shown.to_lowercase(), verbs).map(|verb| format!("{lead}{verb}"));
    Refusal::UnknownVerb { word: format!("{lead}{shown}"), did_you_mean }
}

/// Returns the verb of which the word is the beginning, or the one it is most like.
fn nearest(word: &str, verbs: &[(&'static str, &[&str])]) -> Option<&'static str> {
    let is_beginning = |verb: &&str| word.len() >= 2 && verb.starts_with(word);
    let verbs = verbs.iter().map(|(verb, _)| *verb);
    verbs.clone().find(is_beginning).or_else(|| suggest::nearest(word, verbs))
}
