//! What `/sim` answers where it cannot do what it was asked: one sentence.

use crate::sim::Sim;
use crate::world::World;
use crate::world::person::Person;
use crate::world::workspace::{Channel, Workspace};
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use domain::ids::TeamId;
use http::StatusCode;
use serde::de::DeserializeOwned;

/// A status and a sentence for people.
#[derive(Clone, Debug)]
pub(crate) struct Refused(pub(crate) StatusCode, pub(crate) String);

impl Refused {
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, what.into())
    }

    pub(crate) fn conflict(what: impl Into<String>) -> Self {
        Self(StatusCode::CONFLICT, what.into())
    }

    pub(crate) fn unfit(what: impl Into<String>) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, what.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

/// Reads a body of JSON, whatever its content type says.
pub(crate) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| {
        Refused(StatusCode::BAD_REQUEST, format!("The body cannot be read: {error}."))
    })
}

/// Finds a workspace in the world.
pub(crate) fn workspace<'a>(world: &'a World, team: &str) -> Result<&'a Workspace, Refused> {
    let found = world.find(&TeamId::new(team));
    found.ok_or_else(|| Refused::not_found(format!("There is no workspace {team:?}.")))
}

/// Finds a person who can act, by id or name.
pub(crate) fn person<'a>(workspace: &'a Workspace, word: &str) -> Result<&'a Person, Refused> {
    let found = workspace.person_by_id_or_name(word);
    let found = found.ok_or_else(|| {
        Refused::not_found(format!("There is no person {word:?} in {}.", workspace.name))
    })?;
    if found.is_deleted {
        return Err(Refused::conflict(format!("{} is deactivated and cannot act.", found.name)));
    }
    Ok(found)
}

/// Finds a channel that a person can see, by id or name; `dm` is the person's direct messages with the bot.
pub(crate) fn channel(
    sim: &Sim,
    team: &TeamId,
    user: Option<&Person>,
    word: &str,
) -> Result<Channel, Refused> {
    let missing =
        || Refused::not_found(format!("There is no channel {word:?} that this person can see."));
    if word == "dm" {
        let user = user.ok_or_else(|| Refused::not_found("\"dm\" needs a user."))?;
        return sim.change(|world, now| {
            let workspace = world.find_mut(team).ok_or_else(missing)?;
            if workspace.bot().is_none() {
                return Err(Refused::conflict("The app is not installed in this workspace."));
            }
            let id = workspace.ensure_direct_channel(&user.id, now);
            workspace.channel(id.as_str()).cloned().ok_or_else(missing)
        });
    }
    sim.read(|world| {
        let workspace = world.find(team).ok_or_else(missing)?;
        let found = workspace.channel_by_id_or_name(word);
        let found = found.filter(|one| user.is_none_or(|user| workspace.can_see(&user.id, one)));
        found.cloned().ok_or_else(missing)
    })
}
