//! What a person may be told when something cannot be done.

use chrono::NaiveDate;

/// A reason in plain words, with what to do instead. `Display` is the text that people read, unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The verb is not one of ours.
    #[error("I don't know “{word}”.{}", suggestion(.did_you_mean.as_deref()))]
    UnknownVerb {
        /// What was typed.
        word: String,
        /// The verb that is nearest, if one is near.
        did_you_mean: Option<String>,
    },
    /// The command lacks something or has too much.
    #[error("That is not how it goes. Try: `{usage}`")]
    Usage {
        /// A form that works.
        usage: &'static str,
    },
    /// No rotation has that name.
    #[error("There is no rotation called “{name}”.{}", suggestion(.did_you_mean.as_deref()))]
    UnknownRotation {
        /// What was typed.
        name: String,
        /// The name that is nearest, if one is near.
        did_you_mean: Option<String>,
    },
    /// The workspace has no rotation.
    #[error("There is no rotation here yet. Make one with `/rotation create`.")]
    NoRotations,
    /// Several rotations fit and none was named.
    #[error("Which one? There are several: {}.", names.join(", "))]
    WhichRotation {
        /// Their names.
        names: Vec<String>,
    },
    /// A date could not be read.
    #[error(
        "I could not read “{text}” as a date. Try `2026-12-24`, `24 Dec`, `tomorrow` or `Friday`."
    )]
    UnreadableDate {
        /// What was typed.
        text: String,
    },
    /// When somebody is away could not be read.
    #[error(
        "I could not read “{text}” as days or times. Try `24 Dec to 2 Jan`, `tomorrow morning`, `today 14:00 to 16:00` or `from Monday on`."
    )]
    UnreadableWhen {
        /// What was typed.
        text: String,
    },
    /// An absence begins at a time, and nothing says when it ends.
    #[error(
        "Until when? Try `tomorrow 14:00 to 16:00`, or `from tomorrow 14:00 on` where nobody knows yet."
    )]
    UntilWhen,
    /// An absence of clock times ends before it begins.
    #[error("That would end before it begins. Please swap the two times.")]
    TimesEndBeforeTheyBegin,
    /// An absence of a part of a day is over already.
    #[error("That time is over. Please give one that is still to come.")]
    TimeIsOver,
    /// An absence ends before it begins.
    #[error(
        "The absence would end on {to}, before it begins on {from}. Please swap the two dates."
    )]
    EndsBeforeItBegins {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
    /// An absence is over already.
    #[error("Those days are over. An absence must end today or later.")]
    AlreadyOver,
    /// An absence is longer than can be entered.
    #[error("That is longer than a year. Please enter at most a year at a time.")]
    TooLong,
    /// An absence begins too far in the future.
    #[error("That is more than two years away. Please enter it when it is nearer.")]
    TooFarAway,
    /// Only some may do that.
    #[error("Only {who} can do that.")]
    NotAllowed {
        /// Who may.
        who: &'static str,
    },
    /// Guests and people of other workspaces look at most.
    #[error("Guests and people of other workspaces can look, but not change anything here.")]
    GuestsLook,
    /// A mention could not be read as a person.
    #[error(
        "I could not tell who “{text}” is. Please pick the person from Slack's list after typing @."
    )]
    UnknownPerson {
        /// What was typed.
        text: String,
    },
    /// There is no absence to take back.
    #[error("There is no absence {} to take back. `/rotation ooo list` shows them.", day.map_or_else(|| "ahead".to_owned(), |day| format!("on {day}")))]
    NoAbsence {
        /// The day that was typed.
        day: Option<NaiveDate>,
    },
    /// There are several absences and none was named.
    #[error(
        "There are several absences. Say on which day it begins, for example `/rotation ooo remove 2026-12-24`."
    )]
    WhichAbsence,
    /// The turn has somebody already.
    #[error("That turn has somebody already, so nothing was changed.")]
    TurnIsTaken,
    /// The turn has ended.
    #[error("That turn is over, so nothing was changed.")]
    TurnIsOver,
    /// Somebody changed it since the form was opened.
    #[error(
        "Somebody changed this meanwhile, so nothing was saved. Please open it again and look once more."
    )]
    ChangedMeanwhile,
    /// The duty is somebody else's.
    #[error("That duty is somebody else's now, so nothing was changed.")]
    DutyIsNotYours,
    /// The thing was removed meanwhile.
    #[error("That is not there any more, so nothing was changed.")]
    Gone,
    /// The button or form is not one that this version knows.
    #[error(
        "This button is from an older message and no longer works. `/rotation` shows what does."
    )]
    StaleButton,
    /// The workspace has no working installation.
    #[error("Asyncbot is not installed in this workspace. Ask an admin to install it again.")]
    NotInstalled,
    /// The app is installed for a whole organisation, which is not supported.
    #[error(
        "Asyncbot works per workspace and cannot be used from an organisation-wide installation."
    )]
    OrgWide,
    /// Slack did not let the form be opened, most often because it took too long.
    #[error("I could not open the form in time. Nothing is lost; please try again.")]
    FormNotOpened,
    /// The workspace asks more than its share.
    #[error(
        "Too much comes from this workspace at once, so I did nothing. Please try again in a minute."
    )]
    TooManyRequests,
    /// What arrived could not be read.
    #[error(
        "Slack sent something that I could not read, so nothing was changed. Please try again."
    )]
    Unreadable,
    /// Of an absence.
    #[error(transparent)]
    Absence(#[from] crate::story::absence::Refusal),
    /// Of the workspace's plan.
    #[error(transparent)]
    Billing(#[from] crate::story::billing::Refusal),
    /// Of a request for cover.
    #[error(transparent)]
    Cover(#[from] crate::story::cover::Refusal),
    /// Of the life of a rotation.
    #[error(transparent)]
    Lifecycle(#[from] crate::story::lifecycle::Refusal),
    /// Of a turn that is to pass to somebody else.
    #[error(transparent)]
    Skip(#[from] crate::story::skip::Refusal),
    /// Of two turns that are to be swapped.
    #[error(transparent)]
    Swap(#[from] crate::story::swap::Refusal),
    /// Of notes.
    #[error(transparent)]
    Note(#[from] crate::story::note::Refusal),
    /// A user group was mentioned, and apps see who is in one only with a right that this one does not ask for.
    #[error(
        "I cannot see who is in “{text}”. Please pick the people one by one, or use `/rotation add channel-members`."
    )]
    UserGroup {
        /// Its name.
        text: String,
    },
    /// More was typed than is read.
    #[error(
        "That is more than I can read at once, so nothing was changed. Please name fewer people at a time."
    )]
    TooLongCommand,
}

fn suggestion(word: Option<&str>) -> String {
    word.map_or_else(
        || String::from(" `/rotation help` shows what I know."),
        |word| format!(" Did you mean “{word}”?"),
    )
}
