//! A swap is asked for: by one of the two, or by who manages the rotation.

use super::Done as Swap;
use super::said::answered;
use super::tell;
use super::turns::{Turns, begins_at, key};
use crate::audit::{self, Entry};
use crate::home;
use crate::lifecycle::walked;
use crate::lookup::{self, circle};
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::snapshot::Snapshot;
use crate::{AppError, Request};
use domain::action::{Field, Modal as AnyModal};
use domain::date_words::parse_date;
use domain::ids::{RotationId, SwapId, UserId};
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply as Any};
use domain::story::swap::{
    Choice, ChooseModal, Command, ConfirmModal, Form, MOST_CHOICES, Modal, Refusal as Why, TurnKey,
};
use serde_json::json;
use store::{InboxItem, RotationRecord, Store, SwapRecord, SwapSide, SwapState, Tx};

/// Carries out what was typed: asks where both turns are named, else opens the form.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn command(
    store: &Store,
    request: &Request,
    wanted: &Command,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let all = tx.list_rotations().await?;
    let rotation = match lookup::one(all, wanted.rotation.as_deref(), request.channel.as_ref()) {
        Ok(rotation) => rotation,
        Err(refusal) => return Ok(refused(refusal)),
    };
    let chosen = match named(&mut tx, request, rotation, wanted).await? {
        Ok(Named::Form(modal)) => return Ok(Answer::Open(AnyModal::Swap(Modal::Choose(modal)))),
        Ok(Named::Both(form)) => form,
        Err(refusal) => return Ok(refused(refusal)),
    };
    drop(tx);
    Ok(match carry_out(store, request, &chosen).await? {
        Asked::Refused(refusal) => refused(refusal),
        Asked::Confirm(modal) => Answer::Open(AnyModal::Swap(Modal::Confirm(modal))),
        Asked::Done(reply) => Answer::Say(reply),
    })
}

/// Opens the form in which two turns of a rotation are chosen.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn open(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let Some(rotation) = tx.find_rotation(rotation).await? else {
        return Ok(refused(Refusal::Gone));
    };
    let wanted = Command { rotation: None, people: Vec::new(), days: Vec::new() };
    Ok(match named(&mut tx, request, rotation, &wanted).await? {
        Ok(Named::Form(modal)) => Answer::Open(AnyModal::Swap(Modal::Choose(modal))),
        Ok(Named::Both(_)) => refused(Refusal::Unreadable),
        Err(refusal) => refused(refusal),
    })
}

/// Asks for the swap that the form describes. What stands in the way is shown first, and what cannot be beside the field.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn ask(store: &Store, request: &Request, form: &Form) -> Result<Answer, AppError> {
    let missing = [(Field::OwnTurn, &form.own), (Field::OtherTurn, &form.other)]
        .into_iter()
        .filter(|(_, key)| key.is_none())
        .map(|(field, _)| (field, String::from("Please pick a turn.")));
    let missing: Vec<(Field, String)> = missing.collect();
    if !missing.is_empty() {
        return Ok(Answer::FieldErrors(missing));
    }
    Ok(match carry_out(store, request, form).await? {
        // The window in which that was confirmed has no fields.
        Asked::Refused(refusal @ Refusal::Swap(_)) if !form.is_confirmed => {
            Answer::FieldErrors(vec![(Field::OtherTurn, refusal.to_string())])
        }
        Asked::Refused(refusal) => refused(refusal),
        Asked::Confirm(modal) => Answer::Next(AnyModal::Swap(Modal::Confirm(modal))),
        Asked::Done(reply) => Answer::Say(reply),
    })
}

/// What was typed, with what can be read from it.
enum Named {
    /// Something is left to be chosen.
    Form(ChooseModal),
    /// Both turns.
    Both(Form),
}

/// What became of asking.
enum Asked {
    Refused(Refusal),
    Confirm(ConfirmModal),
    Done(Box<Any>),
}

async fn named(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationRecord,
    wanted: &Command,
) -> Result<Result<Named, Refusal>, AppError> {
    let now = request.now;
    let actor = &request.actor;
    let (one, with) = match wanted.people.as_slice() {
        [one, other] if other == actor => (other.clone(), Some(one.clone())),
        [one, other] => (one.clone(), Some(other.clone())),
        [other] => (actor.clone(), Some(other.clone())),
        _ => (actor.clone(), None),
    };
    let people = People::load(tx, std::slice::from_ref(actor)).await?;
    let may_for_others = may(&people.actor(actor), Act::Manage(circle(&rotation))).is_ok();
    if let Err(refusal) = permission(&people, actor, &rotation, &[&one]) {
        return Ok(Err(refusal));
    }
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    let rotation = &snapshot.rotation;
    let zone = &rotation.rules.zone;
    let turns = Turns::of(&snapshot, now);
    let on_day = |user: &UserId, typed: &String| {
        let day = parse_date(typed, zone.date_of(now))?;
        let who = if user == actor { "You have" } else { "That person has" };
        let name = rotation.name.clone();
        let found = turns.on_day(user, day, zone);
        found.ok_or(Refusal::Swap(Why::NoTurnThen { name, who, day }))
    };
    let chosen_own = match wanted.days.first().map(|typed| on_day(&one, typed)).transpose() {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let second = wanted.days.get(1).zip(with.as_ref());
    let chosen_other = match second.map(|(typed, with)| on_day(with, typed)).transpose() {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if chosen_own.is_some() && chosen_other.is_some() {
        let rotation = rotation.id;
        let form = Form { rotation, own: chosen_own, other: chosen_other, is_confirmed: false };
        return Ok(Ok(Named::Both(form)));
    }
    let free: Vec<Choice> = turns.free().collect();
    Ok(form(&snapshot, &free, (&one, with.as_ref()), may_for_others).map(|modal| {
        let chosen_own = chosen_own.or(modal.chosen_own);
        Named::Form(ChooseModal { chosen_own, ..modal })
    }))
}

/// Returns the form with the soonest turns of the two chosen.
fn form(
    snapshot: &Snapshot,
    free: &[Choice],
    (one, with): (&UserId, Option<&UserId>),
    may_for_others: bool,
) -> Result<ChooseModal, Refusal> {
    let rotation = &snapshot.rotation;
    let name = rotation.name.clone();
    let of = |user: &UserId| free.iter().find(|it| it.person.user == *user).map(Choice::key);
    let chosen_own = of(one);
    let is_given = |choice: &&Choice| may_for_others || choice.person.user == *one;
    let own: Vec<Choice> = free.iter().filter(is_given).take(MOST_CHOICES).cloned().collect();
    if own.is_empty() {
        return Err(Why::NoOwnTurn { name }.into());
    }
    let is_other = |choice: &&Choice| may_for_others || choice.person.user != *one;
    let others: Vec<Choice> = free.iter().filter(is_other).take(MOST_CHOICES).cloned().collect();
    if others.iter().all(|choice| choice.person.user == own[0].person.user) {
        return Err(Why::NoOtherTurn { name }.into());
    }
    Ok(ChooseModal {
        rotation: rotation.id,
        name,
        zone: rotation.rules.zone.name().to_owned(),
        own,
        others,
        chosen_own,
        chosen_other: with.and_then(of),
        is_for_others: may_for_others,
    })
}

async fn carry_out(store: &Store, request: &Request, form: &Form) -> Result<Asked, AppError> {
    let (Some(own), Some(other)) = (&form.own, &form.other) else {
        return Ok(Asked::Refused(Refusal::Unreadable));
    };
    let mut tx = store.read(request.workspace).await?;
    if !form.is_confirmed
        && let Some(modal) = in_the_way(&mut tx, request, form.rotation, (own, other)).await?
    {
        return Ok(Asked::Confirm(modal));
    }
    drop(tx);
    let act = async |tx: &mut Tx| insert(tx, request, form.rotation, (own, other)).await;
    match once(store, request, act).await? {
        Ok(done) => Ok(Asked::Done(Box::new(answered(store, request, Ok(done)).await?))),
        Err(refusal) => Ok(Asked::Refused(refusal)),
    }
}

/// Returns the modal that shows what stands in the way, where something does and the swap can be asked for.
async fn in_the_way(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    (own, other): (&TurnKey, &TurnKey),
) -> Result<Option<ConfirmModal>, AppError> {
    let Some(record) = tx.find_rotation(rotation).await? else { return Ok(None) };
    let snapshot = Snapshot::load(tx, record, request.now).await?;
    let turns = Turns::of(&snapshot, request.now);
    let users = [request.actor.clone(), own.user.clone(), other.user.clone()];
    let people = People::load(tx, &users).await?;
    let may_ask =
        permission(&people, &request.actor, &snapshot.rotation, &[&own.user, &other.user]);
    if may_ask.is_err() || turns.check(own, other, None).is_err() {
        return Ok(None);
    }
    let conflicts = turns.conflicts(&snapshot.people, own, other);
    let side = |key: &TurnKey| {
        let (user, planned_at) = (key.user.clone(), key.planned_at);
        turns.side(&people, &SwapSide { user, planned_at, agreed_at: None })
    };
    Ok((!conflicts.is_empty()).then(|| ConfirmModal {
        rotation,
        name: snapshot.rotation.name.clone(),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
        sides: [side(own), side(other)],
        conflicts,
    }))
}

async fn insert(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    (own, other): (&TurnKey, &TurnKey),
) -> Result<Decision, AppError> {
    let (now, actor) = (request.now, &request.actor);
    let Some(snapshot) = walked(tx, request, rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let people = People::load(tx, std::slice::from_ref(actor)).await?;
    let users = [&own.user, &other.user];
    if let Err(refusal) = permission(&people, actor, &snapshot.rotation, &users) {
        return Ok(Err(refusal));
    }
    if let Err(why) = Turns::of(&snapshot, now).check(own, other, None) {
        return Ok(Err(why.into()));
    }
    // Of one of the two who asks, theirs is the first turn.
    let (first, second) = if other.user == *actor { (other, own) } else { (own, other) };
    let side = |key: &TurnKey| SwapSide {
        user: key.user.clone(),
        planned_at: key.planned_at,
        agreed_at: (key.user == *actor).then_some(now),
    };
    let swap = SwapRecord {
        id: SwapId::new(store::new_id(now)),
        rotation,
        asked_by: actor.clone(),
        a: side(first),
        b: side(second),
        state: SwapState::Asked,
        created_at: now,
        closed_by: None,
        closed_at: None,
    };
    debug_assert_ne!(key(&swap.a), key(&swap.b), "two turns are swapped");
    tx.insert_swap(&swap).await?;
    let begins = begins_at(&swap);
    let item = InboxItem::SwapBegins { swap: swap.id };
    tx.insert_inbox_at(&item, &format!("swap:{}", swap.id), begins, now).await?;
    let entry = Entry {
        action: "swap_asked",
        actor: Some(actor),
        rotation: Some(rotation),
        subject: Some(&swap.b.user),
        details: json!({"swap": swap.id, "turns": swap.turns()}),
    };
    audit::record(tx, now, entry).await?;
    tell::asked(tx, &swap, now).await?;
    home::touch(tx, home::people_of(&snapshot.rotation), now).await?;
    Ok(Ok(Done::Swap(Swap::Asked { id: swap.id })))
}

/// A member asks for a turn of their own, whoever manages the rotation for anybody's.
fn permission(
    people: &People,
    actor: &UserId,
    rotation: &RotationRecord,
    users: &[&UserId],
) -> Result<(), Refusal> {
    let who = people.actor(actor);
    if users.contains(&actor) && rotation.members.contains(actor) {
        return may(&who, Act::Serve(circle(rotation)));
    }
    let act = if users.contains(&actor) { Act::Arrange } else { Act::Manage };
    may(&who, act(circle(rotation)))
}

fn refused(refusal: Refusal) -> Answer {
    Answer::Say(Box::new(Any::Refused(refusal)))
}
