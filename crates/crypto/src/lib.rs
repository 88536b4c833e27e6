#![doc = include_str!("../README.md")]

mod place;
mod ring;
mod sealed;

pub use place::Place;
pub use ring::{KeyId, KeyRing, KeyRingFault, OpenFault, SealFault, Signature};
pub use sealed::{Sealed, SealedFault};
