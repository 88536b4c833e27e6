//! A link that shows who is on duty outside Slack.

use chrono::{DateTime, Utc};
use domain::calendar::Published;
use domain::ids::UserId;
use domain::story::calendar::Opens;

/// A link to a calendar or a page; what opens it is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarLink {
    /// Who made it.
    pub user: UserId,
    /// What it opens.
    pub opens: Opens,
    /// What was published under it.
    pub published: Published,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
