//! A locked rotation with the people whom a change names.

use crate::hand_over::rest_after;
use crate::lookup::{circle, one};
use crate::people::People;
use crate::serving::serving_in;
use crate::snapshot::Snapshot;
use crate::walk::{Edit, carry_out};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::change::{Change, RosterChange, Timed};
use domain::ids::{RotationId, UserId};
use domain::message::Person;
use domain::permission::{Act, ActorStanding, Circle, may};
use domain::preview::Difference;
use domain::refusal::Refusal;
use domain::story::roster::{Pick, Unfit};
use domain::timeline::Standing;
use std::collections::HashSet;
use store::{RotationRecord, Tx};

/// Slack's own bot, of which Slack says that it is none.
const SLACKBOT: &str = "USLACKBOT";

/// Which rotation is meant.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// The one of that name, else the channel's.
    Named(Option<&'a str>),
    /// The one of a button or a form.
    Id(RotationId),
}

/// A rotation as it stands now, and who is spoken of.
pub(super) struct Scene {
    pub(super) snapshot: Snapshot,
    /// The rotation now, with the handoffs that are due and not carried out yet.
    pub(super) standing: Standing,
    /// Those whose the running turn is, and those who serve it for others.
    pub(super) on_duty: Vec<UserId>,
    /// When their turn ends.
    pub(super) turn_ends: Option<DateTime<Utc>>,
    /// Those who were named, and who asks.
    named: People,
}

impl Scene {
    /// Finds and locks the rotation that is meant.
    pub(super) async fn lock(
        tx: &mut Tx,
        request: &Request,
        target: Target<'_>,
        named: &[UserId],
    ) -> Result<Result<Self, Refusal>, AppError> {
        let id = match find(tx, request, target).await? {
            Ok(id) => id,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match tx.lock_rotation(id).await? {
            Some(record) => Ok(Ok(Self::load(tx, request, record, named).await?)),
            None => Ok(Err(Refusal::Gone)),
        }
    }

    /// Finds the rotation that is meant, to look at it.
    pub(super) async fn look(
        tx: &mut Tx,
        request: &Request,
        target: Target<'_>,
    ) -> Result<Result<Self, Refusal>, AppError> {
        let id = match find(tx, request, target).await? {
            Ok(id) => id,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match tx.find_rotation(id).await? {
            Some(record) => Ok(Ok(Self::load(tx, request, record, &[]).await?)),
            None => Ok(Err(Refusal::Gone)),
        }
    }

    async fn load(
        tx: &mut Tx,
        request: &Request,
        record: RotationRecord,
        named: &[UserId],
    ) -> Result<Self, AppError> {
        let asker = std::iter::once(&request.actor);
        let users: Vec<UserId> = named.iter().chain(asker).cloned().collect();
        let named_people = People::load(tx, &users).await?;
        let snapshot = Snapshot::load_with(tx, record, named, request.now).await?;
        let position = snapshot.position(request.now);
        let standing = position.timeline().standing();
        let current = position.current().filter(|current| !current.is_paused());
        let serving = position.laid().filter(|_| current.is_some());
        let serving = serving.map(|laid| serving_in(&laid, request.now)).unwrap_or_default();
        let holders = current.iter().flat_map(crate::snapshot::Current::holders);
        let on_duty = each_once(holders.chain(&serving));
        let turn_ends = current.map(|current| current.ends_at);
        Ok(Self { standing, on_duty, turn_ends, named: named_people, snapshot })
    }

    pub(super) fn rotation(&self) -> &RotationRecord {
        &self.snapshot.rotation
    }

    /// Returns the members in order.
    pub(super) fn members(&self) -> impl Iterator<Item = &UserId> + Clone {
        self.standing.roster.members().iter().map(|member| &member.user)
    }

    pub(super) fn is_member(&self, user: &UserId) -> bool {
        self.standing.roster.contains(user)
    }

    pub(super) fn is_leaving(&self, user: &UserId) -> bool {
        self.standing.leaving.contains(user)
    }

    pub(super) fn person(&self, user: &UserId) -> Person {
        if self.named.is_known(user) {
            self.named.person(user)
        } else {
            self.snapshot.people.person(user)
        }
    }

    /// Returns the people of the rotation, as far as permissions go.
    pub(super) fn circle(&self) -> Circle<'_> {
        circle(self.rotation())
    }

    /// Decides whether the one who asks may do something.
    pub(super) fn permit(&self, request: &Request, act: Act<'_>) -> Result<(), Refusal> {
        may(&self.named.actor(&request.actor), act)
    }

    /// Returns whether the person was never looked up.
    pub(super) fn is_unknown(&self, user: &UserId) -> bool {
        !self.named.is_known(user)
    }

    /// Returns why somebody cannot be a member, as far as is known.
    pub(super) fn unfit(&self, user: &UserId) -> Option<Unfit> {
        unfit(&self.named, user)
    }

    /// Carries out changes of the roster at `now`.
    pub(super) async fn carry_out(
        &self,
        tx: &mut Tx,
        changes: Vec<RosterChange>,
        by: Option<&UserId>,
        now: DateTime<Utc>,
    ) -> Result<Difference, AppError> {
        let timed = |change| Timed { at: now, what: Change::Roster(change) };
        let edit = Edit {
            changes: changes.into_iter().map(timed).collect(),
            pauses: None,
            rest: rest_after(self.rotation().rest, now),
        };
        carry_out(tx, &self.snapshot, &edit, by, now).await
    }
}

/// Returns why somebody cannot be a member, as far as is known.
pub(crate) fn unfit(people: &People, user: &UserId) -> Option<Unfit> {
    if user.as_str() == SLACKBOT || people.is_bot(user) {
        return Some(Unfit::Bot);
    }
    match people.actor(user).standing {
        ActorStanding::Member => None,
        ActorStanding::Guest | ActorStanding::Foreign => Some(Unfit::Guest),
        ActorStanding::Deactivated => Some(Unfit::Deactivated),
    }
}

/// Returns who is named, each once.
pub(super) fn resolve(request: &Request, picks: &[Pick]) -> Vec<UserId> {
    each_once(picks.iter().map(|pick| match pick {
        Pick::Me => &request.actor,
        Pick::Person(user) => user,
    }))
}

/// Returns the people in the order in which they are first named, each once.
pub(super) fn each_once<'a>(users: impl IntoIterator<Item = &'a UserId>) -> Vec<UserId> {
    let mut seen = HashSet::new();
    users.into_iter().filter(|user| seen.insert(*user)).cloned().collect()
}

async fn find(
    tx: &mut Tx,
    request: &Request,
    target: Target<'_>,
) -> Result<Result<RotationId, Refusal>, AppError> {
    match target {
        Target::Id(id) => Ok(Ok(id)),
        Target::Named(name) => {
            let rotations = tx.list_rotations().await?;
            Ok(one(rotations, name, request.channel.as_ref()).map(|rotation| rotation.id))
        }
    }
}
