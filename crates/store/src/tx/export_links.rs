//! Links under which somebody fetches what is stored, known by a hash alone.

use super::{Tx, run};
use crate::error::StoreError;
use crate::records::ExportLink;
use chrono::{DateTime, Utc};

impl Tx {
    /// Stores a link by its hash, instead of the one before of the same person and scope.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn set_export_link(
        &mut self,
        link: &ExportLink,
        hash: &[u8],
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run!(self, export_links::set_export_link(workspace, link, hash))
    }

    /// Returns what a link opens; `None` where it is used, replaced, over or of nobody.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_export_link(
        &mut self,
        hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<ExportLink>, StoreError> {
        let workspace = self.workspace;
        run!(self, export_links::find_export_link(workspace, hash, now))
    }

    /// Uses a link up and returns what it opens, as [`Tx::find_export_link`]; of several who come with it one gets it.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn take_export_link(
        &mut self,
        hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<ExportLink>, StoreError> {
        let workspace = self.workspace;
        run!(self, export_links::take_export_link(workspace, hash, now))
    }

    /// Deletes the links that are over; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_export_links_before(
        &mut self,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, export_links::delete_export_links(workspace, now))
    }
}
