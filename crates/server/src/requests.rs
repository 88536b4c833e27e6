//! What Slack asks and tells, whichever way it came: answered within three seconds, or stored before it is acknowledged.

pub(crate) mod answer;
pub(crate) mod commands;
pub(crate) mod events;
pub(crate) mod interactions;
pub(crate) mod verdict;
