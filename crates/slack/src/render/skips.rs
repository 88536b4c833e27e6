//! Who was passed over and what was missed, in words that colleagues may read: never a leave type.

use super::names::name_of;
use super::words::Ink;
use domain::message::{MissedLine, SkipLine, SkipWord};

/// The most people who are named one by one.
const MOST_NAMED: usize = 4;

/// The most missed handoffs that are listed.
const MOST_MISSED: usize = 8;

/// Returns one line for each who was passed over: "Ben was next and is unavailable until Friday."
pub(crate) fn passed_over(ink: &Ink, skipped: &[SkipLine]) -> Vec<String> {
    let sentence = |(index, skip): (usize, &SkipLine)| {
        let place = if index == 0 { "was next" } else { "came after" };
        format!("{} {place} and is {}.", name_of(&skip.person), why(ink, skip.reason))
    };
    let mut lines: Vec<String> =
        skipped.iter().enumerate().take(MOST_NAMED).map(sentence).collect();
    if skipped.len() > MOST_NAMED {
        lines.push(format!("{} more could not serve either.", skipped.len() - MOST_NAMED));
    }
    lines
}

/// Returns who will be passed over, in one line: "passes over Ben (unavailable until Friday)".
pub(crate) fn will_pass_over(ink: &Ink, skipped: &[SkipLine]) -> Option<String> {
    listed(ink, skipped).map(|names| format!("passes over {names}"))
}

/// Returns who was passed over, in one line: "passed over Ben (unavailable until Friday)".
pub(crate) fn did_pass_over(ink: &Ink, skipped: &[SkipLine]) -> Option<String> {
    listed(ink, skipped).map(|names| format!("passed over {names}"))
}

/// Returns who is passed over, in a few words: "Ben (unavailable until Friday)".
pub(crate) fn listed(ink: &Ink, skipped: &[SkipLine]) -> Option<String> {
    let mut words: Vec<String> = skipped
        .iter()
        .take(MOST_NAMED)
        .map(|skip| format!("{} ({})", name_of(&skip.person), why(ink, skip.reason)))
        .collect();
    if skipped.len() > MOST_NAMED {
        words.push(format!("{} more", skipped.len() - MOST_NAMED));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// Returns what was missed while the bot was down, in one line.
pub(crate) fn missed(ink: &Ink, missed: &[MissedLine]) -> Option<String> {
    let earlier = missed.len().saturating_sub(MOST_MISSED);
    let mut words = Vec::new();
    if earlier > 0 {
        words.push(format!("{earlier} earlier ones"));
    }
    words.extend(missed.iter().skip(earlier).map(|line| {
        let who = line.person.as_ref().map_or_else(|| String::from("nobody"), name_of);
        format!("{} ({who})", ink.at(line.at))
    }));
    (!words.is_empty()).then(|| format!("I was down. Missed meanwhile: {}.", words.join(", ")))
}

fn why(ink: &Ink, reason: SkipWord) -> String {
    match reason {
        SkipWord::Unavailable { last_day: Some(day) } => {
            format!("unavailable until {}", ink.last_day(day))
        }
        SkipWord::Unavailable { last_day: None } => String::from("unavailable"),
        SkipWord::Deactivated => String::from("no longer in this workspace"),
    }
}
