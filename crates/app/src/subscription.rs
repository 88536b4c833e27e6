//! What a workspace pays at Stripe: begun by its admins, heard of by webhooks, asked about, and written down.
//!
//! Nothing here reaches the network, and no link comes into this room. Who asks takes a task from [`begin`], asks, and gives
//! what came of it to [`finish`].

mod checkout;
mod heed;
mod refresh;
pub(crate) mod told;
pub(crate) mod view;

pub use checkout::{
    Begun, Instead, Intent, begin_checkout, begin_portal, forget_customer, keep_customer,
};
pub(crate) use heed::ask;
pub use heed::{ask_now, heed, workspace_of_checkout};
pub use refresh::{Asked, Task, Wish, begin, finish, may_be_forgotten};
