//! Effects: what the outside must be told, as data of ids, instants and codes.

mod absence;
mod announce;
mod billing;
mod call;
mod cover;
mod dates;
mod duty;
mod home;
mod lifecycle;
mod note;
mod notice;
mod people;
mod request;
mod roster;
mod source;
mod start;
mod subscription;
mod swap;
mod turn;

pub use absence::AbsenceNews;
pub use announce::AnnounceEffect;
pub use billing::BillingEffect;
pub use call::Call;
pub use cover::CoverEffect;
pub use dates::DatesEffect;
pub use duty::DutyEffect;
pub use home::HomeEffect;
pub use lifecycle::LifecycleEffect;
pub use note::NoteEffect;
pub use notice::NoticeEffect;
pub use people::PeopleEffect;
pub use request::{CoverNews, RequestEffect};
pub use roster::RosterEffect;
pub use source::SourceEffect;
pub use start::StartEffect;
pub use subscription::SubscriptionEffect;
pub use swap::SwapEffect;
pub use turn::TurnEffect;

use crate::ids::{ChannelId, DeliveryId, RotationId, UserId, WorkspaceId};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long something is worth saying where its story does not say otherwise.
const USEFUL_FOR: TimeDelta = TimeDelta::days(7);

/// What must be said, without a name and without a text: both are read when it is delivered.
///
/// Each story has its own kinds. It is stored as JSON with its version ([`Envelope`]), and the kind alone says of which
/// story it is: no two stories have one in common, and none is ever renamed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Effect {
    /// Of absences that somebody else entered or took back.
    Absence(AbsenceNews),
    /// Of announcements, and of what becomes of a channel.
    Announce(AnnounceEffect),
    /// Of plans.
    Billing(BillingEffect),
    /// Of cover that was arranged, and of turns that somebody skips.
    Cover(CoverEffect),
    /// Of somebody's dates.
    Dates(DatesEffect),
    /// Of a duty: what is said before, during and after it, and what managers are told of it.
    Duty(DutyEffect),
    /// Of home views.
    Home(HomeEffect),
    /// Of the life of a rotation.
    Lifecycle(LifecycleEffect),
    /// Of notes that are said beside the on-duty message.
    Note(NoteEffect),
    /// Of what the one who runs the service tells admins.
    Notice(NoticeEffect),
    /// Of people who go and come back.
    People(PeopleEffect),
    /// Of requests for cover.
    Request(RequestEffect),
    /// Of a roster that changed.
    Roster(RosterEffect),
    /// Of absence sources.
    Source(SourceEffect),
    /// Of what begins.
    Start(StartEffect),
    /// Of what a workspace pays.
    Subscription(SubscriptionEffect),
    /// Of two turns that are swapped.
    Swap(SwapEffect),
    /// Of a turn: the channel and those whose it is are told, or a taker is asked for.
    Turn(TurnEffect),
}

/// Where an effect is delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A channel.
    Channel(ChannelId),
    /// A person's direct messages with the bot.
    Person(UserId),
    /// A person's home view.
    Home(UserId),
    /// A channel, where one person sees it and nobody else; it is gone when their Slack is started again.
    Only {
        /// The channel.
        channel: ChannelId,
        /// Who sees it; it reaches them only while they are in the channel.
        user: UserId,
    },
}

impl Recipient {
    /// Returns the one person who reads it; nobody for a channel.
    #[must_use]
    pub const fn reader(&self) -> Option<&UserId> {
        match self {
            Self::Channel(_) => None,
            Self::Person(user) | Self::Home(user) | Self::Only { user, .. } => Some(user),
        }
    }
}

/// An effect with the version of its form, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The version of the form; 1.
    pub v: u16,
    /// The effect.
    pub effect: Effect,
    /// Where it goes.
    pub to: Recipient,
}

impl Envelope {
    /// Returns the effect in the current form.
    #[must_use]
    pub fn new(effect: impl Into<Effect>, to: Recipient) -> Self {
        Self { v: 1, effect: effect.into(), to }
    }

    /// Returns the id of the delivery: equal for everything that must be said only once.
    #[must_use]
    pub fn delivery_id(&self, workspace: WorkspaceId) -> DeliveryId {
        let Key { kind, rotation, turn, occasion } = self.effect.told().key();
        let recipient = match &self.to {
            Recipient::Channel(channel) => channel.to_string(),
            Recipient::Person(user) | Recipient::Home(user) => user.to_string(),
            Recipient::Only { channel, user } => format!("{channel}/{user}"),
        };
        DeliveryId::of_parts(&[
            &workspace.to_string(),
            &rotation.map_or_else(|| String::from("workspace"), |rotation| rotation.to_string()),
            &turn,
            kind,
            &recipient,
            &occasion,
        ])
    }

    /// Returns the key within which deliveries leave in the order in which they were made.
    #[must_use]
    pub fn order_key(&self) -> String {
        match &self.to {
            Recipient::Channel(channel) => format!("channel:{channel}"),
            Recipient::Person(user) => format!("person:{user}"),
            // Apart from the messages, so that it delays none of them.
            Recipient::Home(user) => format!("home:{user}"),
            // Whoever sees it has just done something and waits for the answer.
            Recipient::Only { channel, user } => format!("only:{channel}:{user}"),
        }
    }

    /// Returns the delivery whose message this one replaces: without that message's `ts` there is nothing to say.
    #[must_use]
    pub fn updates(&self, workspace: WorkspaceId) -> Option<DeliveryId> {
        let post = self.effect.told().replaces()?;
        Some(Self::new(post, self.to.clone()).delivery_id(workspace))
    }

    /// Returns the delivery in whose thread this one is posted: without that message's `ts` there is no thread, and it is
    /// not said.
    #[must_use]
    pub fn replies_to(&self, workspace: WorkspaceId) -> Option<DeliveryId> {
        Some(self.effect.told().replies_to()?.delivery_id(workspace))
    }
}

impl Effect {
    /// Returns how long after it was due the effect is still worth saying; later it expires and is counted.
    #[must_use]
    pub fn useful_for(&self) -> TimeDelta {
        self.told().useful_for()
    }

    /// Returns whether a person who wants quiet nights is told in the morning only.
    ///
    /// What replaces a message rings no bell, and whoever asked for something is answered at once.
    #[must_use]
    pub fn can_wait_for_the_morning(&self) -> bool {
        self.told().can_wait_for_the_morning()
    }

    /// Returns what kind of thing is said, as one word that never changes.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.told().key().kind
    }

    /// Returns the rotation of which it tells.
    #[must_use]
    pub fn rotation(&self) -> Option<RotationId> {
        self.told().key().rotation
    }

    fn told(&self) -> &dyn Told {
        match self {
            Self::Absence(effect) => effect,
            Self::Announce(effect) => effect,
            Self::Billing(effect) => effect,
            Self::Cover(effect) => effect,
            Self::Dates(effect) => effect,
            Self::Duty(effect) => effect,
            Self::Home(effect) => effect,
            Self::Lifecycle(effect) => effect,
            Self::Note(effect) => effect,
            Self::Notice(effect) => effect,
            Self::People(effect) => effect,
            Self::Request(effect) => effect,
            Self::Roster(effect) => effect,
            Self::Source(effect) => effect,
            Self::Start(effect) => effect,
            Self::Subscription(effect) => effect,
            Self::Swap(effect) => effect,
            Self::Turn(effect) => effect,
        }
    }
}

/// What each story says of its effects.
trait Told {
    /// Returns what makes it the same as another, beside its recipient.
    fn key(&self) -> Key;

    /// Returns the effect whose message it replaces.
    fn replaces(&self) -> Option<Effect> {
        None
    }

    /// Returns the post in whose thread it is said, with where that post went.
    fn replies_to(&self) -> Option<Envelope> {
        None
    }

    /// As [`Effect::useful_for`].
    fn useful_for(&self) -> TimeDelta {
        USEFUL_FOR
    }

    /// As [`Effect::can_wait_for_the_morning`].
    fn can_wait_for_the_morning(&self) -> bool {
        false
    }
}

/// What must be said only once. It is never changed: ids that follow from it are in the database.
struct Key {
    kind: &'static str,
    rotation: Option<RotationId>,
    turn: String,
    occasion: String,
}

impl Key {
    /// Returns the key of something that is said once of a rotation.
    fn of(kind: &'static str, rotation: RotationId) -> Self {
        Self { rotation: Some(rotation), ..Self::of_workspace(kind) }
    }

    /// Returns the key of something that is said once in a workspace.
    fn of_workspace(kind: &'static str) -> Self {
        Self { kind, rotation: None, turn: String::from("0"), occasion: String::from("0") }
    }

    /// Returns the same for one turn, or for what stands in its place.
    fn turn(self, turn: String) -> Self {
        Self { turn, ..self }
    }

    /// Returns the same for one of several occasions within a turn.
    fn occasion(self, occasion: String) -> Self {
        Self { occasion, ..self }
    }

    /// Returns the same for a duty that passed in the middle of its turn, where it did.
    fn since(self, since: Option<DateTime<Utc>>) -> Self {
        match since {
            Some(since) => self.occasion(at(&since)),
            None => self,
        }
    }
}

fn at(instant: &DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests;
