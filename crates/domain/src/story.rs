//! The stories: what the commands, buttons, forms and answers of each carry.

pub mod history;
pub mod home;
pub mod settings;
