//! A rotation is made.

use crate::announce;
use crate::audit::{self, Entry};
use crate::billing;
use crate::duty;
use crate::home;
use crate::outcome::{Done, once};
use crate::people::People;
use crate::read;
use crate::roster::unfit;
use crate::settings;
use crate::{AppError, Request};
use chrono::{DateTime, TimeDelta, Utc};
use domain::action::{CreateForm, Field};
use domain::effect::{Envelope, Recipient, StartEffect};
use domain::form::{NewRotation, read_create_form};
use domain::grid::Grid;
use domain::ids::{RotationId, UserId};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::settings::RotationSettings;
use domain::story::roster::Unfit;
use domain::timeline::Kept;
use serde_json::json;
use store::{InboxItem, RotationRecord, Store, StoreError, Tx};

/// How long after it was made a rotation is first spoken of, so that the members' names are known and nobody is called
/// by it.
pub(crate) const NAMES_FIRST: TimeDelta = TimeDelta::seconds(2);

/// Makes the rotation that the modal describes, or answers with what is wrong beside the fields.
///
/// A rotation whose first handoff has passed already begins with the turn that runs now: the first member holds it.
///
/// # Errors
///
/// When the database cannot be reached; nothing is saved then.
pub async fn create_rotation(
    store: &Store,
    request: &Request,
    form: &CreateForm,
) -> Result<Answer, AppError> {
    let new = match read_create_form(form, request.now) {
        Ok(new) => new,
        Err(faults) => return Ok(Answer::FieldErrors(faults)),
    };
    let record = match plan_record(&new, request) {
        Ok(record) => record,
        Err(fault) => return Ok(Answer::FieldErrors(vec![fault])),
    };
    if let Some(fault) = find_unfit(store, request, &new).await? {
        return Ok(Answer::FieldErrors(vec![fault]));
    }
    let act = async |tx: &mut Tx| insert(tx, &record, request).await;
    let decision = once(store, request, act).await;
    if let Err(AppError::Store(StoreError::Conflict { constraint })) = &decision
        && *constraint == "rotations_name"
    {
        let text = "There is a rotation with this name already. Please choose another.";
        return Ok(Answer::FieldErrors(vec![(Field::Name, text.to_owned())]));
    }
    let reply = match decision? {
        Ok(Done::RotationCreated { rotation }) => created(store, request, rotation).await?,
        Ok(_) => Reply::Refused(Refusal::Unreadable),
        Err(refusal) => Reply::Refused(refusal),
    };
    Ok(Answer::Say(Box::new(reply)))
}

/// Returns what is wrong with members of whom it is known that they cannot be on duty.
async fn find_unfit(
    store: &Store,
    request: &Request,
    new: &NewRotation,
) -> Result<Option<(Field, String)>, AppError> {
    let mut tx = store.read(request.workspace).await?;
    let own = tx.find_workspace().await?.map(|workspace| workspace.bot_user);
    let people = People::load(&mut tx, &new.members).await?;
    let named = |user: &UserId| people.person(user).name.unwrap_or_else(|| user.to_string());
    Ok(new.members.iter().find_map(|user| {
        let why = if Some(user) == own.as_ref() {
            String::from("Asyncbot is a bot, and bots cannot be on duty.")
        } else {
            match unfit(&people, user)? {
                Unfit::Bot => format!("{} is a bot, and bots cannot be on duty.", named(user)),
                Unfit::Deactivated => format!("{} has left Slack.", named(user)),
                Unfit::Guest | Unfit::Unknown => {
                    format!("{} is a guest here, and guests can only look.", named(user))
                }
            }
        };
        Some((Field::Members, format!("{why} Please choose people who can take a turn.")))
    }))
}

fn plan_record(new: &NewRotation, request: &Request) -> Result<RotationRecord, (Field, String)> {
    let too_far = || {
        (
            Field::FirstDay,
            "The calendar does not reach that far. Please choose a nearer day.".to_owned(),
        )
    };
    let grid = Grid::new(&new.rules);
    let first = first_handoff(&grid, request.now).ok_or_else(too_far)?;
    Ok(RotationRecord {
        id: RotationId::new(store::new_id(request.now)),
        name: new.name.clone(),
        channel: new.channel.clone(),
        rules: new.rules.clone(),
        members: new.members.clone(),
        last_turn: None,
        next_turn: first.0,
        next_handoff_at: Some(first.1),
        kept: Some(Kept::beginning(first.0, None)),
        settings: RotationSettings::default(),
        rest: None,
        channel_fault: None,
        deleted_at: None,
        revision: 0,
        created_by: request.actor.clone(),
        created_at: request.now,
    })
}

/// Returns the turn that runs now, else the first to come, with its instant.
fn first_handoff(grid: &Grid, now: DateTime<Utc>) -> Option<(u64, DateTime<Utc>)> {
    match grid.turn_at(now) {
        Some(turn) => grid.turn(turn).map(|window| (turn, window.start())),
        None => grid.first_at_or_after(now),
    }
}

async fn insert(
    tx: &mut Tx,
    record: &RotationRecord,
    request: &Request,
) -> Result<Result<Done, Refusal>, AppError> {
    let actor = std::slice::from_ref(&request.actor);
    let people = People::load(tx, actor).await?;
    if let Err(refusal) = settings::may_create(tx, &people.actor(&request.actor)).await? {
        return Ok(Err(refusal));
    }
    if let Err(refusal) = billing::take_room(tx, None).await? {
        return Ok(Err(refusal));
    }
    tx.insert_rotation(record).await?;
    let entry = Entry {
        action: "rotation_created",
        actor: Some(&request.actor),
        rotation: Some(record.id),
        subject: None,
        details: json!({"members": record.members.len(), "channel": record.channel}),
    };
    audit::record(tx, request.now, entry).await?;
    let effect = StartEffect::RotationCreated { rotation: record.id };
    let to = Recipient::Channel(record.channel.clone());
    let at = request.now + NAMES_FIRST;
    tx.insert_delivery(&Envelope::new(effect, to), at, request.now).await?;
    let mut users = record.members.clone();
    if !users.contains(&request.actor) {
        users.push(request.actor.clone());
    }
    let people = People::load(tx, &record.members).await?;
    let known = (&record.rules, &people);
    let (members, next) = (&record.members, record.next_handoff_at);
    duty::schedule_reminder(tx, record, members, known, next, request.now).await?;
    announce::schedule_summary(tx, record.id, &record.rules.zone, request.now).await?;
    let refresh = InboxItem::RefreshPeople { users };
    tx.insert_inbox(&refresh, &format!("people:{}", record.id), request.now).await?;
    home::touch(tx, home::people_of(record), request.now).await?;
    home::touch_admins(tx, request.now).await?;
    Ok(Ok(Done::RotationCreated { rotation: record.id }))
}

async fn created(
    store: &Store,
    request: &Request,
    rotation: RotationId,
) -> Result<Reply, AppError> {
    let mut tx = store.read(request.workspace).await?;
    match tx.find_rotation(rotation).await? {
        Some(record) => Ok(Reply::Created(read::card(&mut tx, record, request.now).await?)),
        None => Ok(Reply::Refused(Refusal::Gone)),
    }
}
