//! Any text after `/rotation`: something that was asked for, or a refusal that says what to do.

use chrono::NaiveDate;
use domain::command::{Command, MAX_COUNT, MAX_NAME, parse_command};
use domain::date_words::parse_range;

/// The longest refusal, in characters; a message in Slack should stay a glance.
const LONGEST_REFUSAL: usize = 500;

/// Reads the bytes as the text of a command, and the days in it as days.
///
/// # Panics
///
/// Where a promise is broken, which is what the fuzzer looks for.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = parse_command(&text);
    assert_eq!(read, parse_command(&text), "the same text, the same command");
    match read {
        Ok(command) => check(&command),
        Err(refusal) => check_refusal(&refusal.to_string()),
    }
}

fn check(command: &Command) {
    match command {
        Command::Create { name: Some(name) } => {
            assert!((1..=MAX_NAME).contains(&name.chars().count()), "{name:?}");
        }
        Command::Next { count, .. } => assert!((1..=MAX_COUNT).contains(count), "{count}"),
        Command::AbsenceAdd { days, .. } | Command::AbsenceRemove { days: Some(days), .. } => {
            check_days(days);
        }
        _ => {}
    }
}

fn check_days(days: &str) {
    assert!(!days.is_empty());
    let today = NaiveDate::from_ymd_opt(2026, 2, 28).expect("February has 28 days");
    match parse_range(days, today) {
        Ok((from, to)) => assert!(from <= to, "{days:?}: {from} to {to}"),
        Err(refusal) => check_refusal(&refusal.to_string()),
    }
}

fn check_refusal(text: &str) {
    assert!(!text.is_empty() && text.chars().count() <= LONGEST_REFUSAL, "{text}");
}
