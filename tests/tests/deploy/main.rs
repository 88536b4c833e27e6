//! The files in `deploy` agree with each other, with the program and with the documents, and the programs for which they
//! are written take them.

mod agreement;
mod alerts;
mod containers;
mod dashboard;
mod programs;
mod read;
mod scripts;
#[path = "../yaml/mod.rs"]
mod yaml;
