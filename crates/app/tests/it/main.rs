//! Use cases on a real database, without Slack.

mod absence_sources;
mod bench;
mod edges;
mod erasure;
mod memo;
mod oracle;
mod plans;
mod repeated;
mod ring;
mod saying;
mod together;
mod zone_data;
