//! Seals anew, with the current key, what older keys sealed; while the service runs, in small steps, and each value only
//! where it is still the one that was read.

use crate::canary;
use crate::error::StoreError;
use crate::store::{NO_WORKSPACE, Store};
use crate::tx::run;
use crypto::{Place, Sealed};
use domain::ids::WorkspaceId;
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many values are sealed anew in one transaction.
const BATCH: u32 = 50;

/// What was sealed anew in a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// How many values and signatures have the current key now that had an older one.
    pub done: u64,
    /// What did not open, each as table and row: it stays as it is, and its key is still needed.
    pub stuck: Vec<(&'static str, String)>,
}

/// A row of a table in which something is sealed.
#[derive(Clone, Copy)]
enum Table {
    Inbox,
    Notes,
    Notices,
}

impl Table {
    const fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Notes => "notes",
            Self::Notices => "notices",
        }
    }
}

impl Store {
    /// Returns how many sealed values and signatures each key has in a workspace.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn count_by_key(
        &self,
        workspace: WorkspaceId,
    ) -> Result<BTreeMap<u32, u64>, StoreError> {
        let mut tx = self.read(workspace).await?;
        let counts: Vec<(u32, u64)> = run!(&mut tx, sealed::count_by_key(workspace))?;
        Ok(counts.into_iter().collect())
    }

    /// Returns the id of the key that seals, and the ids of all keys.
    #[must_use]
    pub fn key_ids(&self) -> (u32, Vec<u32>) {
        (self.keys.current_id().get(), self.keys.ids().map(crypto::KeyId::get).collect())
    }

    /// Returns the id of the key of the value by which a start notices that it has the right keys.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn canary_key(&self) -> Result<Option<u32>, StoreError> {
        let sealed = canary::find(self).await?.map(Sealed::from_bytes);
        Ok(sealed.and_then(Result::ok).map(|sealed| sealed.key_id()))
    }

    /// Seals anew what older keys sealed in a workspace, and signs its audit log anew.
    ///
    /// What somebody changes meanwhile is sealed by them. Stopped at any moment and called again, it goes on.
    ///
    /// # Errors
    ///
    /// What the database says; what was done until then stays done.
    pub async fn reseal(&self, workspace: WorkspaceId) -> Result<Resealed, StoreError> {
        let mut resealed = Resealed::default();
        self.reseal_token(workspace, &mut resealed).await?;
        self.reseal_sources(workspace, &mut resealed).await?;
        self.reseal_rows(workspace, Table::Inbox, &mut resealed).await?;
        self.reseal_rows(workspace, Table::Notes, &mut resealed).await?;
        self.reseal_rows(workspace, Table::Notices, &mut resealed).await?;
        match self.sign_audit_anew(workspace).await {
            Ok(count) => resealed.done += count,
            Err(StoreError::Sealed { .. }) => {
                resealed.stuck.push(("audit_events", workspace.to_string()));
            }
            Err(fault) => return Err(fault),
        }
        Ok(resealed)
    }

    /// Seals anew, where it is needed, the value by which a start notices that it has the right keys; returns whether it was.
    /// It comes last: as long as anything needs an older key, the start refuses a ring without it.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn reseal_canary(&self) -> Result<bool, StoreError> {
        let Some(was) = canary::find(self).await? else { return Ok(false) };
        let place = canary::PLACE;
        let Some(is) = self.anew(&place, &was)? else { return Ok(false) };
        let mut tx = self.write(NO_WORKSPACE).await?;
        let is_done: bool = run!(&mut tx, meta::update_meta(canary::NAME, &was, &is))?;
        tx.commit().await?;
        Ok(is_done)
    }

    async fn reseal_token(
        &self,
        workspace: WorkspaceId,
        resealed: &mut Resealed,
    ) -> Result<(), StoreError> {
        let current = self.keys.current_id().get();
        let mut tx = self.write(workspace).await?;
        let found: Option<Vec<u8>> = run!(&mut tx, sealed::find_sealed_token(workspace, current))?;
        let Some(was) = found else { return Ok(()) };
        let tenant = workspace.as_uuid();
        let place = Place {
            table: "workspaces",
            column: "bot_token",
            workspace: tenant.as_bytes(),
            row: &[],
        };
        match self.anew(&place, &was) {
            Ok(Some(is)) => {
                let is_done: bool = run!(&mut tx, sealed::seal_token_anew(workspace, &was, &is))?;
                resealed.done += u64::from(is_done);
            }
            Ok(None) => {}
            Err(_) => resealed.stuck.push(("workspaces", workspace.to_string())),
        }
        tx.commit().await
    }

    async fn reseal_sources(
        &self,
        workspace: WorkspaceId,
        resealed: &mut Resealed,
    ) -> Result<(), StoreError> {
        let current = self.keys.current_id().get();
        let mut tx = self.write(workspace).await?;
        let found: Vec<(String, Vec<u8>)> =
            run!(&mut tx, sealed::list_sealed_sources(workspace, current))?;
        let tenant = workspace.as_uuid();
        for (source, was) in found {
            let place = Place {
                table: "absence_sources",
                column: "sealed",
                workspace: tenant.as_bytes(),
                row: source.as_bytes(),
            };
            match self.anew(&place, &was) {
                Ok(Some(is)) => {
                    let is_done: bool =
                        run!(&mut tx, sealed::seal_source_anew(workspace, &source, &was, &is))?;
                    resealed.done += u64::from(is_done);
                }
                Ok(None) => {}
                Err(_) => resealed.stuck.push(("absence_sources", source)),
            }
        }
        tx.commit().await
    }

    async fn reseal_rows(
        &self,
        workspace: WorkspaceId,
        table: Table,
        resealed: &mut Resealed,
    ) -> Result<(), StoreError> {
        let (current, tenant) = (self.keys.current_id().get(), workspace.as_uuid());
        let mut last = Uuid::nil();
        loop {
            let mut tx = self.write(workspace).await?;
            let found: Vec<(Uuid, Vec<u8>)> = match table {
                Table::Inbox => {
                    run!(&mut tx, sealed::list_sealed_inbox(workspace, current, last, BATCH))?
                }
                Table::Notes => {
                    run!(&mut tx, sealed::list_sealed_notes(workspace, current, last, BATCH))?
                }
                Table::Notices => {
                    run!(&mut tx, sealed::list_sealed_notices(workspace, current, last, BATCH))?
                }
            };
            for (row, was) in &found {
                last = *row;
                let place = Place {
                    table: table.name(),
                    column: "sealed",
                    workspace: tenant.as_bytes(),
                    row: row.as_bytes(),
                };
                match self.anew(&place, was) {
                    Ok(Some(is)) => {
                        let is_done: bool = match table {
                            Table::Inbox => {
                                run!(&mut tx, sealed::seal_inbox_anew(workspace, *row, was, &is))?
                            }
                            Table::Notes => {
                                run!(&mut tx, sealed::seal_note_anew(workspace, *row, was, &is))?
                            }
                            Table::Notices => {
                                run!(&mut tx, sealed::seal_notice_anew(workspace, *row, was, &is))?
                            }
                        };
                        resealed.done += u64::from(is_done);
                    }
                    Ok(None) => {}
                    Err(_) => resealed.stuck.push((table.name(), row.to_string())),
                }
            }
            tx.commit().await?;
            if found.len() < BATCH as usize {
                return Ok(());
            }
        }
    }

    /// Returns a value sealed by the current key, or nothing where it is already.
    fn anew(&self, place: &Place<'_>, was: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let fault = |reason: String| StoreError::Sealed { table: "meta", column: "value", reason };
        let sealed = Sealed::from_bytes(was.to_vec()).map_err(|error| fault(error.to_string()))?;
        if sealed.key_id() == self.keys.current_id().get() {
            return Ok(None);
        }
        let opened = self.keys.open(place, &sealed).map_err(|error| fault(error.to_string()))?;
        let anew = self.keys.seal(place, opened.expose_secret());
        anew.map(|sealed| Some(sealed.as_bytes().to_vec()))
            .map_err(|error| fault(error.to_string()))
    }
}
