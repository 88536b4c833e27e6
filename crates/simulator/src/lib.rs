//! Placeholder
mod page;
