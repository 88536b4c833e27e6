//! A rotation is edited: its name, its channel, its rules. What the edit does is seen before it is saved.

use super::{Lived, fault_kept};
use crate::audit::{self, Entry};
use crate::home;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::read::{card, turn_line};
use crate::roster::unfit;
use crate::snapshot::Snapshot;
use crate::walk::{Edit, carry_out, difference};
use crate::{AppError, Request};
use domain::action::{Field, Modal};
use domain::change::{Change, Timed};
use domain::effect::{Envelope, LifecycleEffect, Recipient};
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use domain::message::Person;
use domain::permission::{Act, may};
use domain::preview::Coming;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply, TurnLine};
use domain::story::lifecycle::{
    self, CUSTOM, EditDefaults, EditForm, Edited, Refusal as Why, Step, read_edit_form,
    read_main_fields,
};
use serde_json::json;
use store::{InboxItem, RotationRecord, Store, StoreError, Tx};

/// How many of the next turns the form shows as they are.
const TURNS_SHOWN: usize = 3;

/// The most people whose dates move that are named.
const MOST_MOVED: usize = 20;

/// Returns the modal in which a rotation is edited, filled with what is so.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn edit_form(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Answer, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let snapshot = match managed(&mut tx, request, rotation, false).await? {
        Ok(snapshot) => snapshot,
        Err(refusal) => return Ok(refused(refusal)),
    };
    let record = &snapshot.rotation;
    let turns = snapshot.position(request.now).coming(TURNS_SHOWN);
    Ok(Answer::Open(Modal::Lifecycle(lifecycle::Modal::Edit(Box::new(EditDefaults {
        rotation,
        revision: record.revision,
        form: EditForm::of(&record.name, &record.channel, &record.rules),
        cadence: record.rules.cadence.in_words(),
        turns: turns.iter().map(|turn| turn_line(&snapshot, turn)).collect(),
    })))))
}

/// Carries out a step of the edit: asks for more, shows what it does, or saves it.
///
/// What changes neither the handoffs nor who serves is saved at once; everything else is shown first.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn submit(
    store: &Store,
    request: &Request,
    step: Step,
    (rotation, revision): (RotationId, u64),
    form: &EditForm,
) -> Result<Answer, AppError> {
    if step == Step::Confirm {
        return save(store, request, step, (rotation, revision), form).await;
    }
    let mut tx = store.read(request.workspace).await?;
    let snapshot = match managed(&mut tx, request, rotation, false).await? {
        Ok(snapshot) => snapshot,
        Err(refusal) => return Ok(refused(refusal)),
    };
    let record = &snapshot.rotation;
    if record.revision != revision {
        return Ok(refused(Why::ChangedMeanwhile { name: record.name.clone() }.into()));
    }
    let is_custom = form.cadence.as_deref() == Some(CUSTOM);
    if step == Step::Main && is_custom {
        if let Err(errors) = read_main_fields(form, &record.rules, request.now) {
            return Ok(Answer::FieldErrors(errors));
        }
        if let Some(fault) = fault_of_main(&mut tx, record, form).await? {
            return Ok(Answer::FieldErrors(vec![fault]));
        }
        let as_it_is = EditForm::of(&record.name, &record.channel, &record.rules);
        let EditForm { every, unit, weekdays, nth_weekday, .. } = as_it_is;
        let form = Box::new(EditForm { every, unit, weekdays, nth_weekday, ..form.clone() });
        let custom = lifecycle::Modal::Custom { rotation, revision, form };
        return Ok(Answer::Next(Modal::Lifecycle(custom)));
    }
    let edited = match read_edit_form(form, &record.rules, request.now) {
        Ok(edited) => edited,
        Err(errors) => return Ok(Answer::FieldErrors(on_the_step(errors, step))),
    };
    if let Some(fault) = fault_of_main(&mut tx, record, form).await? {
        return Ok(told(step, fault, &edited.name));
    }
    if edited.rules == record.rules {
        drop(tx);
        return save(store, request, step, (rotation, revision), form).await;
    }
    let change = change(&mut tx, &snapshot, request, edited, revision, form).await?;
    Ok(Answer::Next(Modal::Lifecycle(lifecycle::Modal::Confirm(Box::new(change)))))
}

const NAME_TAKEN: &str = "There is a rotation with this name already. Please choose another.";

const CANNOT_STAND_IN: &str =
    "Only a full member of this workspace can stand in. Please choose somebody else.";

/// Returns what is wrong with a field of the first step, by what else there is in the workspace.
async fn fault_of_main(
    tx: &mut Tx,
    record: &RotationRecord,
    form: &EditForm,
) -> Result<Option<(Field, String)>, AppError> {
    let name = form.name.as_deref().unwrap_or_default().trim();
    if name_is_taken(tx, record.id, name).await? {
        return Ok(Some((Field::Name, NAME_TAKEN.to_owned())));
    }
    let Some(new) = new_fallback(record, form.fallback.as_ref()) else { return Ok(None) };
    let people = People::load(tx, std::slice::from_ref(new)).await?;
    Ok(unfit(&people, new).map(|_| (Field::Fallback, CANNOT_STAND_IN.to_owned())))
}

/// Returns who is to stand in from now on and did not before.
fn new_fallback<'a>(record: &RotationRecord, chosen: Option<&'a UserId>) -> Option<&'a UserId> {
    chosen.filter(|user| record.rules.fallback.as_ref() != Some(user))
}

/// Returns the answer that tells of a fault of the first step: beside its field, where the step has that.
fn told(step: Step, (field, text): (Field, String), name: &str) -> Answer {
    match (step, field) {
        (Step::Main, _) => Answer::FieldErrors(vec![(field, text)]),
        (_, Field::Name) => refused(Why::NameTaken { name: name.to_owned() }.into()),
        _ => refused(Why::HasLeft.into()),
    }
}

/// Returns the errors beside fields that the step shows; an error of an earlier step stands at the first field.
fn on_the_step(errors: Vec<(Field, String)>, step: Step) -> Vec<(Field, String)> {
    let is_custom_field =
        |field| matches!(field, Field::Every | Field::Unit | Field::Weekdays | Field::NthWeekday);
    let place = |field: Field| match step {
        Step::Custom if !is_custom_field(field) => Field::Every,
        Step::Main if is_custom_field(field) => Field::Cadence,
        _ => field,
    };
    errors.into_iter().map(|(field, text)| (place(field), text)).collect()
}

/// Returns what the edit does to the next turns, and whose dates move.
async fn change(
    tx: &mut Tx,
    snapshot: &Snapshot,
    request: &Request,
    edited: Edited,
    revision: u64,
    form: &EditForm,
) -> Result<lifecycle::Change, AppError> {
    let now = request.now;
    let (cadence, zone) = (edited.rules.cadence.in_words(), edited.rules.zone.name().to_owned());
    let changes = [Timed { at: now, what: Change::Rules(Box::new(edited.rules)) }];
    let difference = difference(snapshot, &changes, &snapshot.pauses(), now);
    let mut users: Vec<UserId> = snapshot.rotation.members.clone();
    let turns = difference.before.iter().chain(&difference.after);
    users.extend(turns.flat_map(|turn| turn.people.iter().map(|(user, _)| user.clone())));
    let people = People::load(tx, &users).await?;
    let lines = |turns: &[Coming]| turns.iter().map(|turn| line(&people, turn)).collect();
    let moved = difference.moved.iter().take(MOST_MOVED).map(|moved| {
        let start = |window: &Option<Interval>| window.map(Interval::start);
        lifecycle::MovedLine {
            person: people.person(&moved.user),
            was: start(&moved.was),
            is: start(&moved.is),
        }
    });
    Ok(lifecycle::Change {
        rotation: snapshot.rotation.id,
        revision,
        form: Box::new(form.clone()),
        name: edited.name,
        cadence,
        zone,
        before: lines(&difference.before),
        after: lines(&difference.after),
        moved: moved.collect(),
    })
}

fn line(people: &People, turn: &Coming) -> TurnLine {
    let persons: Vec<Person> = turn.people.iter().map(|(user, _)| people.person(user)).collect();
    TurnLine {
        start: turn.window.start(),
        end: turn.window.end(),
        people: persons,
        covers: Vec::new(),
        is_paused: false,
        is_stopped: false,
        skipped: Vec::new(),
    }
}

async fn save(
    store: &Store,
    request: &Request,
    step: Step,
    (rotation, revision): (RotationId, u64),
    form: &EditForm,
) -> Result<Answer, AppError> {
    let mut is_unchanged = None;
    let act =
        async |tx: &mut Tx| write(tx, request, (rotation, revision), form, &mut is_unchanged).await;
    let decision = match once(store, request, act).await {
        Err(AppError::Store(StoreError::Conflict { constraint: "rotations_name" })) => {
            let name = form.name.as_deref().unwrap_or_default().trim();
            return Ok(told(step, (Field::Name, NAME_TAKEN.to_owned()), name));
        }
        other => other?,
    };
    if let Some(name) = is_unchanged {
        let reply = Reply::Lifecycle(lifecycle::Reply::Unchanged { name });
        return Ok(Answer::Say(Box::new(reply)));
    }
    match decision {
        Ok(Done::Lifecycle(Lived::Edited { rotation })) => {
            let mut tx = store.read(request.workspace).await?;
            let Some(record) = tx.find_rotation(rotation).await? else {
                return Ok(refused(Refusal::Gone));
            };
            let card = Box::new(card(&mut tx, record, request.now).await?);
            let reply = Reply::Lifecycle(lifecycle::Reply::Edited(card));
            Ok(Answer::Say(Box::new(reply)))
        }
        Ok(_) => Ok(refused(Refusal::Unreadable)),
        Err(refusal) => Ok(refused(refusal)),
    }
}

/// Saves what is otherwise than before; notes the rotation's name where nothing is.
async fn write(
    tx: &mut Tx,
    request: &Request,
    (rotation, revision): (RotationId, u64),
    form: &EditForm,
    is_unchanged: &mut Option<String>,
) -> Result<Decision, AppError> {
    let snapshot = match managed(tx, request, rotation, true).await? {
        Ok(snapshot) => snapshot,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let record = &snapshot.rotation;
    if record.revision != revision {
        return Ok(Err(Why::ChangedMeanwhile { name: record.name.clone() }.into()));
    }
    // It was read before it was shown; what can no longer be read is told as a whole.
    let Ok(edited) = read_edit_form(form, &record.rules, request.now) else {
        return Ok(Err(Refusal::Unreadable));
    };
    let has_other_rules = edited.rules != record.rules;
    let has_other_name = edited.name != record.name;
    let has_other_channel = edited.channel != record.channel;
    if !has_other_rules && !has_other_name && !has_other_channel {
        *is_unchanged = Some(record.name.clone());
        return Ok(Err(Refusal::Unreadable));
    }
    if has_other_name {
        tx.record_rotation_name(rotation, &edited.name).await?;
    }
    if has_other_name || has_other_channel {
        let mut settings = record.settings.clone();
        if has_other_name {
            settings.former_name = Some(record.name.clone());
        }
        tx.record_rotation_settings(rotation, &edited.channel, &settings).await?;
        if let Some(fault) = fault_kept(record.channel_fault, !has_other_channel) {
            tx.record_channel_fault(rotation, Some(fault)).await?;
        }
    }
    tell(tx, request, &snapshot, &edited).await?;
    record_event(tx, request, rotation, [has_other_rules, has_other_name, has_other_channel])
        .await?;
    if let Some(new) = new_fallback(record, edited.rules.fallback.as_ref()) {
        let people = People::load(tx, std::slice::from_ref(new)).await?;
        if unfit(&people, new).is_some() {
            return Ok(Err(Why::HasLeft.into()));
        }
        // Whoever stands in now may be known to nobody yet.
        let refresh = InboxItem::RefreshPeople { users: vec![new.clone()] };
        let key = format!("stands_in:{rotation}:{revision}");
        tx.insert_inbox(&refresh, &key, request.now).await?;
    }
    if has_other_rules {
        let edit = Edit::of(&snapshot, Change::Rules(Box::new(edited.rules)), request.now);
        carry_out(tx, &snapshot, &edit, Some(&request.actor), request.now).await?;
    } else {
        tx.record_rotation_revision(rotation).await?;
        home::touch(tx, home::people_of(record), request.now).await?;
    }
    if has_other_name || has_other_channel {
        home::touch_admins(tx, request.now).await?;
    }
    Ok(Ok(Done::Lifecycle(Lived::Edited { rotation })))
}

/// Tells the channel of another name, and both channels where it moves.
async fn tell(
    tx: &mut Tx,
    request: &Request,
    snapshot: &Snapshot,
    edited: &Edited,
) -> Result<(), AppError> {
    let record = &snapshot.rotation;
    let (rotation, now, by) = (record.id, request.now, &request.actor);
    if edited.name != record.name {
        let effect = LifecycleEffect::RotationRenamed { rotation, by: by.clone(), changed_at: now };
        let to = Recipient::Channel(edited.channel.clone());
        tx.insert_delivery(&Envelope::new(effect, to), now, now).await?;
    }
    if edited.channel != record.channel {
        for channel in [&record.channel, &edited.channel] {
            let effect = LifecycleEffect::ChannelChanged {
                rotation,
                by: by.clone(),
                changed_at: now,
                from: record.channel.clone(),
                into: edited.channel.clone(),
            };
            let to = Recipient::Channel(channel.clone());
            tx.insert_delivery(&Envelope::new(effect, to), now, now).await?;
        }
    }
    Ok(())
}

async fn record_event(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    [rules, name, channel]: [bool; 3],
) -> Result<(), AppError> {
    let entry = Entry {
        action: "rotation_edited",
        actor: Some(&request.actor),
        rotation: Some(rotation),
        subject: None,
        details: json!({"rules": rules, "name": name, "channel": channel}),
    };
    audit::record(tx, request.now, entry).await
}

async fn name_is_taken(tx: &mut Tx, rotation: RotationId, name: &str) -> Result<bool, AppError> {
    let key = name.to_lowercase();
    let others = tx.list_rotations().await?;
    Ok(others.iter().any(|other| other.id != rotation && other.name.to_lowercase() == key))
}

/// Returns the rotation where the one who asks may manage it.
async fn managed(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    is_locked: bool,
) -> Result<Result<Snapshot, Refusal>, AppError> {
    let found = if is_locked {
        tx.lock_rotation(rotation).await?
    } else {
        tx.find_rotation(rotation).await?
    };
    let Some(record) = found else { return Ok(Err(Refusal::Gone)) };
    let people = People::load(tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Manage(circle(&record))) {
        return Ok(Err(refusal));
    }
    Ok(Ok(Snapshot::load(tx, record, request.now).await?))
}

fn refused(refusal: Refusal) -> Answer {
    Answer::Say(Box::new(Reply::Refused(refusal)))
}
