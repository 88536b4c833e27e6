//! The sources, asked over real HTTP.

mod checks;
mod faults;
mod fuzzed;
mod people;
mod pokes;
mod samples;
mod spans;
mod stand_in;

#[path = "../../../../fuzz/src/whosout.rs"]
pub mod whosout;
