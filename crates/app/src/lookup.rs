//! Which rotation is meant.

use domain::ids::ChannelId;
use domain::permission::Circle;
use domain::refusal::Refusal;
use domain::suggest::nearest;
use std::borrow::Borrow;
use store::RotationRecord;

/// Returns the rotation of that name; without a name the only one of the channel, else the only one there is.
pub(crate) fn one<R: Borrow<RotationRecord>>(
    rotations: Vec<R>,
    name: Option<&str>,
    channel: Option<&ChannelId>,
) -> Result<R, Refusal> {
    let mut fitting = several(rotations, name, channel)?;
    if fitting.len() > 1 {
        let names = fitting.iter().map(|rotation| rotation.borrow().name.clone()).collect();
        return Err(Refusal::WhichRotation { names });
    }
    fitting.pop().ok_or(Refusal::NoRotations)
}

/// Returns the rotation of that name; without a name those of the channel, else all.
pub(crate) fn several<R: Borrow<RotationRecord>>(
    rotations: Vec<R>,
    name: Option<&str>,
    channel: Option<&ChannelId>,
) -> Result<Vec<R>, Refusal> {
    if rotations.is_empty() {
        return Err(Refusal::NoRotations);
    }
    if let Some(name) = name {
        return named(rotations, name).map(|rotation| vec![rotation]);
    }
    let is_here = |rotation: &R| Some(&rotation.borrow().channel) == channel;
    let has_here = rotations.iter().any(is_here);
    Ok(rotations.into_iter().filter(|rotation| !has_here || is_here(rotation)).collect())
}

/// Returns the people of a rotation, as far as permissions go.
pub(crate) fn circle(rotation: &RotationRecord) -> Circle<'_> {
    Circle {
        made_by: &rotation.created_by,
        managers: &rotation.settings.managers,
        members: &rotation.members,
    }
}

/// Returns the deleted rotation of that name that was deleted last; without a name the only one that is deleted.
pub(crate) fn deleted(
    mut rotations: Vec<RotationRecord>,
    name: Option<&str>,
) -> Result<RotationRecord, Refusal> {
    let nothing = || Refusal::Lifecycle(domain::story::lifecycle::Refusal::NothingDeleted);
    rotations.sort_by_key(|rotation| std::cmp::Reverse(rotation.deleted_at));
    if rotations.is_empty() {
        return Err(nothing());
    }
    if name.is_some() {
        return several(rotations, name, None)?.into_iter().next().ok_or_else(nothing);
    }
    if rotations.len() > 1 {
        let names = rotations.into_iter().map(|rotation| rotation.name).collect();
        return Err(Refusal::WhichRotation { names });
    }
    rotations.pop().ok_or_else(nothing)
}

fn named<R: Borrow<RotationRecord>>(rotations: Vec<R>, name: &str) -> Result<R, Refusal> {
    let wanted = name.trim().to_lowercase();
    let is_wanted = |rotation: &R| rotation.borrow().name.to_lowercase() == wanted;
    if let Some(at) = rotations.iter().position(is_wanted) {
        return rotations.into_iter().nth(at).ok_or(Refusal::NoRotations);
    }
    let names = rotations.iter().map(|rotation| rotation.borrow().name.as_str());
    Err(Refusal::UnknownRotation {
        name: name.trim().to_owned(),
        did_you_mean: nearest(&wanted, names).map(str::to_owned),
    })
}
