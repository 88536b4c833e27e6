//! What each story of the bot has of its own: its buttons, answers and messages.

pub mod people;
