//! Absence sources: other systems that know who is away.
//!
//! Nothing here reaches the network. Who asks a source takes a task from [`begin`], asks, and gives what came of it to
//! [`finish`]; addresses and ids of people in the source never come into this room.

mod admins;
mod poke;
mod sealed;
mod sync;
pub(crate) mod told;
pub(crate) mod view;

pub use poke::{find_hook, poke, poked};
pub use sealed::{Hook, Opened};
pub use sync::{Asked, Task, begin, finish, keep, settle};
