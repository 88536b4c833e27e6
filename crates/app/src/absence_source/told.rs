//! What is said of absence sources: that one gives no answer, and what came of one that was asked for.

use super::view::standing;
use crate::AppError;
use crate::deliver::Composed;
use crate::people::People;
use chrono::{DateTime, Utc};
use domain::effect::SourceEffect;
use domain::message;
use domain::source::{SourceCode, SourceFault};
use domain::story::absence_source::Message;
use store::Tx;

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
