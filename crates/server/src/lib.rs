#![doc = include_str!("../README.md")]

pub mod boot;
pub mod cli;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod settings;

mod auditor;
mod bot;
mod dead_token;
mod http;
mod late;
mod metrics;
mod people;
mod perform;
mod random;
mod replica;
mod requests;
mod sending;
mod sockets;
mod supervisor;
mod watch;
mod workers;
