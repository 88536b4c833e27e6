//! Why cover cannot be asked for, taken or given back.

/// A reason in plain words, with what to do instead. `Display` is the text that people read, unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The one who asks has no turn.
    #[error("You have no turn in “{name}” for which cover could be asked.")]
    NoTurn {
        /// The rotation's name.
        name: String,
    },
    /// Somebody else has none.
    #[error("That person has no turn in “{name}” for which cover could be asked.")]
    NoTurnOfTheirs {
        /// The rotation's name.
        name: String,
    },
    /// That turn, or that part of it, is somebody else's by now.
    #[error(
        "That time is not theirs any more, so nothing was asked. `/rotation next` shows the coming turns."
    )]
    NotTheirs,
    /// Somebody covers all of it.
    #[error("Somebody stands in for that time already, so nothing was asked.")]
    CoveredAlready,
    /// Cover is asked for some of it.
    #[error(
        "Cover is asked for some of that time already. `/rotation cover list` shows it; take that back first."
    )]
    AskedAlready,
    /// The request is one of the reader's own.
    #[error("That is your own turn: it is yours already. To keep it, take the request back.")]
    OwnTurn,
    /// The one who would serve does so already then.
    #[error(
        "You are on duty for “{name}” yourself for some of that time, so nothing was changed. “Take a part…” lets you choose."
    )]
    OnDutyThen {
        /// The rotation's name.
        name: String,
    },
    /// The request stands otherwise by now; how is said instead.
    #[error("That request stands otherwise by now, so nothing was changed.")]
    NotSoAnyMore,
    /// The one who would serve is away then; that is said with what can be done.
    #[error("You are noted as away for some of that time, so nothing was changed.")]
    AwayThen,
    /// What was taken has begun.
    #[error(
        "That has begun, so it cannot be undone any more. `/rotation handover` passes the duty on."
    )]
    HasBegun,
    /// What was taken was undone.
    #[error("That was undone already.")]
    UndoneAlready,
    /// The one whose duty would be handed over is not away now.
    #[error(
        "They are not noted as away now, so nothing was changed. Whoever is on duty, or a manager, can hand over: `/rotation handover`."
    )]
    NotAwayNow,
    /// Somebody else is on duty.
    #[error("Somebody else is on duty by now, so nothing was changed.")]
    PassedMeanwhile,
}
