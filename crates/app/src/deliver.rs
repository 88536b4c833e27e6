//! An effect becomes a message: names, days and what is true now are read at delivery.

mod roster;

use crate::AppError;
use crate::duty::Said;
use crate::home;
use crate::people::People;
use crate::serving::{LaidStretch, passings, served_before, serving_from, serving_in};
use crate::snapshot::Snapshot;
use crate::walk::MOST_COMPARED;
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{
    DatesEffect, Effect, Envelope, HomeEffect, Recipient, StartEffect, TurnEffect,
};
use domain::engine::Seating;
use domain::ids::{DeliveryId, RotationId, UserId};
use domain::message::{
    HandoffMessage, Message, MissedLine, Person, SkipLine, SkipWord, UnassignedMessage, WhyMoved,
};
use domain::story::announce::parse_template;
use domain::story::home::Home;
use domain::story::lifecycle;
use domain::story::people::GonePerson;
use domain::zone::Zone;
use std::collections::BTreeSet;
use store::{RotationRecord, SkipCode, SkipRecord, TurnRecord, Tx};

/// How late a handoff may be said before it says so (specification, Catch-up 4).
const LATE_AFTER: TimeDelta = TimeDelta::minutes(15);

/// What is to be sent, if it is still worth sending.
#[derive(Clone, Debug, PartialEq)]
pub enum Composed {
    /// This message.
    Say(Message),
    /// This person's home view.
    Home(UserId, Box<Home>),
    /// Nothing: what it would say is no longer so.
    Nothing(&'static str),
    /// Nothing any more: its turn is over, and nobody was told in time.
    TooLate,
}

/// Composes the message of an effect as things stand at `now`.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn compose(
    tx: &mut Tx,
    effect: &Effect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    match effect {
        Effect::Start(effect) => start(tx, effect, now).await,
        Effect::Turn(effect) => of_turn(tx, effect, now).await,
        Effect::Duty(effect) => crate::duty::compose(tx, effect, now).await,
        Effect::Absence(news) => crate::absence::compose(tx, news).await,
        Effect::Announce(effect) => crate::announce::compose(tx, effect, now).await,
        Effect::Billing(effect) => crate::billing::told::compose(tx, effect, now).await,
        Effect::Cover(effect) => crate::skip::compose(tx, effect, now).await,
        Effect::Lifecycle(effect) => crate::lifecycle::compose(tx, effect, now).await,
        Effect::Dates(effect) => moved(tx, effect, now).await,
        Effect::Roster(effect) => roster::compose(tx, effect, now).await,
        Effect::Home(HomeEffect::PublishHome { user, .. }) => {
            Ok(match home::compose(tx, user, now).await? {
                Some(home) => Composed::Home(user.clone(), Box::new(home)),
                None => Composed::Nothing("home_not_opened"),
            })
        }
        Effect::Note(effect) => crate::note::compose(tx, effect, now).await,
        Effect::Notice(effect) => crate::notice::compose(tx, effect).await,
        Effect::Swap(effect) => crate::swap::compose(tx, effect, now).await,
        Effect::Source(effect) => crate::absence_source::told::compose(tx, effect).await,
        Effect::Subscription(effect) => crate::subscription::told::compose(tx, effect).await,
        Effect::People(effect) => crate::life::said::compose(tx, effect, now).await,
        Effect::Request(effect) => crate::cover::compose(tx, effect, now).await,
    }
}

/// How far back messages of one moment look together: as far as the turn before the one that runs, mostly.
const LOOKED_BACK: TimeDelta = TimeDelta::days(8);

/// Reads ahead, in a transaction that only reads, what composing and placing several messages asks for.
///
/// # Errors
///
/// What the database says.
pub async fn foresee<'a>(
    tx: &mut Tx,
    envelopes: impl Iterator<Item = &'a Envelope> + Clone,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let ids: BTreeSet<RotationId> =
        envelopes.clone().filter_map(|it| it.effect.rotation()).collect();
    // Of one alone it is no more to ask when it is needed.
    if ids.len() < 2 {
        return Ok(());
    }
    let ids: Vec<RotationId> = ids.into_iter().collect();
    let records = tx.find_rotations(&ids).await?;
    crate::hand_over::foresee(tx, &records, now - LOOKED_BACK, now).await?;
    tx.keep_rotations(records);
    tx.foresee_turns().await?;
    let workspace = tx.workspace();
    let others = envelopes.flat_map(|it| [it.updates(workspace), it.replies_to(workspace)]);
    let others: BTreeSet<DeliveryId> = others.flatten().collect();
    tx.foresee_deliveries(&Vec::from_iter(others)).await?;
    Ok(())
}

async fn start(
    tx: &mut Tx,
    effect: &StartEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    match effect {
        StartEffect::Welcome { installed_at } => welcome(tx, *installed_at).await,
        StartEffect::RotationCreated { rotation } => match tx.find_rotation(*rotation).await? {
            Some(rotation) => created(tx, rotation, now).await,
            None => Ok(Composed::Nothing("rotation_gone")),
        },
    }
}

/// Of several changes within a moment the last one tells; who stands where they stood is told nothing.
async fn moved(
    tx: &mut Tx,
    effect: &DatesEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let DatesEffect::DatesMoved { rotation, user, was, by, is_new, is_by_absence, .. } = effect;
    let Some(rotation) = tx.find_rotation(*rotation).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    let people = People::load(tx, by.as_slice()).await?;
    let snapshot = Snapshot::load(tx, rotation, now).await?;
    if snapshot.people.is_bot(user) {
        return Ok(Composed::Nothing("no_person"));
    }
    let position = snapshot.position(now);
    if let Some(turn) = position.current().filter(|turn| Some(turn.planned_at) == *was)
        && turn.holders().any(|holder| holder == user)
    {
        // It is the turn that runs, so what moved is its end.
        return Ok(Composed::Say(Message::Lifecycle(lifecycle::Message::EndMoved {
            name: snapshot.rotation.name.clone(),
            until: turn.ends_at,
            zone: snapshot.rotation.rules.zone.name().to_owned(),
        })));
    }
    let standing = position.timeline().standing();
    let searched = (snapshot.rotation.members.len() * 2 + 2).min(MOST_COMPARED);
    let is = position.first_turn_of(user, searched);
    let stays = standing.roster.contains(user) && !standing.leaving.contains(user);
    // Who joined learns it even where no turn of theirs is found.
    if is == *was && !(*is_new && stays) {
        return Ok(Composed::Nothing("nothing_moved"));
    }
    Ok(Composed::Say(Message::DatesMoved {
        name: snapshot.rotation.name.clone(),
        was: *was,
        is,
        why: match (stays, is_new) {
            (false, _) => WhyMoved::Left,
            (true, true) => WhyMoved::Joined,
            (true, false) if *is_by_absence => WhyMoved::Absence,
            (true, false) => WhyMoved::Changed,
        },
        // Who is gone did not change it: they were taken out.
        by: by.as_ref().filter(|by| people.why_gone(by).is_none()).map(|by| people.person(by)),
        zone: snapshot.rotation.rules.zone.name().to_owned(),
    }))
}

async fn of_turn(
    tx: &mut Tx,
    effect: &TurnEffect,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let (rotation, planned_at, missed_from, since) = match effect {
        TurnEffect::HandoffPost { rotation, planned_at, missed_from, since }
        | TurnEffect::OnDutyDm { rotation, planned_at, missed_from, since, .. } => {
            (*rotation, *planned_at, *missed_from, *since)
        }
        TurnEffect::UnassignedPost { rotation, planned_at, missed_from, .. } => {
            (*rotation, *planned_at, *missed_from, None)
        }
        TurnEffect::UnassignedResolved { rotation, planned_at, .. } => {
            (*rotation, *planned_at, None, None)
        }
    };
    let Some(rotation) = tx.find_rotation(rotation).await? else {
        return Ok(Composed::Nothing("rotation_gone"));
    };
    let scene = Scene::load(tx, rotation, (planned_at, since), missed_from, now).await?;
    let Some(scene) = scene else {
        return Ok(Composed::Nothing("turn_gone"));
    };
    if scene.turn.ends_at <= now {
        return Ok(match effect {
            // The post that asked keeps its buttons; whoever presses one is told that the turn is over.
            TurnEffect::UnassignedResolved { .. } => Composed::Nothing("turn_over"),
            _ => Composed::TooLate,
        });
    }
    match effect {
        TurnEffect::OnDutyDm { user, .. } => {
            crate::duty::on_duty(tx, &scene, user, since, (Said::at(now), now)).await
        }
        TurnEffect::UnassignedResolved { user, .. } => Ok(scene.resolved(user, now)),
        TurnEffect::UnassignedPost { day, .. } => Ok(scene.unassigned(*day, now)),
        TurnEffect::HandoffPost { missed_from, .. } => {
            // What was missed is said nowhere else.
            if missed_from.is_none() && scene.passed_again(tx, since).await? {
                return Ok(Composed::Nothing("passed_meanwhile"));
            }
            let handoff = scene.handoff(tx, since, now).await?;
            let said = |handoff| Composed::Say(Message::Handoff(Box::new(handoff)));
            Ok(handoff.map_or(Composed::Nothing("turn_unassigned"), said))
        }
    }
}

/// Of several installations the last one welcomes.
async fn welcome(tx: &mut Tx, installed_at: DateTime<Utc>) -> Result<Composed, AppError> {
    let workspace = tx.find_workspace().await?;
    if workspace.is_none_or(|it| it.installed_at != installed_at) {
        return Ok(Composed::Nothing("installed_again"));
    }
    let rotations = tx.list_rotations().await?.len();
    Ok(Composed::Say(Message::Welcome { rotations }))
}

async fn created(
    tx: &mut Tx,
    rotation: RotationRecord,
    now: DateTime<Utc>,
) -> Result<Composed, AppError> {
    let mut users = rotation.members.clone();
    users.push(rotation.created_by.clone());
    let people = People::load(tx, &users).await?;
    let first_at = rotation.created_at;
    let first_turn = tx.find_turn_at(rotation.id, now).await?;
    let first_at =
        first_turn.map(|turn| turn.planned_at).or(rotation.next_handoff_at).unwrap_or(first_at);
    Ok(Composed::Say(Message::RotationCreated {
        name: rotation.name.clone(),
        by: people.person(&rotation.created_by),
        cadence: rotation.rules.cadence.in_words(),
        members: rotation.members.iter().map(|user| people.person(user)).collect(),
        first_at,
        zone: rotation.rules.zone.name().to_owned(),
    }))
}

/// A turn with everything that a message about it may need.
pub(crate) struct Scene {
    pub(crate) rotation: RotationRecord,
    pub(crate) turn: TurnRecord,
    /// Who really served last before: after coverage, and nobody where the turn before was missed too.
    pub(crate) previous: Vec<UserId>,
    /// Who serves now, or when the next duty time begins: after coverage.
    pub(crate) serving: Vec<UserId>,
    /// The stretch in which they do.
    pub(crate) laid: Option<LaidStretch>,
    pub(crate) missed: Vec<TurnRecord>,
    pub(crate) people: People,
}

impl Scene {
    pub(crate) async fn load(
        tx: &mut Tx,
        rotation: RotationRecord,
        (planned_at, since): (DateTime<Utc>, Option<DateTime<Utc>>),
        missed_from: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, AppError> {
        let Some(turn) = tx.find_turn(rotation.id, planned_at).await? else {
            return Ok(None);
        };
        let missed = match missed_from {
            Some(from) => tx.list_turns(rotation.id, from, planned_at).await?,
            None => Vec::new(),
        };
        let before = missed_from.or(since).unwrap_or(planned_at);
        let previous = served_before(tx, &rotation, before).await?;
        let at = now.max(planned_at);
        let laid = LaidStretch::at(tx, &rotation, at).await?;
        let serving = laid.as_ref().map(|laid| serving_in(laid, at)).unwrap_or_default();
        let turns = std::iter::once(&turn).chain(&missed);
        let people = people(tx, &rotation, turns, previous.iter().chain(&serving)).await?;
        Ok(Some(Self { rotation, turn, previous, serving, laid, missed, people }))
    }

    /// Returns the handoff for the channel; nothing where nobody serves.
    pub(crate) async fn handoff(
        &self,
        tx: &mut Tx,
        since: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Option<HandoffMessage>, AppError> {
        if self.serving.is_empty() {
            return Ok(None);
        }
        let snapshot = Snapshot::load(tx, self.rotation.clone(), now).await?;
        let until = self.same_until(now);
        // Within the turn it may be others who serve next, or the holder again.
        let next = if until < self.turn.ends_at {
            serving_from(tx, &self.rotation, until).await?
        } else {
            let next = snapshot.position(now).coming(1).pop();
            next.map(|turn| turn.serving()).unwrap_or_default()
        };
        let persons =
            |users: &[UserId]| users.iter().map(|user| self.people.person(user)).collect();
        let template = self.rotation.settings.announcement.as_deref();
        Ok(Some(HandoffMessage {
            name: self.rotation.name.clone(),
            zone: self.zone_name(),
            people: persons(&self.serving),
            previous: persons(&self.previous),
            next: next.iter().map(|user| snapshot.people.person(user)).collect(),
            // One that an earlier version could read is better left out than spelt out.
            template: template.and_then(|text| parse_template(text).ok()),
            since: since.unwrap_or(self.turn.planned_at),
            until,
            is_within_turn: since.is_some(),
            gone: if since.is_some() { self.gone() } else { Vec::new() },
            skipped: if since.is_none() { self.skipped() } else { Vec::new() },
            is_late: since.is_none() && self.is_late(now),
            missed: self.missed_lines(),
        }))
    }

    /// Returns whether the rotation rests now: it may have begun to in the middle of the turn.
    fn is_resting(&self) -> bool {
        self.laid.as_ref().is_some_and(|laid| laid.stretch.seating == Seating::Paused)
    }

    /// Returns until when those who serve now do so by plan.
    fn same_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let at = now.max(self.turn.planned_at);
        self.laid.as_ref().map_or(self.turn.ends_at, |laid| laid.same_until(at))
    }

    /// Returns whether the duty passed once more within the turn, of which a later post tells.
    async fn passed_again(
        &self,
        tx: &mut Tx,
        since: Option<DateTime<Utc>>,
    ) -> Result<bool, AppError> {
        let (rotation, planned_at) = (self.rotation.id, self.turn.planned_at);
        let edges = passings(tx, rotation, planned_at, self.turn.ends_at).await?;
        let said = since.unwrap_or(planned_at);
        for since in edges.into_iter().filter(|edge| said < *edge) {
            let since = Some(since);
            let post = TurnEffect::HandoffPost { rotation, planned_at, missed_from: None, since };
            let post = Envelope::new(post, Recipient::Channel(self.rotation.channel.clone()));
            if tx.find_delivery(post.delivery_id(tx.workspace())).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns who served before and cannot any more.
    fn gone(&self) -> Vec<GonePerson> {
        let gone = self.previous.iter().filter_map(|user| {
            Some(GonePerson { person: self.people.person(user), why: self.people.why_gone(user)? })
        });
        gone.collect()
    }

    fn unassigned(&self, day: chrono::NaiveDate, now: DateTime<Utc>) -> Composed {
        if self.rotation.members.is_empty() {
            // Nobody could take it, and that nobody is left is said already.
            return Composed::Nothing("roster_empty");
        }
        if self.is_resting() {
            return Composed::Nothing("paused");
        }
        if !self.serving.is_empty() {
            return Composed::Nothing("turn_taken");
        }
        Composed::Say(Message::Unassigned(UnassignedMessage {
            rotation: self.rotation.id,
            planned_at: self.turn.planned_at,
            day,
            name: self.rotation.name.clone(),
            zone: self.zone_name(),
            until: self.same_until(now),
            skipped: self.skipped(),
            missed: self.missed_lines(),
        }))
    }

    fn resolved(&self, user: &UserId, now: DateTime<Utc>) -> Composed {
        Composed::Say(Message::UnassignedResolved {
            name: self.rotation.name.clone(),
            person: self.people.person(user),
            until: self.same_until(now),
            zone: self.zone_name(),
        })
    }

    pub(crate) fn zone(&self) -> &Zone {
        &self.rotation.rules.zone
    }

    pub(crate) fn zone_name(&self) -> String {
        self.zone().name().to_owned()
    }

    /// A rotation made in the middle of a turn is not late for what was before it.
    pub(crate) fn is_late(&self, now: DateTime<Utc>) -> bool {
        now - self.turn.planned_at.max(self.rotation.created_at) > LATE_AFTER
    }

    pub(crate) fn skipped(&self) -> Vec<SkipLine> {
        // Whole days away are days of the person's own calendar.
        let zone = |user: &UserId| self.people.zone(user).unwrap_or_else(|| self.zone().clone());
        let line = |skip: &SkipRecord| SkipLine {
            person: self.people.person(&skip.user),
            reason: match skip.reason {
                SkipCode::Away => SkipWord::Unavailable {
                    last_day: skip.until.map(|last| zone(&skip.user).date_of(last)),
                },
                SkipCode::Deactivated => SkipWord::Deactivated,
            },
        };
        self.turn.skips.iter().map(line).collect()
    }

    pub(crate) fn missed_lines(&self) -> Vec<MissedLine> {
        let person = |user: &UserId| -> Person { self.people.person(user) };
        let line = |turn: &TurnRecord| MissedLine {
            at: turn.planned_at,
            person: turn.holder().map(person),
        };
        self.missed.iter().map(line).collect()
    }
}

async fn people<'a>(
    tx: &mut Tx,
    rotation: &'a RotationRecord,
    turns: impl Iterator<Item = &'a TurnRecord>,
    others: impl Iterator<Item = &'a UserId>,
) -> Result<People, AppError> {
    let mut users: BTreeSet<&UserId> = rotation.members.iter().collect();
    users.extend(others);
    for turn in turns {
        users.extend(turn.seats.iter().map(|seat| &seat.user));
        users.extend(turn.skips.iter().map(|skip| &skip.user));
    }
    let users: Vec<UserId> = users.into_iter().cloned().collect();
    People::load(tx, &users).await
}
