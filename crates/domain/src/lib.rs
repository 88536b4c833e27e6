#![doc = include_str!("../README.md")]

pub mod action;
pub mod effect;
pub mod ids;
pub mod interval;
pub mod message;
pub mod refusal;
pub mod reply;
