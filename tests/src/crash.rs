//! A bot that dies: the real service in a process of its own, killed at named places, beside a Slack that survives it.

mod checked;
mod life;
mod process;
mod round;
mod server;
mod town;

pub use checked::{Figures, check};
pub use life::{Death, Way};
pub use process::{Place, Process, free_port};
pub use round::{Round, RoundSettings, come_to_rest, play_round};
pub use server::Server;
pub use town::{Entered, Town};
