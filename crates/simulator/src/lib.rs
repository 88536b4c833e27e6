#![doc = include_str!("../README.md")]

mod authorize;
mod block_kit;
mod faults;
mod hibob;
mod hooks;
mod limits;
mod listener;
mod page;
mod seed;
mod settings;
mod sim;
mod sim_api;
mod simulator;
mod sockets;
mod stripe;
#[cfg(test)]
mod tests;
mod to_bot;
mod views;
mod web_api;
mod world;

pub use seed::{DEMO_SERVICE_USER, DEMO_TOKEN, seed_demo};
pub use settings::{BotStatus, HostRequest, How, SimulatorSettings, SlackApp};
pub use simulator::{Simulator, start};
pub use stripe::account::{STRIPE_CANARIES, STRIPE_CARD, STRIPE_LAST4, StripeAccount};
