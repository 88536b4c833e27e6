//! From data to Slack's blocks.

mod absence;
mod absence_source;
mod announce;
mod billing;
mod blocks;
mod buttons;
mod calendar;
mod card;
mod checkout;
mod cover;
mod cover_request;
mod data;
mod duty;
mod help;
mod history;
pub(crate) mod home;
mod lifecycle;
pub(crate) mod message;
pub(crate) mod modal;
mod names;
mod note;
mod notice;
pub(crate) mod outcome;
mod people;
pub(crate) mod reply;
mod roster;
mod roster_form;
mod settings;
mod skips;
mod swap;
mod words;

use serde_json::Value;

/// A message ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// What notifications and screen readers say; never empty.
    pub text: String,
    /// The blocks: an array, at most 50.
    pub blocks: Value,
}
