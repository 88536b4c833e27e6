#![doc = include_str!("../README.md")]

pub mod command_grammar;
pub mod plan_input;
pub mod whosout;
