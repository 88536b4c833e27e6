//! How far a request reaches: known before anything is looked up for it, so that one gate stands before all of them.
//!
//! The matches name every variant: whoever adds a command, a button or a form says here what it does.

use crate::action::{Button, Submission};
use crate::command::Command;
use crate::ids::UserId;
use crate::story::{
    absence_source, calendar, cover, data, lifecycle, note, people, roster, settings, skip, swap,
};

/// What a request would do, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Shows something.
    Look,
    /// Opens a form, or shows what belongs to one; what is submitted is another request.
    Open,
    /// Changes what is the person's own alone.
    Own,
    /// Changes something for others.
    Change,
    /// Cannot be made good afterwards, or shows what is others' own: Slack is asked about the person first.
    Danger,
}

impl Command {
    /// Returns how far it reaches when `actor` types it.
    #[must_use]
    pub fn reach(&self, actor: &UserId) -> Reach {
        match self {
            Self::Home
            | Self::Help
            | Self::List
            | Self::Who { .. }
            | Self::Next { .. }
            | Self::AbsenceList { .. }
            | Self::History(_)
            // What is stored of somebody is theirs to see and to have erased, guests included.
            | Self::Data(data::Command::Export(data::Scope::Person) | data::Command::EraseMe)
            // Who may see a rotation may have it in their calendar, and a link is its maker's own.
            | Self::Calendar(_)
            | Self::Cover(cover::Command::List { .. })
            | Self::Note(note::Command::List { .. }) => Reach::Look,
            Self::Data(data::Command::Export(data::Scope::Workspace)) => Reach::Danger,
            Self::Create { .. }
            | Self::AbsenceForm
            | Self::Settings(_)
            | Self::Data(data::Command::Events) => Reach::Open,
            Self::Cover(cover::Command::Ask { .. }) | Self::Note(note::Command::Write { .. }) => {
                Reach::Open
            }
            Self::AbsenceAdd { who, .. }
            | Self::AbsenceAvailable { who, .. }
            | Self::AbsenceRemove { who, .. } => of_absence(who.as_ref(), actor),
            Self::Lifecycle(command) => match command {
                lifecycle::Command::Show { .. } => Reach::Look,
                lifecycle::Command::Edit { .. }
                | lifecycle::Command::Delete { .. }
                | lifecycle::Command::HandOver { .. } => Reach::Open,
                lifecycle::Command::Pause { .. }
                | lifecycle::Command::Resume { .. }
                | lifecycle::Command::Undelete { .. } => Reach::Change,
            },
            Self::Roster(command) => match command {
                roster::Command::Add { people, .. }
                | roster::Command::Remove { people, .. }
                | roster::Command::Order { people, .. }
                    if people.is_empty() =>
                {
                    Reach::Open
                }
                roster::Command::Add { .. }
                | roster::Command::AddEveryone { .. }
                | roster::Command::Remove { .. }
                | roster::Command::Order { .. } => Reach::Change,
            },
            Self::Skip(command) => match command {
                skip::Command::AssignForm { .. } => Reach::Open,
                skip::Command::Assign { .. } | skip::Command::Skip { .. } => Reach::Change,
            },
            Self::Swap(command) => {
                if command.is_whole() {
                    Reach::Change
                } else {
                    Reach::Open
                }
            }
        }
    }
}

impl Button {
    /// Returns how far it reaches.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        match self {
            // What is shown of notes is what the person wrote or received.
            // Who is erased need not be anything but themselves.
            Self::ShowNext { .. }
            | Self::Data(data::Button::EraseMe)
            | Self::Calendar(calendar::Button::Revoke(_))
            | Self::History(_)
            | Self::Home(_)
            | Self::Note(note::Button::Open { .. } | note::Button::Older { .. }) => Reach::Look,
            // A test is for those who manage the rotation; it changes nothing.
            Self::CreateRotation
            | Self::EnterAbsence
            | Self::Data(data::Button::Events | data::Button::Older { .. })
            | Self::Settings(_)
            | Self::Announce(_)
            | Self::Note(note::Button::Write { .. } | note::Button::Edit { .. }) => Reach::Open,
            Self::AbsenceSource(button) => match button.press {
                absence_source::Press::Connect | absence_source::Press::Webhook => Reach::Open,
                absence_source::Press::AskNow => Reach::Change,
                absence_source::Press::TurnOff => Reach::Danger,
            },
            // Whoever has the link sees and changes what is paid.
            Self::Checkout(_) => Reach::Danger,
            Self::SeenDuty { .. } | Self::Note(note::Button::Remove { .. }) => Reach::Own,
            Self::Cover(button) => match button {
                cover::Button::Ask { .. }
                | cover::Button::AskFor { .. }
                | cover::Button::TakePart { .. } => Reach::Open,
                cover::Button::Take { .. }
                | cover::Button::TakeAnyway { .. }
                | cover::Button::Cannot { .. }
                | cover::Button::HandOver { .. }
                | cover::Button::Withdraw { .. }
                | cover::Button::Dismiss { .. }
                | cover::Button::Undo { .. } => Reach::Change,
            },
            Self::TakeTurn { .. }
            | Self::AssignAnyway { .. }
            | Self::RemoveAbsence { .. }
            | Self::StayAvailable { .. }
            | Self::People(people::Button::AddAgain { .. }) => Reach::Change,
            Self::Lifecycle(button) => match button.press {
                lifecycle::Press::Show => Reach::Look,
                lifecycle::Press::Edit
                | lifecycle::Press::Pause
                | lifecycle::Press::Delete
                | lifecycle::Press::HandOver => Reach::Open,
                lifecycle::Press::Resume
                | lifecycle::Press::StartNow
                | lifecycle::Press::Undelete => Reach::Change,
            },
            Self::Roster(button) => match button {
                roster::Button::Add { .. }
                | roster::Button::Remove { .. }
                | roster::Button::Order { .. } => Reach::Open,
                roster::Button::LeaveMyself { .. } | roster::Button::Leave(_) => Reach::Change,
            },
            Self::Skip(button) => match button {
                skip::Button::Assign { .. } => Reach::Open,
                skip::Button::Skip { .. }
                | skip::Button::UndoCover { .. }
                | skip::Button::UndoSkip { .. } => Reach::Change,
            },
            Self::Swap(button) => match button {
                swap::Button::Open { .. } => Reach::Open,
                swap::Button::Agree { .. }
                | swap::Button::Decline { .. }
                | swap::Button::Withdraw { .. }
                | swap::Button::Undo { .. } => Reach::Change,
            },
        }
    }
}

impl Submission {
    /// Returns how far it reaches when `actor` submits it.
    #[must_use]
    pub fn reach(&self, actor: &UserId) -> Reach {
        match self {
            Self::EnterAbsence(form) => of_absence(form.who.as_ref(), actor),
            // A note is its author's own until it is told; what was written waits nowhere.
            Self::Note(_) => Reach::Own,
            Self::CreateRotation(_)
            | Self::Cover(_)
            | Self::Roster(_)
            | Self::Skip(_)
            | Self::Swap(_) => Reach::Change,
            Self::AbsenceSource(submission) => match submission {
                absence_source::Submission::Connect(_) => Reach::Danger,
                absence_source::Submission::Webhook { .. } => Reach::Change,
            },
            Self::Settings(submission) => match submission {
                settings::Submission::Mine { .. } => Reach::Own,
                settings::Submission::Rotation(_) => Reach::Change,
                settings::Submission::Workspace { .. } => Reach::Danger,
            },
            Self::Lifecycle(submission) => match submission {
                lifecycle::Submission::Delete { .. } => Reach::Danger,
                lifecycle::Submission::Edit { .. }
                | lifecycle::Submission::Pause { .. }
                | lifecycle::Submission::HandOver(_) => Reach::Change,
            },
        }
    }
}

/// An absence is its person's own; `who` is nobody where it is that of the one who asks.
fn of_absence(who: Option<&UserId>, actor: &UserId) -> Reach {
    if who.is_none_or(|who| who == actor) { Reach::Own } else { Reach::Change }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{AbsenceForm, CreateForm};
    use crate::command::parse_command;
    use crate::fixtures::user;

    #[track_caller]
    fn check_command(typed: &str, reach: Reach) {
        let command = parse_command(typed).unwrap();

        assert_eq!(command.reach(&user("UBEN")), reach, "{typed}");
    }

    #[test]
    fn whoever_may_only_look_can_ask_who_and_when_and_for_help() {
        for typed in
            ["", "help", "list", "who", "who support", "next 3", "show", "ooo", "ooo list <@UANA>"]
        {
            check_command(typed, Reach::Look);
        }
    }

    #[test]
    fn a_form_is_opened_before_anything_is_changed() {
        for typed in ["create", "create support", "ooo add"] {
            check_command(typed, Reach::Open);
        }
        assert_eq!(Button::CreateRotation.reach(), Reach::Open);
        let create = Submission::CreateRotation(CreateForm::default());
        assert_eq!(create.reach(&user("UBEN")), Reach::Change);
    }

    #[test]
    fn an_absence_of_ones_own_is_own_and_that_of_somebody_else_is_not() {
        check_command("ooo add tomorrow", Reach::Own);
        check_command("ooo add <@UBEN> tomorrow", Reach::Own);
        check_command("ooo remove", Reach::Own);
        check_command("ooo add <@UANA> tomorrow", Reach::Change);
        check_command("ooo remove <@UANA>", Reach::Change);
        check_command("ooo available", Reach::Own);
        check_command("ooo back <@UANA> today", Reach::Change);
        let form = |who| Submission::EnterAbsence(AbsenceForm { who, ..AbsenceForm::default() });
        assert_eq!(form(None).reach(&user("UBEN")), Reach::Own);
        assert_eq!(form(Some(user("UBEN"))).reach(&user("UBEN")), Reach::Own);
        assert_eq!(form(Some(user("UANA"))).reach(&user("UBEN")), Reach::Change);
    }
}
