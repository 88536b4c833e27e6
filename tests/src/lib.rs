#![doc = include_str!("../README.md")]

mod browser;
pub mod crash;
mod diary;
mod hibob;
mod interact;
mod late;
mod leak;
mod life;
mod neighbour;
mod outside;
mod page;
mod person;
mod plan;
mod play;
mod race;
mod recorder;
mod rush;
mod sight;
mod sink;
mod slash;
mod stripe;
mod views;
mod visitor;

pub use browser::{Browser, View};
pub use diary::Diary;
pub use hibob::{SERVICE_TOKEN, SERVICE_USER, connect_hibob};
pub use leak::{Haul, Logged, ROUTES, logged};
pub use neighbour::posted;
pub use outside::{Answered, Outside};
pub use page::{Page, Shown, at_the_page};
pub use play::{Engine, Play, copies};
pub use race::{Race, Round};
pub use recorder::Recorder;
pub use rush::{Crowd, Past, ZONES, announced, renamed};
pub use sight::{Seen, block_kit, plain_blocks, plain_view};
pub use sink::{Reported, SINK_KEY, reported};
pub use slash::{Signed, Slash, sign};
pub use visitor::Visitor;

/// Makes a story run on both engines: `both_engines!(async fn name(play) { ... })`, with the time it begins at.
///
/// `play billed` instead of `play` lets plans be paid, so that the workspace begins on Free.
/// `play over sockets` instead of `play` lets Slack send through Socket Mode.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($play:ident over sockets at $at:literal) $body:block)+) => {
        $crate::both_engines!(@stories begin_over_sockets $($(#[$meta])* $name $play $at $body)+);
    };
    ($($(#[$meta:meta])* async fn $name:ident($play:ident billed at $at:literal) $body:block)+) => {
        $crate::both_engines!(@stories begin_billed $($(#[$meta])* $name $play $at $body)+);
    };
    ($($(#[$meta:meta])* async fn $name:ident($play:ident at $at:literal) $body:block)+) => {
        $crate::both_engines!(@stories begin $($(#[$meta])* $name $play $at $body)+);
    };
    (@stories $begin:ident $($(#[$meta:meta])* $name:ident $play:ident $at:literal $body:block)+) => {
        $(
            mod $name {
                use super::*;

                async fn story($play: $crate::Play) {
                    $body
                    $play.read_no_channel().await;
                }

                $(#[$meta])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    story($crate::Play::$begin($crate::Engine::Sqlite, $at).await).await;
                }

                $(#[$meta])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    story($crate::Play::$begin($crate::Engine::Postgres, $at).await).await;
                }
            }
        )+
    };
}
