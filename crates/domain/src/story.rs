//! What the stories of people and bot are made of, one module for each: commands, buttons, forms, answers and messages.

pub mod roster;
