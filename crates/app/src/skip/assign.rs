//! A manager lets somebody serve instead of somebody else: cover that nobody was asked for.

use super::Done as Skip;
use super::told::said;
use crate::audit::{self, Entry};
use crate::cover;
use crate::home;
use crate::lifecycle::walked;
use crate::lookup::circle;
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::serving::{LaidStretch, serving_in};
use crate::snapshot::Snapshot;
use crate::walk::MOST_COMPARED;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::absence::whole_days;
use domain::date_words::parse_range;
use domain::effect::{CoverEffect, Envelope, Recipient};
use domain::ids::{CoverageId, RotationId, UserId};
use domain::interval::Interval;
use domain::permission::{Act, may};
use domain::refusal::Refusal;
use domain::reply::Reply;
use domain::shift::{Right, Served, ShiftState};
use domain::story::lifecycle;
use domain::story::skip::Refusal as Why;
use serde_json::json;
use std::collections::BTreeSet;
use store::{CoverageKind, CoverageRecord, Store, StoreError, Tx};

/// Who is to serve instead of whom, and when.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Who serves.
    pub to: UserId,
    /// Instead of whom; `None` means whoever is on duty then.
    pub of: Option<UserId>,
    /// The days as typed, in the rotation's zone; `None` means the whole turn that runs or comes next.
    pub days: Option<String>,
}

/// Lets somebody serve a turn of somebody else, or the days of it that were typed.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn assign(
    store: &Store,
    request: &Request,
    rotation: RotationId,
    wanted: &Wanted,
) -> Result<Reply, AppError> {
    let act = async |tx: &mut Tx| arrange(tx, request, rotation, wanted).await;
    let decision = match once(store, request, act).await {
        Err(AppError::Store(StoreError::Conflict { .. })) => Err(Why::CoveredAlready.into()),
        other => other?,
    };
    said(store, request, decision).await
}

async fn arrange(
    tx: &mut Tx,
    request: &Request,
    rotation: RotationId,
    wanted: &Wanted,
) -> Result<Decision, AppError> {
    let now = request.now;
    let Some(snapshot) = walked(tx, request, rotation).await? else {
        return Ok(Err(Refusal::Gone));
    };
    let chosen = match choose(tx, request, &snapshot, wanted).await? {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let cover = CoverageRecord {
        id: CoverageId::new(store::new_id(now)),
        rotation,
        planned_at: chosen.planned_at,
        of: Some(chosen.of.clone()),
        user: wanted.to.clone(),
        kind: CoverageKind::Assign,
        request: None,
        starts_at: chosen.window.start(),
        ends_at: chosen.window.end(),
        by: request.actor.clone(),
        created_at: now,
        undone: None,
    };
    let before = snapshot.position(now).laid().map(|laid| serving_in(&laid, now));
    cover::insert(tx, &cover, now).await?;
    let entry = Entry {
        action: "cover_assigned",
        actor: Some(&request.actor),
        rotation: Some(rotation),
        subject: Some(&wanted.to),
        details: json!({"coverage": cover.id, "planned_at": cover.planned_at, "of": cover.of}),
    };
    audit::record(tx, now, entry).await?;
    if cover.starts_at <= now {
        // The handoff tells the channel and both.
        cover::begin(tx, &snapshot, &before.unwrap_or_default(), now).await?;
    } else {
        tell(tx, request, &snapshot, &cover).await?;
    }
    home::touch(tx, home::people_of(&snapshot.rotation), now).await?;
    Ok(Ok(Done::Skip(Skip::Assigned { coverage: cover.id })))
}

/// Tells the channel and both, but not the one who did it.
async fn tell(
    tx: &mut Tx,
    request: &Request,
    snapshot: &Snapshot,
    cover: &CoverageRecord,
) -> Result<(), AppError> {
    let (now, rotation, coverage) = (request.now, cover.rotation, cover.id);
    let channel = Recipient::Channel(snapshot.rotation.channel.clone());
    let post = CoverEffect::CoverArranged { rotation, coverage };
    tx.insert_delivery(&Envelope::new(post, channel), now, now).await?;
    let both = std::iter::once(&cover.user).chain(&cover.of);
    for user in both.filter(|user| **user != request.actor) {
        let dm = CoverEffect::CoverTold { rotation, coverage, user: user.clone() };
        tx.insert_delivery(&Envelope::new(dm, Recipient::Person(user.clone())), now, now).await?;
    }
    Ok(())
}

/// A turn that runs or is to come, with who serves when.
struct Span {
    planned_at: DateTime<Utc>,
    window: Interval,
    shifts: Vec<(Interval, Vec<Served>)>,
}

/// What is to be covered.
struct Chosen {
    planned_at: DateTime<Utc>,
    window: Interval,
    of: UserId,
}

/// Returns the turn and the window that are meant, where somebody may be assigned.
async fn choose(
    tx: &mut Tx,
    request: &Request,
    snapshot: &Snapshot,
    wanted: &Wanted,
) -> Result<Result<Chosen, Refusal>, AppError> {
    let rotation = &snapshot.rotation;
    let people = People::load(tx, &[request.actor.clone(), wanted.to.clone()]).await?;
    if let Err(refusal) = may(&people.actor(&request.actor), Act::Manage(circle(rotation))) {
        return Ok(Err(refusal));
    }
    if !rotation.members.contains(&wanted.to) {
        let name = rotation.name.clone();
        return Ok(Err(lifecycle::Refusal::NoMember { name }.into()));
    }
    if !people.is_present(&wanted.to) {
        return Ok(Err(lifecycle::Refusal::HasLeft.into()));
    }
    let zone = &rotation.rules.zone;
    let days = match &wanted.days {
        None => None,
        Some(typed) => match parse_range(typed, zone.date_of(request.now)) {
            Ok((from, to)) => Some(whole_days(zone, from, to)),
            Err(refusal) => return Ok(Err(refusal)),
        },
    };
    if days.is_some_and(|days| days.end() <= request.now) {
        return Ok(Err(Why::DaysAreOver.into()));
    }
    let spans = spans(snapshot, request.now, days);
    let chosen = find(&spans, &rotation.name, (wanted, days));
    Ok(chosen.map_err(Refusal::from))
}

fn find(
    spans: &[Span],
    name: &str,
    (wanted, days): (&Wanted, Option<Interval>),
) -> Result<Chosen, Why> {
    for span in spans {
        let window = match days {
            Some(days) => days.intersection(span.window),
            None => Some(span.window),
        };
        let Some(window) = window else { continue };
        let touched = span.shifts.iter().filter(|(shift, _)| shift.intersection(window).is_some());
        let shifts: Vec<&[Served]> = touched.map(|(_, seats)| seats.as_slice()).collect();
        let first = shifts.first().copied().unwrap_or_default();
        let of = match (&wanted.of, first) {
            (Some(of), _) => {
                let is_theirs =
                    |served: &Served| served.user == *of || served.covered_for() == Some(of);
                if !shifts.iter().any(|seats| seats.iter().any(is_theirs)) {
                    continue;
                }
                of
            }
            (None, [only]) => &only.user,
            (None, []) => return Err(Why::NobodyOnDuty { name: name.to_owned() }),
            (None, _) => return Err(Why::ForWhom { name: name.to_owned() }),
        };
        for served in shifts.iter().copied().flatten() {
            if served.user == wanted.to {
                return Err(Why::OnDutyAlready);
            }
            let is_covered = served.user == *of && !matches!(served.right, Right::Own(_));
            if is_covered || served.covered_for() == Some(of) {
                return Err(Why::CoveredAlready);
            }
        }
        return Ok(Chosen { planned_at: span.planned_at, window, of: of.clone() });
    }
    let name = name.to_owned();
    Err(if wanted.of.is_some() { Why::NotTheirs { name } } else { Why::NobodyOnDuty { name } })
}

/// Returns what is left of the running turn and the coming turns, as far as is looked.
fn spans(snapshot: &Snapshot, now: DateTime<Utc>, days: Option<Interval>) -> Vec<Span> {
    let (position, layers) = (snapshot.position(now), &snapshot.layers);
    let current = position.current().filter(|current| !current.is_paused());
    let running = current.zip(position.laid()).and_then(|(current, laid)| {
        let window = Interval::new(now.max(current.planned_at), current.ends_at)?;
        let shifts = shifts_of(&laid, window);
        Some(Span { planned_at: current.planned_at, window, shifts })
    });
    let count = (snapshot.rotation.members.len() * 2 + 2).min(MOST_COMPARED);
    let coming = match days {
        Some(days) => position.coming_before(Some(days.end()), MOST_COMPARED),
        None => position.coming(count),
    };
    let coming = coming.into_iter().filter(|turn| !turn.is_paused).map(|turn| Span {
        planned_at: turn.window.start(),
        window: turn.window,
        shifts: turn
            .shifts
            .into_iter()
            .filter(|shift| shift.state != ShiftState::OffHours)
            .map(|shift| (shift.window, layers.held(shift.seats, shift.window.start())))
            .collect(),
    });
    running.into_iter().chain(coming).collect()
}

/// Returns who serves when in a window of the running turn; off-hours are left out.
fn shifts_of(laid: &LaidStretch, window: Interval) -> Vec<(Interval, Vec<Served>)> {
    let covers = laid.layers.covers.iter().flat_map(|cover| [cover.starts_at, cover.ends_at]);
    let active = laid.stretch.active.iter();
    let active: Vec<Interval> = active.filter_map(|it| it.intersection(window)).collect();
    let edges: BTreeSet<DateTime<Utc>> =
        active.iter().flat_map(|it| [it.start(), it.end()]).chain(covers).collect();
    let edges: Vec<DateTime<Utc>> = edges.into_iter().collect();
    let pieces = edges.windows(2).filter_map(|pair| Interval::new(pair[0], pair[1]));
    let on_duty = pieces.filter(|piece| active.iter().any(|it| it.contains(piece.start())));
    let seats = |at| laid.layers.held(laid.on_duty(at).seats, at);
    on_duty.map(|piece| (piece, seats(piece.start()))).collect()
}
