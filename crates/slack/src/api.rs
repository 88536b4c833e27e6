//! Calls to Slack.

pub(crate) mod addresses;
pub(crate) mod answers;
pub(crate) mod client;
pub(crate) mod direct;
mod limits;
pub(crate) mod methods;
pub(crate) mod outcome;
mod plain;
pub(crate) mod receipt;
mod respond;
mod unreachable;
mod verdict;

pub(crate) use answers::Answer;
