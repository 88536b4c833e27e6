//! What people choose: for a rotation, for themselves, for their workspace.

mod mine;
mod rotation;
mod workspace;

pub use mine::{open_mine, save_mine};
pub use rotation::{open_rotation, open_rotation_of, save_rotation};
pub use workspace::{open_workspace, save_workspace};

use crate::AppError;
use domain::ids::RotationId;
use domain::permission::{Act, Actor, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use serde::{Deserialize, Serialize};
use store::Tx;

/// What a write of this story came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "saved", rename_all = "snake_case")]
pub(crate) enum Done {
    Rotation {
        rotation: RotationId,
    },
    Mine {
        has_quiet_nights: bool,
    },
    Workspace {
        only_admins_create: bool,
        #[serde(default)]
        prefers_silence: bool,
    },
}

/// Returns whether somebody may make a rotation in their workspace.
pub(crate) async fn may_create(
    tx: &mut Tx,
    actor: &Actor,
) -> Result<Result<(), Refusal>, AppError> {
    let workspace = tx.find_workspace().await?;
    let only_admins = workspace.is_some_and(|it| it.settings.only_admins_create);
    Ok(may(actor, Act::Create { only_admins }))
}

fn refused(refusal: Refusal) -> Answer {
    Answer::Say(Box::new(Reply::Refused(refusal)))
}
