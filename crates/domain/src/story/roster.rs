//! The roster of a rotation: people join, leave and change their order.

mod answer;
mod form;
mod hands;

pub use answer::{Card, Crowd, Line, Message, MovedLine, Refused, Reply, Unfit};
pub use form::{AddForm, Modal, OrderForm, PLACES, RemoveForm, Scene, Submission};
pub use hands::{Button, Command, Leaving, Pick, When};

/// The most people who can be named at once in a command or a form.
pub const MOST_NAMED: usize = 100;
