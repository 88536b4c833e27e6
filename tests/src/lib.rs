#![doc = include_str!("../README.md")]

mod browser;
mod life;
mod page;
mod person;
mod play;
mod sight;
mod slash;
mod views;
mod visitor;

pub use browser::{Browser, View};
pub use page::{Page, Shown, at_the_page};
pub use play::{Engine, Play};
pub use sight::{Seen, plain_blocks, plain_view};
pub use slash::{Signed, Slash, sign};
pub use visitor::Visitor;

/// Makes a story run on both engines: `both_engines!(async fn name(play) { ... })`, with the time it begins at.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($play:ident at $at:literal) $body:block)+) => {
        $(
            mod $name {
                use super::*;

                async fn story($play: $crate::Play) $body

                $(#[$meta])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    story($crate::Play::begin($crate::Engine::Sqlite, $at).await).await;
                }

                $(#[$meta])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    story($crate::Play::begin($crate::Engine::Postgres, $at).await).await;
                }
            }
        )+
    };
}
