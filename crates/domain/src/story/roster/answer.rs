//! What people are told about a roster.

use super::Leaving;
use crate::ids::{ChannelId, RotationId};
use crate::message::Person;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Several people, of whom only the first are named: no answer lists a thousand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd<P> {
    /// Those who are named, in order.
    pub named: Vec<P>,
    /// How many there are besides.
    pub more: usize,
}

/// Why somebody cannot be in a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfit {
    /// It is no person.
    Bot,
    /// A guest of the workspace, or a person of another one.
    Guest,
    /// Slack has deactivated them.
    Deactivated,
    /// Slack does not say who it is.
    Unknown,
}

/// People who were left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused<P> {
    /// Why.
    pub why: Unfit,
    /// Who.
    pub who: Crowd<P>,
}

/// A coming turn, and who had it before the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line<P> {
    /// When it begins.
    pub start: DateTime<Utc>,
    /// Who serves; nobody where nobody can.
    pub people: Vec<P>,
    /// Who would have served without the change.
    pub was: Vec<P>,
}

/// Somebody whose next turn is at another time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedLine<P> {
    /// Who.
    pub person: P,
    /// When it was; `None` where there was none.
    pub was: Option<DateTime<Utc>>,
    /// When it is; `None` where there is none any more.
    pub is: Option<DateTime<Utc>>,
}

/// What a change of a roster came to, of people as ids (as it is stored) or with names (as it is shown).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card<P> {
    /// The rotation.
    pub rotation: RotationId,
    /// Who joined, in order.
    pub joined: Crowd<P>,
    /// The member before whom they were placed by hand.
    pub before: Option<P>,
    /// Who had been about to leave, and stays.
    pub stays: Crowd<P>,
    /// Who left.
    pub left: Crowd<P>,
    /// Who leaves at the next handoff.
    pub leaving: Crowd<P>,
    /// When that is.
    pub handoff: Option<DateTime<Utc>>,
    /// Who was to be added and is in the rotation already.
    pub known: Crowd<P>,
    /// Who was to leave at the next handoff and does so already.
    pub leaves_already: Crowd<P>,
    /// Who was to be removed and is not in the rotation.
    pub missing: Crowd<P>,
    /// Who was left out.
    pub refused: Vec<Refused<P>>,
    /// The new order, where that was changed.
    pub order: Option<Crowd<P>>,
    /// Who is on duty now and was not before.
    pub took_over: Vec<P>,
    /// How many members there are now.
    pub members: usize,
    /// The next turns, with who had them before.
    pub turns: Vec<Line<P>>,
    /// Whose next turn moved, the soonest first.
    pub moved: Vec<MovedLine<P>>,
    /// How many more that are.
    pub moved_more: usize,
    /// Whether it answers a question of ours, whose buttons it takes away.
    pub answers_question: bool,
}

/// What the one who asked is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// What the change came to.
    Changed {
        /// The rotation's name.
        name: String,
        /// The IANA name of its zone.
        zone: String,
        /// The facts.
        card: Box<Card<Person>>,
    },
    /// Nobody is in the rotation, so there is nobody to remove or to put in order.
    Nobody {
        /// The rotation.
        rotation: RotationId,
        /// Its name.
        name: String,
    },
    /// The order is as it was said already.
    SameOrder {
        /// The rotation's name.
        name: String,
    },
    /// Somebody on duty is to leave: now, or at the next handoff?
    AskWhen {
        /// The rotation's name.
        name: String,
        /// The IANA name of its zone.
        zone: String,
        /// Who is on duty.
        on_duty: Vec<Person>,
        /// When the next handoff is.
        handoff: DateTime<Utc>,
        /// What the buttons do; its `when` does not matter.
        leaving: Leaving,
    },
    /// Nobody would be left: really?
    AskEmpty {
        /// The rotation's name.
        name: String,
        /// What the button does.
        leaving: Leaving,
    },
    /// Somebody who must be a member is none.
    NotMembers {
        /// The rotation's name.
        name: String,
        /// Who.
        people: Crowd<Person>,
    },
    /// More people than a roster holds.
    TooMany {
        /// The rotation's name.
        name: String,
        /// How many there would be.
        count: usize,
    },
    /// More people than can be named at once.
    TooManyNamed,
    /// Somebody changed the rotation while the form was open.
    ChangedMeanwhile {
        /// The rotation's name.
        name: String,
    },
    /// It will be looked who is in the channel.
    Looking {
        /// The channel.
        channel: ChannelId,
    },
    /// The bot cannot see who is in the channel.
    Unseen {
        /// The channel.
        channel: ChannelId,
    },
}

/// What the bot says by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The channel learns who joined or left, or that turns moved.
    Changed {
        /// The rotation's name.
        name: String,
        /// The IANA name of its zone.
        zone: String,
        /// Who changed it; `None` where the bot did by itself.
        by: Option<Person>,
        /// Who joined.
        joined: Crowd<Person>,
        /// Who left.
        left: Crowd<Person>,
        /// Who leaves at the next handoff.
        leaving: Crowd<Person>,
        /// The next turns: when, and who.
        next: Vec<(DateTime<Utc>, Vec<Person>)>,
        /// Whether nobody is left.
        is_empty: bool,
    },
    /// Who added people learns that some of them cannot be in a rotation.
    TakenOut {
        /// The rotation's name.
        name: String,
        /// Who, and why.
        refused: Vec<Refused<Person>>,
    },
}

impl<P> Default for Crowd<P> {
    fn default() -> Self {
        Self { named: Vec::new(), more: 0 }
    }
}

impl<P> Crowd<P> {
    /// The most people who are named.
    pub const MOST: usize = 12;

    /// Returns the people, the first [`Crowd::MOST`] of them named.
    #[must_use]
    pub fn of(people: impl IntoIterator<Item = P>) -> Self {
        let mut people = people.into_iter();
        let named = people.by_ref().take(Self::MOST).collect();
        Self { named, more: people.count() }
    }

    /// Returns whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Returns how many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.named.len() + self.more
    }

    /// Returns the same people, put otherwise.
    pub fn map<Q>(&self, put: impl Fn(&P) -> Q) -> Crowd<Q> {
        Crowd { named: self.named.iter().map(put).collect(), more: self.more }
    }
}

impl<P> Refused<P> {
    /// Returns the same people, put otherwise.
    pub fn map<Q>(&self, put: impl Fn(&P) -> Q) -> Refused<Q> {
        Refused { why: self.why, who: self.who.map(put) }
    }
}

impl<P> Card<P> {
    /// Returns a card on which nothing has happened.
    #[must_use]
    pub fn new(rotation: RotationId, members: usize) -> Self {
        Self {
            rotation,
            joined: Crowd::default(),
            before: None,
            stays: Crowd::default(),
            left: Crowd::default(),
            leaving: Crowd::default(),
            handoff: None,
            known: Crowd::default(),
            leaves_already: Crowd::default(),
            missing: Crowd::default(),
            refused: Vec::new(),
            order: None,
            took_over: Vec::new(),
            members,
            turns: Vec::new(),
            moved: Vec::new(),
            moved_more: 0,
            answers_question: false,
        }
    }

    /// Returns whether anything was changed.
    #[must_use]
    pub fn is_change(&self) -> bool {
        let crowds = [&self.joined, &self.stays, &self.left, &self.leaving];
        self.order.is_some() || crowds.iter().any(|crowd| !crowd.is_empty())
    }

    /// Returns everybody whom it names, some of them more than once.
    pub fn people(&self) -> impl Iterator<Item = &P> {
        let crowds = [
            &self.joined,
            &self.stays,
            &self.left,
            &self.leaving,
            &self.known,
            &self.leaves_already,
            &self.missing,
        ];
        let crowds = crowds.into_iter().chain(&self.order);
        let crowds = crowds.chain(self.refused.iter().map(|refused| &refused.who));
        let named = crowds.flat_map(|crowd| &crowd.named);
        let lines = self.turns.iter().flat_map(|line| line.people.iter().chain(&line.was));
        let moved = self.moved.iter().map(|moved| &moved.person);
        named.chain(&self.before).chain(&self.took_over).chain(lines).chain(moved)
    }

    /// Returns the same card with the people put otherwise.
    pub fn map<Q>(&self, put: impl Fn(&P) -> Q) -> Card<Q> {
        let put = &put;
        let all = |people: &[P]| people.iter().map(put).collect();
        let line = |line: &Line<P>| Line {
            start: line.start,
            people: all(&line.people),
            was: all(&line.was),
        };
        let moved =
            |one: &MovedLine<P>| MovedLine { person: put(&one.person), was: one.was, is: one.is };
        Card {
            rotation: self.rotation,
            joined: self.joined.map(put),
            before: self.before.as_ref().map(put),
            stays: self.stays.map(put),
            left: self.left.map(put),
            leaving: self.leaving.map(put),
            handoff: self.handoff,
            known: self.known.map(put),
            leaves_already: self.leaves_already.map(put),
            missing: self.missing.map(put),
            refused: self.refused.iter().map(|refused| refused.map(put)).collect(),
            order: self.order.as_ref().map(|order| order.map(put)),
            took_over: all(&self.took_over),
            members: self.members,
            turns: self.turns.iter().map(line).collect(),
            moved: self.moved.iter().map(moved).collect(),
            moved_more: self.moved_more,
            answers_question: self.answers_question,
        }
    }
}

impl Reply {
    /// Returns whether something was done, or is being done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        match self {
            Self::Changed { card, .. } => card.is_change(),
            Self::Looking { .. } | Self::SameOrder { .. } => true,
            _ => false,
        }
    }

    /// Returns whether it asks something, and waits for one of its buttons.
    #[must_use]
    pub fn is_question(&self) -> bool {
        matches!(self, Self::AskWhen { .. } | Self::AskEmpty { .. })
    }

    /// Returns whether it stands in place of the question whose button was pressed.
    #[must_use]
    pub fn replaces_question(&self) -> bool {
        matches!(self, Self::Changed { card, .. } if card.answers_question)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_people_are_named_by_the_first_few() {
        let crowd = Crowd::of(0..1000);

        assert_eq!(crowd.named, (0..12).collect::<Vec<_>>());
        assert_eq!(crowd.count(), 1000);
    }
}
