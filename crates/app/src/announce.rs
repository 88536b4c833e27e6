//! Announcements: tried out in the team's own words, summed up each week, and what becomes of a rotation's channel.

mod channel;
mod summary;
mod told;
mod trial;

pub use channel::{bot_joined, change, found_open, refused};
pub use summary::summarize;
pub use trial::preview;

pub(crate) use summary::schedule as schedule_summary;
pub(crate) use told::compose;
