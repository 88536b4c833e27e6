//! What is said of absence sources: that one gives no answer, and what came of one that was asked for.

use super::view::standing;
use crate::AppError;
use crate::deliver::Composed;
use crate::people::People;
use chrono::{DateTime, Utc};
use domain::effect::{Envelope, Recipient, SourceEffect};
use domain::ids::UserId;
use domain::message;
use domain::source::{SourceCode, SourceFault};
use domain::story::absence_source::{Message, told_of_fault};
use store::{AbsenceSourceRecord, Tx};

/// The most people who are told of a fault.
const MOST_TOLD: u32 = 10;

/// Returns whom a fault of a source concerns: who connected it, and the admins that are known.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn concerned(tx: &mut Tx, record: &AbsenceSourceRecord) -> Result<Vec<UserId>, AppError> {
    let admins = tx.list_admins(MOST_TOLD).await?;
    let by = &record.connected_by;
    let people = People::load(tx, std::slice::from_ref(by)).await?;
    let by = people.is_present(by).then(|| by.clone());
    Ok(told_of_fault(by, admins, MOST_TOLD as usize))
}

/// Lets those whom it concerns be told that a source gives no answer; of the same fault since the same instant nobody is
/// told twice.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn tell_of_fault(
    tx: &mut Tx,
    record: &AbsenceSourceRecord,
    since: DateTime<Utc>,
    fault: &SourceFault,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for user in concerned(tx, record).await? {
        let effect = SourceEffect::SourceFaulty {
            source: record.source.clone(),
            name: record.name.clone(),
            since,
            fault: fault.clone(),
        };
        tx.insert_delivery(&Envelope::new(effect, Recipient::Person(user)), now, now).await?;
    }
    Ok(())
}

/// Lets whoever asked for an answer be told that it is there, good or bad; nobody where nobody asked.
///
/// It belongs where a sync is written down, before the status is stored: it takes the question out of it.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn tell_who_asked(
    tx: &mut Tx,
    record: &mut AbsenceSourceRecord,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    record.status.is_asked_for = false;
    let Some(user) = record.status.asked_by.take() else { return Ok(()) };
    let effect = SourceEffect::SourceAnswered {
        source: record.source.clone(),
        name: record.name.clone(),
        asked_at: now,
    };
    tx.insert_delivery(&Envelope::new(effect, Recipient::Person(user)), now, now).await?;
    Ok(())
}

/// Composes an effect of this story.
pub(crate) async fn compose(tx: &mut Tx, effect: &SourceEffect) -> Result<Composed, AppError> {
    match effect {
        SourceEffect::SourceFaulty { source, name, since, fault } => {
            faulty(tx, (source, name), *since, fault).await
        }
        SourceEffect::SourceAnswered { source, name, .. } => answered(tx, source, name).await,
    }
}

async fn faulty(
    tx: &mut Tx,
    (source, name): (&SourceCode, &str),
    since: DateTime<Utc>,
    fault: &SourceFault,
) -> Result<Composed, AppError> {
    let Some(record) = tx.find_source(source).await? else {
        return Ok(Composed::Nothing("source_off"));
    };
    let status = &record.status;
    if status.fault.as_ref().map(SourceFault::code) != Some(fault.code())
        || status.faulty_since.is_none_or(|is| since < is)
    {
        return Ok(Composed::Nothing("source_well"));
    }
    Ok(say(Message::Faulty {
        source: source.clone(),
        name: name.to_owned(),
        fault: status.fault.clone().unwrap_or_else(|| fault.clone()),
        good_at: status.good_at,
    }))
}

async fn answered(tx: &mut Tx, source: &SourceCode, name: &str) -> Result<Composed, AppError> {
    let Some(record) = tx.find_source(source).await? else {
        return Ok(Composed::Nothing("source_off"));
    };
    let people = People::load(tx, std::slice::from_ref(&record.connected_by)).await?;
    Ok(say(Message::Answered {
        source: source.clone(),
        name: name.to_owned(),
        standing: Box::new(standing(&record, &people)),
    }))
}

fn say(message: Message) -> Composed {
    Composed::Say(message::Message::AbsenceSource(message))
}
