#![doc = include_str!("../README.md")]

mod commit;
pub mod places;

#[cfg(feature = "failpoints")]
mod armed;
#[cfg(not(feature = "failpoints"))]
mod unarmed;

#[cfg(feature = "failpoints")]
pub use armed::{ahead, arm, knows_one_more, pass, pass_with};
pub use commit::Commit;
#[cfg(not(feature = "failpoints"))]
pub use unarmed::{ahead, arm, knows_one_more};

/// Passes a place, which ends the process there where a test asked for it; with a second argument, of the row it is done with.
#[cfg(feature = "failpoints")]
#[macro_export]
macro_rules! point {
    ($place:expr) => {
        $crate::pass($place)
    };
    ($place:expr, $row:expr) => {
        $crate::pass_with($place, &$row)
    };
}

/// Nothing: this build has no places at which it ends.
#[cfg(not(feature = "failpoints"))]
#[macro_export]
macro_rules! point {
    ($place:expr) => {};
    ($place:expr, $row:expr) => {};
}
