//! Why turns cannot be swapped.

/// What cannot be done, and why: a reason in plain words, unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The one who asks has no whole turn ahead that could be given.
    #[error(
        "You have no coming turn in “{name}” that you could swap. Only turns that have not begun, and of which no swap is open, can be."
    )]
    NoOwnTurn {
        /// The rotation.
        name: String,
    },
    /// Nobody else has one.
    #[error("Nobody else has a coming turn in “{name}” that could be swapped.")]
    NoOtherTurn {
        /// The rotation.
        name: String,
    },
    /// There is no such turn of that person on that day.
    #[error(
        "{who} no coming turn in “{name}” that begins or runs on {day}. `/rotation next` shows the coming turns; one that has begun cannot be swapped."
    )]
    NoTurnThen {
        /// The rotation.
        name: String,
        /// "You have", or "That person has".
        who: &'static str,
        /// The day.
        day: chrono::NaiveDate,
    },
    /// The turn has begun, or is not theirs any more.
    #[error(
        "One of the two turns has begun or is somebody else's meanwhile, so nothing was changed. `/rotation next` shows the coming turns."
    )]
    TurnGone,
    /// Both turns are one person's.
    #[error("Both turns are of the same person, so there is nothing to swap.")]
    SamePerson,
    /// One of the two has another seat in the turn that they would get.
    #[error("One of the two is on duty in both turns already, so these cannot be swapped.")]
    BothSeated,
    /// There is a swap of one of the turns already.
    #[error(
        "A swap of one of these turns is open or agreed already, so nothing was changed. That one has to be withdrawn or undone first."
    )]
    SwappedAlready,
    /// It is not the asker's to answer, withdraw or undo.
    #[error("That swap is between others, so it is not yours to answer.")]
    NotYours,
    /// They agreed before.
    #[error("You agreed already. The other one has not answered yet.")]
    AgreedAlready,
    /// Both agreed meanwhile.
    #[error(
        "Both agreed already, so it is done. Until the earlier turn begins either of the two can undo it."
    )]
    DoneAlready,
    /// It is not agreed, so there is nothing to undo.
    #[error("That swap is not agreed, so there is nothing to undo.")]
    NotAgreed,
    /// It was declined.
    #[error("That swap was declined, so the turns stay as they were.")]
    Declined,
    /// It was withdrawn.
    #[error("That swap was taken back, so the turns stay as they were.")]
    Withdrawn,
    /// It was undone.
    #[error("That swap was undone, so the turns are as they were.")]
    Undone,
    /// One of the turns changed hands.
    #[error(
        "That swap is off: one of the turns is no longer theirs. `/rotation next` shows the coming turns."
    )]
    Void,
    /// The earlier turn has begun without an answer.
    #[error("That is too late: the earlier of the two turns has begun, so they stay as they were.")]
    TooLate,
    /// The earlier turn has begun, so what was agreed stands.
    #[error(
        "The earlier of the two turns has begun, so the swap cannot be undone any more. `/rotation handover` passes a duty on."
    )]
    HasBegun,
}
