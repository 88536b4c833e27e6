//! The fields of our modals, by the names under which Slack carries them.

/// A field of a modal, for errors that stand beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The rotation's name.
    Name,
    /// The members.
    Members,
    /// How often it hands over.
    Cadence,
    /// The first day.
    FirstDay,
    /// The handoff time.
    Time,
    /// The zone.
    Zone,
    /// The channel.
    Channel,
    /// The first day of an absence.
    From,
    /// The last day of an absence.
    To,
    /// The managers of a rotation.
    Managers,
    /// The announcement in a team's own words.
    Announcement,
    /// The messages that a rotation sends besides.
    Messages,
    /// The hours after which an unseen duty is told of.
    Unseen,
    /// A person's own preferences.
    Preferences,
    /// Who may make rotations.
    Creators,
    /// How many units lie between two handoffs.
    Every,
    /// The unit of the cadence.
    Unit,
    /// The active weekdays.
    Weekdays,
    /// The weekday of the month.
    NthWeekday,
    /// How many serve at once.
    Seats,
    /// When somebody is passed over.
    SkipRule,
    /// The number of that rule.
    SkipAmount,
    /// Whether turns are made up.
    MakeUp,
    /// Who stands in when nobody can.
    Fallback,
    /// The duty hours.
    DutyHours,
    /// The day on which a rest ends.
    RestEnd,
    /// Who hands over.
    HandsOver,
    /// Who takes over.
    TakesOver,
    /// The people who join or leave, or who come first.
    People,
    /// The member before whom somebody is placed.
    Before,
    /// Whether everybody in the channel is meant.
    Everyone,
    /// When somebody leaves.
    When,
    /// The text of a note.
    Note,
    /// Whether a note is posted to the channel as well.
    ForChannel,
    /// How long before the end of a duty a note is asked for.
    AsksForNote,
    /// For how many days notes are kept.
    NotesKept,
    /// Where cover is asked for.
    CoverChannel,
    /// The turn for which cover is asked.
    Turn,
    /// The time at which something begins.
    FromTime,
    /// The time at which it ends.
    ToTime,
    /// The turn that is given in a swap.
    OwnTurn,
    /// The turn that is had for it.
    OtherTurn,
    /// A place in the order, from 0.
    Place(u8),
    /// Whose absence it is.
    Who,
    /// Where in its first day an absence begins.
    FromPart,
    /// Where in its last day it ends.
    ToPart,
    /// Whether nobody knows the end.
    OpenEnd,
    /// Where an absence source is.
    SourceHost,
    /// What opens an absence source, by its place among what is asked for, from 0.
    SourceValue(u8),
    /// The secret with which an absence source signs.
    WebhookSecret,
    /// What is done with a message of which nobody can tell whether it arrived.
    Uncertain,
}

impl Field {
    /// Returns the `block_id` of the field.
    #[must_use]
    pub const fn block_id(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Members => "members",
            Self::Cadence => "cadence",
            Self::FirstDay => "first_day",
            Self::Time => "time",
            Self::Zone => "zone",
            Self::Channel => "channel",
            Self::From => "from",
            Self::To => "to",
            Self::Managers => "managers",
            Self::Announcement => "announcement",
            Self::Messages => "messages",
            Self::Unseen => "unseen",
            Self::Preferences => "preferences",
            Self::Creators => "creators",
            Self::Every => "every",
            Self::Unit => "unit",
            Self::Weekdays => "weekdays",
            Self::NthWeekday => "nth_weekday",
            Self::Seats => "seats",
            Self::SkipRule => "skip_rule",
            Self::SkipAmount => "skip_amount",
            Self::MakeUp => "make_up",
            Self::Fallback => "fallback",
            Self::DutyHours => "duty_hours",
            Self::RestEnd => "rest_end",
            Self::HandsOver => "hands_over",
            Self::TakesOver => "takes_over",
            Self::People => "people",
            Self::Before => "before",
            Self::Everyone => "everyone",
            Self::When => "when",
            Self::Note => "note",
            Self::ForChannel => "for_channel",
            Self::AsksForNote => "asks_for_note",
            Self::NotesKept => "notes_kept",
            Self::CoverChannel => "cover_channel",
            Self::Turn => "turn",
            Self::FromTime => "from_time",
            Self::ToTime => "to_time",
            Self::OwnTurn => "own_turn",
            Self::OtherTurn => "other_turn",
            Self::Who => "who",
            Self::FromPart => "from_part",
            Self::ToPart => "to_part",
            Self::OpenEnd => "open_end",
            Self::Place(place) => match place {
                0 => "place_1",
                1 => "place_2",
                2 => "place_3",
                3 => "place_4",
                4 => "place_5",
                5 => "place_6",
                6 => "place_7",
                7 => "place_8",
                8 => "place_9",
                _ => "place_10",
            },
            Self::SourceHost => "source_host",
            Self::SourceValue(place) => match place {
                0 => "source_value_1",
                1 => "source_value_2",
                2 => "source_value_3",
                3 => "source_value_4",
                _ => "source_value_5",
            },
            Self::WebhookSecret => "webhook_secret",
            Self::Uncertain => "uncertain",
        }
    }
}
