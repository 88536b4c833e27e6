//! The App Home: what one person sees of their duties, rotations, absences and preferences.

use crate::ids::{ChannelId, RotationId};
use crate::reply::{AbsenceLine, DutyCard, SourceAge, TurnLine};
use crate::settings::{ChannelFault, WorkspaceSettings};
use crate::source::SourceInfo;
use crate::story::absence_source::{self, SourceLine};
use crate::story::cover::Wanted;
use crate::story::swap;
use chrono::{DateTime, Utc};

/// How many rotations one page shows: each takes up to three of the hundred blocks of a view.
pub const ROTATIONS_ON_PAGE: usize = 12;

/// How many coming turns of a rotation are shown.
pub const TURNS_SHOWN: usize = 4;

/// How many of a person's next duties are shown.
pub const DUTIES_SHOWN: usize = 5;

/// How many swaps are shown.
pub const SWAPS_SHOWN: usize = 5;

/// How many absences are shown.
pub const ABSENCES_SHOWN: usize = 10;

/// A button of this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Shows all rotations there are.
    All,
    /// Shows the page before.
    PageBefore {
        /// That page, from 0.
        page: u32,
    },
    /// Shows the page after.
    PageAfter {
        /// That page, from 0.
        page: u32,
    },
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::All => "home_all",
            Self::PageBefore { .. } => "home_page_before",
            Self::PageAfter { .. } => "home_page_after",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        self.page().map_or_else(|| String::from("-"), |page| page.to_string())
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        let page = || value.parse().ok();
        match action_id {
            "home_all" => Some(Self::All),
            "home_page_before" => Some(Self::PageBefore { page: page()? }),
            "home_page_after" => Some(Self::PageAfter { page: page()? }),
            _ => None,
        }
    }

    /// Returns the page that is to be shown, where it is about one.
    #[must_use]
    pub const fn page(&self) -> Option<u32> {
        match self {
            Self::All => None,
            Self::PageBefore { page } | Self::PageAfter { page } => Some(*page),
        }
    }
}

/// The home of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    /// The page that is shown, from 0.
    pub page: u32,
    /// How many there are; 1 at least.
    pub pages: u32,
    /// What the person sees.
    pub kind: HomeKind,
    /// The rotations of this page, by name.
    pub rotations: Vec<RotationBlock>,
    /// How old what the absence sources say is.
    pub sources: Vec<SourceAge>,
    /// When it reads otherwise by the mere passing of time; what an event changes is shown with the event.
    pub changes_at: Option<DateTime<Utc>>,
}

impl Home {
    /// Shows admins which absence sources can be connected.
    pub fn offer<'a>(&mut self, offered: impl Iterator<Item = &'a SourceInfo>) {
        if let HomeKind::Member(member) = &mut self.kind
            && let Some(workspace) = &mut member.workspace
        {
            absence_source::offer(&mut workspace.sources, offered);
        }
    }
}

/// What a person sees.
#[derive(Clone, Debug, PartialEq)]
pub enum HomeKind {
    /// A guest, or somebody of another workspace: they look at most.
    LookOnly,
    /// A member of the workspace.
    Member(Box<MemberHome>),
}

/// What a member sees besides the rotations.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberHome {
    /// The rotations in which they are on duty now, the first to end first.
    pub on_duty: Vec<MyDuty>,
    /// Their next duties, the soonest first; at most [`DUTIES_SHOWN`].
    pub next: Vec<MyDuty>,
    /// The swaps that concern them and have not begun; at most [`SWAPS_SHOWN`].
    pub swaps: Vec<swap::Line>,
    /// Their absences that are not over; at most [`ABSENCES_SHOWN`].
    pub absences: Vec<AbsenceLine>,
    /// How many absences there are beyond those.
    pub more_absences: usize,
    /// Whether no message comes at night.
    pub has_quiet_nights: bool,
    /// Whether they may make a rotation.
    pub can_create: bool,
    /// What admins see besides.
    pub workspace: Option<WorkspaceState>,
}

/// A duty of a person's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyDuty {
    /// The rotation's name.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// When it begins or began.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// A rotation with its coming turns.
#[derive(Clone, Debug, PartialEq)]
pub struct RotationBlock {
    /// The rotation as everybody sees it.
    pub card: DutyCard,
    /// The coming turns, the soonest first; at most [`TURNS_SHOWN`].
    pub turns: Vec<TurnLine>,
    /// The cover that is wanted in it; `None` for those who look only.
    pub cover: Option<Wanted>,
    /// Whether the person may change it.
    pub can_manage: bool,
    /// Whether they are one of its members, and may be passed over.
    pub can_skip: bool,
}

/// What admins see of their workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkspaceState {
    /// What the admins chose.
    pub settings: WorkspaceSettings,
    /// When the app was installed last.
    pub installed_at: DateTime<Utc>,
    /// The scopes that were granted.
    pub scopes: Vec<String>,
    /// How many rotations there are.
    pub rotations: usize,
    /// The rotations in which something is wrong, by name.
    pub faults: Vec<FaultLine>,
    /// How many messages of the last 7 days may or may not have arrived.
    pub uncertain: u64,
    /// How many of them were put aside because the service stopped over them.
    pub quarantined: u64,
    /// The absence sources: those that are on, and with them what can be connected once that was added.
    pub sources: Vec<SourceLine>,
    /// What it pays, where anybody pays.
    pub billing: Option<super::checkout::State>,
}

/// A rotation in which something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultLine {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// Its channel.
    pub channel: ChannelId,
    /// What is wrong.
    pub fault: RotationFault,
}

/// What can be wrong with a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationFault {
    /// Its channel cannot be told anything.
    Channel(ChannelFault),
    /// Nobody is in it any more.
    Empty,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_comes_back_as_it_was_sent() {
        for button in [Button::All, Button::PageBefore { page: 0 }, Button::PageAfter { page: 3 }] {
            assert_eq!(Button::parse(button.action_id(), &button.value()), Some(button));
        }
        for (action_id, value) in [("home_page_after", "-1"), ("home_page", "1")] {
            assert_eq!(Button::parse(action_id, value), None, "{action_id} {value}");
        }
    }
}
