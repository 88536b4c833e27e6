//! Works off what Slack told us and what waited for its time: workspaces in turns, several at once, and in each one thing
//! after the other.

use super::POLL;
use super::item;
use crate::bot::Bot;
use app::AppError;
use chrono::{DateTime, TimeDelta, Utc};
use clock::{Busy, Worker};
use domain::ids::{InboxId, WorkspaceId};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::{InboxClaim, InboxRecord, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tracing::Instrument;

/// In how many workspaces something is worked off at once; most of them wait for Slack or for the database.
const AT_ONCE: usize = 64;

/// How many items talk to the database and to nothing else at once; the rest of its connections are for people.
const AT_THE_DATABASE: usize = 8;

/// How many rows of a workspace are leased at once.
const BATCH: u32 = 20;

/// How long a workspace keeps its place while others wait, in real time.
const TURN: Duration = Duration::from_secs(1);

/// How long a row belongs to the worker that claimed it, unless it keeps it.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// How often a lease is kept, in real time.
const KEEP: Duration = Duration::from_secs(20);

/// How often it is looked for leases that ran out.
const COUNT: TimeDelta = TimeDelta::seconds(5);

/// How long after a failure of the database the next look is.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(5);

/// The bound of the wait after the first failure; it doubles with each try.
const FIRST_BACKOFF: TimeDelta = TimeDelta::seconds(30);

/// The longest bound of the wait between two tries.
const LONGEST_BACKOFF: TimeDelta = TimeDelta::hours(1);

/// How old an item must be that is given up; what was stored long before its time is known by its tries as well.
const PATIENCE: TimeDelta = TimeDelta::days(3);

/// How often an item must have failed that is given up: about as often as fits into three days.
const MOST_TRIES: u32 = 150;

/// How long it is tried to write down what was done, in real time.
const PERSISTENCE: Duration = Duration::from_secs(20);

/// The pause between two such tries.
const PAUSE: Duration = Duration::from_millis(250);

/// How often an item is tried at once where others stood in the way of its rows.
const AT_THE_ROWS: u32 = 3;

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let mut queue = Queue {
        room: Arc::new(Room {
            free: Arc::new(Semaphore::new(AT_ONCE)),
            database: Semaphore::new(AT_THE_DATABASE),
            alone: Arc::new(Semaphore::new(1)),
            taken: Mutex::default(),
            stranded: Mutex::default(),
        }),
        served: HashMap::new(),
        turns: 0,
        count_at: bot.clock.now(),
    };
    loop {
        let next = match queue.look(&bot).await {
            Ok(next) => next,
            Err(fault) => {
                tracing::error!(error = %fault, "The inbox could not be read.");
                Some(bot.clock.now() + AFTER_FAILURE)
            }
        };
        tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            () = worker.wait(&bot.bells.inbox, next, POLL) => {}
        }
    }
}

/// What all that is under way shares.
struct Room {
    /// A permit for each workspace.
    free: Arc<Semaphore>,
    /// A permit for each item that talks to the database.
    database: Semaphore,
    /// A permit for the one item over which a worker died before.
    alone: Arc<Semaphore>,
    /// The workspaces in which something is worked off.
    taken: Mutex<HashSet<WorkspaceId>>,
    /// Leases of which the database did not let anything be written down; they are given back as soon as it does.
    stranded: Mutex<Vec<(WorkspaceId, String)>>,
}

/// Who is next.
struct Queue {
    room: Arc<Room>,
    /// Which turn was a workspace's last.
    served: HashMap<WorkspaceId, u64>,
    turns: u64,
    count_at: DateTime<Utc>,
}

impl Queue {
    /// Begins what is due, as far as there is room, and returns when to look again; whatever ends rings.
    async fn look(&mut self, bot: &Arc<Bot>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let now = bot.clock.now();
        let system = bot.store.system();
        self.give_back(bot).await?;
        // Also where the clock was set back.
        if self.count_at <= now || now + COUNT < self.count_at {
            let count = system.count_inbox_crashes(now).await?;
            if count > 0 {
                tracing::warn!(count, "Items of the inbox were found whose worker had died.");
            }
            self.count_at = now + COUNT;
        }
        let due = system.list_due_inboxes(now).await?;
        if due.has_lone {
            self.start_lone(bot, now).await?;
        }
        for workspace in self.in_turns(due.workspaces) {
            let Ok(permit) = Arc::clone(&self.room.free).try_acquire_owned() else {
                return Ok(None);
            };
            if self.take(workspace) {
                let place = Place::new(bot, &self.room, (workspace, true), permit);
                let (its_bot, span) = (Arc::clone(bot), span(workspace));
                bot.supervisor.spawn(turn(its_bot, place).instrument(span));
            }
        }
        let next = system.next_inbox_change(now).await?;
        // A lease that ran out and was not counted yet is counted at the next time for it.
        Ok(next.map(|at| if at <= now { self.count_at } else { at }))
    }

    /// Gives back what could not be: nobody died over it, and its workspace is not to wait for the lease to run out.
    async fn give_back(&self, bot: &Bot) -> Result<(), StoreError> {
        loop {
            let Some((workspace, lease)) = self.room.stranded().last().cloned() else {
                return Ok(());
            };
            let mut tx = bot.store.write(workspace).await?;
            let count = tx.give_back_inbox(&lease).await?;
            tx.commit().await?;
            tracing::warn!(
                count,
                "Items of the inbox that could not be written down are worked off again."
            );
            self.room.stranded().retain(|(_, other)| *other != lease);
        }
    }

    /// Begins the longest due item over which a worker died before, unless another one is under way.
    async fn start_lone(&mut self, bot: &Arc<Bot>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Ok(permit) = Arc::clone(&self.room.alone).try_acquire_owned() else { return Ok(()) };
        let lease = lease_of(bot);
        let claim = bot.store.system().claim_lone_inbox(&lease, now, now + LEASE).await?;
        let Some(claim) = claim else { return Ok(()) };
        // Nothing else of its workspace is leased, so at most a turn that has found nothing is about to end.
        let is_its = self.take(claim.workspace);
        let place = Place::new(bot, &self.room, (claim.workspace, is_its), permit);
        let (its_bot, span) = (Arc::clone(bot), span(claim.workspace));
        let work = async move { work_off(&its_bot, &place, &lease, vec![claim]).await };
        bot.supervisor.spawn(work.instrument(span));
        Ok(())
    }

    /// Notes that it is a workspace's turn; returns false where it has one already.
    fn take(&mut self, workspace: WorkspaceId) -> bool {
        if !self.room.taken().insert(workspace) {
            return false;
        }
        self.turns += 1;
        self.served.insert(workspace, self.turns);
        true
    }

    /// Puts those first whose last turn is the longest ago.
    fn in_turns(&mut self, mut workspaces: Vec<WorkspaceId>) -> Vec<WorkspaceId> {
        /// More are not remembered: whoever is forgotten comes first.
        const REMEMBERED: usize = 10_000;
        if self.served.len() > REMEMBERED {
            self.served.clear();
        }
        workspaces.sort_by_key(|workspace| self.served.get(workspace).copied().unwrap_or(0));
        workspaces
    }
}

impl Room {
    fn taken(&self) -> MutexGuard<'_, HashSet<WorkspaceId>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stranded(&self) -> MutexGuard<'_, Vec<(WorkspaceId, String)>> {
        self.stranded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn strand(&self, workspace: WorkspaceId, lease: &str) {
        self.stranded().push((workspace, lease.to_owned()));
    }
}

/// A workspace's place, which is given back however its turn ends.
struct Place {
    bot: Arc<Bot>,
    room: Arc<Room>,
    workspace: WorkspaceId,
    /// Whether it is the one that keeps others of the workspace away.
    is_its: bool,
    permit: Option<OwnedSemaphorePermit>,
    _busy: Busy,
}

impl Place {
    fn new(
        bot: &Arc<Bot>,
        room: &Arc<Room>,
        (workspace, is_its): (WorkspaceId, bool),
        permit: OwnedSemaphorePermit,
    ) -> Self {
        Self {
            bot: Arc::clone(bot),
            room: Arc::clone(room),
            workspace,
            is_its,
            permit: Some(permit),
            _busy: bot.clock.busy(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_its {
            self.room.taken().remove(&self.workspace);
        }
        drop(self.permit.take());
        self.bot.bells.inbox.ring();
    }
}

fn span(workspace: WorkspaceId) -> tracing::Span {
    tracing::info_span!("inbox", workspace.id = %workspace)
}

/// Returns a name for one lease, which is known by it in the next life of this process.
fn lease_of(bot: &Bot) -> String {
    format!("{}inbox-{}", bot.replica, uuid::Uuid::new_v4().simple())
}

/// One turn of a workspace.
async fn turn(bot: Arc<Bot>, place: Place) {
    let (lease, now) = (lease_of(&bot), bot.clock.now());
    let claims = {
        let _at_the_database = place.room.database.acquire().await;
        bot.store.system().claim_inbox(place.workspace, &lease, now, now + LEASE, BATCH).await
    };
    match claims {
        Ok(claims) if claims.is_empty() => {}
        Ok(claims) => work_off(&bot, &place, &lease, claims).await,
        Err(fault) => {
            tracing::error!(error = %fault, "A workspace's inbox could not be read.");
            // The claim may have been saved although no answer says so.
            place.room.strand(place.workspace, &lease);
            // It is tried again at once else.
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// What became of an item that was not done.
enum NotDone {
    /// It waits, and is then tried again.
    Wait(TimeDelta),
    /// It failed, and is tried again.
    Failed(AppError),
    /// The code that does it panicked.
    Crashed,
    /// It was not begun.
    Untouched,
}

/// Works off what was claimed, one after the other, and writes down what became of it.
async fn work_off(bot: &Arc<Bot>, place: &Place, lease: &str, claims: Vec<InboxClaim>) {
    let _keeper = Keeper::start(bot, place.workspace, lease);
    let began = Instant::now();
    let records = match find_all(bot, place, &claims).await {
        Ok(records) => records,
        Err(fault) => {
            tracing::error!(error = %fault, "What came in could not be read.");
            place.room.strand(place.workspace, lease);
            return;
        }
    };
    let mut left = Vec::new();
    for (index, (claim, record)) in claims.iter().zip(records).enumerate() {
        let record = match record {
            Read::Item(record) => record,
            Read::Gone => continue,
            Read::Unreadable => {
                left.push(Left {
                    claim: *claim,
                    attempts: 0,
                    since: bot.clock.now(),
                    end: NotDone::Crashed,
                });
                continue;
            }
        };
        let (attempts, since) = (record.attempts, record.created_at);
        let put = |end| Left { claim: *claim, attempts, since, end };
        let is_over = bot.supervisor.is_stopping() || (0 < index && began.elapsed() >= TURN);
        if is_over {
            left.push(put(NotDone::Untouched));
            continue;
        }
        let asks_slack = item::asks_slack(&record.item);
        let end = if asks_slack {
            one(bot, *claim, *record).await
        } else {
            let _at_the_database = place.room.database.acquire().await;
            one(bot, *claim, *record).await
        };
        match end {
            Some(end) => left.push(put(end)),
            // Whoever was answered is not to be answered again because something after it took long.
            None if asks_slack => {
                write_down(bot, place.workspace, Did::One(claim)).await;
            }
            None => {}
        }
    }
    let _at_the_database = place.room.database.acquire().await;
    if !write_down(bot, place.workspace, Did::AllBut(lease, &left)).await {
        place.room.strand(place.workspace, lease);
    }
}

/// An item as it was read.
enum Read {
    Item(Box<InboxRecord>),
    /// It was finished meanwhile.
    Gone,
    /// It holds what this version does not understand.
    Unreadable,
}

/// An item that was not done.
struct Left {
    claim: InboxClaim,
    attempts: u32,
    /// When it came in.
    since: DateTime<Utc>,
    end: NotDone,
}

/// Returns whether the same can succeed in a moment.
const fn is_curable(fault: &StoreError) -> bool {
    matches!(fault, StoreError::Unavailable { .. } | StoreError::TookTooLong)
}

async fn find_all(
    bot: &Bot,
    place: &Place,
    claims: &[InboxClaim],
) -> Result<Vec<Read>, StoreError> {
    let _at_the_database = place.room.database.acquire().await;
    let mut tx = bot.store.read(place.workspace).await?;
    let mut records = Vec::with_capacity(claims.len());
    for claim in claims {
        match tx.find_inbox(claim.inbox).await {
            Ok(Some(record)) => records.push(Read::Item(Box::new(record))),
            Ok(None) => records.push(Read::Gone),
            Err(fault) if is_curable(&fault) => return Err(fault),
            Err(fault) => {
                tracing::error!(error = %fault, inbox.id = %claim.inbox, "An item of the inbox cannot be read.");
                records.push(Read::Unreadable);
                tx = bot.store.read(place.workspace).await?;
            }
        }
    }
    let asks_slack =
        |read: &Read| matches!(read, Read::Item(record) if item::asks_slack(&record.item));
    if records.iter().any(asks_slack) {
        // What Slack asked of an earlier life of this process or of another replica.
        let limits = tx.list_limits(bot.clock.now()).await?;
        if !limits.is_empty()
            && let Some(token) = tx.find_bot_token().await?
        {
            for (method, until) in &limits {
                bot.api.leave_alone(&token, method, *until);
            }
        }
    }
    Ok(records)
}

/// Does what an item asks for; where others stood in the way of its rows, again in a moment.
async fn one(bot: &Arc<Bot>, claim: InboxClaim, record: InboxRecord) -> Option<NotDone> {
    for _ in 1..AT_THE_ROWS {
        match try_one(bot, claim, record.clone()).await {
            Some(NotDone::Failed(AppError::Store(fault))) if fault.is_of_the_rows() => {
                tracing::info!(error = %fault, inbox.id = %claim.inbox, "Others stood in the way; it is tried again.");
                tokio::time::sleep(PAUSE).await;
            }
            end => return end,
        }
    }
    try_one(bot, claim, record).await
}

/// Does what an item asks for, in a task of its own: a panic ends that and nothing else.
async fn try_one(bot: &Arc<Bot>, claim: InboxClaim, record: InboxRecord) -> Option<NotDone> {
    let its_bot = Arc::clone(bot);
    let work = async move {
        faults::point!("inbox.work", claim.inbox);
        item::carry_out(&its_bot, &claim, record).await
    };
    match bot.supervisor.spawn(work.in_current_span()).await {
        Ok(Ok(None)) => None,
        Ok(Ok(Some(wait))) => Some(NotDone::Wait(wait)),
        Ok(Err(fault)) => Some(NotDone::Failed(fault)),
        Err(_) => Some(NotDone::Crashed),
    }
}

/// What is to be written down.
#[derive(Clone, Copy)]
enum Did<'a> {
    One(&'a InboxClaim),
    /// Everything under this lease but these.
    AllBut(&'a str, &'a [Left]),
}

/// Writes down what was done, as soon as the database lets it: what is not written down is done again.
///
/// Returns false where it did not.
async fn write_down(bot: &Bot, workspace: WorkspaceId, did: Did<'_>) -> bool {
    let began = Instant::now();
    loop {
        let fault = match try_write_down(bot, workspace, did).await {
            Ok(()) => return true,
            Err(fault) => fault,
        };
        if !is_curable(&fault) || began.elapsed() >= PERSISTENCE || bot.supervisor.is_stopping() {
            tracing::error!(error = %fault, "What became of an event could not be written down.");
            return false;
        }
        // Of the real clock: the manual one stands still while work is under way.
        tokio::time::sleep(PAUSE).await;
    }
}

async fn try_write_down(bot: &Bot, workspace: WorkspaceId, did: Did<'_>) -> Result<(), StoreError> {
    let now = bot.clock.now();
    let mut tx = bot.store.write(workspace).await?;
    match did {
        Did::One(claim) => {
            tx.finish_inbox(claim.inbox, claim.fence, now).await?;
        }
        Did::AllBut(lease, left) => {
            for left in left {
                put_back(&mut tx, left, now).await?;
            }
            tx.finish_inbox_of(lease, now).await?;
        }
    }
    tx.commit().await
}

async fn put_back(
    tx: &mut store::Tx,
    Left { claim, attempts, since, end }: &Left,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (id, fence) = (claim.inbox, claim.fence);
    let is_hopeless = MOST_TRIES <= *attempts && PATIENCE <= now - *since;
    let backoff = backoff(id, *attempts);
    match end {
        NotDone::Untouched => tx.release_inbox(id, fence).await,
        NotDone::Wait(_) | NotDone::Failed(_) if is_hopeless => {
            tracing::error!(inbox.id = %id, "An event could not be worked off for three days and is given up.");
            tx.fail_inbox(id, fence, now).await
        }
        NotDone::Wait(wait) => tx.retry_inbox(id, fence, now + *wait).await,
        NotDone::Failed(fault) => {
            tracing::error!(error = %fault, inbox.id = %id, "An event could not be worked off; it is tried again.");
            tx.retry_inbox(id, fence, now + backoff).await
        }
        NotDone::Crashed => {
            tracing::error!(inbox.id = %id, "The code that works off an event panicked; after the third time it is left alone.");
            tx.record_inbox_crash(id, fence, now + backoff, now).await
        }
    }
}

/// Returns a wait between nothing and a bound that doubles with each try (full jitter).
///
/// The chance comes from the row itself, so an item waits the same in every run of a test.
fn backoff(id: InboxId, attempts: u32) -> TimeDelta {
    let bound = (FIRST_BACKOFF * (1 << attempts.min(7))).min(LONGEST_BACKOFF);
    let mut hasher = DefaultHasher::new();
    (id, attempts).hash(&mut hasher);
    let per_mille = i64::try_from(hasher.finish() % 1000).unwrap_or(0);
    let wait = TimeDelta::milliseconds(bound.num_milliseconds() * per_mille / 1000);
    wait.max(TimeDelta::seconds(1))
}

/// Keeps a lease for as long as it lives.
struct Keeper(JoinHandle<()>);

impl Keeper {
    fn start(bot: &Arc<Bot>, workspace: WorkspaceId, lease: &str) -> Self {
        let (its_bot, lease) = (Arc::clone(bot), lease.to_owned());
        Self(bot.supervisor.spawn(async move {
            loop {
                tokio::time::sleep(KEEP).await;
                if let Err(fault) = keep(&its_bot, workspace, &lease).await {
                    tracing::warn!(error = %fault, "A lease of the inbox could not be kept.");
                }
            }
        }))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn keep(bot: &Bot, workspace: WorkspaceId, lease: &str) -> Result<(), StoreError> {
    let now = bot.clock.now();
    let mut tx = bot.store.write(workspace).await?;
    tx.keep_inbox(lease, now, now + LEASE).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u128) -> InboxId {
        InboxId::new(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_failing_item_waits_longer_and_longer_but_never_more_than_an_hour() {
        let longest = |attempts| (0..500).map(|id| backoff(row(id), attempts)).max().unwrap();

        for (attempts, bound) in [(0, 30), (1, 60), (2, 120), (6, 1920), (7, 3600), (500, 3600)] {
            let wait = longest(attempts);
            assert!(wait <= TimeDelta::seconds(bound), "{attempts}: {wait}");
            assert!(wait > TimeDelta::seconds(bound * 9 / 10), "{attempts}: {wait}");
        }
    }

    #[test]
    fn as_many_tries_as_it_takes_to_give_up_take_about_three_days() {
        let waits = |id| (0..MOST_TRIES).map(|tries| backoff(row(id), tries)).sum::<TimeDelta>();

        for id in 0..20 {
            let days = waits(id).num_hours();
            assert!((48..=96).contains(&days), "{days} hours");
        }
    }
}
