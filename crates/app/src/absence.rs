//! Absences by hand: entered, listed, taken back, and said not to count where a source says them.

mod available;
mod enter;
mod lines;
mod remove;
mod said;
mod subject;

pub use available::{available, available_by_id};
pub use enter::{Added, add, submit};
pub use lines::list;
pub use remove::{remove, remove_by_id};

pub(crate) use lines::of_home;
pub(crate) use said::compose;
