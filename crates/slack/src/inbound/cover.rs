//! The modals of a request for cover, as they come back.

use super::form::as_id;
use super::json::text_at;
use super::submission::text_of;
use chrono::DateTime;
use domain::action::Field;
use domain::ids::{CoverRequestId, RotationId, UserId};
use domain::story::cover::{AskForm, PartForm, Span, Submission};
use serde_json::Value;

/// Returns the values of a modal of this story; `None` for another one, and where what it carries was bent.
pub(super) fn read(callback_id: &str, view: &Value) -> Option<Submission> {
    let carried = || text_at(view, "/private_metadata")?.parse().ok();
    match callback_id {
        "cover_ask" => Some(Submission::Ask(AskForm {
            rotation: RotationId::new(carried()?),
            turn: text_of(view, Field::Turn).as_deref().and_then(read_turn),
            span: span_of(view),
        })),
        "cover_part" => Some(Submission::Part(PartForm {
            request: CoverRequestId::new(carried()?),
            span: span_of(view),
        })),
        _ => None,
    }
}

/// Reads the planned instant of a turn, and whose it is.
fn read_turn(value: &str) -> Option<(DateTime<chrono::Utc>, UserId)> {
    let (at, of) = value.split_once('|')?;
    let at = DateTime::parse_from_rfc3339(at).ok()?.to_utc();
    Some((at, UserId::new(as_id(of)?)))
}

fn span_of(view: &Value) -> Span {
    Span {
        from: text_of(view, Field::From),
        from_time: text_of(view, Field::FromTime),
        to: text_of(view, Field::To),
        to_time: text_of(view, Field::ToTime),
    }
}
