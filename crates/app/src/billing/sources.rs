//! Absence sources follow the plan: what is known stays, and nobody is asked where the plan has none.

use super::plan_of;
use crate::AppError;
use chrono::{DateTime, Utc};
use domain::billing::Plan;
use domain::refusal::Refusal;
use domain::source::SourceFault;
use domain::story::billing::Refusal as Why;
use store::Tx;

/// Returns whether absences may come from sources.
pub(crate) async fn allows_sources(tx: &mut Tx) -> Result<bool, AppError> {
    Ok(plan_of(tx).await?.entitlements().absence_sources)
}

/// Returns why a source cannot be connected or asked, where the plan has none.
pub(crate) async fn no_sources(tx: &mut Tx, name: &str) -> Result<Option<Refusal>, AppError> {
    let refusal = || Why::NoSources { name: name.to_owned() }.into();
    Ok((!allows_sources(tx).await?).then(refusal))
}

/// Returns why not, as [`no_sources`], and lets nobody change the plan until the transaction ends.
pub(crate) async fn no_sources_from_now(
    tx: &mut Tx,
    name: &str,
) -> Result<Option<Refusal>, AppError> {
    tx.lock_subscription().await?;
    no_sources(tx, name).await
}

/// Has all sources asked at once, or none any more.
pub(super) async fn follow(tx: &mut Tx, plan: Plan, now: DateTime<Utc>) -> Result<(), AppError> {
    let is_asked = plan.entitlements().absence_sources;
    for known in tx.list_sources().await? {
        let Some(mut source) = tx.lock_source(&known.source).await? else { continue };
        // Credentials that were refused are not tried again until there are others.
        let is_good = source.status.fault != Some(SourceFault::Unauthorized);
        source.next_at = (is_asked && is_good).then_some(now);
        source.status.is_asked_for = false;
        source.status.asked_by = None;
        tx.record_source(&source).await?;
    }
    Ok(())
}
