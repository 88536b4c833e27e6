//! What every absence source can do.

use crate::wire::Wire;
use chrono::NaiveDate;
use domain::email::Email;
use domain::ids::UserId;
use domain::source::{Credentials, DateRange, SourceBatch, SourceFault, SourceInfo};
use domain::zone::Zone;
use secrecy::SecretString;
use std::pin::Pin;

/// What a source will have answered.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SourceFault>> + Send + 'a>>;

/// What the first try of a connection showed, where nothing speaks against a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// As [`SourceBatch::lacks`].
    pub lacks: Option<String>,
}

/// Somebody a source is asked about.
#[derive(Debug)]
pub struct SourcePerson {
    /// Who it is in Slack.
    pub user: UserId,
    /// The address by which the source knows them.
    pub email: Email,
    /// The zone in which their days are.
    pub zone: Zone,
}

/// What a webhook brought. It is never the truth, only a reason to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poke {
    /// A try whether somebody listens; it causes nothing.
    Ping,
    /// Something changed.
    Event {
        /// The same for the same event sent again: a hash, with no id in it.
        dedupe: String,
    },
    /// Nothing that matters here.
    Ignored,
    /// Not from the source, as far as we can tell.
    Unsigned,
}

/// A service that knows when people are away. It is one value for all workspaces and keeps nothing of any of them.
pub trait AbsenceSource: Send + Sync + 'static {
    /// Returns what it is.
    fn info(&self) -> &SourceInfo;

    /// Asks for the least that shows whether all that a sync needs is allowed.
    ///
    /// `Ok` means that nothing speaks against a sync. Nobody is asked about, so a source that hides what it may not show,
    /// instead of saying so, can still turn out to hide it: [`AbsenceSource::fetch`] tells.
    fn check<'a>(
        &'a self,
        wire: &'a Wire,
        with: &'a Credentials,
        today: NaiveDate,
    ) -> Answer<'a, Checked>;

    /// Asks when these people are away in the window.
    ///
    /// Without people nobody is asked.
    fn fetch<'a>(
        &'a self,
        wire: &'a Wire,
        with: &'a Credentials,
        people: &'a [SourcePerson],
        window: DateRange,
    ) -> Answer<'a, SourceBatch>;

    /// Reads what a webhook brought; `header` finds a header's value by its name, in whatever case.
    fn read_poke(
        &self,
        body: &[u8],
        header: &dyn Fn(&str) -> Option<String>,
        secret: Option<&SecretString>,
    ) -> Poke;
}
