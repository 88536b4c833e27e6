//! The people of a rotation: they join, leave and change their order, each time as one change in one transaction.

mod add;
mod everyone;
mod form;
mod order;
mod remove;
mod scene;
mod told;

pub use add::{add, check_joiners, submit_add, unknown_of};
pub use everyone::{add_everyone, ask_for_everyone, channel_of};
pub use form::{open_add, open_order, open_remove};
pub use order::{order, submit_order};
pub use remove::{leave, remove, submit_remove};
pub use scene::Target;

pub(crate) use scene::unfit;
