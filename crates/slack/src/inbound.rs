//! What Slack sends us, reduced to what we use.

mod absence_source;
pub(crate) mod command;
mod cover;
pub(crate) mod envelope;
pub(crate) mod event;
pub(crate) mod form;
pub(crate) mod interaction;
mod json;
mod lifecycle;
mod note;
mod roster;
mod settings;
mod skip;
pub(crate) mod submission;
mod swap;

use command::SlashCommand;
use event::Event;
use interaction::{Click, Submit};

/// A request of Slack's after its signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inbound {
    /// Slack checks the certificate: answered with an empty 200.
    SslCheck,
    /// Slack checks the address of the events: answered with the challenge.
    UrlVerification {
        /// What must be sent back.
        challenge: String,
    },
    /// A slash command.
    Command(SlashCommand),
    /// A button was pressed.
    Click(Click),
    /// A modal was submitted.
    Submit(Submit),
    /// Something happened in the workspace.
    Event(Event),
    /// It comes from an organisation-wide installation, which is not supported.
    OrgWide,
    /// It is well-formed and not for us: answered with an empty 200.
    Ignored,
    /// It is not what Slack documents: answered with 200, since Slack must not send it again.
    Unreadable,
}
