//! Absence sources: other systems that know who is away.
//!
//! Nothing here reaches the network. Who asks a source takes a task from [`begin`], asks, and gives what came of it to
//! [`finish`]; addresses and ids of people in the source never come into this room.

mod admins;
mod ask_now;
mod connect;
mod late;
mod off;
mod poke;
mod sealed;
mod sync;
pub(crate) mod told;
pub(crate) mod view;
mod webhook;

pub use ask_now::ask_now;
pub use connect::{connect, is_on, open_form};
pub use late::{ask_late, is_awaited};
pub use off::turn_off;
pub use poke::{find_hook, poke, poked};
pub use sealed::{Hook, Opened};
pub use sync::{Asked, Task, begin, finish, keep, settle};
pub use webhook::{open_webhook, save_webhook};

use crate::people::People;
use crate::{AppError, Request};
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use serde::{Deserialize, Serialize};
use store::Tx;

/// What a write of this story came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub(crate) enum Done {
    Connected { name: String, is_new: bool },
    Asked { name: String },
    TurnedOff { name: String, absences: u32 },
    WebhookSaved { name: String, has_secret: bool },
}

/// Returns whether whoever asks may administer the workspace, as far as is known of them.
async fn admin(tx: &mut Tx, request: &Request) -> Result<Result<(), Refusal>, AppError> {
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    Ok(may(&people.actor(&request.actor), Act::Administer))
}

fn say(reply: Reply) -> Answer {
    Answer::Say(Box::new(reply))
}
