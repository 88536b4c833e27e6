//! What is due of a request at its times: it is posted, people are reminded, its window begins and ends.

use super::case::{Case, tell_post, turn_to};
use super::settle::{close, is_away_in, is_theirs};
use super::turns::turns_in;
use crate::AppError;
use crate::home;
use crate::people::People;
use crate::snapshot::Snapshot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::coverage::reminders::{next_reminder, passed_reminders};
use domain::effect::{CoverNews, Envelope, Recipient, RequestEffect};
use domain::ids::{ChannelId, CoverRequestId, UserId, WorkspaceId};
use store::{
    CoverRequestRecord, CoverRequestState, CoverStep, InboxItem, RotationRecord, Store, Tx,
};

/// How late a reminder may come: one that is later is dropped, since the next one is nearer.
const REMINDER_LATE_AFTER: TimeDelta = TimeDelta::hours(1);

/// For how long a handoff that is due is waited for.
const HANDOFF_SOON: TimeDelta = TimeDelta::minutes(1);

/// How long a step waits for a handoff that is due, each time.
const HANDOFF_FIRST: TimeDelta = TimeDelta::seconds(1);

/// Sees to everything that is due of a request that was made just now.
pub(super) async fn schedule(
    tx: &mut Tx,
    record: &CoverRequestRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    put(tx, record, CoverStep::Post, now, now).await?;
    if now < record.starts_at {
        put(tx, record, CoverStep::Begin, record.starts_at, now).await?;
    }
    put(tx, record, CoverStep::End, record.ends_at, now).await?;
    schedule_reminder(tx, record, now).await
}

async fn schedule_reminder(
    tx: &mut Tx,
    record: &CoverRequestRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    match next_reminder(record.starts_at, record.made_at, now) {
        Some(next) => {
            let step = CoverStep::Remind { lead_hours: next.lead_hours };
            put(tx, record, step, next.at, now).await
        }
        None => Ok(()),
    }
}

async fn put(
    tx: &mut Tx,
    record: &CoverRequestRecord,
    step: CoverStep,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let CoverRequestRecord { id: request, occasion, .. } = *record;
    let item = InboxItem::CoverRequest { request, occasion, step };
    let name = match step {
        CoverStep::Post => String::from("post"),
        CoverStep::Remind { lead_hours } => format!("remind {lead_hours}"),
        // It may be closed, opened again and closed once more.
        CoverStep::Over => format!("over {}", now.timestamp_micros()),
        CoverStep::Begin => String::from("begin"),
        CoverStep::End => String::from("end"),
    };
    tx.insert_inbox_at(&item, &format!("cover:{request}:{occasion}:{name}"), at, now).await?;
    Ok(())
}

/// Lets a request be posted in the rotation's own channel, where the one chosen for it takes no post.
pub(crate) async fn ask_at_home(
    tx: &mut Tx,
    request: CoverRequestId,
    rotation: &RotationRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Some(mut record) = tx.find_cover_request(request).await? else { return Ok(()) };
    record.channel = rotation.channel.clone();
    tx.update_cover_request(&record).await?;
    let CoverRequestRecord { occasion, channel, .. } = &record;
    let item = InboxItem::CoverRequest { request, occasion: *occasion, step: CoverStep::Post };
    let key = format!("cover:{request}:{occasion}:post:{channel}");
    tx.insert_inbox(&item, &key, now).await?;
    Ok(())
}

/// Returns the channel in which a request is to be posted; nothing where it is closed already.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn may_post(
    store: &Store,
    workspace: WorkspaceId,
    request: CoverRequestId,
    occasion: u32,
) -> Result<Option<ChannelId>, AppError> {
    let found = store.read(workspace).await?.find_cover_request(request).await?;
    let found = found.filter(|it| it.occasion == occasion && it.state == CoverRequestState::Open);
    Ok(found.map(|record| record.channel))
}

/// Carries out a step of a request, if it is one still; `reads_replies` says of the post whether replies to it are read.
///
/// Returns nothing when it is done, else how long to wait: a handoff that is due just then comes first, so that what a
/// window's end says is said after it.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn step(
    store: &Store,
    workspace: WorkspaceId,
    (request, occasion): (CoverRequestId, u32),
    step: CoverStep,
    reads_replies: bool,
    now: DateTime<Utc>,
) -> Result<Option<TimeDelta>, AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(found) = tx.find_cover_request(request).await? else { return Ok(None) };
    let Some(rotation) = tx.lock_rotation(found.rotation).await? else { return Ok(None) };
    // One that is due for longer than that is not about to come: the app may be gone.
    let due = rotation.next_handoff_at.filter(|next| *next <= now);
    if due.is_some_and(|due| now - due < HANDOFF_SOON) {
        return Ok(Some(HANDOFF_FIRST));
    }
    let case = Case::find(&mut tx, request).await?;
    let Some(mut case) = case.filter(|case| case.record.occasion == occasion) else {
        return Ok(None);
    };
    let is_met = case.record.state == CoverRequestState::Met;
    match step {
        CoverStep::Post if case.is_open() => {
            post(&mut tx, &case.record, reads_replies, now).await?;
        }
        CoverStep::Remind { lead_hours } if case.is_open() || is_met => {
            remind(&mut tx, rotation, case, lead_hours, now).await?;
        }
        CoverStep::Over if !case.is_open() => over(&mut tx, &rotation, &case.record, now).await?,
        CoverStep::Begin if case.is_open() => begin(&mut tx, rotation, &mut case, now).await?,
        CoverStep::End if case.is_open() => end(&mut tx, &rotation, &mut case, now).await?,
        _ => {}
    }
    tx.commit().await?;
    Ok(None)
}

/// Sees to it that what reminded of a request says that it is closed.
pub(super) async fn schedule_over(
    tx: &mut Tx,
    record: &CoverRequestRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    put(tx, record, CoverStep::Over, now, now).await
}

/// Takes the buttons off the reminders that were said.
async fn over(
    tx: &mut Tx,
    rotation: &RotationRecord,
    record: &CoverRequestRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let (request, occasion) = (record.id, record.occasion);
    let closed_at = record.closed_at.unwrap_or(now);
    for lead_hours in passed_reminders(record.starts_at, record.made_at, now) {
        for user in &rotation.members {
            let (rotation, user) = (rotation.id, user.clone());
            let to = Recipient::Person(user.clone());
            let over = RequestEffect::CoverReminderOver {
                rotation,
                request,
                occasion,
                lead_hours,
                user,
                closed_at,
            };
            let over = Envelope::new(over, to);
            if let Some(said) = over.updates(tx.workspace())
                && tx.find_delivery(said).await?.is_some()
            {
                tx.insert_delivery(&over, now, now).await?;
            }
        }
    }
    Ok(())
}

async fn post(
    tx: &mut Tx,
    record: &CoverRequestRecord,
    reads_replies: bool,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let CoverRequestRecord { id: request, rotation, occasion, channel, .. } = record;
    let post = RequestEffect::CoverRequested {
        rotation: *rotation,
        request: *request,
        occasion: *occasion,
        reads_replies,
    };
    let to = Recipient::Channel(channel.clone());
    tx.insert_delivery(&Envelope::new(post, to), now, now).await?;
    Ok(())
}

async fn remind(
    tx: &mut Tx,
    rotation: RotationRecord,
    mut case: Case,
    lead_hours: u16,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    // What is covered now may be given back before the next one.
    schedule_reminder(tx, &case.record, now).await?;
    let due_at = case.record.starts_at - TimeDelta::hours(lead_hours.into());
    if !case.is_open() || now > due_at + REMINDER_LATE_AFTER {
        return Ok(());
    }
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    if !is_theirs(&snapshot, &case.record, now) {
        return close(tx, &mut case.record, now).await;
    }
    let CoverRequestRecord { id: request, rotation, occasion, .. } = case.record;
    for user in unanswered(tx, &snapshot, &case, now).await? {
        let to = Recipient::Person(user.clone());
        let reminder =
            RequestEffect::CoverReminder { rotation, request, occasion, lead_hours, user };
        tx.insert_delivery(&Envelope::new(reminder, to), now, now).await?;
    }
    Ok(())
}

/// Returns the members who could take some of what is open and have not answered.
async fn unanswered(
    tx: &mut Tx,
    snapshot: &Snapshot,
    case: &Case,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let answers = tx.list_cover_answers(case.record.id).await?;
    let members = snapshot.rotation.members.clone();
    let people = People::load(tx, &members).await?;
    let open = case.open_from(now);
    let turns: Vec<_> = open.iter().flat_map(|part| turns_in(snapshot, *part, now)).collect();
    let can = |user: &UserId| {
        open.iter().any(|part| {
            let is_on_duty = turns.iter().any(|turn| turn.serves(user, *part));
            !is_on_duty && !is_away_in(snapshot, user, *part)
        })
    };
    let mut users = members;
    users.retain(|user| {
        *user != case.record.of
            && !answers.iter().any(|answer| answer.user == *user)
            && !case.covers.iter().any(|cover| cover.user == *user)
            && people.is_present(user)
            && !people.is_bot(user)
            && can(user)
    });
    Ok(users)
}

/// Nobody took all of it in time: the one whose time it is learns that they stay on duty.
async fn begin(
    tx: &mut Tx,
    rotation: RotationRecord,
    case: &mut Case,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    // While the bot was down the end may have come as well.
    if case.record.ends_at <= now {
        return Ok(());
    }
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    if !is_theirs(&snapshot, &case.record, now) {
        return close(tx, &mut case.record, now).await;
    }
    tell_holder(tx, &case.record, now).await?;
    tell_post(tx, &case.record, &CoverNews::Begun, false, now).await
}

async fn end(
    tx: &mut Tx,
    rotation: &RotationRecord,
    case: &mut Case,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    turn_to(tx, &mut case.record, CoverRequestState::Expired, None, now).await?;
    tell_post(tx, &case.record, &CoverNews::Closed { at: now }, true, now).await?;
    tell_holder(tx, &case.record, now).await?;
    home::touch(tx, home::people_of(rotation), now).await
}

/// Tells the one whose time it is, once, that nobody took it.
async fn tell_holder(
    tx: &mut Tx,
    record: &CoverRequestRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let CoverRequestRecord { id: request, rotation, occasion, of: user, .. } = record.clone();
    let to = Recipient::Person(user.clone());
    let nobody = RequestEffect::CoverNobody { rotation, request, occasion, user };
    tx.insert_delivery(&Envelope::new(nobody, to), now, now).await?;
    Ok(())
}
