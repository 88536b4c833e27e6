//! Whether the audit log of a workspace is what was written.

use crate::chain::{self, Chained, Head, Link};
use crate::commitment::hash_of;
use crate::error::StoreError;
use crate::records::{AuditFault, AuditFlaw, AuditVerdict};
use crate::tx::{Tx, run};
use chrono::{DateTime, TimeDelta, Utc};
use crypto::{KeyRing, OpenFault, Signature};
use domain::ids::WorkspaceId;

/// How many events are read at once.
const PAGE: u32 = 500;

/// How long an event may wait to be chained before something is wrong.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);

impl Tx {
    /// Does what [`crate::Store::verify_audit`] does, in a transaction that sees the workspace.
    pub(crate) async fn verify_audit(
        &mut self,
        workspace: WorkspaceId,
        kept: Option<(u64, [u8; 32])>,
        now: DateTime<Utc>,
    ) -> Result<AuditVerdict, StoreError> {
        let mut verdict = AuditVerdict::default();
        let (waiting, since): (u64, Option<DateTime<Utc>>) =
            run!(self, audit::oldest_unchained(workspace))?;
        verdict.waiting = waiting;
        let head: Option<(Head, Vec<u8>)> = run!(self, audit::find_head(workspace))?;
        let first = Head::first(workspace);
        let (head, flaw) = match head {
            Some((head, signature)) => {
                (head, flaw_of_head(&self.keys, workspace, &head, &signature))
            }
            None => (first, None),
        };
        let has_head = head != first;
        verdict.pruned = head.pruned_sequence;
        verdict.sequence = head.sequence;
        verdict.hash = head.hash;
        let mut last = (head.pruned_sequence, head.pruned_hash);
        let is_as_kept = |(sequence, hash): (u64, [u8; 32])| {
            kept.is_none_or(|(number, known)| number != sequence || known == hash)
        };
        if !is_as_kept(last) {
            let what = AuditFlaw::NotAsKept;
            verdict.fault = Some(AuditFault { sequence: last.0, event: None, what });
            return Ok(verdict);
        }
        loop {
            let page: Vec<Chained> = run!(self, audit::list_chain(workspace, last.0, PAGE))?;
            let is_last = page.len() < PAGE as usize;
            for event in page {
                if let Some(fault) = flaw_of(&self.keys, &event, last) {
                    verdict.fault = Some(fault);
                    return Ok(verdict);
                }
                verdict.good += 1;
                verdict.erased += u64::from(event.erasure.is_some());
                last = (event.sequence, event.hash);
                if !is_as_kept(last) {
                    let (sequence, event) = (event.sequence, Some(event.event));
                    verdict.fault =
                        Some(AuditFault { sequence, event, what: AuditFlaw::NotAsKept });
                    return Ok(verdict);
                }
            }
            if is_last {
                break;
            }
        }
        let at_the_end = |what| Some(AuditFault { sequence: last.0 + 1, event: None, what });
        verdict.fault = match flaw {
            Some(flaw) => at_the_end(flaw),
            None if !has_head && 0 < last.0 => at_the_end(AuditFlaw::NoHead),
            None if kept.is_some_and(|(number, _)| last.0 < number) => {
                at_the_end(AuditFlaw::NotAsKept)
            }
            None if last.0 < head.sequence => at_the_end(AuditFlaw::Missing),
            None if last != (head.sequence, head.hash) => at_the_end(AuditFlaw::Head),
            None if since.is_some_and(|since| since + PATIENCE < now) => {
                at_the_end(AuditFlaw::Unchained)
            }
            None => None,
        };
        Ok(verdict)
    }
}

/// Returns what is wrong with an event, given the number and the hash of the one before it.
fn flaw_of(
    keys: &KeyRing,
    event: &Chained,
    (sequence, hash): (u64, [u8; 32]),
) -> Option<AuditFault> {
    let at = |sequence, event, what| Some(AuditFault { sequence, event, what });
    if event.sequence != sequence + 1 {
        return at(sequence + 1, None, AuditFlaw::Missing);
    }
    let link = Link {
        sequence: event.sequence,
        event: event.event,
        at: event.at,
        action: &event.action,
        commitment: &event.commitment,
    };
    let here = |what| at(event.sequence, Some(event.event), what);
    if link.hash(&hash) != event.hash {
        return here(AuditFlaw::Link);
    }
    let verified = |signature: &[u8], verify: &dyn Fn(&Signature) -> Result<bool, OpenFault>| {
        match Signature::from_bytes(signature).map(|signature| verify(&signature)) {
            Some(Ok(is_right)) => is_right.then_some(()).ok_or(AuditFlaw::Signature),
            Some(Err(_)) => Err(AuditFlaw::UnknownKey),
            None => Err(AuditFlaw::Signature),
        }
    };
    let signed = verified(&event.signature, &|signature| {
        chain::is_link_signed(&event.hash, keys, signature)
    });
    if let Err(flaw) = signed {
        return here(flaw);
    }
    match &event.erasure {
        // With its salt somebody could try out what stood there.
        Some(_) if !event.salt.is_empty() => here(AuditFlaw::Payload),
        Some(signature) => {
            let erased = |signature: &Signature| {
                chain::is_erasure_signed(&event.commitment, &event.payload, keys, signature)
            };
            match verified(signature, &erased) {
                Ok(()) => None,
                Err(AuditFlaw::UnknownKey) => here(AuditFlaw::UnknownKey),
                Err(_) => here(AuditFlaw::Payload),
            }
        }
        None if hash_of(&event.salt, event.payload.as_bytes())[..] == event.commitment => None,
        None => here(AuditFlaw::Payload),
    }
}

pub(super) fn flaw_of_head(
    keys: &KeyRing,
    workspace: WorkspaceId,
    head: &Head,
    signature: &[u8],
) -> Option<AuditFlaw> {
    let signature = Signature::from_bytes(signature);
    match signature.map(|it| head.is_signed(workspace, keys, &it)) {
        Some(Ok(true)) => None,
        Some(Ok(false)) | None => Some(AuditFlaw::Head),
        Some(Err(_)) => Some(AuditFlaw::UnknownKey),
    }
}
