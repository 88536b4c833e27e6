//! A turn that nobody could serve gets someone: who presses "Take it", or the next in order with "Assign anyway".

use crate::audit::{self, Entry};
use crate::home;
use crate::lookup::circle;
use crate::note;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::effect::{Envelope, Recipient, TurnEffect};
use domain::ids::{CoverageId, RotationId, UserId};
use domain::interval::Interval;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::Reply;
use serde_json::json;
use store::{CoverageKind, CoverageRecord, Store, StoreError, TurnRecord, Tx};

/// How the turn gets someone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The one who presses serves.
    Take,
    /// The next in the order serves although away.
    Assign,
}

/// Gives the rest of an unassigned turn to someone. It is coverage, so `last_turn` stays; the first press wins.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn take_turn(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    way: Way,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| take(tx, request, rotation, planned_at, way).await;
    let decision = match once(store, request, act).await {
        Err(AppError::Store(StoreError::Conflict { .. })) => Err(Refusal::TurnIsTaken),
        other => other?,
    };
    match decision {
        Ok(Done::TurnTaken { rotation, user, until, .. }) => {
            say(store, request, rotation, &user, until).await
        }
        Ok(_) => Ok(Reply::Refused(Refusal::Unreadable)),
        Err(refusal) => Ok(Reply::Refused(refusal)),
    }
}

async fn take(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    way: Way,
) -> Result<Decision, AppError> {
    let Some(record) = tx.lock_rotation(rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let Some(turn) = tx.find_turn(rotation, planned_at).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let snapshot = Snapshot::load(tx, record, request.now).await?;
    let actor = &request.actor;
    let people = People::load(tx, std::slice::from_ref(actor)).await?;
    let circle = circle(&snapshot.rotation);
    let act = match way {
        Way::Take => Act::Serve(circle),
        Way::Assign => Act::Arrange(circle),
    };
    if let Err(refusal) = may(&people.actor(actor), act) {
        return Ok(Err(refusal));
    }
    // A rest that begins during a turn ends it.
    if snapshot.position(request.now).current().is_some_and(|current| current.is_paused()) {
        return Ok(Err(Refusal::TurnIsOver));
    }
    let window = match open_window(tx, &turn, request.now).await? {
        Ok(window) => window,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (user, kind) = match way {
        Way::Take => (request.actor.clone(), CoverageKind::Take),
        Way::Assign => match next_present(&snapshot) {
            Some(user) => (user, CoverageKind::Assign),
            None => return Ok(Err(Refusal::Gone)),
        },
    };
    let cover = CoverageRecord {
        id: CoverageId::new(store::new_id(request.now)),
        rotation,
        planned_at,
        of: None,
        user: user.clone(),
        kind,
        request: None,
        starts_at: window.start(),
        ends_at: window.end(),
        by: request.actor.clone(),
        created_at: request.now,
        undone: None,
    };
    crate::cover::insert(tx, &cover, request.now).await?;
    let entry = Entry {
        action: "turn_taken",
        actor: Some(&request.actor),
        rotation: Some(rotation),
        subject: Some(&user),
        details: json!({"planned_at": planned_at, "coverage": cover.id}),
    };
    audit::record(tx, request.now, entry).await?;
    tell(tx, request, &snapshot, &cover).await?;
    home::touch(tx, home::people_of(&snapshot.rotation), request.now).await?;
    let until = cover.ends_at;
    Ok(Ok(Done::TurnTaken { rotation, coverage: cover.id, user, until }))
}

/// Returns what is left of the turn, where nobody has it.
async fn open_window(
    tx: &mut Tx,
    turn: &TurnRecord,
    now: DateTime<Utc>,
) -> Result<Result<Interval, Refusal>, AppError> {
    let Some(left) = Interval::new(turn.planned_at.max(now), turn.ends_at) else {
        return Ok(Err(Refusal::TurnIsOver));
    };
    let is_taken =
        turn.holder().is_some() || !tx.list_coverages(turn.rotation, left).await?.is_empty();
    Ok(if is_taken { Err(Refusal::TurnIsTaken) } else { Ok(left) })
}

/// Returns the next in the order who is present in Slack, away or not.
fn next_present(snapshot: &Snapshot) -> Option<UserId> {
    let standing = snapshot.standing();
    let mut ring = standing.roster.after(standing.order.last_turn.as_ref());
    ring.find(|member| member.is_present).map(|member| member.user.clone())
}

/// Tells the one who serves, and replaces every post that asked.
async fn tell(
    tx: &mut Tx,
    request: &Request,
    snapshot: &Snapshot,
    cover: &CoverageRecord,
) -> Result<(), AppError> {
    let now = request.now;
    let CoverageRecord { rotation, planned_at, user, .. } = cover;
    let dm = TurnEffect::OnDutyDm {
        rotation: *rotation,
        planned_at: *planned_at,
        missed_from: None,
        user: user.clone(),
        since: None,
    };
    let dm = Envelope::new(dm, Recipient::Person(user.clone()));
    note::assign(tx, &snapshot.rotation, *planned_at, std::slice::from_ref(user), now).await?;
    if *user == request.actor {
        tx.insert_answer(&dm, now, now).await?;
    } else {
        tx.insert_delivery(&dm, now, now).await?;
    }
    let zone = &snapshot.rotation.rules.zone;
    let turn = Interval::new(*planned_at, cover.ends_at);
    let covers = match turn {
        Some(turn) => tx.list_coverages(*rotation, turn).await?,
        None => Vec::new(),
    };
    let taken = covers.iter().filter(|cover| cover.of.is_none()).count();
    let asked = days(zone.date_of(*planned_at), zone.date_of(now)).flat_map(|day| {
        std::iter::once((day, None)).chain((1..taken).map(move |again| (day, Some(again))))
    });
    for (day, again) in asked {
        let resolved = TurnEffect::UnassignedResolved {
            rotation: *rotation,
            planned_at: *planned_at,
            day,
            again,
            user: user.clone(),
        };
        let to = Recipient::Channel(snapshot.rotation.channel.clone());
        let envelope = Envelope::new(resolved, to);
        let Some(asked) = envelope.updates(request.workspace) else { continue };
        if tx.find_delivery(asked).await?.is_some() {
            tx.insert_delivery(&envelope, now, now).await?;
        }
    }
    Ok(())
}

/// Returns the days from the first to the last, both inclusive, at most the newest 31.
fn days(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let first = first.max(last - TimeDelta::days(31));
    first.iter_days().take_while(move |day| *day <= last)
}

async fn say(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    user: &UserId,
    until: DateTime<Utc>,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(record) = tx.find_rotation(rotation).await? else {
        return Ok(Reply::Refused(Refusal::Gone));
    };
    let people = People::load(&mut tx, std::slice::from_ref(user)).await?;
    Ok(Reply::TurnTaken {
        rotation: record.name,
        person: people.person(user),
        until,
        zone: record.rules.zone.name().to_owned(),
    })
}
