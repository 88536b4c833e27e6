//! The forms of the roster.

use crate::ids::{ChannelId, RotationId, UserId};
use crate::message::Person;

/// The most members whose places are chosen one by one.
pub const PLACES: usize = 10;

/// What each form shows of the rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The rotation.
    pub rotation: RotationId,
    /// The revision that is shown: a form of an older one shows what is no longer so.
    pub revision: u64,
    /// The rotation's name.
    pub name: String,
    /// The channel that is told.
    pub channel: ChannelId,
    /// The members in order.
    pub members: Vec<Person>,
    /// Those of them who are on duty.
    pub on_duty: Vec<Person>,
}

/// A form that is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modal {
    /// People are added.
    Add(Scene),
    /// People are removed.
    Remove(Scene),
    /// The order is changed: place by place up to [`PLACES`] members, else by who comes first.
    Order(Scene),
}

/// A form as it was submitted, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// People are added.
    Add(AddForm),
    /// People are removed.
    Remove(RemoveForm),
    /// The order is changed.
    Order(OrderForm),
}

/// Who is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddForm {
    /// The rotation.
    pub rotation: RotationId,
    /// Who, in the order of the choice.
    pub people: Vec<UserId>,
    /// The member before whom they are placed; `None` lets them serve last.
    pub before: Option<UserId>,
    /// Whether everybody in the channel is added.
    pub everyone: bool,
}

/// Who is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveForm {
    /// The rotation.
    pub rotation: RotationId,
    /// Who.
    pub people: Vec<UserId>,
    /// Whether those on duty leave now, and not at the next handoff.
    pub now: bool,
    /// Whether the form said that nobody would be left.
    pub may_empty: bool,
}

/// The order that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderForm {
    /// The rotation.
    pub rotation: RotationId,
    /// The revision that the form showed.
    pub revision: u64,
    /// Those who come first, in order.
    pub first: Vec<UserId>,
    /// Whether each place was chosen, and not only those who come first.
    pub by_place: bool,
}
