//! What stands in a person's home, as it is at delivery.

use crate::AppError;
use crate::cover;
use crate::lookup::circle;
use crate::people::People;
use crate::read;
use crate::settings;
use crate::snapshot::Snapshot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::UserId;
use domain::permission::{Act, Actor, ActorStanding, may};
use domain::reply::Duty;
use domain::story::home::{
    ABSENCES_SHOWN, DUTIES_SHOWN, FaultLine, Home, HomeKind, MemberHome, MyDuty, ROTATIONS_ON_PAGE,
    RotationBlock, RotationFault, SWAPS_SHOWN, TURNS_SHOWN, WorkspaceState,
};
use domain::story::swap;
use std::slice::from_ref;
use store::{RotationRecord, Tx, WorkspaceRecord};

/// For how long admins are told of a message of which nobody knows.
const COUNTED: TimeDelta = TimeDelta::days(7);

/// The most coming turns that are looked through for a person's next duty in a rotation.
const TURNS_SEARCHED: usize = 60;

/// Composes a person's home; `None` for somebody who has not opened it.
pub(crate) async fn compose(
    tx: &mut Tx,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<Option<Home>, AppError> {
    let preferences = tx.find_preferences(user).await?;
    let workspace = tx.find_workspace().await?;
    let Some(workspace) = workspace.filter(|_| preferences.home_opened_at.is_some()) else {
        return Ok(None);
    };
    let people = People::load(tx, from_ref(user)).await?;
    let actor = people.actor(user);
    let all = tx.list_rotations().await?;
    if actor.standing != ActorStanding::Member || people.is_bot(user) {
        return look_only(tx, all, preferences.home_page, now).await.map(Some);
    }
    let state = match may(&actor, Act::Administer) {
        Ok(()) => Some(workspace_state(tx, &workspace, &all, now).await?),
        Err(_) => None,
    };
    let mine: Vec<RotationRecord> = all
        .into_iter()
        .filter(|rotation| rotation.members.contains(user) || circle(rotation).is_managed_by(user))
        .collect();
    let (page, pages) = page_of(mine.len(), preferences.home_page);
    let mut seen = Seen::default();
    let first = page * ROTATIONS_ON_PAGE;
    for (place, rotation) in mine.into_iter().enumerate() {
        let is_shown = (first..first + ROTATIONS_ON_PAGE).contains(&place);
        seen.add(tx, &actor, rotation, is_shown, now).await?;
    }
    let mut absences = tx.list_absences(from_ref(user), now, None).await?;
    absences.retain(|absence| absence.rotation.is_none());
    let ends = absences.iter().filter_map(|absence| absence.ends_at);
    let changes_at = ends.chain(seen.edges.iter().copied()).filter(|at| now < *at).min();
    let more_absences = absences.len().saturating_sub(ABSENCES_SHOWN);
    absences.truncate(ABSENCES_SHOWN);
    let lines = crate::absence::of_home(tx, &absences).await?;
    let can_create = settings::may_create(tx, &actor).await?.is_ok();
    let Seen { on_duty, next, swaps, rotations, .. } = seen.in_order();
    Ok(Some(Home {
        page: number(page),
        pages: number(pages),
        kind: HomeKind::Member(Box::new(MemberHome {
            on_duty,
            next,
            swaps,
            absences: lines,
            more_absences,
            has_quiet_nights: preferences.has_quiet_nights,
            can_create,
            workspace: state,
        })),
        rotations,
        sources: crate::facts::source_ages(tx).await?,
        changes_at,
    }))
}

/// Returns what admins see of their workspace.
pub(crate) async fn workspace_state(
    tx: &mut Tx,
    workspace: &WorkspaceRecord,
    rotations: &[RotationRecord],
    now: DateTime<Utc>,
) -> Result<WorkspaceState, AppError> {
    let fault = |rotation: &RotationRecord| match rotation.channel_fault {
        Some(fault) => Some(RotationFault::Channel(fault)),
        None => rotation.members.is_empty().then_some(RotationFault::Empty),
    };
    let line = |rotation: &RotationRecord| {
        Some(FaultLine {
            rotation: rotation.id,
            name: rotation.name.clone(),
            channel: rotation.channel.clone(),
            fault: fault(rotation)?,
        })
    };
    let (uncertain, quarantined) = tx.count_unknown(now - COUNTED).await?;
    Ok(WorkspaceState {
        settings: workspace.settings.clone(),
        installed_at: workspace.installed_at,
        scopes: workspace.scopes.clone(),
        rotations: rotations.len(),
        faults: rotations.iter().filter_map(line).collect(),
        uncertain,
        quarantined,
        sources: crate::absence_source::view::lines(tx).await?,
        billing: crate::subscription::view::state(tx, rotations).await?,
    })
}

async fn look_only(
    tx: &mut Tx,
    all: Vec<RotationRecord>,
    wanted: u32,
    now: DateTime<Utc>,
) -> Result<Home, AppError> {
    let (page, pages) = page_of(all.len(), wanted);
    let mut rotations = Vec::new();
    let mut edges = Vec::new();
    for rotation in all.into_iter().skip(page * ROTATIONS_ON_PAGE).take(ROTATIONS_ON_PAGE) {
        let card = read::card(tx, rotation, now).await?;
        // They are in no rotation, so no event is shown to them.
        edges.extend(card.next.as_ref().map(|next| next.at).into_iter().chain(edge(&card.duty)));
        rotations.push(RotationBlock {
            card,
            turns: Vec::new(),
            cover: None,
            can_manage: false,
            can_skip: false,
        });
    }
    Ok(Home {
        page: number(page),
        pages: number(pages),
        kind: HomeKind::LookOnly,
        rotations,
        sources: crate::facts::source_ages(tx).await?,
        changes_at: edges.into_iter().filter(|at| now < *at).min(),
    })
}

/// What was found in a person's rotations.
#[derive(Default)]
struct Seen {
    on_duty: Vec<MyDuty>,
    next: Vec<MyDuty>,
    swaps: Vec<swap::Line>,
    rotations: Vec<RotationBlock>,
    /// When a duty begins or ends within its turn; whatever a handoff changes is shown with the handoff.
    edges: Vec<DateTime<Utc>>,
}

impl Seen {
    async fn add(
        &mut self,
        tx: &mut Tx,
        actor: &Actor,
        rotation: RotationRecord,
        is_shown: bool,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let user = &actor.user;
        let snapshot = Snapshot::load(tx, rotation, now).await?;
        let card = read::card_of(&snapshot, now);
        let position = snapshot.position(now);
        let duty =
            |from, until| MyDuty { name: card.name.clone(), zone: card.zone.clone(), from, until };
        if let Duty::OnDuty { people, until } = &card.duty
            && people.iter().any(|on_duty| on_duty.person.user == *user)
        {
            let from = position.current().map_or(now, |turn| turn.stretch.window.start());
            self.on_duty.push(duty(from, *until));
        }
        let turn_end = position.current().map(|turn| turn.ends_at);
        self.edges.extend(edge(&card.duty).filter(|at| turn_end.is_some_and(|end| *at < end)));
        let members = snapshot.rotation.members.len();
        let searched = (members * 2 + 2).clamp(TURNS_SHOWN, TURNS_SEARCHED);
        let coming = position.coming(searched);
        let own = coming.iter().flat_map(|turn| turn.windows_of(user));
        self.next.extend(own.take(DUTIES_SHOWN).map(|own| duty(own.start(), own.end())));
        self.swaps.extend(crate::swap::lines_of(&snapshot, user, now));
        if is_shown {
            let turns = coming.iter().take(TURNS_SHOWN);
            let cover = cover::wanted(tx, &snapshot.rotation, actor, now).await?;
            self.rotations.push(RotationBlock {
                cover: Some(cover),
                turns: turns.map(|turn| read::turn_line(&snapshot, turn)).collect(),
                can_skip: snapshot.rotation.members.contains(user),
                can_manage: may(actor, Act::Manage(circle(&snapshot.rotation))).is_ok(),
                card,
            });
        }
        Ok(())
    }

    fn in_order(mut self) -> Self {
        self.on_duty.sort_by_key(|duty| duty.until);
        self.next.sort_by_key(|duty| duty.from);
        self.next.truncate(DUTIES_SHOWN);
        // What waits for an answer stands first.
        self.swaps.sort_by_key(|line| line.is_agreed);
        self.swaps.truncate(SWAPS_SHOWN);
        self
    }
}

/// Returns until when a duty is as it is.
fn edge(duty: &Duty) -> Option<DateTime<Utc>> {
    match duty {
        Duty::NotYet | Duty::Stopped => None,
        Duty::OnDuty { until, .. } | Duty::Unassigned { until } | Duty::OffHours { until } => {
            Some(*until)
        }
        Duty::Paused { until } => *until,
    }
}

/// Returns the page to be shown and how many there are; a page that is gone is the last one.
fn page_of(rotations: usize, wanted: u32) -> (usize, usize) {
    let pages = rotations.div_ceil(ROTATIONS_ON_PAGE).max(1);
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    (wanted.min(pages - 1), pages)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
