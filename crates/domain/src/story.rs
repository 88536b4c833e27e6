//! What each story of the bot is asked, answers and tells, as data: one module for each story.

pub mod duty;
pub mod lifecycle;
pub mod roster;
