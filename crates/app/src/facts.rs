//! What answers are made of: read in one transaction, good for one version of the workspace.

use crate::AppError;
use crate::home;
use crate::people::People;
use crate::serving::Layers;
use crate::snapshot::{Snapshot, counts_in, find_kept, people_of, seated, since};
use chrono::{DateTime, Utc};
use domain::ids::{UserId, WorkspaceId};
use domain::reply::SourceAge;
use std::borrow::Borrow;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use store::{AbsenceRecord, RotationRecord, Store, Tx, Version, WorkspaceRecord};

/// A workspace as answers need it. Nothing in it changes; with the next write there are other facts.
pub struct Facts {
    version: Version,
    workspace: Option<WorkspaceRecord>,
    people: Arc<People>,
    /// Everybody who was looked for, found or not.
    sought: Arc<HashSet<UserId>>,
    rotations: Vec<Arc<Known>>,
    /// Those who have opened their home, of everybody whom a change of a rotation concerns.
    homes: Arc<BTreeSet<UserId>>,
    /// How old what the absence sources say is.
    sources: Arc<[SourceAge]>,
}

/// A rotation that is not deleted.
pub(crate) struct Known {
    pub(crate) snapshot: Snapshot,
}

impl Facts {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached.
    pub async fn load(
        store: &Store,
        workspace: WorkspaceId,
        now: DateTime<Utc>,
    ) -> Result<Self, AppError> {
        let mut tx = store.read(workspace).await?;
        let (version, workspace) = tx.find_versioned().await?;
        let sources: Arc<[SourceAge]> = source_ages(&mut tx).await?.into();
        let rotations = if workspace.is_some() { tx.list_rotations().await? } else { Vec::new() };
        let mut parts = Vec::with_capacity(rotations.len());
        for rotation in rotations {
            let kept = find_kept(&mut tx, &rotation, now).await?;
            let from = since(&rotation, &kept, now);
            parts.push((Arc::new(rotation), kept, from));
        }
        let Some(from) = parts.iter().map(|(_, _, from)| *from).min() else {
            let (people, sought) = (Arc::default(), Arc::default());
            let (rotations, homes) = (Vec::new(), Arc::default());
            return Ok(Self { version, workspace, people, sought, rotations, homes, sources });
        };
        let covers = tx.list_coverages_since(from).await?;
        let all = Layers::new(covers, tx.list_swaps_since(from).await?);
        let sought: BTreeSet<UserId> = parts
            .iter()
            .flat_map(|(rotation, kept, _)| {
                people_of(rotation).into_iter().chain(kept.running().into_iter().flat_map(seated))
            })
            .chain(all.users().cloned())
            .collect();
        let sought: Vec<UserId> = sought.into_iter().collect();
        let concerned = parts.iter().flat_map(|(rotation, _, _)| home::people_of(rotation));
        let concerned: BTreeSet<&UserId> = concerned.chain(&sought).collect();
        let concerned: Vec<UserId> = concerned.into_iter().cloned().collect();
        let homes = Arc::new(home::find_open(&mut tx, &concerned).await?);
        let people = Arc::new(People::load(&mut tx, &sought).await?);
        let absences = tx.list_absences(&sought, from, None).await?;
        let absences: Vec<Arc<AbsenceRecord>> = absences.into_iter().map(Arc::new).collect();
        let know = |(rotation, kept, from): (Arc<RotationRecord>, _, DateTime<Utc>)| {
            let others: Vec<UserId> = crate::snapshot::concerned(&rotation, &kept).collect();
            let whose: HashSet<&UserId> = rotation.members.iter().chain(&others).collect();
            let own = absences.iter().filter(|absence| whose.contains(&absence.user));
            let own = own.filter(|absence| is_after(absence, from)).cloned().collect();
            let layers = Arc::new(all.of(rotation.id));
            Arc::new(Known {
                snapshot: Snapshot::of(rotation, kept, Arc::clone(&people), own, layers),
            })
        };
        let rotations = parts.into_iter().map(know).collect();
        let sought = Arc::new(sought.into_iter().collect());
        Ok(Self { version, workspace, people, sought, rotations, homes, sources })
    }

    /// Returns whether the workspace has a working installation.
    #[must_use]
    pub fn is_installed(&self) -> bool {
        self.workspace.as_ref().is_some_and(|workspace| workspace.is_active)
    }

    /// Returns the version of the workspace for which they are good.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// Returns the rotations that are not deleted, by name.
    pub(crate) fn rotations(&self) -> Vec<&Known> {
        self.rotations.iter().map(AsRef::as_ref).collect()
    }

    /// Returns everybody whom an answer can name.
    pub(crate) fn people(&self) -> &Arc<People> {
        &self.people
    }

    /// Returns whether somebody was looked for: who is not among the people then is not known at all.
    pub(crate) fn has_sought(&self, user: &UserId) -> bool {
        self.sought.contains(user)
    }

    /// Returns how old what the absence sources say is.
    pub(crate) fn sources(&self) -> &[SourceAge] {
        &self.sources
    }

    /// Returns whether somebody, who was looked for or whom a rotation concerns, has opened their home.
    pub(crate) fn has_home(&self, user: &UserId) -> bool {
        self.homes.contains(user)
    }

    /// Returns the facts as they are when nothing but an absence has been entered since.
    pub(crate) fn with_absence(&self, absence: &Arc<AbsenceRecord>) -> Self {
        let enter = |known: &Arc<Known>| {
            let rotation = &known.snapshot.rotation;
            if !known.snapshot.concerns(&absence.user) || !counts_in(absence, rotation.id) {
                return Arc::clone(known);
            }
            Arc::new(Known { snapshot: known.snapshot.with(absence) })
        };
        Self {
            version: self.version,
            workspace: self.workspace.clone(),
            people: Arc::clone(&self.people),
            sought: Arc::clone(&self.sought),
            homes: Arc::clone(&self.homes),
            rotations: self.rotations.iter().map(enter).collect(),
            sources: Arc::clone(&self.sources),
        }
    }

    /// Returns the same facts for the version that they led to.
    pub(crate) fn at(self, version: Version) -> Self {
        Self { version, ..self }
    }
}

impl Borrow<RotationRecord> for &Known {
    fn borrow(&self) -> &RotationRecord {
        &self.snapshot.rotation
    }
}

/// Returns how old what each absence source says is.
pub(crate) async fn source_ages(tx: &mut Tx) -> Result<Vec<SourceAge>, AppError> {
    let sources = tx.list_sources().await?.into_iter();
    Ok(sources.map(|it| SourceAge { name: it.name, good_at: it.status.good_at }).collect())
}

fn is_after(absence: &AbsenceRecord, from: DateTime<Utc>) -> bool {
    absence.ends_at.is_none_or(|end| from < end)
}
