#![doc = include_str!("../README.md")]

pub mod absence;
pub mod action;
pub mod billing;
pub mod cadence;
pub mod calendar;
pub mod change;
pub mod command;
pub mod coverage;
pub mod date_words;
pub mod duty_hours;
pub mod effect;
pub mod email;
pub mod engine;
pub mod explain;
pub mod fault;
pub mod finding;
pub mod form;
pub mod grid;
pub mod ids;
pub mod interval;
pub mod message;
pub mod note;
pub mod permission;
pub mod plan;
pub mod presence;
pub mod preview;
pub mod reach;
pub mod refusal;
pub mod reply;
pub mod retention;
pub mod roster;
pub mod rules;
pub mod settings;
pub mod shift;
pub mod skip;
pub mod source;
pub mod statistics;
pub mod story;
pub mod suggest;
pub mod timeline;
pub mod view;
pub mod zone;

#[cfg(test)]
mod fixtures;
