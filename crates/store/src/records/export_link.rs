//! A link under which somebody fetches what is stored.

use chrono::{DateTime, Utc};
use domain::ids::UserId;
use domain::story::data::Scope;

/// A link to an archive; what opens it is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportLink {
    /// Who asked for it.
    pub user: UserId,
    /// What it opens.
    pub scope: Scope,
    /// Until when it does.
    pub expires_at: DateTime<Utc>,
}
