//! What cannot be done in the life of a rotation, and why.

/// A reason in plain words, unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It rests already.
    #[error("“{name}” is paused already, so nothing was changed. `/rotation resume` ends that.")]
    AlreadyPaused {
        /// The rotation.
        name: String,
    },
    /// It runs.
    #[error("“{name}” is not paused, so there is nothing to resume.")]
    NotPaused {
        /// The rotation.
        name: String,
    },
    /// Its rest is over, and the next handoff ends it.
    #[error(
        "“{name}” is resumed already and begins with its next handoff. `/rotation resume` with `now` starts it at once."
    )]
    AlreadyResumed {
        /// The rotation.
        name: String,
    },
    /// A rest is to end in the past.
    #[error("A pause can end tomorrow at the earliest. To end one now, use `/rotation resume`.")]
    RestEndsTooSoon,
    /// A rest is to end too far in the future.
    #[error(
        "That is more than two years away. Pause it without an end, and resume it when you like."
    )]
    RestTooLong,
    /// Somebody changed the rotation since the form was opened.
    #[error(
        "Somebody changed “{name}” while this form was open, so nothing was saved. Please open it again and look."
    )]
    ChangedMeanwhile {
        /// The rotation.
        name: String,
    },
    /// Another rotation has the name that it was to get.
    #[error(
        "There is a rotation named “{name}” already, so nothing was saved. Please open the form again and choose another name."
    )]
    NameTaken {
        /// The name.
        name: String,
    },
    /// No deleted rotation fits.
    #[error("There is no deleted rotation to bring back. They are kept for 30 days.")]
    NothingDeleted,
    /// It is not deleted.
    #[error("“{name}” is there already, so nothing was changed.")]
    NotDeleted {
        /// The rotation.
        name: String,
    },
    /// It was deleted too long ago.
    #[error("That was deleted more than 30 days ago and cannot be brought back.")]
    DeletedTooLongAgo,
    /// Nobody is on duty, so nobody can hand over.
    #[error("Nobody is on duty for “{name}” now, so there is nothing to hand over.")]
    NobodyOnDuty {
        /// The rotation.
        name: String,
    },
    /// The duty passed meanwhile.
    #[error("The duty has passed to somebody else meanwhile, so nothing was changed.")]
    PassedMeanwhile,
    /// Nobody can take over.
    #[error(
        "Nobody else of “{name}” is free until the next handoff, so nothing was changed. You can name somebody: `/rotation handover to @person`."
    )]
    NobodyFree {
        /// The rotation.
        name: String,
    },
    /// Who is to take over is no member.
    #[error("Only a member of “{name}” can take over. Add the person to it first.")]
    NoMember {
        /// The rotation.
        name: String,
    },
    /// Who is to take over is on duty.
    #[error("That person is on duty already, so nothing was changed.")]
    OnDutyAlready,
    /// Who is to take over has left Slack.
    #[error("That person is no longer in this workspace, so nothing was changed.")]
    HasLeft,
}
