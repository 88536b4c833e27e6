//! Whether backups are made, as far as it is the service that makes them, and whether one was restored of late.

use super::Finding;
use super::ill::Ill;
use crate::backup::{BackupConfig, Shelf, missing_tools};
use chrono::TimeDelta;
use clock::Clock;
use store::Store;
use store::backup::Kind;

/// How long none need have been restored.
const RESTORE_AGE: TimeDelta = TimeDelta::days(2);

/// Returns what is found of backups; nothing where there are none and none are wanted.
pub(super) async fn examine(
    backups: Option<&BackupConfig>,
    clock: &Clock,
    store: &Store,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(backups) = backups {
        findings.push(place(backups).await);
        if Kind::of(&backups.store) == Kind::Postgres
            && let Some(text) = missing_tools(backups.tools.as_deref())
        {
            findings.push(Err(Ill::BackupTools(text)));
        }
    }
    match store.system().list_last_restores().await {
        Ok(restores) => {
            let last = restores.into_iter().map(|(_, at)| at).max();
            findings.extend(last.map(|at| age(clock.now() - at)));
        }
        Err(fault) => findings.push(Err(Ill::RestoresUnread(fault))),
    }
    findings
}

async fn place(backups: &BackupConfig) -> Finding {
    let names = async { Shelf::open(&backups.place)?.names().await }.await;
    match names {
        Ok(names) => Ok(format!("backups: {} in {}", names.len(), backups.place)),
        Err(fault) => Err(Ill::BackupPlace(fault.to_string())),
    }
}

fn age(age: TimeDelta) -> Finding {
    if age <= RESTORE_AGE {
        Ok(String::from("backups: one was restored on trial within two days"))
    } else {
        Err(Ill::RestoreOld(age.num_days()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_that_is_three_days_old_is_told_of() {
        assert!(age(TimeDelta::hours(47)).is_ok());
        let old = age(TimeDelta::days(3)).unwrap_err();
        assert_eq!(old.text(), "backups: none was restored on trial for 3 days");
    }
}
