//! A sync: what is to be asked, and what becomes of the answer.
//!
//! Whatever goes wrong keeps what was known. Of a good answer the window that it is complete for is replaced in one
//! transaction; rotations are planned again one by one after it.

use super::admins::admins;
use super::poke::APART;
use super::sealed::Opened;
use crate::AppError;
use crate::absence_change::{Before, Cause, Concerned, settle_locked};
use crate::audit::{self, Entry};
use crate::billing;
use crate::home;
use crate::people::People;
use chrono::{DateTime, Days, TimeDelta, Utc};
use domain::effect::{Envelope, Recipient, SourceEffect};
use domain::ids::{AbsenceId, RotationId, UserId, WorkspaceId};
use domain::source::{Credentials, DateRange, SourceAbsence, SourceBatch, SourceCode, SourceFault};
use domain::zone::Zone;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{
    AbsenceRecord, AbsenceSource, AbsenceSourceRecord, InboxItem, SourceStatus, Store, SyncClaim,
    Tx,
};

/// How often a source is asked.
pub(super) const PERIOD: TimeDelta = TimeDelta::minutes(20);

/// By how much of the time to the next sync that may be later, so that workspaces do not come all at once.
const JITTER: i32 = 10;

/// How long nobody asks again who was refused something.
const FORBIDDEN: TimeDelta = TimeDelta::hours(6);

/// How long nobody asks again whom a firewall keeps out.
const BLOCKED: TimeDelta = TimeDelta::minutes(10);

/// How long without an answer makes admins be told.
const TOLD_AFTER: TimeDelta = TimeDelta::hours(24);

/// From how many absences on a fall to none is doubted.
const DOUBTED_FROM: usize = 3;

/// How far back and ahead of today, in days, a source is asked: no zone is cut.
const WINDOW: (Days, Days) = (Days::new(2), Days::new(90));

/// How long what is over is still looked at: longer than any answer reaches back, in any zone.
pub(super) const KNOWN_SINCE: TimeDelta = TimeDelta::days(5);

/// What is to be asked.
#[derive(Debug)]
pub struct Task {
    /// What opens the source.
    pub credentials: Credentials,
    /// The people of the rotations, nobody twice, each with their zone.
    pub members: Vec<(UserId, Zone)>,
    /// The days that are asked about.
    pub window: DateRange,
    /// How long the asking may be drawn out, so that it does not come in one burst; none where somebody waits for it.
    pub spread: TimeDelta,
}

/// What came of asking.
pub type Asked = Result<SourceBatch, SourceFault>;

/// Returns what is to be asked; `None` where nobody asks any more.
///
/// # Errors
///
/// When the database cannot be reached, or what opens the source cannot be read.
pub async fn begin(
    store: &Store,
    claim: &SyncClaim,
    now: DateTime<Utc>,
) -> Result<Option<Task>, AppError> {
    let mut tx = store.read(claim.workspace).await?;
    if !billing::allows_sources(&mut tx).await? {
        return Ok(None);
    }
    let Some(source) = tx.find_source(&claim.source).await? else { return Ok(None) };
    let Some(opened) = tx.open_source(&claim.source).await? else { return Ok(None) };
    let credentials = Opened::read(&opened)?.credentials;
    let members = members(&mut tx).await?;
    let today = now.date_naive();
    let window = DateRange {
        first: today.checked_sub_days(WINDOW.0).unwrap_or(today),
        last: today.checked_add_days(WINDOW.1).unwrap_or(today),
    };
    // After down time a handoff may wait for it.
    let is_late = source.status.asked_at.is_none_or(|asked| asked + PERIOD * 2 < now);
    let is_awaited = source.status.is_asked_for || source.status.poked_at.is_some() || is_late;
    let spread = if is_awaited { TimeDelta::zero() } else { PERIOD / 2 };
    Ok(Some(Task { credentials, members, window, spread }))
}

/// Keeps the lease of a sync that goes on; returns `false` where it was lost, and then it is over.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn keep(
    store: &Store,
    claim: &SyncClaim,
    until: DateTime<Utc>,
) -> Result<bool, AppError> {
    let mut tx = store.write(claim.workspace).await?;
    let is_kept = tx.extend_sync(&claim.source, claim.fence, until).await?;
    tx.commit().await?;
    Ok(is_kept)
}

/// Takes over what a source said since `began`, or notes why it said nothing. A sync that lost its lease changes nothing.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn finish(
    store: &Store,
    claim: &SyncClaim,
    asked: &Asked,
    (began, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), AppError> {
    // What is planned now is read first: whoever writes holds the database.
    let before = match asked {
        Ok(batch) => {
            let mut tx = store.read(claim.workspace).await?;
            let known = known(&mut tx, &claim.source, now).await?;
            let changes = changes(&claim.source, &known, batch, now);
            Some(Before::load(&mut tx, &changes.users(), now).await?)
        }
        Err(_) => None,
    };
    let mut tx = store.write(claim.workspace).await?;
    let Some(mut source) = tx.lock_source(&claim.source).await? else { return Ok(()) };
    if !tx.finish_sync(&claim.source, claim.fence).await? {
        return Ok(());
    }
    source.status.asked_at = Some(now);
    let was = source.status.clone();
    match asked {
        Ok(batch) => {
            take_over(&mut tx, &mut source, batch, before.unwrap_or_default(), now).await?;
        }
        Err(fault) => fail(&mut tx, &mut source, fault, now).await?,
    }
    source.status.is_asked_for = false;
    if let Some(user) = source.status.asked_by.take() {
        let effect = SourceEffect::SourceAnswered {
            source: source.source.clone(),
            name: source.name.clone(),
            asked_at: now,
        };
        tx.insert_delivery(&Envelope::new(effect, Recipient::Person(user)), now, now).await?;
    }
    source.next_at = if billing::allows_sources(&mut tx).await? {
        next_at(claim.workspace, &source.status, now)
    } else {
        None
    };
    // Who poked while the source was being asked may know more than it said.
    source.status.poked_at = source.status.poked_at.filter(|poked| began < *poked);
    if source.status.poked_at.is_some() && source.status.fault.is_none() {
        source.next_at = source.next_at.map(|next| next.min(now + APART));
    }
    if shows_otherwise(&was, &source.status) {
        let admins = admins(&mut tx, &source).await?;
        home::touch(&mut tx, &admins, now).await?;
    }
    tx.record_source(&source).await?;
    Ok(tx.commit().await?)
}

/// Plans a rotation again after absences that concern it changed at `since`.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn settle(
    store: &Store,
    workspace: WorkspaceId,
    (rotation, key): (RotationId, &str),
    (users, first_turns): (&[UserId], &[(UserId, DateTime<Utc>)]),
    (since, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), AppError> {
    let mut tx = store.write(workspace).await?;
    let Some(record) = tx.lock_rotation(rotation).await? else { return Ok(()) };
    let was = first_turns.iter().cloned().collect();
    let cause = Cause { key, users, gone: &[], knows: None };
    settle_locked(&mut tx, record, &was, cause, (since, now)).await?;
    Ok(tx.commit().await?)
}

/// Returns everybody who may be on duty in a rotation, and is there.
async fn members(tx: &mut Tx) -> Result<Vec<(UserId, Zone)>, AppError> {
    let mut zones: BTreeMap<UserId, Zone> = BTreeMap::new();
    for rotation in tx.list_rotations().await? {
        for user in rotation.members.iter().chain(&rotation.rules.fallback) {
            // Of whom no zone is known it is the one of a rotation of theirs.
            zones.entry(user.clone()).or_insert_with(|| rotation.rules.zone.clone());
        }
    }
    let users: Vec<UserId> = zones.keys().cloned().collect();
    let people = People::load(tx, &users).await?;
    let there = zones.into_iter().filter(|(user, _)| {
        people.is_present(user) && !people.is_bot(user) && people.why_gone(user).is_none()
    });
    Ok(there.map(|(user, zone)| (user.clone(), people.zone(&user).unwrap_or(zone))).collect())
}

/// Returns what was known of a source's absences.
async fn known(
    tx: &mut Tx,
    source: &SourceCode,
    now: DateTime<Utc>,
) -> Result<Vec<AbsenceRecord>, AppError> {
    let source = AbsenceSource::Synced(source.clone());
    Ok(tx.list_absences_of_source(&source, now - KNOWN_SINCE).await?)
}

/// What an answer changes.
struct Changes {
    gone: Vec<AbsenceRecord>,
    new: Vec<AbsenceRecord>,
    /// How many absences were known of the days that the answer is complete for.
    known: usize,
}

impl Changes {
    fn users(&self) -> BTreeSet<UserId> {
        self.gone.iter().chain(&self.new).map(|absence| absence.user.clone()).collect()
    }
}

fn changes(
    source: &SourceCode,
    known: &[AbsenceRecord],
    batch: &SourceBatch,
    now: DateTime<Utc>,
) -> Changes {
    // The same twice is the same absence.
    let mut said: BTreeSet<&SourceAbsence> = batch.absences.iter().collect();
    let touches = |absence: &&AbsenceRecord| {
        let (first, last) = absence.dates();
        first <= batch.complete_for.last && last.is_none_or(|it| batch.complete_for.first <= it)
    };
    let within: Vec<&AbsenceRecord> = known.iter().filter(touches).collect();
    let as_said = |record: &AbsenceRecord| SourceAbsence {
        user: record.user.clone(),
        span: record.span,
        zone: record.zone.clone(),
        label: record.label.clone(),
        is_flagged: record.is_flagged,
    };
    let mut gone = Vec::new();
    for record in &within {
        if !said.remove(&as_said(record)) {
            gone.push((*record).clone());
        }
    }
    let new = said.into_iter().map(|absence| record_of(source, absence, now));
    // What is only said otherwise was known before.
    let new = new.map(|record| AbsenceRecord { created_at: known_since(&record, &gone), ..record });
    let new = new.collect();
    Changes { gone, new, known: within.len() }
}

/// Returns since when it is known that somebody is away then.
fn known_since(record: &AbsenceRecord, gone: &[AbsenceRecord]) -> DateTime<Utc> {
    let covers = |other: &&AbsenceRecord| {
        let is_as_long = match (record.ends_at, other.ends_at) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(end), Some(other)) => end <= other,
        };
        other.user == record.user && other.starts_at <= record.starts_at && is_as_long
    };
    gone.iter().filter(covers).map(|other| other.created_at).min().unwrap_or(record.created_at)
}

fn record_of(source: &SourceCode, absence: &SourceAbsence, now: DateTime<Utc>) -> AbsenceRecord {
    let zone = Zone::parse(&absence.zone).unwrap_or_else(|_| Zone::utc());
    let (starts_at, ends_at) = absence.span.bounds(&zone);
    AbsenceRecord {
        id: AbsenceId::new(store::new_id(now)),
        user: absence.user.clone(),
        source: AbsenceSource::Synced(source.clone()),
        rotation: None,
        span: absence.span,
        zone: absence.zone.clone(),
        is_available: false,
        label: absence.label.clone(),
        is_flagged: absence.is_flagged,
        starts_at,
        ends_at,
        entered_by: None,
        created_at: now,
    }
}

async fn take_over(
    tx: &mut Tx,
    source: &mut AbsenceSourceRecord,
    batch: &SourceBatch,
    before: Before,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let known = known(tx, &source.source, now).await?;
    let changes = changes(&source.source, &known, batch, now);
    let status = &mut source.status;
    if DOUBTED_FROM <= changes.known && batch.absences.is_empty() && status.doubted_since.is_none()
    {
        // Everybody back at once is more often a grant that was taken away. A second answer confirms it.
        status.doubted_since = Some(now);
        clear_fault(status);
        tracing::warn!(source = %source.source, "A source says that nobody is absent any more; what was known is kept until it says so again.");
        return Ok(());
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    clear_fault(status);
    *status = SourceStatus {
        good_at: Some(now),
        matched: batch.matched,
        members: batch.asked,
        absences: count(batch.absences.len()),
        flagged: count(batch.absences.iter().filter(|absence| absence.is_flagged).count()),
        lacks: batch.lacks.clone(),
        doubted_since: None,
        ..status.clone()
    };
    let users = changes.users();
    if users.is_empty() {
        return Ok(());
    }
    for absence in &changes.gone {
        tx.delete_absence(absence.id).await?;
    }
    for absence in &changes.new {
        tx.insert_absence(absence).await?;
    }
    let entry = Entry {
        action: "absences_synced",
        actor: None,
        rotation: None,
        subject: None,
        details: json!({"source": source.source, "gone": changes.gone.len(), "new": changes.new.len()}),
    };
    audit::record(tx, now, entry).await?;
    let users: Vec<UserId> = users.into_iter().collect();
    replan(tx, before, now).await?;
    home::touch(tx, &users, now).await
}

/// Has each rotation planned again that a change of absences concerns.
pub(super) async fn replan(
    tx: &mut Tx,
    before: Before,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for (rotation, Concerned { users, first_turns }) in before.rotations {
        let first_turns = first_turns.into_iter().collect();
        let item = InboxItem::AbsencesChanged { rotation, users, first_turns };
        let key = format!("absences:{rotation}:{}", store::new_id(now));
        tx.insert_inbox(&item, &key, now).await?;
    }
    Ok(())
}

/// Forgets that a source gave no answer, and who was told of it.
pub(super) fn clear_fault(status: &mut SourceStatus) {
    status.fault = None;
    status.faulty_since = None;
    status.failures = 0;
    status.told_of.clear();
}

async fn fail(
    tx: &mut Tx,
    source: &mut AbsenceSourceRecord,
    fault: &SourceFault,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let status = &mut source.status;
    let is_for_admins = matches!(
        fault,
        SourceFault::Unauthorized | SourceFault::Forbidden { .. } | SourceFault::NobodyMatched
    );
    let since = *status.faulty_since.get_or_insert(now);
    status.failures = status.failures.saturating_add(1);
    status.fault = Some(fault.clone());
    let code = fault.code();
    let is_told = status.told_of.iter().any(|told| told == code);
    if is_told || !(is_for_admins || TOLD_AFTER <= now - since) {
        return Ok(());
    }
    status.told_of.push(code.to_owned());
    let asked_by = status.asked_by.clone();
    // Who asked is answered.
    let others =
        admins(tx, source).await?.into_iter().filter(|user| Some(user) != asked_by.as_ref());
    for user in others {
        let effect = SourceEffect::SourceFaulty {
            source: source.source.clone(),
            name: source.name.clone(),
            since,
            fault: fault.clone(),
        };
        tx.insert_delivery(&Envelope::new(effect, Recipient::Person(user)), now, now).await?;
    }
    Ok(())
}

/// Returns when a source is asked next; `None` where that would change nothing and do harm.
fn next_at(
    workspace: WorkspaceId,
    status: &SourceStatus,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let wait = match &status.fault {
        None | Some(SourceFault::Unreadable | SourceFault::NobodyMatched) => PERIOD,
        Some(SourceFault::Unauthorized) => return None,
        Some(SourceFault::Forbidden { .. }) => FORBIDDEN,
        Some(SourceFault::Blocked) => BLOCKED,
        Some(SourceFault::Limited { until }) => (*until - now).max(TimeDelta::minutes(1)),
        Some(SourceFault::Unreachable) => {
            PERIOD.min(TimeDelta::minutes(1 << status.failures.saturating_sub(1).min(5)))
        }
    };
    Some(now + wait + jitter(workspace, wait, now))
}

/// Returns something between nothing and a tenth of a wait, another for each workspace and each time.
fn jitter(workspace: WorkspaceId, wait: TimeDelta, now: DateTime<Utc>) -> TimeDelta {
    let seed = workspace.as_uuid().as_u128() ^ u128::from(now.timestamp().unsigned_abs());
    // Mixed, since workspaces made one after the other and times of one minute look alike.
    let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) >> 96;
    let part = i32::try_from(mixed % 1000).unwrap_or(0);
    wait / JITTER * part / 1000
}

/// Returns whether those who look at a source see something else now, its age apart.
fn shows_otherwise(was: &SourceStatus, is: &SourceStatus) -> bool {
    let shown = |status: &SourceStatus| {
        let SourceStatus { matched, members, absences, flagged, fault, lacks, .. } = status.clone();
        (
            matched,
            members,
            absences,
            flagged,
            fault,
            lacks,
            status.doubted_since,
            status.good_at.is_some(),
        )
    };
    shown(was) != shown(is)
}
