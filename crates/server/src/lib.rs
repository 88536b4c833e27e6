#![doc = include_str!("../README.md")]

pub mod billing;
pub mod boot;
pub mod cli;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod inbound;
pub mod reports;
pub mod settings;
pub mod site;

/// Where much is put together and thrown away at once, the C library's allocator takes a tenth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod archive;
mod auditor;
mod backup;
mod bot;
mod dead_token;
mod erasure;
mod hex;
mod http;
mod late;
mod ledger;
mod masked;
mod memory;
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
