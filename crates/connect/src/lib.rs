#![doc = include_str!("../README.md")]

pub mod hibob;
mod ping;
mod registry;
mod sink;
mod source;
mod wire;

pub use ping::{Ping, PingFault};
pub use registry::{find, sources};
pub use sink::{Sink, SinkFault};
pub use source::{AbsenceSource, Answer, Checked, Poke, SourcePerson};
pub use wire::{Now, Wire, WireFault};
