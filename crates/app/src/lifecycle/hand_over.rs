//! The one on duty hands over now: it is coverage for what is left of the turn, so the order stays.

use super::Lived;
use crate::audit::{self, Entry};
use crate::lookup::circle;
use crate::note;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::walk::{Edit, apply, end_duty};
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::action::{Field, Modal};
use domain::effect::{Envelope, Recipient, TurnEffect};
use domain::ids::{CoverageId, RotationId, UserId};
use domain::interval::Interval;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::shift::{Right, Served};
use domain::story::lifecycle::{self, HandOverForm, HandOverModal, Refusal as Why};
use serde_json::json;
use store::{CoverageKind, CoverageRecord, Store, StoreError, Tx};

/// Returns the modal that shows to whom the duty will pass.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn form(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    to: Option<UserId>,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let refused = |refusal| Ok(Answer::Say(Box::new(Reply::Refused(refusal))));
    let Some(record) = tx.find_rotation(rotation).await? else {
        return refused(Refusal::Gone);
    };
    let snapshot = Snapshot::load(&mut tx, record, request.now).await?;
    let name = snapshot.rotation.name.clone();
    let Some(scene) = Scene::load(&mut tx, snapshot, request).await? else {
        return refused(Why::NobodyOnDuty { name }.into());
    };
    let from = match scene.hands_over(&request.actor) {
        Ok(served) => served.user.clone(),
        Err(refusal) => return refused(refusal),
    };
    let to = match &to {
        Some(to) => match scene.may_take(to) {
            Ok(()) => Some(to.clone()),
            Err(refusal) => return refused(refusal),
        },
        None => match scene.next_free(request.now) {
            Some(next) => Some(next),
            None => return refused(Why::NobodyFree { name }.into()),
        },
    };
    let may_for_all = scene.may_for_all(&request.actor);
    let people = &scene.people;
    let serving = scene.serving.iter().filter(|served| may_for_all || served.user == from);
    Ok(Answer::Open(Modal::Lifecycle(lifecycle::Modal::HandOver(HandOverModal {
        rotation,
        name,
        planned_at: scene.left.planned_at,
        serving: serving.map(|served| people.person(&served.user)).collect(),
        from: people.person(&from),
        to: to.map(|to| people.person(&to)),
        until: scene.left.window.end(),
        zone: scene.snapshot.rotation.rules.zone.name().to_owned(),
    }))))
}

/// Hands the duty over as the modal says. The first who does it wins; a second submit changes nothing.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn submit(
    store: &Store,
    request: &Request,
    form: &HandOverForm,
) -> Result<Answer, AppError> {
    let act = async |tx: &mut Tx| hand_over(tx, request, form).await;
    let decision = match once(store, request, act).await {
        Err(AppError::Store(StoreError::Conflict { .. })) => Err(Why::PassedMeanwhile.into()),
        other => other?,
    };
    let refusal = match decision {
        Ok(Done::Lifecycle(Lived::HandedOver { rotation, to, until })) => {
            return said(store, request, rotation, &to, until).await;
        }
        Ok(_) => Refusal::Unreadable,
        Err(refusal) => refusal,
    };
    let is_choice =
        |why: &Why| matches!(why, Why::NoMember { .. } | Why::OnDutyAlready | Why::HasLeft);
    if matches!(&refusal, Refusal::Lifecycle(why) if is_choice(why)) {
        return Ok(Answer::FieldErrors(vec![(Field::TakesOver, refusal.to_string())]));
    }
    Ok(Answer::Say(Box::new(Reply::Refused(refusal))))
}

/// Hands the duty of somebody over to the next who is free, in a locked rotation; who may ask for it is decided before.
pub(crate) async fn pass_to_next(
    tx: &mut Tx,
    request: &Request,
    snapshot: Snapshot,
    of: &UserId,
) -> Result<Decision, AppError> {
    let (rotation, name) = (snapshot.rotation.id, snapshot.rotation.name.clone());
    let Some(scene) = Scene::load(tx, snapshot, request).await? else {
        return Ok(Err(Why::NobodyOnDuty { name }.into()));
    };
    let Some(served) = scene.serving.iter().find(|served| served.user == *of) else {
        return Ok(Err(Why::PassedMeanwhile.into()));
    };
    let Some(to) = scene.next_free(request.now) else {
        return Ok(Err(Why::NobodyFree { name }.into()));
    };
    if !pass(tx, request, &scene, served, &to).await? {
        return Ok(Err(Why::PassedMeanwhile.into()));
    }
    tell(tx, request, &scene, &served.user, &to).await?;
    let until = scene.left.window.end();
    Ok(Ok(Done::Lifecycle(Lived::HandedOver { rotation, to, until })))
}

/// Returns the answer to the one who handed a duty over.
pub(crate) async fn said_handed_over(
    store: &Store,
    request: &Request,
    done: Done,
) -> Result<Answer, AppError> {
    match done {
        Done::Lifecycle(Lived::HandedOver { rotation, to, until }) => {
            said(store, request, rotation, &to, until).await
        }
        _ => Ok(Answer::Say(Box::new(Reply::Refused(Refusal::Unreadable)))),
    }
}

/// A rotation with somebody on duty.
struct Scene {
    snapshot: Snapshot,
    people: People,
    left: Left,
    serving: Vec<Served>,
}

/// What is left of the running turn.
struct Left {
    planned_at: DateTime<Utc>,
    window: Interval,
    active: Vec<Interval>,
}

impl Scene {
    /// Returns nothing where nobody is on duty.
    async fn load(
        tx: &mut Tx,
        snapshot: Snapshot,
        request: &Request,
    ) -> Result<Option<Self>, AppError> {
        let now = request.now;
        let position = snapshot.position(now);
        let Some(current) = position.current() else { return Ok(None) };
        let Some(window) = Interval::new(now, current.ends_at) else { return Ok(None) };
        let serving = position.laid().map(|laid| laid.on_duty(now).seats).unwrap_or_default();
        if serving.is_empty() {
            return Ok(None);
        }
        let planned_at = current.planned_at;
        drop(position);
        let mut users: Vec<UserId> = snapshot.rotation.members.clone();
        users.extend(serving.iter().map(|served| served.user.clone()));
        users.push(request.actor.clone());
        let people = People::load(tx, &users).await?;
        let left = Left { planned_at, window, active: current.stretch.active };
        Ok(Some(Self { snapshot, people, left, serving }))
    }

    /// Returns who hands over: the one who asks where they are on duty, else the one seated first.
    fn hands_over(&self, actor: &UserId) -> Result<&Served, Refusal> {
        let own = self.serving.iter().find(|served| served.user == *actor);
        let served = own.or(self.serving.first()).ok_or(Refusal::Gone)?;
        self.permission(actor, &served.user).map(|()| served)
    }

    fn permission(&self, actor: &UserId, of: &UserId) -> Result<(), Refusal> {
        let circle = circle(&self.snapshot.rotation);
        may(&self.people.actor(actor), Act::HandOver { of, circle })
    }

    fn may_for_all(&self, actor: &UserId) -> bool {
        self.serving.iter().all(|served| self.permission(actor, &served.user).is_ok())
    }

    /// Returns the next in the order who is free for what is left, neither on duty nor covered by somebody.
    fn next_free(&self, now: DateTime<Utc>) -> Option<UserId> {
        let besides = self.serving.iter().flat_map(|served| {
            std::iter::once(served.user.clone()).chain(served.covered_for().cloned())
        });
        let besides: Vec<UserId> = besides.collect();
        let position = self.snapshot.position(now);
        let next = position.timeline().next_free(now, &besides)?;
        self.snapshot.rotation.members.contains(&next).then_some(next)
    }

    fn may_take(&self, to: &UserId) -> Result<(), Refusal> {
        let rotation = &self.snapshot.rotation;
        let why = if !rotation.members.contains(to) {
            Why::NoMember { name: rotation.name.clone() }
        } else if self.serving.iter().any(|served| served.user == *to) {
            Why::OnDutyAlready
        } else if !self.people.is_present(to) {
            Why::HasLeft
        } else {
            return Ok(());
        };
        Err(why.into())
    }
}

async fn hand_over(
    tx: &mut Tx,
    request: &Request,
    form: &HandOverForm,
) -> Result<Decision, AppError> {
    let now = request.now;
    let Some(snapshot) = walked(tx, request, form.rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let name = snapshot.rotation.name.clone();
    let Some(scene) = Scene::load(tx, snapshot, request).await? else {
        return Ok(Err(Why::NobodyOnDuty { name }.into()));
    };
    let served = scene.serving.iter().find(|served| served.user == form.from);
    let Some(served) = served.filter(|_| scene.left.planned_at == form.planned_at) else {
        return Ok(Err(Why::PassedMeanwhile.into()));
    };
    if let Err(refusal) = scene.permission(&request.actor, &served.user) {
        return Ok(Err(refusal));
    }
    let Some(to) = form.to.clone().or_else(|| scene.next_free(now)) else {
        return Ok(Err(Why::NobodyFree { name }.into()));
    };
    if let Err(refusal) = scene.may_take(&to) {
        return Ok(Err(refusal));
    }
    if !pass(tx, request, &scene, served, &to).await? {
        return Ok(Err(Why::PassedMeanwhile.into()));
    }
    tell(tx, request, &scene, &served.user, &to).await?;
    let (rotation, until) = (form.rotation, scene.left.window.end());
    Ok(Ok(Done::Lifecycle(Lived::HandedOver { rotation, to, until })))
}

/// Returns the locked rotation with every handoff that is due carried out.
pub(crate) async fn walked(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
) -> Result<Option<Snapshot>, AppError> {
    let now = request.now;
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(None);
    };
    let is_due = record.next_handoff_at.is_some_and(|at| at <= now);
    let snapshot = Snapshot::load(tx, record, now).await?;
    if !is_due {
        return Ok(Some(snapshot));
    }
    let rest = crate::hand_over::rest_after(snapshot.rotation.rest, now);
    apply(tx, &snapshot, &Edit { changes: Vec::new(), pauses: None, rest }, now).await?;
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(None);
    };
    Ok(Some(Snapshot::load(tx, record, now).await?))
}

/// Writes down that somebody else serves what is left; returns false where the duty came to `served` this very moment.
async fn pass(
    tx: &mut Tx,
    request: &Request,
    scene: &Scene,
    served: &Served,
    to: &UserId,
) -> Result<bool, AppError> {
    let (now, window) = (request.now, scene.left.window);
    let layers = &scene.snapshot.layers;
    let is_own = served.right != Right::Taken && !layers.is_by_cover(served, now);
    let of = match &served.right {
        // Whoever serves by a swap has the turn as if it were theirs.
        _ if is_own => Some(served.user.clone()),
        Right::CoverOf(holder) => Some(holder.clone()),
        Right::Own(_) | Right::Taken => None,
    };
    if !is_own {
        // Of overlapping cover the first made wins, so theirs ends before the next begins.
        let theirs = layers.covers.iter().find(|cover| {
            cover.user == served.user
                && cover.of == of
                && cover.starts_at <= now
                && now < cover.ends_at
        });
        let Some(theirs) = theirs else { return Ok(false) };
        if !tx.record_coverage_end(theirs.id, now).await? {
            return Ok(false);
        }
    }
    let id = CoverageId::new(store::new_id(now));
    // Handed back to the one whose turn it is, no cover is left.
    if of.as_ref() != Some(to) {
        let cover = CoverageRecord {
            id,
            rotation: scene.snapshot.rotation.id,
            planned_at: scene.left.planned_at,
            of,
            user: to.clone(),
            kind: CoverageKind::HandOver,
            request: None,
            starts_at: now,
            ends_at: window.end(),
            by: request.actor.clone(),
            created_at: now,
            undone: None,
        };
        crate::cover::insert(tx, &cover, now).await?;
    }
    let entry = Entry {
        action: "duty_handed_over",
        actor: Some(&request.actor),
        rotation: Some(scene.snapshot.rotation.id),
        subject: Some(to),
        details: json!({"planned_at": scene.left.planned_at, "from": served.user}),
    };
    audit::record(tx, now, entry).await?;
    Ok(true)
}

/// Ends the message of the one who hands over, and tells the channel and the one who takes over.
async fn tell(
    tx: &mut Tx,
    request: &Request,
    scene: &Scene,
    from: &UserId,
    to: &UserId,
) -> Result<(), AppError> {
    let (now, planned_at) = (request.now, scene.left.planned_at);
    let rotation = &scene.snapshot.rotation;
    end_duty(tx, rotation, planned_at, from, now, now).await?;
    let post = TurnEffect::HandoffPost {
        rotation: rotation.id,
        planned_at,
        missed_from: None,
        since: Some(now),
    };
    let channel = Recipient::Channel(rotation.channel.clone());
    tx.insert_delivery(&Envelope::new(post, channel), now, now).await?;
    let dm = TurnEffect::OnDutyDm {
        rotation: rotation.id,
        planned_at,
        missed_from: None,
        user: to.clone(),
        since: Some(now),
    };
    note::assign(tx, rotation, planned_at, std::slice::from_ref(to), now).await?;
    tx.insert_delivery(&Envelope::new(dm, Recipient::Person(to.clone())), now, now).await?;
    let Some(turn) = Interval::new(planned_at, scene.left.window.end()) else { return Ok(()) };
    let time = (turn, scene.left.active.as_slice());
    crate::duty::schedule_check(tx, rotation, time, to, Some(now), now).await
}

async fn said(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    to: &UserId,
    until: DateTime<Utc>,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let people = People::load(&mut tx, std::slice::from_ref(to)).await?;
    let reply = match tx.find_any_rotation(rotation).await? {
        None => Reply::Refused(Refusal::Gone),
        Some(record) => Reply::Lifecycle(lifecycle::Reply::HandedOver {
            name: record.name,
            to: people.person(to),
            until,
            zone: record.rules.zone.name().to_owned(),
        }),
    };
    Ok(Answer::Say(Box::new(reply)))
}
