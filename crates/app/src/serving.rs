//! Who serves: the turn, then what is laid over it (specification, Coverage 7).

use crate::AppError;
use chrono::{DateTime, TimeDelta, Utc};
use domain::coverage::Coverage;
use domain::engine::{SeatedBy, Stretch};
use domain::ids::{RotationId, UserId};
use domain::interval::Interval;
use domain::presence::Presence;
use domain::shift::{Right, Served};
use domain::timeline::RunningTurn;
use domain::view::{OnDuty, SwapPart, Swaps, on_duty_at};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::{CoverageRecord, RotationRecord, SwapRecord, SwapState, TurnState, Tx};

/// As far ahead as anything can be arranged.
pub(crate) const FAR: TimeDelta = TimeDelta::days(36_500);

/// What is laid over the turns of a rotation: cover, and the swaps to which both agreed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers {
    /// The first made first.
    pub(crate) covers: Vec<CoverageRecord>,
    pub(crate) swaps: Vec<SwapRecord>,
    /// The swaps that somebody asked for and to which not both have agreed; they change nothing yet.
    pub(crate) asks: Vec<SwapRecord>,
}

/// A stretch of a turn with all that decides who serves in it.
#[derive(Clone, Debug)]
pub(crate) struct LaidStretch {
    pub(crate) stretch: Stretch,
    /// The planned instant of its turn.
    pub(crate) planned_at: DateTime<Utc>,
    pub(crate) layers: Arc<Layers>,
    pub(crate) presence: Presence,
    /// How many serve at once.
    pub(crate) seats: u16,
}

impl Layers {
    /// Returns what lies over turns: of the swaps those to which both agreed.
    pub(crate) fn new(covers: Vec<CoverageRecord>, swaps: Vec<SwapRecord>) -> Self {
        let is_agreed = |swap: &SwapRecord| swap.state == SwapState::Agreed;
        let (swaps, asks) = swaps.into_iter().partition(is_agreed);
        Self { covers, swaps, asks }
    }

    /// Returns the swaps that are asked for or agreed.
    pub(crate) fn live_swaps(&self) -> impl Iterator<Item = &SwapRecord> {
        self.swaps.iter().chain(&self.asks)
    }

    /// Loads what lies over a rotation's time from an instant on.
    pub(crate) async fn since(
        tx: &mut Tx,
        rotation: RotationId,
        from: DateTime<Utc>,
    ) -> Result<Self, AppError> {
        let until = from + FAR;
        let covers = match Interval::new(from, until) {
            Some(window) => tx.list_coverages(rotation, window).await?,
            None => Vec::new(),
        };
        Ok(Self::new(covers, tx.list_swaps(rotation, from, until).await?))
    }

    /// Returns what lies over one rotation of a workspace.
    pub(crate) fn of(&self, rotation: RotationId) -> Self {
        let covers = self.covers.iter().filter(|cover| cover.rotation == rotation);
        let own = |swaps: &[SwapRecord]| {
            swaps.iter().filter(|swap| swap.rotation == rotation).cloned().collect()
        };
        Self { covers: covers.cloned().collect(), swaps: own(&self.swaps), asks: own(&self.asks) }
    }

    /// Returns everybody whom they name.
    pub(crate) fn users(&self) -> impl Iterator<Item = &UserId> {
        let covers = self.covers.iter().flat_map(|cover| cover.of.iter().chain([&cover.user]));
        covers
            .chain(self.live_swaps().flat_map(|swap| [&swap.asked_by, &swap.a.user, &swap.b.user]))
    }

    /// Returns whether somebody serves by cover from an instant on, and not since the turn is theirs by order or by a swap.
    pub(crate) fn is_by_cover(&self, served: &Served, at: DateTime<Utc>) -> bool {
        let is_it = |cover: &&CoverageRecord| {
            cover.user == served.user && cover.starts_at <= at && at < cover.ends_at
        };
        !matches!(served.right, Right::Own(_)) && self.covers.iter().any(|cover| is_it(&cover))
    }

    /// Returns the seats of an instant, with those that a swap gave to somebody as their own.
    pub(crate) fn held(&self, mut seats: Vec<Served>, at: DateTime<Utc>) -> Vec<Served> {
        for served in &mut seats {
            if matches!(served.right, Right::CoverOf(_)) && !self.is_by_cover(served, at) {
                served.right = Right::Own(SeatedBy::Order);
            }
        }
        seats
    }

    /// Returns the cover as the rules know it.
    pub(crate) fn coverage(&self) -> Vec<Coverage> {
        self.covers.iter().filter_map(cover).collect()
    }

    /// Returns what the swaps are to these turns, each with its number and the instant that it is planned for.
    pub(crate) fn swaps(&self, turns: impl Iterator<Item = (u64, DateTime<Utc>)>) -> Swaps {
        if self.swaps.is_empty() {
            return Swaps::default();
        }
        let part = |(turn, planned_at)| Some((turn, self.part_of(turn, planned_at)?));
        Swaps::agreed(turns.filter_map(part).collect::<HashMap<u64, SwapPart>>())
    }

    /// Returns what a swap is to the turn that is planned for an instant.
    fn part_of(&self, turn: u64, planned_at: DateTime<Utc>) -> Option<SwapPart> {
        let part = |swap: &SwapRecord| {
            let sides = [(&swap.a, &swap.b), (&swap.b, &swap.a)];
            let (own, other) = sides.into_iter().find(|(own, _)| own.planned_at == planned_at)?;
            let since = own.planned_at.min(other.planned_at);
            // What was closed when the earlier turn had begun ends with that one.
            if swap.closed_at.is_some() && own.planned_at != since {
                return None;
            }
            let (holder, by) = (own.user.clone(), other.user.clone());
            Some(SwapPart { holder, by, with: turn, since })
        };
        self.swaps.iter().find_map(part)
    }
}

impl LaidStretch {
    /// Returns the stretch in which an instant of a rotation's past or present lies, by what is stored; nothing before
    /// its first turn.
    pub(crate) async fn at(
        tx: &mut Tx,
        rotation: &RotationRecord,
        at: DateTime<Utc>,
    ) -> Result<Option<Self>, AppError> {
        let Some((stretch, planned_at)) = stretch_at(tx, rotation, at).await? else {
            return Ok(None);
        };
        let covers = tx.list_coverages(rotation.id, stretch.window).await?;
        let just_then = planned_at + TimeDelta::microseconds(1);
        let swaps = tx.list_swaps(rotation.id, planned_at, just_then).await?;
        let presence = rotation.kept.as_ref().map(|kept| kept.presence().clone());
        Ok(Some(Self {
            stretch,
            planned_at,
            layers: Arc::new(Layers::new(covers, swaps)),
            presence: presence.unwrap_or_default(),
            seats: rotation.rules.seats,
        }))
    }

    /// Returns the open stretch of a turn that runs.
    pub(crate) async fn of_running(
        tx: &mut Tx,
        rotation: RotationId,
        running: &RunningTurn,
        (presence, seats): (&Presence, u16),
    ) -> Result<Option<Self>, AppError> {
        let Some(stretch) = running.open_stretch() else { return Ok(None) };
        let planned_at = running.window.start();
        let layers = Arc::new(Layers::since(tx, rotation, planned_at).await?);
        Ok(Some(Self { stretch, planned_at, layers, presence: presence.clone(), seats }))
    }

    /// Returns who serves at an instant.
    pub(crate) fn on_duty(&self, at: DateTime<Utc>) -> OnDuty {
        let coverage = self.layers.coverage();
        let swap = self.layers.part_of(self.stretch.turn, self.planned_at);
        let (presence, seats) = (&self.presence, self.seats);
        let layers =
            domain::view::Layers { coverage: &coverage, swap: swap.as_ref(), presence, seats };
        on_duty_at(&self.stretch, &layers, at)
    }

    /// Returns when the duty of those who serve at an instant ends: with the window of duty time, the stretch, or where
    /// others take over.
    pub(crate) fn duty_end(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let window = self.stretch.active.iter().find(|window| window.contains(at));
        let end = window.map_or(self.stretch.window.end(), |window| window.end());
        self.same_until(at).min(end)
    }

    /// Returns until when those who serve at an instant, or from the next duty time on, are the same people; off-hours
    /// do not count, and the end of the stretch is the latest.
    pub(crate) fn same_until(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let who = users(self.served_from(at));
        self.changes_after(at, |served| users(served.to_vec()) != who)
    }

    /// Returns until when somebody serves who does at an instant, or from the next duty time on.
    pub(crate) fn serves_until(&self, user: &UserId, at: DateTime<Utc>) -> DateTime<Utc> {
        self.changes_after(at, |served| served.iter().all(|served| served.user != *user))
    }

    /// Returns who serves at an instant, or when the duty time begins that comes next.
    pub(crate) fn served_from(&self, from: DateTime<Utc>) -> Vec<Served> {
        let next = self.stretch.active.iter().find(|window| from < window.end());
        self.on_duty(next.map_or(from, |window| window.start().max(from))).seats
    }

    /// Returns the first instant after `at` from which on others serve.
    fn changes_after(
        &self,
        at: DateTime<Utc>,
        differ: impl Fn(&[Served]) -> bool,
    ) -> DateTime<Utc> {
        let end = self.stretch.window.end();
        let covers = self.layers.covers.iter().flat_map(|cover| [cover.starts_at, cover.ends_at]);
        let mut edges: Vec<DateTime<Utc>> =
            covers.filter(|edge| at < *edge && *edge < end).collect();
        edges.sort();
        edges.into_iter().find(|edge| differ(&self.served_from(*edge))).unwrap_or(end)
    }
}

/// Returns who served at an instant of a rotation's past or present, by what is stored; nobody before its first turn.
pub(crate) async fn serving_at(
    tx: &mut Tx,
    rotation: &RotationRecord,
    at: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let laid = LaidStretch::at(tx, rotation, at).await?;
    Ok(laid.map(|laid| users(laid.on_duty(at).seats)).unwrap_or_default())
}

/// Returns who served last before an instant: after coverage, and nobody where that turn was missed.
pub(crate) async fn served_before(
    tx: &mut Tx,
    rotation: &RotationRecord,
    before: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let last = before - TimeDelta::microseconds(1);
    let turn = tx.find_turn_at(rotation.id, last).await?;
    if turn.is_none_or(|turn| turn.state != TurnState::Served) {
        return Ok(Vec::new());
    }
    let Some(laid) = LaidStretch::at(tx, rotation, last).await? else {
        return Ok(Vec::new());
    };
    // It may have ended in off-hours.
    let served_until = laid.stretch.active.iter().map(|window| window.end().min(before)).max();
    let at = served_until.map_or(last, |end| end - TimeDelta::microseconds(1));
    Ok(users(laid.on_duty(at).seats))
}

/// Returns who serves at an instant, or when the duty time begins that comes next in the same stretch.
pub(crate) async fn serving_from(
    tx: &mut Tx,
    rotation: &RotationRecord,
    from: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let laid = LaidStretch::at(tx, rotation, from).await?;
    Ok(laid.map(|laid| serving_in(&laid, from)).unwrap_or_default())
}

/// Returns who serves in a stretch at an instant, or from its next duty time on.
pub(crate) fn serving_in(laid: &LaidStretch, from: DateTime<Utc>) -> Vec<UserId> {
    // A turn without any duty time is somebody's all the same.
    if laid.stretch.active.is_empty() {
        return laid.stretch.seats().iter().map(|seat| seat.user.clone()).collect();
    }
    users(laid.served_from(from))
}

/// Returns the stretch in which an instant lies, by what is stored, with the planned instant of its turn.
pub(crate) async fn stretch_at(
    tx: &mut Tx,
    rotation: &RotationRecord,
    at: DateTime<Utc>,
) -> Result<Option<(Stretch, DateTime<Utc>)>, AppError> {
    if let Some(running) = rotation.kept.as_ref().and_then(|kept| kept.running())
        && let Some(open) = running.open_stretch().filter(|open| open.window.contains(at))
    {
        return Ok(Some((open, running.window.start())));
    }
    let Some(instant) = Interval::new(at, at + TimeDelta::microseconds(1)) else {
        return Ok(None);
    };
    let found = tx.list_stretches(rotation.id, instant).await?;
    Ok(found.into_iter().next().map(|record| (record.stretch, record.planned_at)))
}

/// Returns the instants after the beginning of a turn and up to another at which its duty may have passed: where its
/// stretches and covers begin or end, and where one of a swap left.
pub(crate) async fn passings(
    tx: &mut Tx,
    rotation: RotationId,
    planned_at: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<BTreeSet<DateTime<Utc>>, AppError> {
    let Some(turn) = Interval::new(planned_at, until) else { return Ok(BTreeSet::new()) };
    let stretches = tx.list_stretches(rotation, turn).await?;
    let own = stretches.into_iter().filter(|record| record.planned_at == planned_at);
    let mut passings: BTreeSet<_> = own.map(|record| record.stretch.window.end()).collect();
    let covers = tx.list_coverages(rotation, turn).await?;
    // Where cover ends early, the duty goes back.
    passings.extend(covers.iter().flat_map(|cover| [cover.starts_at, cover.ends_at]));
    let just_then = planned_at + TimeDelta::microseconds(1);
    let swaps = tx.list_swaps(rotation, planned_at, just_then).await?;
    if swaps.is_empty() {
        return Ok(passings);
    }
    let record = tx.find_any_rotation(rotation).await?;
    if let Some(kept) = record.as_ref().and_then(|record| record.kept.as_ref()) {
        let people = swaps.iter().flat_map(|swap| [&swap.a.user, &swap.b.user]);
        let stays = people.filter_map(|user| kept.presence().stay_within(user, turn));
        passings.extend(stays.map(Interval::end).filter(|end| *end < until));
    }
    Ok(passings)
}

/// Returns coverage as the rules know it; `None` for one without any time.
pub(crate) fn cover(record: &CoverageRecord) -> Option<Coverage> {
    Some(Coverage {
        by: record.user.clone(),
        of: record.of.clone(),
        window: Interval::new(record.starts_at, record.ends_at)?,
    })
}

/// Returns the people of seats.
pub(crate) fn users(seats: Vec<Served>) -> Vec<UserId> {
    seats.into_iter().map(|served| served.user).collect()
}
