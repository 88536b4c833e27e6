//! What a rotation's channel is told of its life.

use crate::ids::{ChannelId, RotationId};
use crate::message::Person;
use crate::reply::NextDuty;
use chrono::{DateTime, Utc};

/// A message for the channel, or for the one on duty.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// It has another name.
    Renamed {
        /// The name it had.
        was: Option<String>,
        /// The name it has.
        name: String,
        /// Who changed it.
        by: Person,
    },
    /// It is announced in another channel.
    ChannelChanged {
        /// The rotation's name.
        name: String,
        /// Who changed it.
        by: Person,
        /// Where it was announced.
        from: ChannelId,
        /// Where it is announced.
        to: ChannelId,
    },
    /// The one on duty learns that the turn ends at another time than it was to end.
    EndMoved {
        /// The rotation's name.
        name: String,
        /// When it ends.
        until: DateTime<Utc>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
    /// It rests.
    Paused {
        /// The rotation's name.
        name: String,
        /// Who paused it.
        by: Person,
        /// When the rest ends, where that is known.
        until: Option<DateTime<Utc>>,
        /// The handoff that ends the rest, where that is known.
        next: Option<NextDuty>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
    /// Its rest ends with the next handoff.
    Resumed {
        /// The rotation's name.
        name: String,
        /// Who resumed it.
        by: Person,
        /// The next handoff.
        next: Option<NextDuty>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
    /// It is deleted, and can be brought back.
    Deleted {
        /// The rotation.
        rotation: RotationId,
        /// Its name.
        name: String,
        /// Who deleted it.
        by: Person,
        /// Until when it can be brought back.
        until: DateTime<Utc>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
    /// The post of the deletion after that was undone.
    DeletionUndone {
        /// The rotation's name.
        name: String,
        /// Who brought it back.
        by: Person,
    },
    /// It is back.
    Restored {
        /// The rotation's name.
        name: String,
        /// Who brought it back.
        by: Person,
        /// The next handoff.
        next: Option<NextDuty>,
        /// The IANA name of the rotation's zone.
        zone: String,
    },
}
