//! Every button there is, one after the other.

use super::Hand;
use chrono::{DateTime, Utc};
use domain::action::Button;
use domain::ids::{CoverageId, EventId, NoteId, RotationId, SwapId, UserId};
use domain::interval::Interval;
use domain::source::SourceCode;
use domain::story::lifecycle::{self, Press};
use domain::story::roster::{self, Leaving, When};
use domain::story::{
    absence_source, announce, calendar, checkout, cover, data, history, home, note, people,
    settings, skip, swap,
};

/// How many buttons there are.
pub(crate) const BUTTONS: usize = 69;

/// Returns every button, in the order of [`after`].
pub(crate) fn buttons(hand: &Hand) -> impl Iterator<Item = Button> {
    std::iter::successors(Some(Button::CreateRotation), |button| after(button, hand))
}

/// Returns the button that follows one about what is stored; whoever is erased presses nothing after it.
fn after_data(
    button: &data::Button,
    (rotation, planned_at): (RotationId, DateTime<Utc>),
) -> Option<Button> {
    match button {
        data::Button::Events => {
            let event = EventId::new(rotation.as_uuid());
            Some(Button::Data(data::Button::Older { at: planned_at, event }))
        }
        data::Button::Older { .. } => Some(Button::History(history::Button::Turns { rotation })),
        data::Button::EraseMe => None,
    }
}

/// Returns the button after another; nothing after the last.
fn after(button: &Button, hand: &Hand) -> Option<Button> {
    let Hand { rotation, absence, planned_at, .. } = *hand;
    let day = planned_at.date_naive();
    let note = NoteId::new(rotation.as_uuid());
    let swap = SwapId::new(rotation.as_uuid());
    let of_life = |press| Button::Lifecycle(lifecycle::Button { press, rotation });
    let leaving = |when| {
        let leaver = if when == When::Handoff { "U0BEN" } else { "U0DEE" };
        let users = vec![UserId::new(leaver)];
        Button::Roster(roster::Button::Leave(Leaving { rotation, users, when, may_empty: false }))
    };
    Some(match button {
        Button::CreateRotation => Button::TakeTurn { rotation, planned_at, day },
        Button::TakeTurn { .. } => Button::AssignAnyway { rotation, planned_at, day },
        Button::AssignAnyway { .. } => Button::SeenDuty { rotation, planned_at, since: None },
        Button::SeenDuty { .. } => Button::ShowNext { rotation },
        Button::ShowNext { .. } => Button::EnterAbsence,
        Button::EnterAbsence => Button::RemoveAbsence { absence },
        Button::RemoveAbsence { .. } => Button::StayAvailable { absence },
        Button::StayAvailable { .. } => {
            Button::Calendar(calendar::Button::Revoke(calendar::Opens::Rotation(rotation)))
        }
        Button::Calendar(_) => Button::Checkout(checkout::Button::Upgrade),
        Button::Checkout(checkout::Button::Upgrade) => Button::Checkout(checkout::Button::Manage),
        Button::Checkout(checkout::Button::Manage) => Button::Data(data::Button::Events),
        Button::Data(button) => return after_data(button, (rotation, planned_at)),
        Button::History(button) => after_history(button, (rotation, planned_at)),
        Button::Note(button) => match button {
            note::Button::Write { .. } => Button::Note(note::Button::Open { note }),
            note::Button::Open { .. } => Button::Note(note::Button::Edit { note }),
            note::Button::Edit { .. } => Button::Note(note::Button::Remove { note }),
            note::Button::Remove { .. } => {
                Button::Note(note::Button::Older { rotation: None, passed: 8 })
            }
            note::Button::Older { .. } => Button::Home(home::Button::PageBefore { page: 0 }),
        },
        Button::Home(button) => match button {
            home::Button::PageBefore { .. } => Button::Home(home::Button::PageAfter { page: 1 }),
            home::Button::PageAfter { .. } => Button::Home(home::Button::All),
            home::Button::All => Button::Settings(settings::Button::Rotation { rotation }),
        },
        Button::Settings(button) => match button {
            settings::Button::Rotation { .. } => Button::Settings(settings::Button::Mine),
            settings::Button::Mine => Button::Settings(settings::Button::Workspace),
            settings::Button::Workspace => of_life(Press::Show),
        },
        Button::Lifecycle(button) => match button.press {
            Press::Show => of_life(Press::Edit),
            Press::Edit => of_life(Press::Pause),
            Press::Pause => of_life(Press::Resume),
            Press::Resume => of_life(Press::StartNow),
            Press::StartNow => of_life(Press::HandOver),
            Press::HandOver => of_life(Press::Delete),
            Press::Delete => of_life(Press::Undelete),
            Press::Undelete => {
                let user = UserId::new("U0ELI");
                Button::People(people::Button::AddAgain { rotation, user })
            }
        },
        Button::People(people::Button::AddAgain { .. }) => {
            Button::Announce(announce::Button::SendTest { rotation })
        }
        Button::Announce(announce::Button::SendTest { .. }) => {
            Button::Roster(roster::Button::Add { rotation })
        }
        Button::Roster(button) => match button {
            roster::Button::Add { .. } => Button::Roster(roster::Button::Remove { rotation }),
            roster::Button::Remove { .. } => Button::Roster(roster::Button::Order { rotation }),
            roster::Button::Order { .. } => {
                Button::Roster(roster::Button::LeaveMyself { rotation })
            }
            roster::Button::LeaveMyself { .. } => leaving(When::Handoff),
            roster::Button::Leave(Leaving { when: When::Handoff, .. }) => leaving(When::Now),
            roster::Button::Leave(Leaving { when: When::Now, .. }) => {
                let coverage = CoverageId::new(absence.as_uuid());
                Button::Skip(skip::Button::UndoCover { coverage })
            }
        },
        Button::Skip(button) => match button {
            skip::Button::UndoCover { .. } => Button::Skip(skip::Button::UndoSkip { absence }),
            skip::Button::UndoSkip { .. } => Button::Skip(skip::Button::Assign { rotation }),
            skip::Button::Assign { .. } => Button::Skip(skip::Button::Skip { rotation }),
            skip::Button::Skip { .. } => Button::Swap(swap::Button::Open { rotation }),
        },
        Button::Swap(button) => match button {
            swap::Button::Open { .. } => Button::Swap(swap::Button::Agree { swap }),
            swap::Button::Agree { .. } => Button::Swap(swap::Button::Decline { swap }),
            swap::Button::Decline { .. } => Button::Swap(swap::Button::Withdraw { swap }),
            swap::Button::Withdraw { .. } => Button::Swap(swap::Button::Undo { swap }),
            swap::Button::Undo { .. } => Button::Cover(cover::Button::Ask { rotation }),
        },
        Button::Cover(cover::Button::Undo { .. }) => of_source(absence_source::Press::Connect),
        Button::Cover(button) => Button::Cover(after_cover(*button, hand)?),
        Button::AbsenceSource(button) => {
            after_source(button.press).map_or(Button::Data(data::Button::EraseMe), of_source)
        }
    })
}

/// Returns the button after one of the history.
const fn after_history(
    button: &history::Button,
    (rotation, planned_at): (RotationId, DateTime<Utc>),
) -> Button {
    match button {
        history::Button::Turns { .. } => {
            Button::History(history::Button::Older { rotation, before: planned_at })
        }
        history::Button::Older { .. } => {
            Button::History(history::Button::Statistics { rotation, days: 30 })
        }
        history::Button::Statistics { days: 30, .. } => {
            Button::History(history::Button::Statistics { rotation, days: 90 })
        }
        history::Button::Statistics { days: 90, .. } => {
            Button::History(history::Button::Statistics { rotation, days: 365 })
        }
        history::Button::Statistics { .. } => Button::Note(note::Button::Write { rotation }),
    }
}

/// Returns a button of HiBob's.
fn of_source(press: absence_source::Press) -> Button {
    let source = SourceCode::new("hibob").expect("a code");
    Button::AbsenceSource(absence_source::Button { press, source })
}

/// Returns what is done with a source after another; nothing after the last.
const fn after_source(press: absence_source::Press) -> Option<absence_source::Press> {
    use absence_source::Press;
    match press {
        Press::Connect => Some(Press::AskNow),
        Press::AskNow => Some(Press::Webhook),
        Press::Webhook => Some(Press::TurnOff),
        Press::TurnOff => None,
    }
}

/// Returns the button of a request after another; nothing after the last.
fn after_cover(button: cover::Button, hand: &Hand) -> Option<cover::Button> {
    let Hand { request, rotation, absence, planned_at, .. } = *hand;
    Some(match button {
        cover::Button::Ask { .. } => {
            let week = planned_at + chrono::TimeDelta::days(7);
            let window = Interval::new(planned_at, week)?;
            cover::Button::AskFor { rotation, window }
        }
        cover::Button::AskFor { .. } => cover::Button::Take { request },
        cover::Button::Take { .. } => cover::Button::TakeAnyway { request, window: None },
        cover::Button::TakeAnyway { .. } => cover::Button::TakePart { request },
        cover::Button::TakePart { .. } => cover::Button::Cannot { request },
        cover::Button::Cannot { .. } => cover::Button::HandOver { request },
        cover::Button::HandOver { .. } => cover::Button::Dismiss { request },
        cover::Button::Dismiss { .. } => cover::Button::Withdraw { request },
        cover::Button::Withdraw { .. } => {
            cover::Button::Undo { coverage: CoverageId::new(absence.as_uuid()) }
        }
        cover::Button::Undo { .. } => return None,
    })
}
