//! A rotation walked to now in one transaction: what passed on the way is recorded, and who must know is told.

mod covers;
mod duties;
mod edit;
mod turns;

pub(crate) use duties::{end_duty, refresh_duty};
pub(crate) use edit::{Edit, MOST_COMPARED, apply, carry_out, difference};
pub(crate) use turns::Begun;

use crate::AppError;
use crate::announce;
use crate::cover;
use crate::duty;
use crate::home;
use crate::note;
use crate::serving::LaidStretch;
use crate::snapshot::Snapshot;
use crate::swap;
use chrono::{DateTime, Utc};
use covers::{end_covers, move_covers, serving};
use domain::change::{Change, Pause, Timed};
use domain::engine::{Seat, Seating, Stretch};
use domain::ids::{DeliveryId, UserId};
use domain::settings::Rest;
use domain::timeline::Standing;
use duties::{begin_duty, duty_messages, end_duties, has_seat};
use store::{RotationRecord, StretchRecord, TurnState, Tx};
use turns::{begun, record_turn};

/// A rotation that was walked to now.
pub(crate) struct Walk {
    pub(crate) before: Standing,
    pub(crate) after: Standing,
    /// The turns that began on the way, in order; the last one may still run.
    pub(crate) begun: Vec<Begun>,
    stretches: Vec<Stretch>,
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

    /// Returns the on-duty messages of which those that are there will say that the duty is over.
    pub(crate) async fn messages_to_end(
        &self,
        tx: &mut Tx,
        snapshot: &Snapshot,
    ) -> Result<Vec<DeliveryId>, AppError> {
        match (&self.before.running, self.new_turn()) {
            (Some(running), Some(turn)) => {
                let ended_at = running.window.end().min(turn.window.start());
                duty_messages(tx, &snapshot.rotation, running, ended_at).await
            }
            _ => Ok(Vec::new()),
        }
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
        let presences = (&self.before.presence, &self.after.presence);
        cover::end_coming(tx, &snapshot.rotation, presences, now).await?;
        self.tell_of_duty(tx, snapshot, now, at).await?;
        swap::look_at(tx, snapshot, now).await
    }

    async fn tell_of_duty(
        &self,
        tx: &mut Tx,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let next = self.after.next.map(|next| next.at);
        let known = (&self.after.rules, &*snapshot.people);
        let members = self.after.roster.members().iter().map(|member| &member.user);
        duty::schedule_reminder(tx, &snapshot.rotation, members, known, next, now).await?;
        announce::schedule_summary(tx, snapshot.rotation.id, &self.after.rules.zone, now).await?;
        self.ask_for_notes(tx, &snapshot.rotation, now).await?;
        match self.new_turn() {
            Some(turn) => {
                if let Some(running) = &self.before.running {
                    // Where turns were missed, theirs ended before the newest began.
                    let ended_at = running.window.end().min(turn.window.start());
                    end_duties(tx, &snapshot.rotation, running, ended_at, &[], now).await?;
                }
                if turn.state != TurnState::Paused {
                    begin_duty(
                        tx,
                        snapshot,
                        (turn, &self.after.presence),
                        self.missed_from(),
                        None,
                        at,
                    )
                    .await?;
                }
                Ok(())
            }
            None => self.tell_within_turn(tx, snapshot, now, at).await,
        }
    }

    /// Lets those who have the duty now be asked for a note before they pass it on.
    async fn ask_for_notes(
        &self,
        tx: &mut Tx,
        rotation: &RotationRecord,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let Some(running) = &self.after.running else { return Ok(()) };
        let crew = (&self.after.presence, self.after.rules.seats);
        match LaidStretch::of_running(tx, rotation.id, running, crew).await? {
            Some(laid) => note::schedule_asking(tx, rotation, &laid, now).await,
            None => Ok(()),
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
        let rotation = &snapshot.rotation;
        let presences = (&self.before.presence, &self.after.presence);
        // Whoever serves by cover or by a swap has no seat, and may leave all the same.
        let has_left = self.before.presence != self.after.presence;
        if was.seating == is.seating && !has_left {
            return Ok(());
        }
        let served = serving(tx, rotation.id, &self.before, was, now).await?;
        let covers = end_covers(tx, rotation.id, presences, is, now).await?;
        let serving = serving(tx, rotation.id, &self.after, is, now).await?;
        if was.seating == is.seating && covers.is_empty() && served == serving {
            return Ok(());
        }
        let seated = is.seats().iter().map(|seat| seat.user.clone());
        let staying: Vec<UserId> = seated.chain(serving.iter().cloned()).collect();
        end_duties(tx, rotation, was, now, &staying, now).await?;
        for cover in &covers {
            end_duty(tx, rotation, is.window.start(), &cover.user, now, now).await?;
        }
        if is.seating == Seating::Paused {
            return Ok(());
        }
        let is_back = |user: &UserId| {
            let is_uncovered = covers.iter().any(|cover| cover.of.as_ref() == Some(user));
            serving.contains(user) && (is_uncovered || has_left && !served.contains(user))
        };
        let is_new = |user: &UserId| !has_seat(was.seats(), user) || is_back(user);
        let newcomers: Vec<Seat> =
            is.seats().iter().filter(|seat| is_new(&seat.user)).cloned().collect();
        let is_open = is.seats().is_empty() && serving.is_empty();
        if newcomers.is_empty() && !is_open {
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
        begin_duty(tx, snapshot, (&turn, &self.after.presence), None, Some(now), at).await
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
        move_covers(tx, rotation, was.window, is.window).await
    }

    fn planned_at(&self, turn: u64) -> Option<DateTime<Utc>> {
        let of_before = self.before.running.as_ref().filter(|running| running.turn == turn);
        let of_before = of_before.map(|running| running.window.start());
        let begun = || self.begun.iter().find(|begun| begun.turn == turn);
        of_before.or_else(|| begun().map(|begun| begun.window.start()))
    }
}
