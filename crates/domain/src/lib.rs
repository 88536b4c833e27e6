//! The rules of a rotation, pure: no input or output, no clock, no randomness.

pub mod action;
pub mod effect;
pub mod ids;
pub mod interval;
pub mod message;
pub mod refusal;
pub mod reply;
pub mod suggest;
