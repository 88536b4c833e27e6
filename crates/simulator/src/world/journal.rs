//! What the bot called, and what the simulator did and refused.

use chrono::{DateTime, Utc};
use domain::ids::TeamId;
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;

/// How many calls and how many lines are kept.
const KEPT: usize = 2000;

/// One call that the bot made, without its secrets.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Call {
    pub(crate) id: u64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) service: &'static str,
    pub(crate) method: String,
    pub(crate) team: Option<TeamId>,
    pub(crate) arguments: Value,
    pub(crate) status: u16,
    pub(crate) ok: bool,
    pub(crate) error: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) fault: Option<&'static str>,
    pub(crate) answer: Value,
}

/// What a line of the log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Slack would not take this.
    Refused,
    /// The bot has taken this.
    Delivered,
    /// The bot has not taken this.
    Failed,
}

/// A line of the log.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) id: u64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) team: Option<TeamId>,
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// The `ts` of the message that the bot has taken notice of.
    pub(crate) ts: Option<String>,
}

/// The last calls and lines.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    calls: VecDeque<Call>,
    lines: VecDeque<Line>,
    written: u64,
}

impl Journal {
    /// Keeps a call; its `id` is set here.
    pub(crate) fn record_call(&mut self, mut call: Call) {
        self.written += 1;
        call.id = self.written;
        if let (Some(reason), at) = (call.reason.clone(), call.at) {
            let text = format!("{}: {reason}", call.method);
            self.record(at, call.team.as_ref(), Kind::Refused, text);
        }
        push(&mut self.calls, call);
    }

    /// Keeps a line.
    pub(crate) fn record(
        &mut self,
        at: DateTime<Utc>,
        team: Option<&TeamId>,
        kind: Kind,
        text: String,
    ) {
        self.written += 1;
        let team = team.cloned();
        push(&mut self.lines, Line { id: self.written, at, team, kind, text, ts: None });
    }

    /// Lets the last line name the message that it is about.
    pub(crate) fn name(&mut self, ts: Option<String>) {
        if let Some(line) = self.lines.back_mut() {
            line.ts = ts;
        }
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter()
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }
}

fn push<T>(kept: &mut VecDeque<T>, item: T) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(item);
}
