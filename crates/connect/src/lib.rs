#![doc = include_str!("../README.md")]

mod collector;
pub mod hibob;
mod ping;
mod registry;
mod sink;
mod source;
mod stripe;
mod wire;

pub use collector::{Collector, CollectorFault};
pub use ping::{Ping, PingFault};
pub use registry::{find, sources};
pub use sink::{Sink, SinkFault};
pub use source::{AbsenceSource, Answer, Checked, Poke, SourcePerson};
pub use stripe::{
    API_VERSION, CheckoutSession, NewCheckout, SignatureFault, Stripe, StripeEvent, StripeFault,
    WebhookSecrets,
};
pub use wire::{Now, Wire, WireFault};
