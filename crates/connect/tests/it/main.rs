//! The sources, asked over real HTTP.

#![expect(
    clippy::unwrap_used,
    reason = "what a test sets up is as it says, else the test has failed"
)]

mod checks;
mod faults;
mod fuzzed;
mod people;
mod pokes;
mod samples;
mod spans;
mod stand_in;
mod stripe;

#[path = "../../../../fuzz/src/whosout.rs"]
pub mod whosout;
