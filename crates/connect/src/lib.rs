#![doc = include_str!("../README.md")]

mod collector;
pub mod hibob;
mod ping;
mod registry;
mod sink;
mod source;
mod wire;

pub use collector::{Collector, CollectorFault};
pub use ping::{Ping, PingFault};
pub use registry::{find, sources};
pub use sink::{Sink, SinkFault};
pub use source::{AbsenceSource, Answer, Checked, Poke, SourcePerson};
pub use wire::{Now, Wire, WireFault};
