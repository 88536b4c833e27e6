//! The stories: what each one can be asked, what it answers and what it tells, as data; one module for each.

pub mod absence;
pub mod absence_source;
pub mod announce;
pub mod billing;
pub mod calendar;
pub mod checkout;
pub mod cover;
pub mod data;
pub mod duty;
pub mod history;
pub mod home;
pub mod lifecycle;
pub mod note;
pub mod notice;
pub mod people;
pub mod roster;
pub mod settings;
pub mod skip;
pub mod swap;
