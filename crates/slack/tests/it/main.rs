//! What the crate promises, from outside.

#![expect(
    clippy::unwrap_used,
    reason = "what a test sets up is as it says, else the test has failed"
)]

mod absence_sources;
mod announcements;
mod api;
mod cards;
mod checkouts;
mod covers;
mod duties;
mod envelopes;
mod events;
mod histories;
mod homes;
mod inbound;
mod install;
mod limits;
mod messages;
mod modals;
mod plans;
mod receipts;
mod redirects;
mod replies;
mod shown;
mod signature;
mod stand_in;
mod swaps;
