//! The audit log as a whole: chained in batches, verified, pruned, and persons erased from it.
//!
//! An event is written in the transaction of what it tells of, and chained seconds later: the lock of a chain held through
//! every flush would let a workspace do little at once.

mod verify;

use crate::chain::{self, Committed, Head, Link, Linked, Unchained};
use crate::erased::replaced;
use crate::error::StoreError;
use crate::records::AuditVerdict;
use crate::store::Store;
use crate::tx::run;
use chrono::{DateTime, Utc};
use crypto::{OpenFault, Signature};
use domain::ids::{EventId, UserId, WorkspaceId};
use verify::flaw_of_head;

/// How many events are chained in one transaction: on SQLite it has the one writer for a tenth of a second at most.
const BATCH: u32 = 50;

/// How many workspaces are looked at at once.
const WORKSPACES: u32 = 500;

/// How many events are deleted in one transaction.
const PRUNED_AT_ONCE: u64 = 1_000;

/// What became of a look at what is to be chained.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chaining {
    /// How many events were chained.
    pub chained: u64,
    /// The workspaces whose chain was changed from outside, so that nothing is added to it.
    pub broken: Vec<WorkspaceId>,
    /// Whether there is more to be chained.
    pub is_more: bool,
}

/// What became of a batch of one workspace.
enum Batch {
    Chained(u32),
    Broken,
}

impl Store {
    /// Chains the events of all workspaces that are not chained yet, a batch of each. Two that do this at once share the
    /// work.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn chain_audit(&self) -> Result<Chaining, StoreError> {
        let workspaces: Vec<WorkspaceId> = {
            let mut tx = self.read_unscoped().await?;
            run!(&mut tx, chain::list_unchained_workspaces(WORKSPACES))?
        };
        let mut done = Chaining::default();
        for workspace in workspaces {
            match self.chain_batch(workspace).await? {
                Batch::Chained(count) => {
                    done.chained += u64::from(count);
                    done.is_more |= BATCH <= count;
                }
                Batch::Broken => done.broken.push(workspace),
            }
        }
        Ok(done)
    }

    async fn chain_batch(&self, workspace: WorkspaceId) -> Result<Batch, StoreError> {
        let mut tx = self.write_unscoped().await?;
        let first = Head::first(workspace);
        run!(&mut tx, chain::insert_head(workspace, &first, &first.sign(workspace, &self.keys)))?;
        let found: Option<(Head, Vec<u8>)> = run!(&mut tx, chain::lock_head(workspace))?;
        let Some((mut head, signature)) = found else { return Ok(Batch::Chained(0)) };
        // What was changed from outside is not signed over: it is to be found.
        if flaw_of_head(&self.keys, workspace, &head, &signature).is_some() {
            return Ok(Batch::Broken);
        }
        let events: Vec<Unchained> = run!(&mut tx, chain::list_unchained(workspace, BATCH))?;
        let mut count = 0;
        for event in events {
            let sequence = head.sequence + 1;
            let link = Link {
                sequence,
                event: event.event,
                at: event.at,
                action: &event.action,
                commitment: &event.commitment,
            };
            let hash = link.hash(&head.hash);
            let signed = chain::sign_link(&hash, &self.keys);
            run!(&mut tx, chain::record_link(workspace, event.event, sequence, &hash, &signed))?;
            head = Head { sequence, hash, ..head };
            count += 1;
        }
        let signature = head.sign(workspace, &self.keys);
        run!(&mut tx, chain::update_head(workspace, &head, &signature))?;
        tx.commit().await?;
        Ok(Batch::Chained(count))
    }

    /// Returns whether a workspace's audit log is what was written, and where it is not, the first event of which that is so.
    ///
    /// Events that are cut off at the end together with the head of an earlier time are noticed only where the number and the
    /// hash of an event were `kept` elsewhere.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn verify_audit(
        &self,
        workspace: WorkspaceId,
        kept: Option<(u64, [u8; 32])>,
        now: DateTime<Utc>,
    ) -> Result<AuditVerdict, StoreError> {
        self.read(workspace).await?.verify_audit(workspace, kept, now).await
    }

    /// Returns the number and the hash of the last event of a workspace's chain, where it has one: whoever keeps them notices
    /// when the end is cut off.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_audit_end(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Option<(u64, [u8; 32])>, StoreError> {
        let mut tx = self.read(workspace).await?;
        let head: Option<(Head, Vec<u8>)> = run!(&mut tx, audit::find_head(workspace))?;
        Ok(head.map(|(head, _)| (head.sequence, head.hash)))
    }

    /// Deletes the chained events from before an instant, oldest first, and notes in the chain's head after which event it
    /// begins now; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says; what was deleted until then stays deleted.
    pub async fn prune_audit(
        &self,
        workspace: WorkspaceId,
        before: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut pruned = 0;
        loop {
            let count = self.prune_some(workspace, before).await?;
            pruned += count;
            if count < PRUNED_AT_ONCE {
                return Ok(pruned);
            }
        }
    }

    async fn prune_some(
        &self,
        workspace: WorkspaceId,
        before: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut tx = self.write_unscoped().await?;
        let found: Option<(Head, Vec<u8>)> = run!(&mut tx, chain::lock_head(workspace))?;
        let Some((head, signature)) = found else { return Ok(0) };
        if flaw_of_head(&self.keys, workspace, &head, &signature).is_some() {
            return Ok(0);
        }
        let kept: Option<u64> = run!(&mut tx, chain::first_kept(workspace, before))?;
        let until = kept.map_or(head.sequence, |kept| kept.saturating_sub(1));
        let until = until.min(head.pruned_sequence + PRUNED_AT_ONCE);
        if until <= head.pruned_sequence {
            return Ok(0);
        }
        let Some(hash) = run!(&mut tx, chain::find_hash(workspace, until))? else {
            // A chain with a gap is left as it is.
            return Ok(0);
        };
        let head = Head { pruned_sequence: until, pruned_hash: hash, ..head };
        let count: u64 = run!(&mut tx, chain::prune_events(workspace, until))?;
        let signature = head.sign(workspace, &self.keys);
        run!(&mut tx, chain::update_head(workspace, &head, &signature))?;
        tx.commit().await?;
        Ok(count)
    }

    /// Puts a pseudonym in the place of a person in all events that name them, and returns in how many.
    ///
    /// What an event committed to stays in the chain; without its salt nobody can find out what that was.
    ///
    /// # Errors
    ///
    /// What the database says; called again, it goes on.
    pub async fn erase_from_audit(
        &self,
        workspace: WorkspaceId,
        user: &UserId,
        pseudonym: &UserId,
    ) -> Result<u64, StoreError> {
        let mut count = 0;
        let found: Vec<Committed> = {
            let mut tx = self.read(workspace).await?;
            run!(&mut tx, audit::list_events_like(workspace, &format!("%{user}%")))?
        };
        // Longer names that begin with theirs are others'.
        let erased = |event: Committed| {
            let payload = replaced(&event.payload, user.as_str(), pseudonym.as_str())?;
            Some(Committed { payload, ..event })
        };
        let events: Vec<Committed> = found.into_iter().filter_map(erased).collect();
        for some in events.chunks(BATCH as usize) {
            let mut tx = self.write_unscoped().await?;
            for Committed { event, commitment, payload, erasure } in some {
                let signature = chain::sign_erasure(commitment, payload, &self.keys);
                let was = erasure.as_deref();
                // Another erasure may have changed it meanwhile.
                let is_done: bool = run!(
                    &mut tx,
                    chain::erase_in_event(workspace, *event, payload, was, &signature)
                )?;
                if !is_done {
                    return Err(StoreError::TookTooLong);
                }
                count += 1;
            }
            tx.commit().await?;
        }
        Ok(count)
    }

    /// Signs with the current key what older ones signed, where it is right, and returns how many signatures that were.
    ///
    /// # Errors
    ///
    /// What the database says, and [`StoreError::Sealed`] for a signature that does not verify or whose key is not in the
    /// ring: it stays as it is.
    pub async fn sign_audit_anew(&self, workspace: WorkspaceId) -> Result<u64, StoreError> {
        let current = self.keys.current_id().get();
        let mut count = self.sign_head_anew(workspace).await?;
        loop {
            let mut tx = self.write_unscoped().await?;
            let links: Vec<Linked> =
                run!(&mut tx, chain::list_links_of_old_keys(workspace, current, BATCH))?;
            for Linked { event, hash, signature } in &links {
                is_right(signature, |it| chain::is_link_signed(hash, &self.keys, it))?;
                let anew = chain::sign_link(hash, &self.keys);
                run!(&mut tx, chain::sign_link_anew(workspace, *event, signature, &anew))?;
            }
            tx.commit().await?;
            count += links.len() as u64;
            if links.len() < BATCH as usize {
                break;
            }
        }
        Ok(count + self.sign_erasures_anew(workspace).await?)
    }

    async fn sign_head_anew(&self, workspace: WorkspaceId) -> Result<u64, StoreError> {
        let mut tx = self.write_unscoped().await?;
        let found: Option<(Head, Vec<u8>)> = run!(&mut tx, chain::lock_head(workspace))?;
        let Some((head, signature)) = found else { return Ok(0) };
        let key = Signature::from_bytes(&signature).map(|signature| signature.key);
        if key == Some(self.keys.current_id().get()) {
            return Ok(0);
        }
        is_right(&signature, |it| head.is_signed(workspace, &self.keys, it))?;
        run!(&mut tx, chain::update_head(workspace, &head, &head.sign(workspace, &self.keys)))?;
        tx.commit().await?;
        Ok(1)
    }

    async fn sign_erasures_anew(&self, workspace: WorkspaceId) -> Result<u64, StoreError> {
        let current = self.keys.current_id().get();
        let erased: Vec<(EventId, Vec<u8>)> = {
            let mut tx = self.read_unscoped().await?;
            run!(&mut tx, chain::list_erasures_of_old_keys(workspace, current))?
        };
        let mut count = 0;
        for (id, signature) in erased {
            let event: Option<Committed> = {
                let mut tx = self.read(workspace).await?;
                run!(&mut tx, audit::find_event(workspace, id))?
            };
            let Some(Committed { commitment, payload, .. }) = event else { continue };
            is_right(&signature, |it| {
                chain::is_erasure_signed(&commitment, &payload, &self.keys, it)
            })?;
            let anew = chain::sign_erasure(&commitment, &payload, &self.keys);
            let mut tx = self.write_unscoped().await?;
            run!(&mut tx, chain::sign_erasure_anew(workspace, id, &signature, &anew))?;
            tx.commit().await?;
            count += 1;
        }
        Ok(count)
    }
}

/// Returns nothing where a signature is right.
fn is_right(
    signature: &[u8],
    verify: impl Fn(&Signature) -> Result<bool, OpenFault>,
) -> Result<(), StoreError> {
    let wrong = |reason: &str| StoreError::Sealed {
        table: "audit_events",
        column: "signature",
        reason: String::from(reason),
    };
    match Signature::from_bytes(signature).map(|signature| verify(&signature)) {
        Some(Ok(true)) => Ok(()),
        Some(Err(fault)) => Err(wrong(&fault.to_string())),
        _ => Err(wrong("the audit log was changed; `asyncbot audit verify` says where")),
    }
}
