//! Placeholder crate doc

mod error;
mod id;
mod one_write;
mod records;
mod store;
mod system;
mod tx;

pub use error::StoreError;
pub use id::new_id;
pub use records::*;
pub use store::{Store, StoreSettings};
pub use system::System;
pub use tx::Tx;
