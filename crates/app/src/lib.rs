#![doc = include_str!("../README.md")]

pub mod absence;
mod absence_book;
mod absence_change;
pub mod absence_source;
pub mod announce;
pub mod checking;
pub mod cover;
pub mod create_rotation;
pub mod deliver;
pub mod duty;
pub mod erasure;
pub mod error;
pub mod events;
pub mod export;
pub mod facts;
pub mod gate;
pub mod hand_over;
pub mod history;
pub mod home;
pub mod inbox;
pub mod install;
pub mod life;
pub mod lifecycle;
pub mod memo;
pub mod modal;
pub mod note;
pub mod notice;
pub mod people;
pub mod read;
pub mod replay;
pub mod request;
pub mod retention;
pub mod roster;
pub mod settings;
pub mod skip;
pub mod swap;
pub mod take_turn;

mod audit;
mod lookup;
mod outcome;
mod serving;
mod snapshot;
mod walk;

pub use error::AppError;
pub use request::Request;
