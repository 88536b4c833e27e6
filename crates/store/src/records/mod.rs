//! What is written and read, one file per family of tables.

mod absence;
mod absence_source;
mod audit;
mod backup;
mod calendar_link;
mod cover;
mod delivery;
mod entry;
mod export_link;
mod inbox;
mod note;
mod request;
mod rotation;
mod subscription;
mod swap;
mod turn;
mod watch;
mod workspace;

pub use absence::{AbsenceRecord, AbsenceSource};
pub use absence_source::{AbsenceSourceRecord, SourceStatus, SyncClaim};
pub use audit::{AuditEvent, AuditFault, AuditFlaw, AuditRow, AuditVerdict};
pub use backup::{BackupKind, RestoredBackup};
pub use calendar_link::CalendarLink;
pub use cover::{
    CoverAnswer, CoverRequestOrigin, CoverRequestRecord, CoverRequestState, CoverWord,
};
pub(crate) use delivery::Lost;
pub use delivery::{
    Claim, ClaimedDelivery, Claiming, DeliveryRecord, DeliveryState, GivenUp, Heard, SentDelivery,
};
pub use entry::Entry;
pub use export_link::ExportLink;
pub use inbox::{CoverStep, DueInboxes, InboxClaim, InboxItem, InboxRecord, InboxState};
pub use note::{NoteFault, NoteReceiver, NoteRecord};
pub use request::Outcome;
pub use rotation::{RotationRecord, StretchRecord};
pub use subscription::{SubscriptionClaim, SubscriptionRecord};
pub use swap::{SwapRecord, SwapSide, SwapState};
pub use turn::{CoverageKind, CoverageRecord, SkipCode, SkipRecord, TurnRecord, TurnState};
pub use watch::{Census, LostRow, Overdue};
pub use workspace::{
    DueHandoffs, NewInstall, PersonRecord, Swept, WorkspaceListing, WorkspaceRecord,
};

/// Declares an enum with the one word by which each variant is stored.
macro_rules! stored_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Returns the word that is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Returns what a stored word means, or `None` for a word of another version.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use stored_words;
