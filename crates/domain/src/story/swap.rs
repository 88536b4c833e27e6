//! Two members swap a turn: one asks, the other agrees, and until the earlier turn begins either can undo it.

mod refusal;
mod turn;

pub use refusal::Refusal;
pub use turn::{Choice, TurnKey};

use crate::ids::{RotationId, SwapId, UserId};
use crate::message::Person;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The most turns of which one can be chosen: Slack takes no longer list.
pub const MOST_CHOICES: usize = 100;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The rotation's name; `None` means the channel's.
    pub rotation: Option<String>,
    /// With whom; of two the first is the one whose turn is named first. At most two.
    pub people: Vec<UserId>,
    /// The days on which the turns lie, as typed, for [`parse_date`](crate::date_words::parse_date): first one's own. At
    /// most two.
    pub days: Vec<String>,
}

impl Command {
    /// Returns whether nothing is left to be chosen.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.people.is_empty() && self.days.len() == 2
    }
}

/// A button of this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Opens the form in which the two turns are chosen.
    Open {
        /// The rotation.
        rotation: RotationId,
    },
    /// "Agree".
    Agree {
        /// The swap.
        swap: SwapId,
    },
    /// "Decline".
    Decline {
        /// The swap.
        swap: SwapId,
    },
    /// "Withdraw": who asked takes it back.
    Withdraw {
        /// The swap.
        swap: SwapId,
    },
    /// "Undo": what both agreed to is not done.
    Undo {
        /// The swap.
        swap: SwapId,
    },
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::Open { .. } => "swap_open",
            Self::Agree { .. } => "swap_agree",
            Self::Decline { .. } => "swap_decline",
            Self::Withdraw { .. } => "swap_withdraw",
            Self::Undo { .. } => "swap_undo",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Open { rotation } => rotation.to_string(),
            Self::Agree { swap }
            | Self::Decline { swap }
            | Self::Withdraw { swap }
            | Self::Undo { swap } => swap.to_string(),
        }
    }

    /// Returns the button that was pressed, or `None` for one of another story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let id = value.parse().ok()?;
        let swap = SwapId::new(id);
        match action_id {
            "swap_open" => Some(Self::Open { rotation: RotationId::new(id) }),
            "swap_agree" => Some(Self::Agree { swap }),
            "swap_decline" => Some(Self::Decline { swap }),
            "swap_withdraw" => Some(Self::Withdraw { swap }),
            "swap_undo" => Some(Self::Undo { swap }),
            _ => None,
        }
    }
}

/// A modal of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Modal {
    /// The two turns are chosen.
    Choose(ChooseModal),
    /// What stands in the way is shown before the other is asked.
    Confirm(ConfirmModal),
}

/// The modal in which the two turns are chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct ChooseModal {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// The turns that can be given, the soonest first; at most [`MOST_CHOICES`], and one at least.
    pub own: Vec<Choice>,
    /// The turns that can be had for it, the soonest first; at most [`MOST_CHOICES`], and one at least.
    pub others: Vec<Choice>,
    /// The one that is chosen when the modal opens.
    pub chosen_own: Option<TurnKey>,
    /// The other that is chosen when the modal opens.
    pub chosen_other: Option<TurnKey>,
    /// Whether turns of others can be given as well.
    pub is_for_others: bool,
}

/// The modal that shows what stands in the way.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfirmModal {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// The two turns.
    pub sides: [Side; 2],
    /// What stands in the way; something at least.
    pub conflicts: Vec<Conflict>,
}

/// A modal as it was submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The rotation.
    pub rotation: RotationId,
    /// The turn that is given; `None` where none was chosen, or where that was bent.
    pub own: Option<TurnKey>,
    /// The turn that is had for it.
    pub other: Option<TurnKey>,
    /// Whether what stands in the way was seen.
    pub is_confirmed: bool,
}

/// One of the two turns of a swap.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Whose turn it is by order.
    pub person: Person,
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it ends, where that is known.
    pub until: Option<DateTime<Utc>>,
    /// Whether they agreed.
    pub has_agreed: bool,
}

/// Something that stands in the way of a swap, though not so much that it could not be.
#[derive(Clone, Debug, PartialEq)]
pub enum Conflict {
    /// Who would serve is noted as away in that time.
    Away {
        /// Who.
        person: Person,
        /// From when, within the turn.
        from: DateTime<Utc>,
        /// Until when, within the turn.
        until: DateTime<Utc>,
    },
    /// Somebody serves a part of the turn already, and keeps that.
    Covered {
        /// Who.
        by: Person,
        /// From when, within the turn.
        from: DateTime<Utc>,
        /// Until when, within the turn.
        until: DateTime<Utc>,
    },
}

/// A swap, as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The swap.
    pub swap: SwapId,
    /// The rotation's name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// The two turns; of one of the two who asked, theirs is the first.
    pub sides: [Side; 2],
    /// Who asked for it.
    pub by: Person,
    /// What stands in the way.
    pub conflicts: Vec<Conflict>,
}

impl Card {
    /// Returns the turn that is somebody's by order, and the one that they get for it.
    #[must_use]
    pub fn seen_by(&self, user: &UserId) -> Option<(&Side, &Side)> {
        let [a, b] = &self.sides;
        let sides = [(a, b), (b, a)];
        sides.into_iter().find(|(own, _)| own.person.user == *user)
    }
}

/// How a swap stands, as somebody is told it. It is stored with what is to be said: no word is ever renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// One of two who were asked agreed; the other has not answered.
    Half,
    /// Both agreed.
    Agreed,
    /// One of the two did not want it.
    Declined,
    /// Who asked took it back.
    Withdrawn,
    /// It was undone after both had agreed.
    Undone,
    /// One of the turns is no longer theirs.
    Void,
    /// The earlier turn began before both had agreed.
    Expired,
    /// The earlier turn began, and it stands.
    Begun,
    /// The earlier turn was swapped; the later one is no longer theirs.
    Cut,
}

impl Standing {
    /// Returns the word by which it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Half => "half",
            Self::Agreed => "agreed",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Undone => "undone",
            Self::Void => "void",
            Self::Expired => "expired",
            Self::Begun => "begun",
            Self::Cut => "cut",
        }
    }
}

/// A swap with how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The swap.
    pub card: Card,
    /// How it stands.
    pub standing: Standing,
    /// Who did that, where somebody did.
    pub by: Option<Person>,
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The other, or both, are asked.
    Asked(Card),
    /// What the one who pressed did.
    Done(Told),
}

/// A message of this story.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Somebody is asked.
    Asked {
        /// The swap.
        card: Card,
        /// Who.
        reader: UserId,
    },
    /// Somebody is told how it stands, in a message of its own or in place of one.
    Told {
        /// The swap.
        told: Told,
        /// Who.
        reader: UserId,
    },
    /// The channel is told how it stands.
    Posted(Told),
}

/// A swap in somebody's home or in what is shown of a rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The swap.
    pub card: Card,
    /// Who reads it.
    pub reader: UserId,
    /// Whether both agreed.
    pub is_agreed: bool,
    /// What the reader may press, in that order.
    pub can: Vec<Button>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action;
    use crate::fixtures::user;

    #[test]
    fn every_button_comes_back_as_it_left_and_a_bent_one_is_none() {
        let id = uuid::Uuid::from_u128(7);
        let swap = SwapId::new(id);
        for button in [
            Button::Open { rotation: RotationId::new(id) },
            Button::Agree { swap },
            Button::Decline { swap },
            Button::Withdraw { swap },
            Button::Undo { swap },
        ] {
            let whole = action::Button::Swap(button);
            assert_eq!(action::Button::parse(whole.action_id(), &whole.value()), Some(whole));
        }
        assert_eq!(Button::parse("swap_agree", "no id"), None);
        assert_eq!(Button::parse("swap_other", &id.to_string()), None);
    }

    #[test]
    fn how_a_swap_stands_is_stored_by_its_code() {
        for standing in [
            Standing::Half,
            Standing::Agreed,
            Standing::Declined,
            Standing::Withdrawn,
            Standing::Undone,
            Standing::Void,
            Standing::Expired,
            Standing::Begun,
            Standing::Cut,
        ] {
            let stored = serde_json::to_value(standing).unwrap();
            assert_eq!(stored, standing.code());
        }
    }

    #[test]
    fn each_of_the_two_sees_their_own_turn_first() {
        let side = |name: &str, from: &str| Side {
            person: Person { user: user(name), name: None },
            from: from.parse().unwrap(),
            until: None,
            has_agreed: false,
        };
        let card = Card {
            swap: SwapId::new(uuid::Uuid::from_u128(7)),
            name: "support".to_owned(),
            zone: "UTC".to_owned(),
            sides: [side("UANA", "2026-06-15T07:00:00Z"), side("UBEN", "2026-06-22T07:00:00Z")],
            by: Person { user: user("UANA"), name: None },
            conflicts: Vec::new(),
        };

        let (own, other) = card.seen_by(&user("UBEN")).unwrap();
        assert_eq!((own, other), (&card.sides[1], &card.sides[0]));
        assert_eq!(card.seen_by(&user("UCHO")), None);
    }
}
