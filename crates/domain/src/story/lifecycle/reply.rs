//! What the one who asks about the life of a rotation is told.

use super::Press;
use crate::duty_hours::DutyHours;
use crate::ids::RotationId;
use crate::message::Person;
use crate::reply::{DutyCard, NextDuty, TurnLine};
use crate::settings::ChannelFault;
use crate::skip::SkipRule;
use crate::story::cover::Wanted;
use crate::story::swap;
use chrono::{DateTime, Utc};

/// What they are told.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Everything about one rotation.
    Shown(Box<ShowCard>),
    /// An edit was saved.
    Edited(Box<DutyCard>),
    /// An edit changed nothing.
    Unchanged {
        /// The rotation's name.
        name: String,
    },
    /// It rests.
    Paused {
        /// The rotation.
        rotation: RotationId,
        /// Its name.
        name: String,
        /// When the rest ends, where that is known.
        until: Option<DateTime<Utc>>,
        /// The handoff that ends the rest, where that is known.
        next: Option<NextDuty>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
    /// Its rest ends with the next handoff.
    Resumed {
        /// The rotation.
        rotation: RotationId,
        /// Its name.
        name: String,
        /// The next handoff.
        next: Option<NextDuty>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
    /// It runs again at once.
    Started(Box<DutyCard>),
    /// It is deleted.
    Deleted {
        /// The rotation.
        rotation: RotationId,
        /// Its name.
        name: String,
        /// Until when it can be brought back.
        until: DateTime<Utc>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
    /// It is back.
    Restored {
        /// As it is now.
        card: Box<DutyCard>,
        /// The name it had, where that is taken meanwhile.
        was: Option<String>,
        /// Whether it rests as it did before.
        is_paused: bool,
    },
    /// The duty was handed over.
    HandedOver {
        /// The rotation's name.
        name: String,
        /// Who serves now.
        to: Person,
        /// Until when.
        until: DateTime<Utc>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
}

/// Everything about one rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct ShowCard {
    /// Who is on duty and who comes next.
    pub card: DutyCard,
    /// Whether it runs.
    pub state: State,
    /// The coming turns, the soonest first.
    pub turns: Vec<TurnLine>,
    /// The open requests for cover.
    pub cover: Wanted,
    /// Its rules beside the cadence.
    pub rules: RuleCard,
    /// Who manages it, the one who made it first.
    pub managers: Vec<Person>,
    /// Why its channel cannot be told anything.
    pub channel_fault: Option<ChannelFault>,
    /// What the one who looks may do with its life, in the order of the buttons.
    pub can: Vec<Press>,
    /// Whether they may change its people and its settings.
    pub can_manage: bool,
    /// Whether they serve in it, and may be passed over or swap.
    pub can_serve: bool,
    /// The swaps that concern the one who looks and have not begun, the first asked first.
    pub swaps: Vec<swap::Line>,
    /// Whether they may leave it, and do nothing more with its people.
    pub can_leave: bool,
}

/// Whether a rotation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Running,
    /// It rests.
    Paused {
        /// When the rest ends, where that is known.
        until: Option<DateTime<Utc>>,
    },
    /// Its rest is over, and the next handoff ends it.
    Resuming,
    /// It runs until its turn is over: the workspace's plan has no room for it.
    Stopping,
    /// It rests because the workspace's plan has no room for it.
    Stopped,
    /// It is deleted.
    Deleted {
        /// Since when.
        at: DateTime<Utc>,
        /// Until when it can be brought back.
        until: DateTime<Utc>,
    },
}

/// The rules of a rotation beside its cadence, to be put into words.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleCard {
    /// How many serve at once.
    pub seats: u16,
    /// How much absence makes a member be passed over.
    pub skip: SkipRule,
    /// Whether a turn that somebody was passed over for is made up.
    pub make_up: bool,
    /// Who serves when nobody else can.
    pub fallback: Option<Person>,
    /// When somebody is on duty; `None` means always.
    pub duty_hours: Option<DutyHours>,
}
