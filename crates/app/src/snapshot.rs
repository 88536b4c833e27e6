//! One rotation with everything that planning it needs, read in one transaction.

use crate::AppError;
use crate::absence_book::{book_of, instants, only_adds};
use crate::people::People;
use crate::serving::{LaidStretch, Layers};
use chrono::{DateTime, Utc};
use domain::absence::AbsenceBook;
use domain::change::{Change, Pause, Timed};
use domain::engine::{Seat, SeatedBy, Seating, Skip, Stretch};
use domain::ids::{AbsenceId, RotationId, UserId};
use domain::interval::Interval;
use domain::roster::Member;
use domain::settings::Rest;
use domain::shift::{Shift, ShiftState};
use domain::timeline::{Kept, Mode, RunningTurn, Standing, Timeline};
use domain::view::FinalView;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use store::{AbsenceRecord, RotationRecord, TurnRecord, Tx};

/// A rotation, its people and their absences.
pub(crate) struct Snapshot {
    pub(crate) rotation: Arc<RotationRecord>,
    /// Its members and who serves where nobody can; others may be among them.
    pub(crate) people: Arc<People>,
    /// Those of its members, of who stands in and of who holds the running turn, the first to begin first.
    pub(crate) absences: Vec<Arc<AbsenceRecord>>,
    /// What is laid over its turns, from the running one on.
    pub(crate) layers: Arc<Layers>,
    kept: Kept,
    book: AbsenceBook,
}

/// Where a rotation stands at an instant: what is stored, with the handoffs that are due but not carried out yet.
pub(crate) struct Position<'a> {
    timeline: Timeline<'a>,
    layers: &'a Arc<Layers>,
}

/// The running turn, before coverage.
#[derive(Clone, Debug)]
pub(crate) struct Current {
    pub(crate) planned_at: DateTime<Utc>,
    pub(crate) ends_at: DateTime<Utc>,
    /// What is left of it, with who holds it.
    pub(crate) stretch: Stretch,
}

/// A turn that is to come.
#[derive(Clone, Debug)]
pub(crate) struct Coming {
    pub(crate) window: Interval,
    pub(crate) active: Vec<Interval>,
    /// Whose turn it is, before coverage.
    pub(crate) seats: Vec<UserId>,
    /// Who serves when, after coverage; they tile the window.
    pub(crate) shifts: Vec<Shift>,
    pub(crate) skipped: Vec<Skip>,
    pub(crate) is_paused: bool,
    /// Whose turn it is by order, or as one that was owed to them: the first seat from its beginning.
    pub(crate) owner: Option<UserId>,
    stretches: Vec<Stretch>,
}

impl Snapshot {
    /// Loads the rotation's people and their absences, as far back as its running turn.
    pub(crate) async fn load(
        tx: &mut Tx,
        rotation: RotationRecord,
        now: DateTime<Utc>,
    ) -> Result<Self, AppError> {
        Self::load_with(tx, rotation, &[], now).await
    }

    /// Loads, as [`Snapshot::load`], also people who are about to join.
    pub(crate) async fn load_with(
        tx: &mut Tx,
        rotation: RotationRecord,
        joining: &[UserId],
        now: DateTime<Utc>,
    ) -> Result<Self, AppError> {
        let kept = find_kept(tx, &rotation, now).await?;
        let mut users = rotation.members.clone();
        let known: HashSet<&UserId> = rotation.members.iter().collect();
        users.extend(joining.iter().filter(|user| !known.contains(user)).cloned());
        // Who stands in, and who holds the running turn, need not be members.
        let others: BTreeSet<UserId> =
            concerned(&rotation, &kept).filter(|user| !users.contains(user)).collect();
        users.extend(others);
        let absences = tx.list_absences(&users, since(&rotation, &kept, now), None).await?;
        let absences = absences.into_iter().map(Arc::new).collect();
        let layers = Layers::since(tx, rotation.id, since(&rotation, &kept, now)).await?;
        let known: HashSet<UserId> = users.iter().cloned().collect();
        let named: BTreeSet<UserId> = people_of(&rotation)
            .into_iter()
            .chain(kept.running().into_iter().flat_map(seated))
            .chain(layers.users().cloned())
            .filter(|user| !known.contains(user))
            .collect();
        users.extend(named);
        let people = Arc::new(People::load(tx, &users).await?);
        Ok(Self::of(Arc::new(rotation), kept, people, absences, Arc::new(layers)))
    }

    /// Returns the snapshot of what was loaded: the absences are those of its members that were not over when its
    /// running turn began, the first to begin first; those that count in another rotation only are left out.
    pub(crate) fn of(
        rotation: Arc<RotationRecord>,
        kept: Kept,
        people: Arc<People>,
        mut absences: Vec<Arc<AbsenceRecord>>,
        layers: Arc<Layers>,
    ) -> Self {
        absences.retain(|absence| counts_in(absence, rotation.id));
        let book = book_of(absences.iter().map(AsRef::as_ref), &rotation.rules);
        Self { rotation, people, absences, layers, kept, book }
    }

    /// Returns the snapshot with one absence more, of a member, that counts in it.
    pub(crate) fn with(&self, absence: &Arc<AbsenceRecord>) -> Self {
        let key = |absence: &AbsenceRecord| (absence.starts_at, absence.id);
        let at = self.absences.partition_point(|other| key(other) < key(absence));
        let mut absences = self.absences.clone();
        absences.insert(at, Arc::clone(absence));
        let book = if only_adds(absence) {
            instants(absence).into_iter().fold(self.book.clone(), |book, one| book.with(one))
        } else {
            book_of(absences.iter().map(AsRef::as_ref), &self.rotation.rules)
        };
        Self {
            rotation: Arc::clone(&self.rotation),
            people: Arc::clone(&self.people),
            absences,
            layers: Arc::clone(&self.layers),
            kept: self.kept.clone(),
            book,
        }
    }

    /// Returns the absences as they would be without one of them.
    pub(crate) fn without(&self, absence: AbsenceId) -> AbsenceBook {
        let others = self.absences.iter().filter(|other| other.id != absence);
        book_of(others.map(AsRef::as_ref), &self.rotation.rules)
    }

    /// Returns whether somebody's absences count here.
    pub(crate) fn concerns(&self, user: &UserId) -> bool {
        self.rotation.members.contains(user)
            || concerned(&self.rotation, &self.kept).any(|it| it == *user)
    }

    /// Returns what counts of the absences.
    pub(crate) fn book(&self) -> &AbsenceBook {
        &self.book
    }

    /// Returns where the rotation stood when that was last stored.
    pub(crate) fn standing(&self) -> Standing {
        let RotationRecord { rules, members, last_turn, next_turn, .. } = &*self.rotation;
        let member =
            |user: &UserId| Member { user: user.clone(), is_present: self.people.is_present(user) };
        // A deleted rotation has no next handoff, but its place on the grid.
        let at = self.rotation.next_handoff_at.or(self.rotation.deleted_at);
        let mut standing = Standing::of_kept(
            rules.clone(),
            members.iter().map(member).collect(),
            last_turn.clone(),
            at.map(|at| (*next_turn, at)),
            self.kept.clone(),
        );
        // Nobody adds again who stands in: they do so as soon as they are back in Slack.
        let is_back = |user: &UserId| self.people.is_present(user) && !self.people.is_bot(user);
        standing.deactivated.retain(|user| rules.fallback.as_ref() != Some(user) || !is_back(user));
        standing.is_stopping = self.is_stopping();
        standing
    }

    /// Returns the rotation's rest, for a walk; one that the plan makes begins with a handoff, as the standing says.
    pub(crate) fn pauses(&self) -> Vec<Pause> {
        let rest = self.rotation.rest.iter().filter(|_| !self.is_stopping());
        rest.map(|rest| Pause { start: rest.since, end: rest.end(), start_now: false }).collect()
    }

    /// Returns whether the plan stops the rotation with its next handoff: so it stands until that is carried out.
    fn is_stopping(&self) -> bool {
        self.is_by_plan() && self.kept.mode() != Mode::Paused
    }

    /// Returns whether the plan stops the rotation, or has stopped it.
    pub(crate) fn is_by_plan(&self) -> bool {
        self.rotation.rest.is_some_and(|rest| rest.by_plan)
    }

    /// Returns the rotation's timeline from where it was last stored, with changes and pauses still to come.
    pub(crate) fn timeline(&self, changes: &[Timed<Change>], pauses: &[Pause]) -> Timeline<'_> {
        Timeline::resume(self.standing(), &self.book, changes, pauses)
    }

    /// Returns where the rotation stands at `now`.
    ///
    /// A handoff that is due but not carried out yet is looked ahead at, so a question asked exactly at a handoff
    /// is answered with the new turn.
    pub(crate) fn position(&self, now: DateTime<Utc>) -> Position<'_> {
        self.position_with(&self.book, now)
    }

    /// Returns where the rotation would stand with other absences.
    pub(crate) fn position_with<'a>(
        &'a self,
        book: &'a AbsenceBook,
        now: DateTime<Utc>,
    ) -> Position<'a> {
        let mut timeline = Timeline::resume(self.standing(), book, &[], &self.pauses());
        timeline.advance_to(now);
        Position { timeline, layers: &self.layers }
    }
}

impl<'a> Position<'a> {
    /// Returns the position of a snapshot's timeline that was walked up to now.
    pub(crate) fn of(snapshot: &'a Snapshot, timeline: Timeline<'a>) -> Self {
        Self { timeline, layers: &snapshot.layers }
    }

    /// Returns the timeline.
    pub(crate) fn timeline(&self) -> &Timeline<'a> {
        &self.timeline
    }

    /// Returns whether the rotation runs.
    pub(crate) fn mode(&self) -> Mode {
        self.timeline.mode()
    }

    /// Returns the turn that runs.
    pub(crate) fn current(&self) -> Option<Current> {
        let running = self.timeline.standing().running?;
        Some(Current {
            planned_at: running.window.start(),
            ends_at: running.window.end(),
            stretch: self.timeline.open_stretch()?,
        })
    }

    /// Returns what is left of the running turn with all that decides who serves in it.
    pub(crate) fn laid(&self) -> Option<LaidStretch> {
        let Current { stretch, planned_at, .. } = self.current()?;
        Some(LaidStretch {
            stretch,
            planned_at,
            layers: Arc::clone(self.layers),
            presence: self.timeline.presence().clone(),
            seats: self.timeline.standing().rules.seats,
        })
    }

    /// Returns who serves when in what is left of the running turn, after coverage.
    pub(crate) fn running_shifts(&self) -> Vec<Shift> {
        let Some(current) = self.current() else { return Vec::new() };
        let coverage = self.layers.coverage();
        let number = current.stretch.turn;
        let swaps = self.layers.swaps(std::iter::once((number, current.planned_at)));
        let seats = self.timeline.standing().rules.seats;
        let mut view = FinalView::new(&coverage, swaps, seats);
        view.shifts_of(&current.stretch, self.timeline.presence())
    }

    /// Returns the first turn that is to come in which the rotation does not rest; `None` where nobody knows when the
    /// rest ends.
    pub(crate) fn first_awake(&self, rest: Option<Rest>) -> Option<Coming> {
        let is_endless =
            self.mode() == Mode::Paused && rest.is_none_or(|rest| rest.end().is_none());
        if is_endless || self.timeline.standing().is_stopping {
            return None;
        }
        let running = self.timeline.standing().running.map(|running| running.turn);
        let mut coming = self.timeline.clone();
        let is_awake =
            |stretch: &Stretch| Some(stretch.turn) != running && stretch.seating != Seating::Paused;
        let first = coming.find(is_awake)?;
        let mut turns = [(first.turn, Coming::begin(first))];
        self.lay_over(&mut turns);
        let [(_, turn)] = turns;
        Some(turn)
    }

    /// Returns when the first of the coming turns begins that somebody holds, among the soonest `most`.
    pub(crate) fn first_turn_of(&self, user: &UserId, most: usize) -> Option<DateTime<Utc>> {
        self.first_turns(std::slice::from_ref(user), most).remove(user)
    }

    /// Returns when the first of the coming turns begins that each of these people holds, among the soonest `most`.
    pub(crate) fn first_turns(
        &self,
        users: &[UserId],
        most: usize,
    ) -> BTreeMap<UserId, DateTime<Utc>> {
        let running = self.timeline.standing().running.map(|running| running.turn);
        let mut found = BTreeMap::new();
        let mut begun: Option<(u64, DateTime<Utc>)> = None;
        let mut turns = 0;
        for stretch in self.timeline.clone().filter(|stretch| Some(stretch.turn) != running) {
            let (_, at) = match begun.filter(|(turn, _)| *turn == stretch.turn) {
                Some(begun) => begun,
                None if turns == most || found.len() == users.len() => break,
                None => {
                    turns += 1;
                    *begun.insert((stretch.turn, stretch.window.start()))
                }
            };
            for seat in stretch.seats().iter().filter(|seat| users.contains(&seat.user)) {
                found.entry(seat.user.clone()).or_insert(at);
            }
        }
        found
    }

    /// Returns the coming turns, the soonest first.
    pub(crate) fn coming(&self, count: usize) -> Vec<Coming> {
        self.coming_before(None, count)
    }

    /// Returns the coming turns that begin before `end`, if there is one, the soonest first and `count` at most.
    pub(crate) fn coming_before(&self, end: Option<DateTime<Utc>>, count: usize) -> Vec<Coming> {
        let running = self.timeline.standing().running.map(|running| running.turn);
        let mut turns: Vec<(u64, Coming)> = Vec::new();
        let stretches = self.timeline.clone().filter(|stretch| Some(stretch.turn) != running);
        for stretch in stretches {
            let is_late = end.is_some_and(|end| end <= stretch.window.start());
            let is_full = is_late || turns.len() == count;
            match turns.last_mut().filter(|(turn, _)| *turn == stretch.turn) {
                Some((_, last)) => last.go_on(stretch),
                None if is_full => break,
                None => turns.push((stretch.turn, Coming::begin(stretch))),
            }
        }
        self.lay_over(&mut turns);
        turns.into_iter().map(|(_, turn)| turn).collect()
    }

    /// Lays cover and swaps over turns that come one after the other.
    fn lay_over(&self, turns: &mut [(u64, Coming)]) {
        let coverage = self.layers.coverage();
        let begins = turns.iter().map(|(turn, coming)| (*turn, coming.window.start()));
        let swaps = self.layers.swaps(begins);
        let mut view = FinalView::new(&coverage, swaps, self.timeline.standing().rules.seats);
        let presence = self.timeline.presence();
        if let Some(open) = self.timeline.open_stretch() {
            view.shifts_of(&open, presence);
        }
        for (_, turn) in turns {
            for stretch in std::mem::take(&mut turn.stretches) {
                view.push_shifts(&stretch, presence, &mut turn.shifts);
            }
        }
    }
}

impl Current {
    /// Returns whose turn it is, in the order of seating.
    pub(crate) fn holders(&self) -> impl Iterator<Item = &UserId> {
        self.stretch.seats().iter().map(|seat| &seat.user)
    }

    /// Returns whether the rotation rests.
    pub(crate) fn is_paused(&self) -> bool {
        self.stretch.seating == Seating::Paused
    }
}

impl Coming {
    fn begin(stretch: Stretch) -> Self {
        Self {
            seats: stretch.seats().iter().map(|seat| seat.user.clone()).collect(),
            is_paused: stretch.seating == Seating::Paused,
            owner: stretch.seats().first().filter(|seat| is_own(seat)).map(|it| it.user.clone()),
            window: stretch.window,
            active: stretch.active.clone(),
            skipped: stretch.skipped.clone(),
            shifts: Vec::new(),
            stretches: vec![stretch],
        }
    }

    /// Adds the rest of a turn in which something happens; only a rest that ends can, in what is to come.
    fn go_on(&mut self, stretch: Stretch) {
        self.window = self.window.up_to(stretch.window.end());
        if self.is_paused {
            self.seats = stretch.seats().iter().map(|seat| seat.user.clone()).collect();
            self.is_paused = stretch.seating == Seating::Paused;
        }
        self.active.extend(&stretch.active);
        self.stretches.push(stretch);
    }

    /// Returns who serves when the turn's duty time begins, after coverage.
    pub(crate) fn serving(&self) -> Vec<UserId> {
        let first = self.shifts.iter().find(|shift| shift.state != ShiftState::OffHours);
        // A turn without any duty time is somebody's all the same.
        first.map_or_else(|| self.seats.clone(), |shift| shift.members().cloned().collect())
    }

    /// Returns when somebody serves, after coverage; off-hours do not interrupt it.
    pub(crate) fn windows_of(&self, user: &UserId) -> Vec<Interval> {
        let mut windows: Vec<Interval> = Vec::new();
        let mut goes_on = false;
        for shift in self.shifts.iter().filter(|shift| shift.state != ShiftState::OffHours) {
            let serves = shift.members().any(|member| member == user);
            match windows.last_mut().filter(|_| goes_on && serves) {
                Some(last) => *last = last.up_to(shift.window.end()),
                None if serves => windows.push(shift.window),
                None => {}
            }
            goes_on = serves;
        }
        windows
    }

    /// Returns the one seated first.
    pub(crate) fn holder(&self) -> Option<&UserId> {
        self.seats.first()
    }
}

/// Returns whether somebody came to a seat at the handoff, since it was their turn.
fn is_own(seat: &Seat) -> bool {
    matches!(seat.by, SeatedBy::Order | SeatedBy::MakeUp)
}

/// Returns what a rotation's standing holds besides its columns.
pub(crate) async fn find_kept(
    tx: &mut Tx,
    rotation: &RotationRecord,
    now: DateTime<Utc>,
) -> Result<Kept, AppError> {
    match rotation.kept.clone() {
        Some(kept) => Ok(kept),
        None => Ok(Kept::beginning(rotation.next_turn, find_running(tx, rotation, now).await?)),
    }
}

/// Returns from when on a rotation's plan asks who is absent.
pub(crate) fn since(rotation: &RotationRecord, kept: &Kept, now: DateTime<Utc>) -> DateTime<Utc> {
    let running = kept.running().map(|running| running.window.start());
    running.or(rotation.next_handoff_at).unwrap_or(now).min(now)
}

/// Returns whom a rotation's plan can name.
pub(crate) fn people_of(rotation: &RotationRecord) -> Vec<UserId> {
    let fallback = rotation.rules.fallback.iter().filter(|user| !rotation.members.contains(user));
    rotation.members.iter().chain(fallback).cloned().collect()
}

/// Returns whose absences count beside those of the members: who stands in and who holds the running turn.
pub(crate) fn concerned<'a>(
    rotation: &'a RotationRecord,
    kept: &'a Kept,
) -> impl Iterator<Item = UserId> + 'a {
    let running = kept.running().into_iter().flat_map(seated);
    rotation.rules.fallback.iter().cloned().chain(running)
}

/// Returns who holds a running turn.
pub(crate) fn seated(running: &RunningTurn) -> impl Iterator<Item = UserId> {
    running.seats().iter().map(|seat| seat.user.clone())
}

/// Returns the turn that runs in a rotation of which nothing else was kept.
async fn find_running(
    tx: &mut Tx,
    rotation: &RotationRecord,
    now: DateTime<Utc>,
) -> Result<Option<RunningTurn>, AppError> {
    let last = tx.find_turn_at(rotation.id, now).await?;
    Ok(last.and_then(|turn| running(rotation, &turn)))
}

fn running(rotation: &RotationRecord, turn: &TurnRecord) -> Option<RunningTurn> {
    let window = Interval::new(turn.planned_at, turn.ends_at)?;
    Some(RunningTurn {
        turn: turn.number,
        window,
        active: domain::grid::Grid::new(&rotation.rules).active(turn.number),
        seating: Seating::On(turn.seats.clone()),
        since: turn.planned_at,
        skipped: Vec::new(),
    })
}

/// Returns whether an absence counts in a rotation.
pub(crate) fn counts_in(absence: &AbsenceRecord, rotation: RotationId) -> bool {
    absence.rotation.is_none_or(|only| only == rotation)
}
