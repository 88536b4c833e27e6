//! Absences.

use chrono::{DateTime, NaiveDate, Utc};
use domain::absence::Span;
use domain::ids::{AbsenceId, RotationId, UserId};
use domain::source::SourceCode;
use domain::zone::Zone;

/// Where an absence comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AbsenceSource {
    /// A person entered it.
    Manual,
    /// A person asked to be passed over in one rotation.
    Skip,
    /// An absence source said it.
    Synced(SourceCode),
}

/// An absence: when it is as it was said, and the instants that it lies between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsenceRecord {
    /// The absence.
    pub id: AbsenceId,
    /// Whose.
    pub user: UserId,
    /// Where it comes from.
    pub source: AbsenceSource,
    /// The one rotation in which it counts; `None` for one that counts in all.
    pub rotation: Option<RotationId>,
    /// When it is.
    pub span: Span,
    /// The IANA name of the zone in which its days are meant.
    pub zone: String,
    /// Whether it is the opposite: the person says to be available then, whatever a source knows.
    pub is_available: bool,
    /// The leave type, where the source shows it to every colleague.
    pub label: Option<String>,
    /// Whether the source said something unknown, for which whole days were taken.
    pub is_flagged: bool,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends; `None` for an open end.
    pub ends_at: Option<DateTime<Utc>>,
    /// Who entered it; `None` where a source said it.
    pub entered_by: Option<UserId>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

impl AbsenceSource {
    /// Returns the word that is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Manual => "manual",
            Self::Skip => "skip",
            Self::Synced(source) => source.as_str(),
        }
    }

    /// Returns what a stored word means.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "manual" => Some(Self::Manual),
            "skip" => Some(Self::Skip),
            source => SourceCode::new(source).map(Self::Synced),
        }
    }

    /// Returns whether an absence source said it.
    #[must_use]
    pub const fn is_synced(&self) -> bool {
        matches!(self, Self::Synced(_))
    }
}

impl AbsenceRecord {
    /// Returns the zone in which its days are meant; UTC where the name is none any more.
    #[must_use]
    pub fn zone(&self) -> Zone {
        Zone::parse(&self.zone).unwrap_or_else(|_| Zone::utc())
    }

    /// Returns the first and the last day that it touches, by the clocks of its zone; the last is `None` for an open end.
    #[must_use]
    pub fn dates(&self) -> (NaiveDate, Option<NaiveDate>) {
        match self.span {
            Span::Days { first, last, .. } => (first, last),
            _ => self.span.dates(&self.zone()),
        }
    }
}
