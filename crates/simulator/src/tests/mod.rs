//! The simulator over HTTP, with a bot that does what a test says.

mod acting;
mod bench;
mod calling;
mod faults;
mod installing;
mod posting;
mod sockets;
mod telling;
mod viewing;
