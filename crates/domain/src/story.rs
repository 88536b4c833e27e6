//! The stories: what each one can be asked, what it answers and what it tells.

pub mod history;
pub mod home;
pub mod lifecycle;
pub mod settings;
