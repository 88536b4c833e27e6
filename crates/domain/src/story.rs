//! What each story of the bot says and is told, as data: one module for each story.

pub mod duty;
