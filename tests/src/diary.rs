//! A diary of a story: everything that anybody typed, was answered, or read, in the order of time.

use crate::play::{PEOPLE, Play};
use crate::sight::{Seen, plain_view};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A diary under way.
pub struct Diary<'a> {
    play: &'a Play,
    channels: Vec<String>,
    people: Vec<String>,
    /// What was read already, by place and timestamp.
    read: BTreeMap<(String, String), String>,
    text: String,
}

impl<'a> Diary<'a> {
    /// Begins a diary that reads these channels and everybody's direct messages with the bot.
    #[must_use]
    pub fn begin(play: &'a Play, channels: &[&str]) -> Self {
        Self {
            play,
            channels: channels.iter().map(|name| (*name).to_owned()).collect(),
            people: PEOPLE.iter().map(|(name, _)| (*name).to_owned()).collect(),
            read: BTreeMap::new(),
            text: String::new(),
        }
    }

    /// Reads somebody's direct messages as well.
    pub fn follows(&mut self, who: &str) {
        self.people.push(who.to_owned());
    }

    /// Writes down what happened.
    pub fn notes(&mut self, what: &str) {
        let _ = writeln!(self.text, "\n== {what} ==");
    }

    /// Types a command in `#support` and writes down what it is answered.
    pub async fn types(&mut self, who: &str, command: &str) {
        let answer = self.play.types(who, command).await;
        let _ = writeln!(self.text, "\n{who} types: {command}");
        self.quote(&answer);
        self.play.stage().clock().settle().await;
    }

    /// Types a command that opens a form, sends the form as it is, and writes both down.
    pub async fn confirms(&mut self, who: &str, command: &str) {
        let form = self.play.opens(who, command).await;
        let _ = writeln!(self.text, "\n{who} types: {command}");
        self.quote(&plain_view(&form));
        let answer = self.play.fills(who, &form, &json!({})).await;
        let _ = writeln!(self.text, "\n{who} sends the form");
        self.quote(&plain_view(&answer["view"]));
        self.play.closes(who).await;
        self.play.stage().clock().settle().await;
    }

    /// Writes down what somebody's press or form was answered.
    pub fn hears(&mut self, who: &str, did: &str, answer: &str) {
        let _ = writeln!(self.text, "\n{who} {did}");
        self.quote(answer);
    }

    /// Moves the clock and writes down what was posted, sent or edited meanwhile.
    pub async fn waits_until(&mut self, at: &str) {
        self.play.waits_until(at).await;
        self.looks().await;
    }

    /// Writes down what was posted, sent or edited since the last look.
    pub async fn looks(&mut self) {
        let mut news: Vec<(String, String, Seen, bool)> = Vec::new();
        for channel in self.channels.clone() {
            let seen = self.play.channel(&channel).await;
            self.sort_out(&format!("#{channel}"), seen, &mut news);
        }
        for who in self.people.clone() {
            let seen = self.play.messages("dm", &who).await;
            self.sort_out(&format!("to {who}"), seen, &mut news);
        }
        // Within a minute by place: what leaves at once for several places arrives in no order.
        news.sort_by_cached_key(|(place, ts, ..)| (moment(ts), place.clone(), ts.clone()));
        for (place, ts, seen, is_new) in news {
            let verb = if is_new { "" } else { " (edited)" };
            let _ = writeln!(self.text, "\n{} {place}{verb}", moment(&ts));
            self.quote(&seen.text);
        }
    }

    /// Returns everything that was written down.
    #[must_use]
    pub fn text(self) -> String {
        self.text
    }

    fn sort_out(
        &mut self,
        place: &str,
        seen: Vec<Seen>,
        news: &mut Vec<(String, String, Seen, bool)>,
    ) {
        for message in seen {
            let key = (place.to_owned(), message.ts.clone());
            let before = self.read.insert(key, message.text.clone());
            if before.as_ref() != Some(&message.text) {
                news.push((place.to_owned(), message.ts.clone(), message, before.is_none()));
            }
        }
    }

    fn quote(&mut self, words: &str) {
        for line in words.lines() {
            let _ = writeln!(self.text, "    {line}");
        }
    }
}

/// Returns the moment of a timestamp, to the minute.
fn moment(ts: &str) -> String {
    let seconds = ts.split('.').next().and_then(|seconds| seconds.parse().ok());
    let at: Option<DateTime<Utc>> = seconds.and_then(|s| DateTime::from_timestamp(s, 0));
    at.map_or_else(|| ts.to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string())
}
