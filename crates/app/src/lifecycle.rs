//! The life of a rotation: shown, edited, paused, deleted and brought back, handed over.

mod show;

pub use show::{show, show_one};
