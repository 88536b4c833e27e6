//! Faults that are asked for: what goes wrong, with which call, and how often.

use domain::ids::TeamId;
use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FaultKind {
    /// Too many calls, although there were not.
    #[serde(rename = "429")]
    TooMany,
    /// An error of the server; nothing was done.
    #[serde(rename = "500")]
    Broken,
    /// No answer, ever; nothing was done.
    #[serde(rename = "hang")]
    Hang,
    /// Nothing is done for eight seconds, and nothing at all where the caller has left by then. What is not the Web API
    /// hangs.
    #[serde(rename = "slow")]
    Slow,
    /// The connection is reset; nothing was done.
    #[serde(rename = "reset")]
    Reset,
    /// The call is done and the connection closed without an answer.
    #[serde(rename = "accept_then_drop")]
    AcceptThenDrop,
    /// The call is done and never answered.
    #[serde(rename = "accept_then_hang")]
    AcceptThenHang,
    /// The connection is closed without an answer; nothing was done.
    #[serde(rename = "refuse")]
    Refuse,
    /// The call is answered with an error code of the service; nothing was done.
    #[serde(rename = "error")]
    Error,
}

impl FaultKind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::TooMany => "429",
            Self::Broken => "500",
            Self::Hang => "hang",
            Self::Slow => "slow",
            Self::Reset => "reset",
            Self::AcceptThenDrop => "accept_then_drop",
            Self::AcceptThenHang => "accept_then_hang",
            Self::Refuse => "refuse",
            Self::Error => "error",
        }
    }

    /// Returns whether the call is done before anything goes wrong.
    pub(crate) const fn comes_after(self) -> bool {
        matches!(self, Self::AcceptThenDrop | Self::AcceptThenHang)
    }
}

/// A fault that is to happen.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    #[serde(default = "slack")]
    pub(crate) service: String,
    /// The method, or `*` for any.
    #[serde(default = "any")]
    pub(crate) method: String,
    /// The workspace whose calls it befalls; every one's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) team: Option<TeamId>,
    pub(crate) kind: FaultKind,
    /// How often it still happens.
    #[serde(default = "once", rename(deserialize = "times", serialize = "left"))]
    pub(crate) left: u32,
    /// What a 429 asks for, in seconds.
    #[serde(default = "half_a_minute")]
    pub(crate) retry_after_s: u32,
    /// What an error is called, such as `is_archived`; only with [`FaultKind::Error`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

impl Fault {
    /// Returns whether it names an error exactly where it is one.
    pub(crate) fn is_whole(&self) -> bool {
        let is_word = |code: &String| {
            (1..=64).contains(&code.len())
                && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        match self.kind {
            FaultKind::Error => self.error.as_ref().is_some_and(is_word),
            _ => self.error.is_none(),
        }
    }
}

fn slack() -> String {
    "slack".into()
}

fn any() -> String {
    "*".into()
}

const fn once() -> u32 {
    1
}

const fn half_a_minute() -> u32 {
    30
}

/// The faults that are still to happen, first come first served.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.waiting.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn list(&self) -> &[Fault] {
        &self.waiting
    }

    /// Takes the fault that a call of this method meets, once; `team` is the workspace that it is made for.
    pub(crate) fn take(
        &mut self,
        service: &str,
        method: &str,
        team: Option<&TeamId>,
    ) -> Option<Fault> {
        let meets = |fault: &Fault| {
            fault.service == service
                && (fault.method == "*" || fault.method == method)
                && (fault.team.is_none() || fault.team.as_ref() == team)
                && fault.left > 0
        };
        let at = self.waiting.iter().position(meets)?;
        self.waiting[at].left -= 1;
        let fault = self.waiting[at].clone();
        self.waiting.retain(|fault| fault.left > 0);
        Some(fault)
    }
}
