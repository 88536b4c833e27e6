//! The command line as operators and scripts meet it: the real binary, in an environment that holds nothing else.

#![cfg(feature = "demo")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed; clippy knows only the functions marked as tests"
)]

mod backups;
mod bucket;
mod config_page;
mod copying;
mod described;
mod erasing;
mod gate;
mod healthcheck;
mod keys;
mod notice;
mod outbox;
mod person;
mod place;
mod plan;
mod postgres;
mod process;
mod refusals;
mod rotating;
mod service_manager;
mod serving;
mod sockets;
mod traces;
mod usage;
