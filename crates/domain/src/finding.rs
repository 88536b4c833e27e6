//! Findings: what is worth knowing about a plan.

use crate::interval::Interval;

/// Something worth knowing about shifts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The first turn that it is about.
    pub turn: u64,
    /// When it holds.
    pub window: Interval,
    /// What it means, in plain words.
    pub text: String,
}

/// What a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// The rotation has fewer than three members.
    ThinRoster,
    /// Nobody can serve a turn.
    Unassigned,
    /// Fewer serve than the rotation has seats.
    PartlyFilled,
    /// A cover that changes nothing.
    CoverageWithoutEffect,
    /// A swap that changes nothing.
    SwapWithoutEffect,
    /// Somebody covers who is away then.
    CovererAway,
    /// Nobody is on duty then, because the rotation rests or the time is skipped.
    GapInTime,
    /// Who was passed over for a turn that no shift tells it of.
    Skipped,
}

impl FindingKind {
    /// Returns where findings of this kind stand: what is true of the whole rotation comes first.
    pub(crate) const fn rank(self) -> u8 {
        match self {
            Self::ThinRoster => 0,
            _ => 1,
        }
    }

    /// Returns the word by which it is written down.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ThinRoster => "thin_roster",
            Self::Unassigned => "unassigned",
            Self::PartlyFilled => "partly_filled",
            Self::CoverageWithoutEffect => "coverage_without_effect",
            Self::SwapWithoutEffect => "swap_without_effect",
            Self::CovererAway => "coverer_away",
            Self::GapInTime => "gap_in_time",
            Self::Skipped => "skipped",
        }
    }
}
