//! Links that show who is on duty outside Slack, known by a hash alone.

use super::{Tx, run};
use crate::error::StoreError;
use crate::records::CalendarLink;
use domain::calendar::Published;
use domain::ids::{RotationId, UserId};
use domain::story::calendar::Opens;

impl Tx {
    /// Stores a link by its hash.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_calendar_link(
        &mut self,
        link: &CalendarLink,
        hash: &[u8],
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run!(self, calendar_links::insert_calendar_link(workspace, link, hash))
    }

    /// Returns a link; `None` where it is revoked or was never made.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_calendar_link(
        &mut self,
        hash: &[u8],
    ) -> Result<Option<CalendarLink>, StoreError> {
        let workspace = self.workspace;
        run!(self, calendar_links::find_calendar_link(workspace, hash))
    }

    /// Returns a link, as [`Tx::find_calendar_link`]; nobody else publishes under it until the transaction ends.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn lock_calendar_link(
        &mut self,
        hash: &[u8],
    ) -> Result<Option<CalendarLink>, StoreError> {
        let workspace = self.workspace;
        run!(self, calendar_links::lock_calendar_link(workspace, hash))
    }

    /// Stores what was published under a link.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_published(
        &mut self,
        hash: &[u8],
        published: &Published,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run!(self, calendar_links::record_published(workspace, hash, published))
    }

    /// Deletes the link of somebody to one thing; returns how many there were.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_calendar_link(
        &mut self,
        user: &UserId,
        opens: Opens,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, calendar_links::delete_calendar_link(workspace, user, opens))
    }

    /// Deletes all links of somebody; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_calendar_links_of(&mut self, user: &UserId) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, calendar_links::delete_calendar_links_of(workspace, user))
    }

    /// Deletes all links to a rotation; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_calendar_links_to(
        &mut self,
        rotation: RotationId,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, calendar_links::delete_calendar_links_to(workspace, rotation))
    }

    /// Deletes all links of the workspace; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_calendar_links(&mut self) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, calendar_links::delete_calendar_links(workspace))
    }
}
