//! What both engines promise, each test on each of them, and what keeps the two the same.

mod absence_sources;
mod absences;
mod audit;
mod bench;
mod chain;
mod claims;
mod cover_requests;
mod coverages;
mod data_page;
mod deliveries;
mod entries;
mod fairness;
mod inbox;
mod isolation;
mod logins;
mod migrations;
mod notes;
mod notices;
mod opening;
mod outages;
mod parity;
mod people;
mod requests;
mod reseal;
mod retention;
mod rotations;
mod sealed_notes;
mod setbacks;
mod statements;
mod swaps;
mod system;
mod transactions;
mod turns;
mod versions;
mod watch;

use bench::{Bench, both_engines};
