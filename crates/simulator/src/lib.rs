#![doc = include_str!("../README.md")]

mod listener;
mod page;
mod seed;
mod settings;
mod sim;
mod simulator;
mod world;

pub use seed::seed_demo;
pub use settings::{BotStatus, HostRequest, How, SimulatorSettings, SlackApp};
pub use simulator::{Simulator, start};
