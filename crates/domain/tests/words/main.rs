//! What people type and what files say, read: dates, commands, forms and plans.

mod command;
mod date_words;
