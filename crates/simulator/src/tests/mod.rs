//! The simulator over HTTP, with a bot that does what a test says.

mod acting;
mod bench;
mod calling;
mod choosing;
mod faults;
mod hibob;
mod installing;
mod living;
mod moving;
mod posting;
mod sockets;
mod stripe;
mod telling;
mod viewing;
