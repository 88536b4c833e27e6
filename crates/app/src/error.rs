//! Why a use case could not be carried out, apart from what a person did wrong.

use store::StoreError;

/// A failure of ours; nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database refused or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored cannot be planned with; the reason names no content.
    #[error("a stored rotation cannot be planned: {0}")]
    Unplannable(&'static str),
}
