//! The form in which somebody is assigned.

use super::assign::{Wanted, assign};
use crate::lookup::circle;
use crate::people::People;
use crate::{AppError, Request};
use domain::action::{Field, Modal as AnyModal};
use domain::ids::RotationId;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::story::skip::{Form, Modal, Refusal as Why};
use store::Store;

/// Opens the form, for who manages the rotation.
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
    let refused = |refusal| Ok(Answer::Say(Box::new(Reply::Refused(refusal))));
    let Some(rotation) = tx.find_rotation(rotation).await? else {
        return refused(Refusal::Gone);
    };
    let people = People::load(&mut tx, std::slice::from_ref(&request.actor)).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Manage(circle(&rotation))) {
        return refused(refusal);
    }
    let modal = Modal { rotation: rotation.id, name: rotation.name, to: None };
    Ok(Answer::Open(AnyModal::Skip(modal)))
}

/// Assigns whom the form names. What stands in the way is said beside the field.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn submit(store: &Store, request: &Request, form: &Form) -> Result<Answer, AppError> {
    let (to, days) = match form.read() {
        Ok(read) => read,
        Err((field, why)) => return Ok(Answer::FieldErrors(vec![(field, why.to_owned())])),
    };
    let wanted = Wanted { to, of: form.of.clone(), days };
    let reply = assign(store, request, form.rotation, &wanted).await?;
    if let Reply::Refused(refusal) = &reply
        && let Some(field) = field_of(refusal)
    {
        return Ok(Answer::FieldErrors(vec![(field, refusal.to_string())]));
    }
    Ok(Answer::Say(Box::new(reply)))
}

/// Returns the field that is to be filled in otherwise.
fn field_of(refusal: &Refusal) -> Option<Field> {
    match refusal {
        Refusal::Skip(Why::NotTheirs { .. } | Why::ForWhom { .. }) => Some(Field::HandsOver),
        Refusal::Skip(Why::NobodyOnDuty { .. } | Why::CoveredAlready | Why::DaysAreOver)
        | Refusal::UnreadableDate { .. }
        | Refusal::EndsBeforeItBegins { .. } => Some(Field::From),
        Refusal::Skip(_) | Refusal::Lifecycle(_) => Some(Field::TakesOver),
        _ => None,
    }
}
