//! The stories: what each one can be asked, what it answers and what it tells.

pub mod duty;
pub mod lifecycle;
