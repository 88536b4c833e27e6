//! Absence sources: services that know when people are away.

pub mod told;
pub mod view;
