//! Moving all that is stored from one engine to the other: in one state of the source and one transaction of the target, so
//! that a copy that breaks leaves nothing, and compared row for row before it is kept.
//!
//! The tables and their columns are read from the databases, so a new table needs nothing here. Everything is copied: the
//! lease of a process that is no more runs out, and when a database went back in time is part of what is known.

pub(crate) mod catalog;
pub(crate) mod record;
pub(crate) mod sealed;
mod side;
pub(crate) mod text;

use crate::canary;
use crate::error::StoreError;
use crate::records::AuditFault;
use crate::tx::run;
use catalog::Table;
use chrono::DateTime;
use crypto::KeyRing;
use domain::ids::WorkspaceId;
use record::{Cell, Digest, Record};
use sealed::Opening;
use secrecy::{ExposeSecret, SecretString};
use side::Side;
use std::sync::Arc;

/// How far a copy is, in rows: each counts twice, when it is written and when it is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyStep {
    /// How many are done.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Each table and its rows, in the order in which they were written.
    pub tables: Vec<(String, u64)>,
    /// How many sealed values opened.
    pub opened: u64,
    /// The sealed values that do not open, as table and row: they are in the source as they are here.
    pub closed: Vec<String>,
    /// How many workspaces' audit logs are whole.
    pub whole: u64,
    /// The audit logs that are not, in the source as here.
    pub broken: Vec<(WorkspaceId, AuditFault)>,
}

/// Copies everything from one database into an empty one of the other engine, which is migrated where it is new.
///
/// On PostgreSQL the URL names the login that owns the tables. The source is left as it is. Nothing is kept of a copy that
/// fails, and `told` hears how far it is.
///
/// # Errors
///
/// [`StoreError::Settings`] where the URLs or the keys cannot be right. [`StoreError::Copy`] where one of the databases is in
/// use, of another version, not empty, or holds what cannot be carried over. Otherwise what the databases say.
pub async fn copy(
    from: &SecretString,
    to: &SecretString,
    keys: &Arc<KeyRing>,
    told: &mut (dyn FnMut(CopyStep) + Send),
) -> Result<Copied, StoreError> {
    let (from, to) = (from.expose_secret(), to.expose_secret());
    side::check_engines(from, to)?;
    let mut source = Side::source(from, keys).await?;
    if let Some(sealed) = run!(&mut source.tx, meta::find_meta(canary::NAME))? {
        canary::open(sealed, keys)?;
    }
    let mut target = Side::target(to, keys).await?;
    let tables = side::tables(&source, &target)?;
    let mut step = CopyStep { done: 0, total: 2 * count(&mut source, &tables).await? };
    make_room(&mut target, &tables).await?;

    let (mut copied, mut opening) = (Copied::default(), Opening::new(keys));
    let mut digests = Vec::new();
    for table in &tables {
        let mut digest = Digest::default();
        let mut after = None;
        while let Some(page) = next_page(&mut source, table, after).await? {
            for record in &page {
                digest.add(table, record);
                opening.open(table, record);
            }
            run!(&mut target.tx, copy::insert_all(table, &page))?;
            step.done += page.len() as u64;
            told(step);
            after = page.into_iter().last();
        }
        copied.tables.push((table.name.clone(), digest.rows));
        digests.push(digest);
    }
    (copied.opened, copied.closed) = opening.ended();
    for (table, digest) in tables.iter().zip(digests) {
        compare(&mut target, table, digest, &mut step, told).await?;
    }
    verify_audit(&mut target, &tables, &mut copied).await?;
    target.keep(&tables).await?;
    source.leave().await;
    Ok(copied)
}

async fn count(side: &mut Side, tables: &[Table]) -> Result<u64, StoreError> {
    let mut rows = 0;
    for table in tables {
        rows += run!(&mut side.tx, copy::count_rows(table))?;
    }
    Ok(rows)
}

/// Refuses a target in which something is, and takes away what any start leaves in one.
async fn make_room(target: &mut Side, tables: &[Table]) -> Result<(), StoreError> {
    for table in tables {
        if table.name == "meta" {
            run!(&mut target.tx, copy::delete_meta(canary::NAME))?;
        }
        let rows: u64 = run!(&mut target.tx, copy::count_rows(table))?;
        if rows > 0 {
            return Err(refused(format!(
                "the target is not empty: {} rows are in {}; name a new database, nothing was changed in this one",
                rows, table.name
            )));
        }
    }
    Ok(())
}

async fn next_page(
    side: &mut Side,
    table: &Table,
    after: Option<Record>,
) -> Result<Option<Vec<Record>>, StoreError> {
    let page: Vec<Record> = run!(&mut side.tx, copy::list_page(table, after.as_ref()))?;
    Ok((!page.is_empty()).then_some(page))
}

/// Reads what was written, and refuses to keep anything that is not what was read.
async fn compare(
    target: &mut Side,
    table: &Table,
    wanted: Digest,
    step: &mut CopyStep,
    told: &mut (dyn FnMut(CopyStep) + Send),
) -> Result<(), StoreError> {
    let mut digest = Digest::default();
    let mut after = None;
    while let Some(page) = next_page(target, table, after).await? {
        for record in &page {
            digest.add(table, record);
        }
        step.done += page.len() as u64;
        told(*step);
        after = page.into_iter().last();
    }
    if digest == wanted {
        return Ok(());
    }
    Err(refused(format!(
        "what was written into {} is not what was read ({} rows of {}), so nothing was kept; something in the target changes what is written",
        table.name, digest.rows, wanted.rows
    )))
}

/// Verifies every workspace's audit log where it is now.
async fn verify_audit(
    target: &mut Side,
    tables: &[Table],
    copied: &mut Copied,
) -> Result<(), StoreError> {
    let Some(table) = tables.iter().find(|table| table.name == "workspaces") else { return Ok(()) };
    let Some(place) = table.place_of("workspace_id") else { return Ok(()) };
    let mut after = None;
    while let Some(page) = next_page(target, table, after).await? {
        for record in &page {
            let Cell::Id(Some(id)) = record[place] else { continue };
            let workspace = WorkspaceId::new(id);
            // Nothing waits too long to be chained while nothing runs.
            let now = DateTime::UNIX_EPOCH;
            match target.tx.verify_audit(workspace, None, now).await?.fault {
                None => copied.whole += 1,
                Some(fault) => copied.broken.push((workspace, fault)),
            }
        }
        after = page.into_iter().last();
    }
    Ok(())
}

/// Returns the refusal of a copy, in words for whoever asked for it.
pub(crate) const fn refused(text: String) -> StoreError {
    StoreError::Copy(text)
}
