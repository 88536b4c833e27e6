//! What a transaction read ahead for many rotations at once, and what it will write of them at once.
//!
//! Whoever does the same with many rotations would ask the same questions of each. Here they are asked once for all; each
//! question that is asked later is answered from that, as long as nothing of its table was written meanwhile. What is
//! written of them waits and becomes one statement for each table; whatever asks the database itself waits for that.

use super::{Tx, run, run_now};
use crate::error::StoreError;
use crate::records::{
    AbsenceRecord, CoverRequestRecord, CoverageRecord, DeliveryRecord, PersonRecord,
    RotationRecord, StretchRecord, SwapRecord, TurnRecord,
};
use crate::step::Step;
use chrono::{DateTime, Utc};
use domain::effect::{Envelope, Recipient};
use domain::ids::{ChannelId, DeliveryId, RotationId, UserId};
use domain::interval::Interval;
use domain::settings::Preferences;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What was read ahead.
#[derive(Debug, Default)]
pub(crate) struct Foresight {
    rotations: HashSet<RotationId>,
    /// Rotations as they are, where the transaction only reads.
    records: HashMap<RotationId, RotationRecord>,
    /// From when on it was read.
    from: DateTime<Utc>,
    /// `None` where something of the table was written since; so with the next four.
    pub(super) coverages: Option<ByRotation<CoverageRecord>>,
    pub(super) swaps: Option<ByRotation<SwapRecord>>,
    pub(super) requests: Option<ByRotation<CoverRequestRecord>>,
    pub(super) noted: Option<HashSet<RotationId>>,
    pub(super) absences: Option<Vec<AbsenceRecord>>,
    /// `None` also where they were not read ahead.
    pub(super) turns: Option<ByRotation<TurnRecord>>,
    stretches: ByRotation<StretchRecord>,
    directs: HashMap<UserId, Option<ChannelId>>,
    people: HashMap<UserId, Option<PersonRecord>>,
    preferences: HashMap<UserId, Option<Preferences>>,
    deliveries: HashMap<DeliveryId, Option<DeliveryRecord>>,
    pub(super) unwritten: Unwritten,
}

type ByRotation<T> = HashMap<RotationId, Vec<T>>;

/// What waits to be written, one list for each table.
#[derive(Debug, Default)]
pub(crate) struct Unwritten {
    pub(super) turns: Vec<Step>,
    pub(super) stretches: Vec<Step>,
    pub(super) standings: Vec<Step>,
    pub(super) events: Vec<Step>,
    pub(super) inbox: Vec<Step>,
    pub(super) deliveries: Vec<Step>,
    /// Those that others may write as well at the same time, by their keys: who writes them in one order never waits for
    /// somebody who waits.
    pub(super) shared: BTreeMap<(String, DeliveryId), Step>,
}

impl Unwritten {
    fn is_empty(&self) -> bool {
        let lists = [
            &self.turns,
            &self.stretches,
            &self.standings,
            &self.events,
            &self.inbox,
            &self.deliveries,
        ];
        lists.into_iter().all(Vec::is_empty) && self.shared.is_empty()
    }

    /// Returns the lists in the order in which they are written.
    fn into_lists(self) -> [Vec<Step>; 7] {
        let Self { turns, stretches, standings, events, inbox, deliveries, shared } = self;
        let shared = shared.into_values().collect();
        [turns, stretches, standings, events, inbox, deliveries, shared]
    }
}

impl Tx {
    /// Locks those of these rotations that nobody else holds and returns them, by id; deleted ones are left out.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn lock_rotations(
        &mut self,
        ids: &[RotationId],
    ) -> Result<Vec<RotationRecord>, StoreError> {
        let workspace = self.workspace;
        let locked: Result<Vec<RotationRecord>, StoreError> =
            run!(self, rotations::lock_rotations(workspace, ids));
        let mut locked = locked?;
        locked.retain(|rotation| rotation.deleted_at.is_none());
        Ok(locked)
    }

    /// Returns the rotations of the workspace of which a handoff is due, the longest due first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_due_rotations(
        &mut self,
        now: DateTime<Utc>,
    ) -> Result<Vec<RotationId>, StoreError> {
        let workspace = self.workspace;
        run!(self, rotations::list_due_rotations(workspace, now))
    }

    /// Reads ahead what lies over the turns of rotations, which are locked, from an instant on, with these people.
    ///
    /// From now on turns, stretches, standings, events, items of the inbox and deliveries are written when the transaction
    /// is committed or asks for something that was not read ahead; until then they count as new.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn foresee(
        &mut self,
        rotations: &[RotationId],
        users: &[UserId],
        from: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        let coverages: Vec<CoverageRecord> =
            run!(self, coverages::list_coverages_since(workspace, from))?;
        let swaps: Vec<SwapRecord> = run!(self, swaps::list_swaps_since(workspace, from))?;
        let requests: Vec<CoverRequestRecord> =
            run!(self, cover_requests::list_cover_requests_since(workspace, from))?;
        let noted: Vec<RotationId> = run!(self, notes::list_noted_rotations(workspace))?;
        let stretches: Vec<StretchRecord> =
            run!(self, turns::list_stretches_since(workspace, rotations, from))?;
        let absences: Vec<AbsenceRecord> =
            run!(self, absences::list_absences(workspace, users, from, None))?;
        let people: Vec<(PersonRecord, Option<ChannelId>)> =
            run!(self, workspaces::find_people_and_directs(workspace, users))?;
        let preferences: Vec<(UserId, Preferences)> =
            run!(self, workspaces::find_preferences_of(workspace, users))?;
        let mut foresight = Foresight {
            rotations: rotations.iter().copied().collect(),
            from,
            coverages: Some(grouped(coverages, |it| it.rotation)),
            swaps: Some(grouped(swaps, |it| it.rotation)),
            requests: Some(grouped(requests, |it| it.rotation)),
            noted: Some(noted.into_iter().collect()),
            absences: Some(absences),
            stretches: grouped(stretches, |it| it.rotation),
            people: users.iter().map(|user| (user.clone(), None)).collect(),
            directs: users.iter().map(|user| (user.clone(), None)).collect(),
            preferences: users.iter().map(|user| (user.clone(), None)).collect(),
            ..Foresight::default()
        };
        for (person, direct) in people {
            foresight.directs.insert(person.user.clone(), direct);
            foresight.people.insert(person.user.clone(), Some(person));
        }
        for (user, chosen) in preferences {
            foresight.preferences.insert(user, Some(chosen));
        }
        self.foresight = Some(Box::new(foresight));
        Ok(())
    }

    /// Keeps rotations that were read, after [`Tx::foresee`], in a transaction that only reads: they are not asked for again.
    pub fn keep_rotations(&mut self, records: Vec<RotationRecord>) {
        if let Some(foresight) = &mut self.foresight {
            foresight.records = records.into_iter().map(|record| (record.id, record)).collect();
        }
    }

    /// Reads ahead the turns of the rotations of which anything was read ahead, from the same instant on.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn foresee_turns(&mut self) -> Result<(), StoreError> {
        let Some(foresight) = &self.foresight else { return Ok(()) };
        let (workspace, from) = (self.workspace, foresight.from);
        let ids: Vec<RotationId> = foresight.rotations.iter().copied().collect();
        let turns: Vec<TurnRecord> = run!(self, turns::list_turns_since(workspace, &ids, from))?;
        if let Some(foresight) = &mut self.foresight {
            foresight.turns = Some(grouped(turns, |it| it.rotation));
        }
        Ok(())
    }

    /// Reads ahead whether there are these deliveries, where anything was read ahead.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn foresee_deliveries(&mut self, ids: &[DeliveryId]) -> Result<(), StoreError> {
        if self.foresight.is_none() || ids.is_empty() {
            return Ok(());
        }
        let workspace = self.workspace;
        let found: Vec<DeliveryRecord> = run!(self, deliveries::find_deliveries(workspace, ids))?;
        if let Some(foresight) = &mut self.foresight {
            foresight.deliveries.extend(ids.iter().map(|id| (*id, None)));
            foresight.deliveries.extend(found.into_iter().map(|it| (it.id, Some(it))));
        }
        Ok(())
    }

    /// Writes what waits to be written.
    pub(crate) async fn catch_up(&mut self) -> Result<(), StoreError> {
        let unwritten = self.foresight.as_mut().map(|it| std::mem::take(&mut it.unwritten));
        for steps in unwritten.unwrap_or_default().into_lists() {
            if !steps.is_empty() {
                run_now!(self, steps::carry_out_all(&steps))?;
            }
        }
        Ok(())
    }

    /// Returns whether something waits to be written.
    pub(crate) fn lags(&self) -> bool {
        self.foresight.as_ref().is_some_and(|it| !it.unwritten.is_empty())
    }

    /// Lets what was read ahead of a table be read from the database again, since it is written.
    pub(super) fn forget(&mut self, forget: impl FnOnce(&mut Foresight)) {
        if let Some(foresight) = &mut self.foresight {
            forget(foresight);
        }
    }

    /// Returns what was read ahead, where it knows all about a rotation from an instant on.
    pub(super) fn known(&self, rotation: RotationId, from: DateTime<Utc>) -> Option<&Foresight> {
        let foresight = self.foresight.as_deref()?;
        (foresight.rotations.contains(&rotation) && foresight.from <= from).then_some(foresight)
    }

    /// Returns what was read ahead.
    pub(super) fn foresight(&self) -> Option<&Foresight> {
        self.foresight.as_deref()
    }
}

impl Foresight {
    pub(super) fn rotation(&self, id: RotationId) -> Option<&RotationRecord> {
        self.records.get(&id)
    }

    pub(super) fn coverages_in(
        &self,
        rotation: RotationId,
        window: Interval,
    ) -> Option<Vec<CoverageRecord>> {
        let own = of(self.coverages.as_ref()?, rotation);
        let touches =
            |it: &&CoverageRecord| it.ends_at > window.start() && it.starts_at < window.end();
        Some(own.iter().filter(touches).cloned().collect())
    }

    pub(super) fn swaps_in(
        &self,
        rotation: RotationId,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Option<Vec<SwapRecord>> {
        let own = of(self.swaps.as_ref()?, rotation);
        let is_in = |at: DateTime<Utc>| from <= at && at < until;
        let touches = |it: &&SwapRecord| is_in(it.a.planned_at) || is_in(it.b.planned_at);
        Some(own.iter().filter(touches).cloned().collect())
    }

    pub(super) fn requests_in(
        &self,
        rotation: RotationId,
        window: Interval,
    ) -> Option<Vec<CoverRequestRecord>> {
        let own = of(self.requests.as_ref()?, rotation);
        let touches =
            |it: &&CoverRequestRecord| it.ends_at > window.start() && it.starts_at < window.end();
        Some(own.iter().filter(touches).cloned().collect())
    }

    pub(super) fn stretches_in(
        &self,
        rotation: RotationId,
        window: Interval,
    ) -> Vec<StretchRecord> {
        let touches = |it: &&StretchRecord| {
            it.stretch.window.end() > window.start() && it.stretch.window.start() < window.end()
        };
        of(&self.stretches, rotation).iter().filter(touches).cloned().collect()
    }

    /// Returns the turns of a rotation that are known, the earliest first.
    pub(super) fn turns_of(&self, rotation: RotationId) -> Option<&[TurnRecord]> {
        Some(of(self.turns.as_ref()?, rotation))
    }

    /// Adds a stretch; returns `false` where one that begins then is there already.
    pub(super) fn add_stretch(&mut self, record: &StretchRecord) -> bool {
        let own = self.stretches.entry(record.rotation).or_default();
        let start = |it: &StretchRecord| it.stretch.window.start();
        let place = own.partition_point(|it| start(it) < start(record));
        if own.get(place).is_some_and(|it| start(it) == start(record)) {
            return false;
        }
        own.insert(place, record.clone());
        true
    }

    /// Returns whether it is known that a rotation has no notes.
    pub(super) fn has_no_notes(&self, rotation: RotationId) -> bool {
        self.rotations.contains(&rotation)
            && self.noted.as_ref().is_some_and(|noted| !noted.contains(&rotation))
    }

    pub(super) fn absences_of(
        &self,
        users: &[UserId],
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> Option<Vec<AbsenceRecord>> {
        let absences = self.absences.as_ref().filter(|_| self.from <= from)?;
        if !users.iter().all(|user| self.people.contains_key(user)) {
            return None;
        }
        let users: HashSet<&UserId> = users.iter().collect();
        let touches = |it: &&AbsenceRecord| {
            users.contains(&it.user)
                && it.ends_at.is_none_or(|end| from < end)
                && until.is_none_or(|until| it.starts_at < until)
        };
        Some(absences.iter().filter(touches).cloned().collect())
    }

    pub(super) fn people(&self, users: &[UserId]) -> Option<Vec<PersonRecord>> {
        let known: Option<Vec<_>> = users.iter().map(|user| self.people.get(user)).collect();
        Some(known?.into_iter().flatten().cloned().collect())
    }

    pub(super) fn preferences(&self, users: &[UserId]) -> Option<Vec<(UserId, Preferences)>> {
        let chosen = |user: &UserId| {
            let known = self.preferences.get(user)?;
            Some(known.as_ref().map(|chosen| (user.clone(), chosen.clone())))
        };
        let known: Option<Vec<_>> = users.iter().map(chosen).collect();
        Some(known?.into_iter().flatten().collect())
    }

    /// Returns the delivery, or nothing where there is none; `None` where that has to be asked.
    pub(super) fn delivery(&self, id: DeliveryId) -> Option<&[DeliveryRecord]> {
        self.deliveries.get(&id).map(Option::as_slice)
    }

    /// Returns where somebody's direct messages are, or nothing where that is not known; `None` where it has to be asked.
    pub(super) fn direct(&self, user: &UserId) -> Option<&[ChannelId]> {
        self.directs.get(user).map(Option::as_slice)
    }

    /// Lets a delivery that was put off last be asked for again, and puts it where those are that others may write as well.
    pub(super) fn arrange_delivery(&mut self, id: DeliveryId, envelope: &Envelope) {
        self.deliveries.remove(&id);
        if matches!(envelope.to, Recipient::Home(_))
            && let Some(step) = self.unwritten.deliveries.pop()
        {
            self.unwritten.shared.entry((envelope.order_key(), id)).or_insert(step);
        }
    }

    pub(super) fn forget_direct(&mut self, user: &UserId) {
        self.directs.remove(user);
    }

    pub(super) fn forget_person(&mut self, user: &UserId) {
        self.people.remove(user);
    }

    pub(super) fn forget_preferences(&mut self, user: &UserId) {
        self.preferences.remove(user);
    }
}

fn of<T>(all: &ByRotation<T>, rotation: RotationId) -> &[T] {
    all.get(&rotation).map(Vec::as_slice).unwrap_or_default()
}

fn grouped<T>(all: Vec<T>, rotation: impl Fn(&T) -> RotationId) -> ByRotation<T> {
    let mut groups = ByRotation::<T>::new();
    for one in all {
        groups.entry(rotation(&one)).or_default().push(one);
    }
    groups
}
