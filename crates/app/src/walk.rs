//! A rotation walked to now in one transaction: what passed on the way is recorded, and who must know is told.

use crate::AppError;
use crate::announce;
use crate::audit::{self, Entry};
use crate::duty;
use crate::home;
use crate::serving::on_duty;
use crate::snapshot::{Position, Snapshot};
use chrono::{DateTime, TimeDelta, Utc};
use domain::change::{Change, Pause, Timed};
use domain::effect::{Effect, Envelope, Recipient};
use domain::engine::{Seat, Seating, Skip, SkipReason, Stretch};
use domain::ids::UserId;
use domain::interval::Interval;
use domain::preview::{Difference, coming, compare};
use domain::settings::Rest;
use domain::timeline::{RunningTurn, Standing};
use serde_json::json;
use std::collections::BTreeSet;
use store::{RotationRecord, SkipCode, SkipRecord, StretchRecord, TurnRecord, TurnState, Tx};

/// How many turns a preview shows.
pub(crate) const TURNS_SHOWN: usize = 6;

/// The most turns that are compared to say whose dates move.
const MOST_COMPARED: usize = 400;

/// A rotation that was walked to now.
pub(crate) struct Walk {
    pub(crate) before: Standing,
    pub(crate) after: Standing,
    /// The turns that began on the way, in order; the last one may still run.
    pub(crate) begun: Vec<Begun>,
    stretches: Vec<Stretch>,
}

/// A turn that began on the way.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) turn: u64,
    pub(crate) window: Interval,
    pub(crate) active: Vec<Interval>,
    pub(crate) seats: Vec<Seat>,
    pub(crate) skipped: Vec<Skip>,
    pub(crate) state: TurnState,
}

impl Walk {
    /// Walks to `now`: every handoff that is due, and a change or pauses that people made.
    pub(crate) fn to(
        snapshot: &Snapshot,
        changes: &[Timed<Change>],
        pauses: &[Pause],
        now: DateTime<Utc>,
    ) -> Self {
        let before = snapshot.standing();
        let mut timeline = snapshot.timeline(changes, pauses);
        let stretches = timeline.advance_to(now);
        let after = timeline.standing();
        let begun = begun(&before, &stretches, after.running.as_ref());
        Self { before, after, begun, stretches }
    }

    /// Returns the turn that began last and runs now.
    pub(crate) fn new_turn(&self) -> Option<&Begun> {
        let running = self.after.running.as_ref()?.turn;
        self.begun.last().filter(|begun| begun.turn == running)
    }

    /// Returns the planned instant of the first turn that passed while nobody looked.
    pub(crate) fn missed_from(&self) -> Option<DateTime<Utc>> {
        let missed = self.begun.iter().find(|begun| begun.state == TurnState::Missed);
        missed.map(|begun| begun.window.start())
    }

    /// Records the turns and stretches that passed and where the rotation stands.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        rotation: &RotationRecord,
        rest: Option<Rest>,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        for begun in &self.begun {
            record_turn(tx, rotation, begun, now).await?;
        }
        self.update_running(tx, rotation).await?;
        for stretch in &self.stretches {
            let Some(planned_at) = self.planned_at(stretch.turn) else { continue };
            let stretch = stretch.clone();
            let record = StretchRecord { rotation: rotation.id, planned_at, stretch };
            tx.insert_stretch(&record).await?;
        }
        tx.record_standing(rotation.id, &self.after, rest).await?;
        let newcomers = self.after.roster.members().iter().map(|member| &member.user);
        home::touch(tx, home::people_of(rotation).chain(newcomers), now).await?;
        // That nobody is in a rotation is what admins are told of.
        if self.before.roster.members().is_empty() != self.after.roster.members().is_empty() {
            home::touch_admins(tx, now).await?;
        }
        Ok(())
    }

    /// Tells the channel and the people of what is otherwise than before.
    pub(crate) async fn tell(
        &self,
        tx: &mut Tx,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        // A rotation made in the middle of a turn hands over at once; that it exists is said first.
        let at = now.max(snapshot.rotation.created_at + crate::create_rotation::NAMES_FIRST);
        let next = self.after.next.map(|next| next.at);
        let known = (&self.after.rules, &*snapshot.people);
        duty::schedule_reminder(tx, &snapshot.rotation, known, next, now).await?;
        announce::schedule_summary(tx, snapshot.rotation.id, &self.after.rules.zone, now).await?;
        match self.new_turn() {
            Some(turn) => {
                if let Some(running) = &self.before.running {
                    // Where turns were missed, theirs ended before the newest began.
                    let ended_at = running.window.end().min(turn.window.start());
                    end_duties(tx, &snapshot.rotation, running, ended_at, &[], now).await?;
                }
                if turn.state != TurnState::Paused {
                    begin_duty(tx, snapshot, turn, self.missed_from(), None, at).await?;
                }
                Ok(())
            }
            None => self.tell_within_turn(tx, snapshot, now, at).await,
        }
    }

    /// Tells of a duty that passed in the middle of the turn.
    async fn tell_within_turn(
        &self,
        tx: &mut Tx,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let (Some(was), Some(is)) = (&self.before.running, &self.after.running) else {
            return Ok(());
        };
        if was.seating == is.seating {
            return Ok(());
        }
        end_duties(tx, &snapshot.rotation, was, now, is.seats(), now).await?;
        if is.seating == Seating::Paused {
            return Ok(());
        }
        let newcomers: Vec<Seat> =
            is.seats().iter().filter(|seat| !has_seat(was.seats(), &seat.user)).cloned().collect();
        if newcomers.is_empty() && !is.seats().is_empty() {
            return Ok(());
        }
        let turn = Begun {
            turn: is.turn,
            window: is.window,
            active: is.active.clone(),
            seats: newcomers,
            skipped: Vec::new(),
            state: TurnState::Served,
        };
        begin_duty(tx, snapshot, &turn, None, Some(now), at).await
    }

    /// Writes down what is otherwise in the turn that ran before.
    async fn update_running(&self, tx: &mut Tx, rotation: &RotationRecord) -> Result<(), AppError> {
        let (Some(was), Some(is)) = (&self.before.running, &self.after.running) else {
            return Ok(());
        };
        let is_same = was.turn == is.turn && was.window.start() == is.window.start();
        if !is_same || (was.window == is.window && was.seating == is.seating) {
            return Ok(());
        }
        let Some(mut record) = tx.find_turn(rotation.id, is.window.start()).await? else {
            return Ok(());
        };
        record.ends_at = is.window.end();
        // What a rest ends was held until then.
        if is.seating != Seating::Paused {
            record.seats = is.seats().to_vec();
            record.state = TurnState::Served;
        }
        tx.update_turn(&record).await?;
        Ok(())
    }

    fn planned_at(&self, turn: u64) -> Option<DateTime<Utc>> {
        let of_before = self.before.running.as_ref().filter(|running| running.turn == turn);
        let of_before = of_before.map(|running| running.window.start());
        let begun = || self.begun.iter().find(|begun| begun.turn == turn);
        of_before.or_else(|| begun().map(|begun| begun.window.start()))
    }
}

/// What people change of a rotation, from now on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edit {
    /// Changes of its roster and cadence, at `now`.
    pub(crate) changes: Vec<Timed<Change>>,
    /// Its rest from now on, where that changes: a pause, or a rest that ends now.
    pub(crate) pauses: Option<Vec<Pause>>,
    /// The rest that is stored then.
    pub(crate) rest: Option<Rest>,
}

impl Edit {
    /// Returns a change at `now`; a rest goes on as it is.
    pub(crate) fn of(snapshot: &Snapshot, change: Change, now: DateTime<Utc>) -> Self {
        let rest = crate::hand_over::rest_after(snapshot.rotation.rest, now);
        Self { changes: vec![Timed { at: now, what: change }], pauses: None, rest }
    }
}

/// Carries out what people change of a locked rotation: walks it to now, records it, and tells the channel, those on
/// duty and those whose dates move. Returns what it does to the coming turns.
pub(crate) async fn carry_out(
    tx: &mut Tx,
    snapshot: &Snapshot,
    edit: &Edit,
    by: Option<&UserId>,
    now: DateTime<Utc>,
) -> Result<Difference, AppError> {
    let pauses = edit.pauses.clone().unwrap_or_else(|| snapshot.pauses());
    let difference = difference(snapshot, &edit.changes, &pauses, now);
    apply(tx, snapshot, edit, now).await?;
    tell_moved(tx, &snapshot.rotation, &difference, by, now).await?;
    Ok(difference)
}

/// Carries out what people change of a locked rotation, as [`carry_out`] does, where nobody is told of their dates.
pub(crate) async fn apply(
    tx: &mut Tx,
    snapshot: &Snapshot,
    edit: &Edit,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let pauses = edit.pauses.clone().unwrap_or_else(|| snapshot.pauses());
    let walk = Walk::to(snapshot, &edit.changes, &pauses, now);
    walk.record(tx, &snapshot.rotation, edit.rest, now).await?;
    tx.record_rotation_revision(snapshot.rotation.id).await?;
    walk.tell(tx, snapshot, now).await
}

/// Returns what a change does to the coming turns: the next ones without and with it, and whose dates move.
pub(crate) fn difference(
    snapshot: &Snapshot,
    changes: &[Timed<Change>],
    pauses: &[Pause],
    now: DateTime<Utc>,
) -> Difference {
    let count = (snapshot.rotation.members.len() * 2 + 4).clamp(TURNS_SHOWN + 1, MOST_COMPARED);
    let turns = |changes: &[Timed<Change>], pauses: &[Pause]| {
        let mut timeline = snapshot.timeline(changes, pauses);
        timeline.advance_to(now);
        let position = Position::of(timeline);
        let open = position.current().map(|current| current.stretch);
        let rest = position.timeline().clone();
        let running = open.as_ref().map(|open| open.turn);
        let later = rest.filter(move |stretch| Some(stretch.turn) != running);
        coming(open.into_iter().chain(later), count)
    };
    compare(turns(&[], &snapshot.pauses()), turns(changes, pauses), TURNS_SHOWN)
}

/// Tells those whose next turn a change moves, but not the one who made it; who joined by it is told when their name is
/// known.
pub(crate) async fn tell_moved(
    tx: &mut Tx,
    rotation: &RotationRecord,
    difference: &Difference,
    by: Option<&UserId>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for moved in difference.moved.iter().filter(|moved| Some(&moved.user) != by) {
        let effect = Effect::DatesMoved {
            rotation: rotation.id,
            user: moved.user.clone(),
            changed_at: now,
            was: moved.was.map(Interval::start),
            by: by.cloned(),
            is_new: !rotation.members.contains(&moved.user),
        };
        let is_new = matches!(effect, Effect::DatesMoved { is_new: true, .. });
        let at = if is_new { now + crate::create_rotation::NAMES_FIRST } else { now };
        let to = Recipient::Person(moved.user.clone());
        tx.insert_delivery(&Envelope::new(effect, to), at, now).await?;
    }
    Ok(())
}

/// Takes the buttons from the on-duty messages of those whose duty ends, and says how it ended.
pub(crate) async fn end_duties(
    tx: &mut Tx,
    rotation: &RotationRecord,
    running: &RunningTurn,
    ended_at: DateTime<Utc>,
    staying: &[Seat],
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let planned_at = running.window.start();
    let covers = tx.list_coverages(rotation.id, running.window).await?;
    let mut users: BTreeSet<UserId> =
        running.seats().iter().map(|seat| seat.user.clone()).collect();
    if let Some(open) = running.open_stretch() {
        let presence = rotation.kept.as_ref().map(|kept| kept.presence().clone());
        let last = ended_at - TimeDelta::microseconds(1);
        let presence = presence.unwrap_or_default();
        let serving = on_duty(&open, &covers, &presence, rotation.rules.seats, last);
        users.extend(serving.seats.into_iter().map(|served| served.user));
    }
    for user in users.into_iter().filter(|user| !has_seat(staying, user)) {
        end_duty(tx, rotation, planned_at, &user, ended_at, now).await?;
    }
    Ok(())
}

/// Takes the buttons from the on-duty messages of one person for a turn.
pub(crate) async fn end_duty(
    tx: &mut Tx,
    rotation: &RotationRecord,
    planned_at: DateTime<Utc>,
    user: &UserId,
    ended_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let workspace = tx.workspace();
    // The duty may have come to them in the middle of the turn, at any of its stretches.
    let mut since = vec![None];
    if let Some(turn) = Interval::new(planned_at, ended_at) {
        let stretches = tx.list_stretches(rotation.id, turn).await?;
        let later = stretches.into_iter().filter(|record| record.planned_at == planned_at);
        since.extend(later.map(|record| Some(record.stretch.window.end())));
        let covers = tx.list_coverages(rotation.id, turn).await?;
        // Where cover ends early, the duty goes back.
        let edges = covers.into_iter().flat_map(|cover| [cover.starts_at, cover.ends_at]);
        since.extend(edges.map(Some));
    }
    for since in since {
        let effect = Effect::DutyEnded {
            rotation: rotation.id,
            planned_at,
            user: user.clone(),
            since,
            ended_at,
        };
        let envelope = Envelope::new(effect, Recipient::Person(user.clone()));
        let Some(message) = envelope.updates(workspace) else { continue };
        if tx.find_delivery(message).await?.is_some() {
            tx.insert_delivery(&envelope, now, now).await?;
        }
    }
    Ok(())
}

/// Announces a duty that begins, and tells those whose it is; asks for takers where nobody has it.
async fn begin_duty(
    tx: &mut Tx,
    snapshot: &Snapshot,
    turn: &Begun,
    missed_from: Option<DateTime<Utc>>,
    since: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<(), AppError> {
    let rotation = snapshot.rotation.id;
    let planned_at = turn.window.start();
    if turn.seats.is_empty() {
        return crate::hand_over::ask_for_takers(tx, snapshot, turn, missed_from, since, at).await;
    }
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    let post = Effect::HandoffPost { rotation, planned_at, missed_from, since };
    tx.insert_delivery(&Envelope::new(post, channel), at, at).await?;
    for Seat { user, .. } in &turn.seats {
        let to = Recipient::Person(user.clone());
        let dm = Effect::OnDutyDm { rotation, planned_at, missed_from, user: user.clone(), since };
        tx.insert_delivery(&Envelope::new(dm, to), at, at).await?;
        let time = (turn.window, turn.active.as_slice());
        duty::schedule_check(tx, &snapshot.rotation, time, user, since, at).await?;
    }
    Ok(())
}

async fn record_turn(
    tx: &mut Tx,
    rotation: &RotationRecord,
    turn: &Begun,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let record = TurnRecord {
        rotation: rotation.id,
        planned_at: turn.window.start(),
        ends_at: turn.window.end(),
        number: turn.turn,
        seats: turn.seats.clone(),
        state: turn.state,
        skips: turn.skipped.iter().filter_map(skip_record).collect(),
        seen_at: None,
    };
    tx.insert_turn(&record).await?;
    let action = match turn.state {
        TurnState::Served => "handoff",
        TurnState::Missed => "handoff_missed",
        TurnState::Paused => return Ok(()),
    };
    let entry = Entry {
        action,
        actor: None,
        rotation: Some(rotation.id),
        subject: record.holder(),
        details: json!({"planned_at": record.planned_at, "turn": record.number}),
    };
    audit::record(tx, now, entry).await
}

/// Returns what is stored of a skip; nothing of somebody who serves this very turn.
fn skip_record(skip: &Skip) -> Option<SkipRecord> {
    let (reason, share, until) = match skip.reason {
        SkipReason::Away { share, until } => (SkipCode::Away, Some(share), until),
        SkipReason::Deactivated => (SkipCode::Deactivated, None, None),
        SkipReason::AlreadySeated => return None,
    };
    Some(SkipRecord { user: skip.member.clone(), reason, share, until })
}

/// Returns the turns that began on the way, put together from their stretches.
fn begun(before: &Standing, stretches: &[Stretch], running: Option<&RunningTurn>) -> Vec<Begun> {
    let Some(first) = before.next.map(|next| next.turn) else { return Vec::new() };
    let mut turns: Vec<Begun> = Vec::new();
    for stretch in stretches.iter().filter(|stretch| stretch.turn >= first) {
        let seats = stretch.seats();
        match turns.last_mut().filter(|last| last.turn == stretch.turn) {
            Some(last) => last.go_on(stretch.window, &stretch.active, &stretch.seating),
            None => turns.push(Begun {
                turn: stretch.turn,
                window: stretch.window,
                active: stretch.active.clone(),
                seats: seats.to_vec(),
                skipped: stretch.skipped.clone(),
                state: state_of(&stretch.seating, TurnState::Missed),
            }),
        }
    }
    let Some(running) = running.filter(|running| running.turn >= first) else { return turns };
    match turns.last_mut().filter(|last| last.turn == running.turn) {
        Some(last) => {
            last.go_on(running.window, &[], &running.seating);
            last.window = running.window;
            last.active.clone_from(&running.active);
            last.state = state_of(&running.seating, TurnState::Served);
        }
        None => turns.push(Begun {
            turn: running.turn,
            window: running.window,
            active: running.active.clone(),
            seats: running.seats().to_vec(),
            skipped: running.skipped.clone(),
            state: state_of(&running.seating, TurnState::Served),
        }),
    }
    turns
}

impl Begun {
    /// Adds what comes later in the turn.
    fn go_on(&mut self, window: Interval, active: &[Interval], seating: &Seating) {
        self.window = self.window.up_to(window.end());
        self.active.extend(active);
        if let Seating::On(seats) = seating {
            self.seats.clone_from(seats);
            self.state = TurnState::Missed;
        }
    }
}

fn state_of(seating: &Seating, otherwise: TurnState) -> TurnState {
    if *seating == Seating::Paused { TurnState::Paused } else { otherwise }
}

fn has_seat(seats: &[Seat], user: &UserId) -> bool {
    seats.iter().any(|seat| seat.user == *user)
}
