#![doc = include_str!("../README.md")]

/// Declares the statements of a module and lists them; parts that differ between the engines are names of `fragment!`.
macro_rules! statements {
    ($($name:ident = ($($part:tt),+ $(,)?);)+) => {
        $(pub(crate) const $name: &str = concat!($(fragment!($part)),+);)+

        /// The statements of this module by name, for the test that prepares them all.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

mod audit_log;
pub mod backup;
mod canary;
mod chain;
mod commitment;
mod copy;
mod erased;
mod error;
mod generation;
mod id;
mod migrations;
mod one_write;
mod postgres;
mod purge;
mod records;
mod reseal;
mod sqlite;
mod step;
mod store;
mod system;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod tx;
mod version;
mod watch;

pub use audit_log::Chaining;
pub use copy::{Copied, CopyStep, copy};
pub use error::StoreError;
pub use generation::{Generation, Mark, Setback, Sighting};
pub use id::new_id;
pub use records::{
    AbsenceRecord, AbsenceSource, AbsenceSourceRecord, AuditEvent, AuditFault, AuditFlaw, AuditRow,
    AuditVerdict, BackupKind, CalendarLink, Census, Claim, ClaimedDelivery, Claiming, CoverAnswer,
    CoverRequestOrigin, CoverRequestRecord, CoverRequestState, CoverStep, CoverWord, CoverageKind,
    CoverageRecord, DeliveryRecord, DeliveryState, DueHandoffs, DueInboxes, Entry, ExportLink,
    GivenUp, Heard, InboxClaim, InboxItem, InboxRecord, InboxState, LostRow, NewInstall, NoteFault,
    NoteReceiver, NoteRecord, Outcome, Overdue, PersonRecord, RestoredBackup, RotationRecord,
    SentDelivery, SkipCode, SkipRecord, SourceStatus, StretchRecord, SubscriptionClaim,
    SubscriptionRecord, SwapRecord, SwapSide, SwapState, Swept, SyncClaim, TurnRecord, TurnState,
    WorkspaceListing, WorkspaceRecord,
};
pub use reseal::Resealed;
pub use sqlite::FileClaim;
pub use store::{Store, StoreSettings};
pub use system::System;
pub use tx::Tx;
pub use version::Version;
