//! One workspace's deliveries: leased, put together, marked as being sent, sent, and written down, never in one
//! transaction, and never a transaction open while Slack is called.

use super::deliveries::Hall;
use super::outcome::{self, Ended};
use super::pack::{Packed, pack};
use super::send::{Content, Page, Parcel, Sent, send};
use crate::bot::Bot;
use crate::reports;
use crate::sending::BeingSent;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Busy;
use domain::effect::Call;
use domain::ids::{DeliveryId, WorkspaceId};
use domain::settings::WorkspaceSettings;
use futures_util::stream::{FuturesUnordered, StreamExt};
use secrecy::SecretString;
use slack::Outcome;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;
use store::{ClaimedDelivery, Claiming, GivenUp, StoreError};
use tokio::sync::{AcquireError, Notify, OwnedSemaphorePermit, SemaphorePermit};
use tokio::task::JoinHandle;
use tracing::{Instrument, Span};

/// How many deliveries of one workspace are under way at once.
const OF_ONE_WORKSPACE: usize = 8;

/// How long it is waited, where many are under way, for others of the same workspace that end as well: what they came to
/// is written down at once.
const GATHERED_FOR: TimeDelta = TimeDelta::milliseconds(15);

/// How long mending what was said waits where many are under way, before it is looked whether they still are.
const BEFORE_MENDING: TimeDelta = TimeDelta::seconds(1);

/// How many handoffs that are due are many.
const MANY_HANDOFFS: u64 = 200;

/// How long a delivery is leased; the longest call takes 10 seconds, and there may be four of them.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// How long a row over which a worker died waits while another such row is under way.
const BEFORE_ALONE: TimeDelta = TimeDelta::seconds(1);

/// Where the deliveries of one workspace are worked off.
pub(super) struct Desk {
    bot: Arc<Bot>,
    hall: Arc<Hall>,
    workspace: WorkspaceId,
    /// Told that there may be more to say.
    nudge: Arc<Notify>,
    /// Its own hold on the clock; let go while nothing is done but calls, each of which has its own.
    busy: Option<Busy>,
}

/// What is held for as long as a delivery is under way.
pub(super) struct Held {
    _free: OwnedSemaphorePermit,
    _alone: Option<OwnedSemaphorePermit>,
    pub(super) being_sent: BeingSent,
}

type UnderWay = FuturesUnordered<JoinHandle<Ended>>;

/// What a look at the workspace came to.
enum Taken {
    /// These are being sent as soon as they are started; of more nothing is known.
    Some(Vec<(Parcel, Held)>),
    /// There is nothing that can be sent now, and nothing changes before this instant.
    Nothing(Option<DateTime<Utc>>),
}

/// What was leased together.
struct Batch {
    claimed: Vec<ClaimedDelivery>,
    token: Option<SecretString>,
    settings: WorkspaceSettings,
    alone: Option<OwnedSemaphorePermit>,
}

impl Desk {
    pub(super) const fn new(
        bot: Arc<Bot>,
        hall: Arc<Hall>,
        workspace: WorkspaceId,
        nudge: Arc<Notify>,
        busy: Busy,
    ) -> Self {
        Self { bot, hall, workspace, nudge, busy: Some(busy) }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.bot.clock.now()
    }

    /// Sends what can be sent, and returns when there may be more; none where nothing is known of.
    pub(super) async fn work(&mut self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut under_way = UnderWay::new();
        let mut fault = None;
        // Whether there is nothing more, and until when.
        let mut nothing = None;
        let mut is_told = false;
        loop {
            let is_over = fault.is_some() || self.bot.supervisor.is_stopping();
            // Several are leased as cheaply as one; who has just come does not wait for that.
            let is_worth_it = is_told || under_way.len() <= OF_ONE_WORKSPACE / 2;
            let has_room = is_worth_it && under_way.len() < OF_ONE_WORKSPACE;
            if !is_over && nothing.is_none() && has_room {
                is_told = false;
                match self.take(OF_ONE_WORKSPACE - under_way.len(), under_way.is_empty()).await {
                    Ok(Taken::Some(parcels)) => {
                        for (parcel, held) in parcels {
                            under_way.push(self.start(parcel, held));
                        }
                    }
                    Ok(Taken::Nothing(next)) => nothing = Some(next),
                    // What is under way is written down first: else nobody would know what became of it.
                    Err(it) => fault = Some(it),
                }
            }
            if under_way.is_empty() {
                if let Some(fault) = fault {
                    return Err(fault);
                }
                if let Some(next) = nothing {
                    return Ok(next);
                }
                if self.bot.supervisor.is_stopping() {
                    return Ok(None);
                }
                continue;
            }
            // A call that hangs keeps its own place, and no other.
            self.busy = None;
            let ended = tokio::select! {
                biased;
                ended = under_way.next() => ended,
                () = self.nudge.notified() => {
                    is_told = true;
                    None
                }
                () = self.until(nothing.flatten()) => {
                    is_told = true;
                    None
                }
            };
            self.busy = Some(self.bot.clock.busy());
            let mut ended = Vec::from_iter(ended.and_then(Result::ok));
            if !ended.is_empty() && !under_way.is_empty() && self.is_crowded() {
                self.until(Some(self.now() + GATHERED_FOR)).await;
            }
            while let Some(Some(more)) = futures_util::FutureExt::now_or_never(under_way.next()) {
                ended.extend(more.ok());
            }
            // A task that panicked left its lease; that runs out and counts as a crash.
            outcome::record_all(&self.bot, &self.hall, self.workspace, ended).await;
            nothing = None;
        }
    }

    /// Returns whether so many deliveries are under way that each trip to the database costs others their time.
    fn is_crowded(&self) -> bool {
        !self.bot.clock.is_manual() && self.hall.free.available_permits() < OF_ONE_WORKSPACE
    }

    /// Waits until an instant; for ever where none is known.
    async fn until(&self, at: Option<DateTime<Utc>>) {
        match at {
            // A manual clock stands still while something is under way, and nothing is to be waited for beside it.
            Some(at) if !self.bot.clock.is_manual() => self.bot.clock.sleep_until(at).await,
            _ => std::future::pending().await,
        }
    }

    /// Sends a parcel; it is over as soon as Slack answers, or shows us the message.
    fn start(&self, parcel: Parcel, mut held: Held) -> JoinHandle<Ended> {
        let (bot, busy) = (Arc::clone(&self.bot), self.bot.clock.busy());
        let (parcel, began) = (Arc::new(parcel), Instant::now());
        let span = reports::delivery(parcel.claim.workspace, parcel.record.envelope.call());
        let sending = async move {
            faults::point!("deliveries.call.before", parcel.claim.delivery);
            let (its_bot, its_parcel) = (Arc::clone(&bot), Arc::clone(&parcel));
            let mut call = Box::pin(async move { send(&its_bot, &its_parcel).await });
            let sent = tokio::select! {
                biased;
                placed = held.being_sent.heard() => {
                    if parcel.record.is_resend {
                        // It is the first saying that was heard: the second is broken off, and not begun where it can be helped.
                        drop(call);
                    } else {
                        // The answer says nothing more, and a call that is broken off costs its connection.
                        let busy = bot.clock.busy();
                        bot.supervisor.spawn(async move {
                            call.await;
                            drop(busy);
                        });
                    }
                    Sent::Called(Outcome::Done(placed))
                }
                sent = &mut call => sent,
            };
            faults::point!("deliveries.call.after");
            reports::delivered(parcel.claim.workspace, began.elapsed(), sent.word());
            Span::current().record("outcome", sent.word());
            Ended { parcel, sent, held, busy }
        };
        self.bot.supervisor.spawn(sending.instrument(span))
    }

    /// Leases deliveries, puts them together and marks them as being sent.
    async fn take(&self, room: usize, may_wait: bool) -> Result<Taken, StoreError> {
        let Some(mut places) = self.places(room, may_wait).await else {
            // Whoever is under way ends and looks again.
            return Ok(Taken::Nothing(None));
        };
        // What the database forgot may have been said: nothing is said before that is sorted out.
        if !self.may_speak().await {
            return Ok(Taken::Nothing(None));
        }
        let _beside_handoffs = if self.bot.metrics.catch_up.waiting() < MANY_HANDOFFS {
            None
        } else {
            self.hall.beside_handoffs.acquire().await.ok()
        };
        let database = self.hall.database.acquire().await;
        let by = format!("{}{}", self.bot.replica, uuid::Uuid::new_v4().simple());
        let ready = match self.lease(&by, places.num_permits()).await {
            Ok(Ok(batch)) => self.prepare(&by, batch, database).await,
            Ok(Err(next)) => return Ok(Taken::Nothing(next)),
            Err(fault) => Err(fault),
        };
        if ready.is_err() {
            // Also where the lease may have been saved: it is given back at the next look, and nobody is to blame.
            self.hall.leave_behind(self.workspace, by);
        }
        let (parcels, mut alone) = ready?;
        let held = parcels.into_iter().filter_map(|(parcel, being_sent)| {
            let held = Held { _free: places.split(1)?, _alone: alone.take(), being_sent };
            Some((parcel, held))
        });
        Ok(Taken::Some(held.collect()))
    }

    /// Returns places for so many deliveries, or for as many as there are; where it is waited for, then for all of them:
    /// where many wait, those who come with several at once cost the database less.
    async fn places(&self, room: usize, may_wait: bool) -> Option<OwnedSemaphorePermit> {
        let free = &self.hall.free;
        let most = u32::try_from(room).unwrap_or(u32::MAX);
        if may_wait {
            return Arc::clone(free).acquire_many_owned(most).await.ok();
        }
        let mut places = Arc::clone(free).try_acquire_owned().ok()?;
        while places.num_permits() < room
            && let Ok(place) = Arc::clone(free).try_acquire_owned()
        {
            places.merge(place);
        }
        Some(places)
    }

    /// Puts together what was leased, and marks it as being sent.
    async fn prepare(
        &self,
        by: &str,
        batch: Batch,
        database: Result<SemaphorePermit<'_>, AcquireError>,
    ) -> Result<(Vec<(Parcel, BeingSent)>, Option<OwnedSemaphorePermit>), StoreError> {
        let Some(token) = batch.token else {
            outcome::park(&self.bot, self.workspace, &batch.claimed).await?;
            return Ok((Vec::new(), None));
        };
        let packed = self.pack(batch.claimed, &token, &batch.settings).await?;
        // Whoever sorts out what the database forgot needs it, and so do those whose calls have ended.
        drop(database);
        let may_speak = self.may_speak().await;
        let _database = self.hall.database.acquire().await;
        let parcels = self.mark(by, packed, may_speak).await?;
        Ok((parcels, batch.alone))
    }

    /// Puts deliveries together. One that makes the composer panic ends; the others are put together without it.
    async fn pack(
        &self,
        claimed: Vec<ClaimedDelivery>,
        token: &SecretString,
        settings: &WorkspaceSettings,
    ) -> Result<Packed, StoreError> {
        if let Some(packed) = self.try_pack(claimed.clone(), token, settings).await {
            return packed;
        }
        let mut all = Packed { parcels: Vec::new(), over: Vec::new() };
        for one in claimed {
            match self.try_pack(vec![one.clone()], token, settings).await {
                Some(packed) => {
                    let packed = packed?;
                    all.parcels.extend(packed.parcels);
                    all.over.extend(packed.over);
                }
                None => all.over.push((one, GivenUp::Failed, "composing_panicked")),
            }
        }
        Ok(all)
    }

    /// Returns nothing where the composer panicked.
    async fn try_pack(
        &self,
        claimed: Vec<ClaimedDelivery>,
        token: &SecretString,
        settings: &WorkspaceSettings,
    ) -> Option<Result<Packed, StoreError>> {
        let (bot, token, settings) = (Arc::clone(&self.bot), token.clone(), settings.clone());
        let packing = async move { pack(&bot, claimed, &token, &settings).await };
        self.bot.supervisor.spawn(packing.in_current_span()).await.ok()
    }

    /// Waits until what the database says can be relied upon; returns false where the service stops before.
    async fn may_speak(&self) -> bool {
        tokio::select! {
            biased;
            () = self.bot.store.generation().is_trusted() => true,
            () = self.bot.supervisor.stopping() => false,
        }
    }

    /// Leases up to so many deliveries, or returns when there may be some.
    async fn lease(
        &self,
        by: &str,
        room: usize,
    ) -> Result<Result<Batch, Option<DateTime<Utc>>>, StoreError> {
        let mut tx = self.bot.store.write(self.workspace).await?;
        let token = tx.find_bot_token().await?;
        let now = self.now();
        if let Some(token) = &token {
            for (call, until) in tx.list_limits(now).await? {
                // The others are calls of deliveries, which are not leased meanwhile.
                if Call::parse(&call).is_none() {
                    self.bot.api.leave_alone(token, &call, until);
                }
            }
        }
        let limits = self.limits(token.as_ref(), room);
        let claiming = Claiming {
            by,
            until: now + LEASE,
            limit: limits.room,
            alone: false,
            leave_out: &limits.leave_out,
            new_only: self.is_crowded(),
        };
        let (mut claimed, mut alone, mut next) = (Vec::new(), None, None);
        // First of all: behind a long line of others it would wait for all of them.
        if tx.has_lone_delivery().await? {
            if let Ok(permit) = Arc::clone(&self.hall.alone).try_acquire_owned() {
                let lone = Claiming { limit: limits.room.min(1), alone: true, ..claiming };
                claimed = tx.claim_deliveries(&lone, now).await?;
                alone = Some(permit);
            } else {
                next = Some(now + BEFORE_ALONE);
            }
        }
        if claimed.is_empty() {
            alone = None;
            claimed = tx.claim_deliveries(&claiming, now).await?;
        }
        if claimed.is_empty() {
            let change = tx.next_delivery_change(now).await?;
            // A row that nobody can read was ended all the same.
            tx.commit().await?;
            let mending = claiming.new_only.then_some(now + BEFORE_MENDING);
            return Ok(Err([change, next, limits.next, mending].into_iter().flatten().min()));
        }
        let found = tx.find_workspace().await?;
        let settings = found.map(|workspace| workspace.settings).unwrap_or_default();
        tx.commit().await?;
        Ok(Ok(Batch { claimed, token, settings, alone }))
    }

    /// Returns what Slack takes now, as far as this process knows.
    fn limits(&self, token: Option<&SecretString>, room: usize) -> Limits {
        let mut limits = Limits {
            room: u32::try_from(room).unwrap_or(u32::MAX),
            leave_out: Vec::new(),
            next: None,
        };
        let Some(token) = token else { return limits };
        for call in Call::ALL {
            match self.bot.api.room_for(token, call) {
                Ok(left) => limits.room = limits.room.min(left),
                Err(at) => {
                    limits.leave_out.push(call);
                    limits.next = Some(limits.next.map_or(at, |next: DateTime<Utc>| next.min(at)));
                }
            }
        }
        limits
    }

    /// Marks what was put together as being sent, gives up the rest, and returns what may be sent.
    async fn mark(
        &self,
        by: &str,
        packed: Packed,
        may_speak: bool,
    ) -> Result<Vec<(Parcel, BeingSent)>, StoreError> {
        let now = self.now();
        // From before it is written down that they are being sent: the echo of a first saying that comes in between is
        // heard by whoever is about to say it again.
        let begin = |parcel: Parcel| {
            let being_sent = self.bot.sending.begin(parcel.claim.delivery);
            (parcel, being_sent)
        };
        let mut parcels: Vec<_> = packed.parcels.into_iter().map(begin).collect();
        let mut tx = self.bot.store.write(self.workspace).await?;
        if !may_speak {
            tx.release_batch(by).await?;
            tx.commit().await?;
            return Ok(Vec::new());
        }
        for (ClaimedDelivery { claim, .. }, end, code) in &packed.over {
            let (id, fence) = (claim.delivery, claim.fence);
            if tx.record_given_up(id, fence, *end, code, now).await? {
                tell_of_end(id, *end, code);
            }
        }
        let marked: BTreeSet<DeliveryId> = if parcels.is_empty() {
            BTreeSet::new()
        } else {
            tx.record_sending(by, now).await?.into_iter().collect()
        };
        parcels.retain(|(parcel, _)| marked.contains(&parcel.record.id));
        for (parcel, _) in &parcels {
            if let Content::Home(Page { user, changes_at: Some(at), .. }) = &parcel.content {
                outcome::carried_out(app::home::show_again(&mut tx, user, *at, now).await)?;
            }
        }
        tx.commit().await?;
        Ok(parcels)
    }
}

/// What Slack takes of a workspace.
struct Limits {
    room: u32,
    leave_out: Vec<Call>,
    next: Option<DateTime<Utc>>,
}

fn tell_of_end(delivery: DeliveryId, end: GivenUp, code: &str) {
    match end {
        GivenUp::Dropped => {
            tracing::info!(code, delivery.id = %delivery, "A delivery had nothing left to say.");
        }
        GivenUp::Expired => {
            tracing::warn!(code, delivery.id = %delivery, "A message came too late and is not sent.");
        }
        GivenUp::Failed => {
            tracing::error!(code, delivery.id = %delivery, "A message cannot be sent.");
        }
        GivenUp::Unconfirmed => {
            tracing::warn!(code, delivery.id = %delivery, "It stays unknown whether a message arrived; it is not repeated.");
        }
    }
}
