//! Every read and write of a transaction is made from within one workspace with the ids of another: what comes back holds
//! no word of the other, and nothing of the other is changed.
//!
//! The two have rows under ids of their own, rows under the same ids, people of the same name and messages to the same
//! people, so that a statement that forgot the workspace anywhere meets the rows of the other.

mod calls;
mod complete;
mod differential;
mod of_system;

use super::filled::{Maker, Tenant};
use crate::id::new_id;
use crate::tests::bench::at;
use domain::ids::{DeliveryId, InboxId};
use std::fmt::Debug;

/// With which ids something is asked, by whom.
#[derive(Clone)]
struct Aim {
    /// What is written is of whoever asks: the word is theirs, and the tag makes the ids.
    maker: Maker,
    /// The rows of the queues that are meant.
    deliveries: Vec<DeliveryId>,
    inbox: Vec<InboxId>,
    /// The worker under whose name the rows are leased.
    worker: String,
    /// The key under which a request was answered.
    key: String,
    /// The code with which deliveries wait.
    code: String,
}

impl Aim {
    /// Returns the aim of one workspace at the rows of another, or at its own.
    fn at(asking: &Tenant, target: &Tenant, tag: &'static str) -> Self {
        Self {
            maker: Maker { word: asking.word, tag },
            deliveries: target.deliveries.clone(),
            inbox: target.inbox.clone(),
            worker: target.own.said("worker"),
            key: target.own.said("key"),
            code: target.own.code("code"),
        }
    }

    /// Returns an aim at rows that nobody has.
    fn at_nothing(asking: &Tenant) -> Self {
        let nobody = Tenant::new("TN", "nobody", "none");
        Self {
            deliveries: vec![DeliveryId::new(new_id(at(0)))],
            inbox: vec![InboxId::new(new_id(at(0)))],
            ..Self::at(asking, &nobody, "none")
        }
    }

    fn delivery(&self, place: usize) -> DeliveryId {
        self.deliveries[place % self.deliveries.len()]
    }

    fn inbox(&self, place: usize) -> InboxId {
        self.inbox[place % self.inbox.len()]
    }
}

/// Lists the calls of one file of `tx`, each a method with its arguments; what is secret is revealed to be looked at.
macro_rules! tried {
    ($family:ident($tx:ident, $aim:ident) { $($name:ident($($argument:expr),* $(,)?) $(=> $reveal:expr)?;)+ }) => {
        pub(super) mod $family {
            use super::*;

            pub(in super::super) const NAMES: &[&str] = &[$(stringify!($name)),+];

            /// Makes a call by its name and returns what came back, as text.
            pub(in super::super) async fn call(name: &str, $tx: &mut Tx, $aim: &Aim) -> String {
                let _ = $aim;
                match name {
                    $(stringify!($name) => {
                        let found = $tx.$name($($argument),*).await;
                        $(let found = $reveal(found);)?
                        format!("{found:?}")
                    })+
                    other => panic!("nobody knows {other}"),
                }
            }
        }
    };
}
use tried;

/// Returns all calls: the file of `tx` and the method.
fn all_calls() -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::new();
    for (family, names) in calls::FAMILIES {
        all.extend(names.iter().map(|name| (*family, *name)));
    }
    all
}

/// Shows what came back, for looking for words in it.
fn shown(found: &impl Debug) -> String {
    format!("{found:?}")
}
