//! Many rotations in many workspaces and zones, and what is known of their past.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use domain::absence::Span;
use domain::effect::{Effect, Envelope, LifecycleEffect, Recipient, TurnEffect};
use domain::engine::Stretch;
use domain::grid::Grid;
use domain::ids::{AbsenceId, ChannelId, RotationId, TeamId, UserId, WorkspaceId};
use domain::rules::Rules;
use domain::settings::RotationSettings;
use domain::timeline::Kept;
use domain::zone::Zone;
use secrecy::SecretString;
use serde_json::json;
use server::demo::{hand_over, hand_over_due};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{
    AbsenceRecord, AbsenceSource, NewInstall, PersonRecord, RotationRecord, Store, StoreError,
    TurnRecord, TurnState,
};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Where the rotations are: with changes of half an hour and of two hours, with a day that never was, and with none.
pub const ZONES: [&str; 40] = [
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Antarctica/Troll",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Athens",
    "Europe/Kyiv",
    "Europe/Istanbul",
    "Europe/Dublin",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Halifax",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Bogota",
    "America/Santiago",
    "America/Havana",
    "America/Mexico_City",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Australia/Adelaide",
    "Australia/Sydney",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Atlantic/Azores",
];

/// How many people a workspace has.
const PEOPLE: usize = 20;

/// How many of them take turns in one rotation.
const MEMBERS: usize = 5;

/// How many workspaces are worked on at once.
const AT_ONCE: usize = 8;

/// How many handoffs of a workspace may take too long before a service that is never down is no such service.
const MOST_FAILURES: usize = 10;

/// Rotations that are all alike, or that are not.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// The Slack teams.
    pub teams: Vec<TeamId>,
    /// How many rotations each has.
    pub rotations: usize,
    /// When all of them have a handoff at once, weekly ones; `None` for four weekly ones and a daily one in turn, in all
    /// zones and at many times.
    pub all_at: Option<DateTime<Utc>>,
}

/// All that is stored of the past of a workspace's rotations and of where they stand, but for whether a turn was served.
#[derive(Debug, PartialEq)]
pub struct Past(BTreeMap<RotationId, Of>);

#[derive(Debug, PartialEq)]
struct Of {
    members: Vec<UserId>,
    last_turn: Option<UserId>,
    next_turn: u64,
    next_handoff_at: Option<DateTime<Utc>>,
    kept: Option<Kept>,
    turns: Vec<TurnRecord>,
    stretches: Vec<(DateTime<Utc>, Stretch)>,
}

impl Crowd {
    /// Returns the people of every workspace: ids and names.
    pub fn people() -> impl Iterator<Item = (UserId, String)> {
        (0..PEOPLE).map(|place| (member(place), format!("Member {place}")))
    }

    /// Returns the channels of every workspace.
    pub fn channels(&self) -> impl Iterator<Item = ChannelId> + use<> {
        (0..self.rotations).map(channel)
    }

    /// Installs the app in all the workspaces, where nobody does so through Slack.
    ///
    /// # Panics
    ///
    /// Where the database refuses.
    pub async fn installs(&self, store: &Store, at: DateTime<Utc>) {
        for team in &self.teams {
            let mut tx = store.write(WorkspaceId::of_team(team)).await.expect("a transaction");
            let install = NewInstall {
                team: team.clone(),
                name: "Harbour".to_owned(),
                app_id: "A1".to_owned(),
                bot_user: UserId::new("U0BOT"),
                scopes: Vec::new(),
                installer: member(0),
                bot_token: SecretString::from("xoxb-nobody"),
                at,
            };
            tx.upsert_workspace(&install).await.expect("it is installed");
            tx.commit().await.expect("it is saved");
        }
    }

    /// Makes the rotations, whose turns of `at` have begun, and some absences of their people. Whom the bot knows it was
    /// told of at `at`.
    ///
    /// # Panics
    ///
    /// Where the database refuses.
    pub async fn begins(&self, store: &Store, at: DateTime<Utc>) {
        self.each(store, move |crowd, store, place| async move {
            let workspace = WorkspaceId::of_team(&crowd.teams[place]);
            let mut tx = store.write(workspace).await.expect("a transaction");
            for (user, name) in Self::people() {
                tx.upsert_person(&person(user, name, at)).await.expect("a person");
            }
            for number in 0..PEOPLE / 4 {
                tx.insert_absence(&absence(place, number, at)).await.expect("an absence");
            }
            tx.commit().await.expect("it is saved");
            for number in 0..crowd.rotations {
                let mut tx = store.write(workspace).await.expect("a transaction");
                let rotation = crowd.rotation(place, number, at);
                tx.insert_rotation(&rotation).await.expect("a rotation");
                tx.commit().await.expect("it is saved");
            }
            let count = hand_over_due(&store, workspace, at).await.expect("they begin");
            assert_eq!(count, crowd.rotations, "the turns of all have begun");
        })
        .await;
    }

    /// Lets a service that is never down hand over, one by one and each at its instant, up to `until`; what a busy machine
    /// took too long for is done again, as such a service does.
    ///
    /// # Panics
    ///
    /// Where one cannot be handed over.
    pub async fn goes_on(&self, store: &Store, until: DateTime<Utc>) {
        self.each(store, move |crowd, store, place| async move {
            let workspace = WorkspaceId::of_team(&crowd.teams[place]);
            let mut due = BTreeSet::new();
            for rotation in list(&store, workspace).await {
                due.extend(rotation.next_handoff_at.map(|at| (at, rotation.id)));
            }
            let mut failed = 0;
            while let Some((at, id)) = due.pop_first().filter(|(at, _)| *at <= until) {
                match hand_over(&store, workspace, id, at).await {
                    Ok(done) => assert_eq!(done, Some(at), "the handoff of that instant was due"),
                    Err(fault) if is_too_long(&fault) && failed < MOST_FAILURES => failed += 1,
                    Err(fault) => panic!("it is handed over: {fault}"),
                }
                let mut tx = store.read(workspace).await.expect("a transaction");
                let found = tx.find_rotation(id).await.expect("it reads").expect("it is there");
                due.extend(found.next_handoff_at.map(|at| (at, id)));
            }
        })
        .await;
    }

    /// Returns the id of a rotation.
    #[must_use]
    pub fn id(place: usize, number: usize) -> RotationId {
        RotationId::new(id(place, number))
    }

    /// Returns how many rotations have a handoff in `(from, until]`.
    ///
    /// # Panics
    ///
    /// Where the database does not answer.
    pub async fn count_due(&self, store: &Store, until: DateTime<Utc>) -> usize {
        let mut count = 0;
        for team in &self.teams {
            let all = list(store, WorkspaceId::of_team(team)).await;
            let is_due = |it: &&RotationRecord| it.next_handoff_at.is_some_and(|at| at <= until);
            count += all.iter().filter(is_due).count();
        }
        count
    }

    /// Returns the past of a workspace's rotations.
    ///
    /// # Panics
    ///
    /// Where the database does not answer.
    pub async fn past(&self, store: &Store, place: usize) -> Past {
        let workspace = WorkspaceId::of_team(&self.teams[place]);
        let mut all = BTreeMap::new();
        let (from, until) = (instant("2020-01-01T00:00:00Z"), instant("2040-01-01T00:00:00Z"));
        let window = domain::interval::Interval::new(from, until).expect("a window");
        for rotation in list(store, workspace).await {
            let mut tx = store.read(workspace).await.expect("a transaction");
            let turns = tx.list_turns(rotation.id, from, until).await.expect("turns");
            let stretches = tx.list_stretches(rotation.id, window).await.expect("stretches");
            let of = Of {
                members: rotation.members,
                last_turn: rotation.last_turn,
                next_turn: rotation.next_turn,
                next_handoff_at: rotation.next_handoff_at,
                kept: rotation.kept,
                turns: turns.into_iter().map(served).collect(),
                stretches: stretches.into_iter().map(|it| (it.planned_at, it.stretch)).collect(),
            };
            all.insert(rotation.id, of);
        }
        Past(all)
    }

    /// Does something for all workspaces, several at once.
    async fn each<F, D>(&self, store: &Store, act: F)
    where
        F: Fn(Self, Store, usize) -> D + Clone + Send + 'static,
        D: Future<Output = ()> + Send,
    {
        let next = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (crowd, store, act, next) =
                (self.clone(), store.clone(), act.clone(), Arc::clone(&next));
            tasks.spawn(async move {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= crowd.teams.len() {
                        return;
                    }
                    act(crowd.clone(), store.clone(), place).await;
                }
            });
        }
        tasks.join_all().await;
    }

    fn rotation(&self, place: usize, number: usize, at: DateTime<Utc>) -> RotationRecord {
        let rules = self.rules(place, number, at);
        let grid = Grid::new(&rules);
        let turn = grid.turn_at(at).expect("a turn runs");
        let start = grid.turn(turn).expect("that turn").start();
        let members = (0..MEMBERS).map(|seat| member((number * 3 + seat * 4 + seat / 4) % PEOPLE));
        RotationRecord {
            id: RotationId::new(id(place, number)),
            name: format!("rotation {number}"),
            channel: channel(number),
            rules,
            members: members.collect(),
            last_turn: None,
            next_turn: turn,
            next_handoff_at: Some(start),
            kept: None,
            settings: RotationSettings::default(),
            rest: None,
            channel_fault: None,
            deleted_at: None,
            revision: 0,
            created_by: member(0),
            created_at: start - TimeDelta::days(1),
        }
    }

    fn rules(&self, place: usize, number: usize, at: DateTime<Utc>) -> Rules {
        let (zone, unit, anchor) = if let Some(all_at) = self.all_at {
            let zone = ZONES[3];
            let local = Zone::parse(zone).expect("a zone").local_of(all_at);
            (zone, "week", local - TimeDelta::weeks(8))
        } else {
            let day = at.date_naive() - TimeDelta::days(40 + days((place + number) % 7));
            let hour = u32::try_from((place * 5 + number) % 24).expect("an hour");
            let time = NaiveTime::from_hms_opt(hour, 30, 0).expect("a time");
            let unit = if number % 5 == 4 { "day" } else { "week" };
            (ZONES[(place * 7 + number) % ZONES.len()], unit, day.and_time(time))
        };
        let anchor = anchor.format("%Y-%m-%dT%H:%M:%S").to_string();
        let cadence = json!({"every": 1, "unit": unit, "anchor": anchor});
        serde_json::from_value(json!({"zone": zone, "cadence": cadence})).expect("rules")
    }
}

/// Counts the announcements and the on-duty messages, and returns what is odd: rotations that have not one of each.
#[must_use]
pub fn announced(envelopes: &[Envelope]) -> (usize, usize, Vec<String>) {
    let mut counts: BTreeMap<RotationId, (usize, usize, usize)> = BTreeMap::new();
    for envelope in envelopes {
        let Effect::Turn(effect) = &envelope.effect else { continue };
        match effect {
            TurnEffect::HandoffPost { rotation, .. } => counts.entry(*rotation).or_default().0 += 1,
            TurnEffect::OnDutyDm { rotation, .. } => counts.entry(*rotation).or_default().1 += 1,
            TurnEffect::UnassignedPost { rotation, .. } => {
                counts.entry(*rotation).or_default().2 += 1;
            }
            TurnEffect::UnassignedResolved { .. } => {}
        }
    }
    let posts = counts.values().map(|it| it.0).sum();
    let messages = counts.values().map(|it| it.1).sum();
    let odd = counts.into_iter().filter(|(_, it)| *it != (1, 1, 0));
    (posts, messages, odd.map(|(id, it)| format!("{id} was told of {it:?} times")).collect())
}

/// Returns something to say of a rotation in a channel, another for each instant.
#[must_use]
pub fn renamed(rotation: RotationId, changed_at: DateTime<Utc>, channel: &str) -> Envelope {
    let by = UserId::new("U9KIM");
    let effect = LifecycleEffect::RotationRenamed { rotation, by, changed_at };
    Envelope::new(effect, Recipient::Channel(ChannelId::new(channel)))
}

fn is_too_long(fault: &str) -> bool {
    fault == StoreError::TookTooLong.to_string()
}

async fn list(store: &Store, workspace: WorkspaceId) -> Vec<RotationRecord> {
    let mut tx = store.read(workspace).await.expect("a transaction");
    tx.list_rotations().await.expect("rotations")
}

/// Whether somebody looked while it ran is the one thing in which a service that was down differs.
fn served(turn: TurnRecord) -> TurnRecord {
    TurnRecord { state: TurnState::Served, ..turn }
}

fn absence(place: usize, number: usize, at: DateTime<Utc>) -> AbsenceRecord {
    let from = at + TimeDelta::days(days(number * 3 + place % 5)) + TimeDelta::hours(5);
    let until = from + TimeDelta::days(3 + days(number * 2));
    let user = member(number * 4);
    AbsenceRecord {
        id: AbsenceId::new(id(place, 10_000 + number)),
        user: user.clone(),
        source: AbsenceSource::Manual,
        rotation: None,
        span: Span::Clock { start: from, end: Some(until) },
        zone: "UTC".to_owned(),
        is_available: false,
        label: None,
        is_flagged: false,
        starts_at: from,
        ends_at: Some(until),
        entered_by: Some(user),
        created_at: at,
    }
}

fn person(user: UserId, name: String, at: DateTime<Utc>) -> PersonRecord {
    PersonRecord {
        user,
        display_name: name,
        zone: Some("Europe/Berlin".to_owned()),
        is_deactivated: false,
        is_admin: false,
        is_bot: false,
        is_guest: false,
        is_foreign: false,
        refreshed_at: at,
    }
}

fn id(place: usize, number: usize) -> Uuid {
    let number = u128::try_from(place * 100_000 + number).expect("a number");
    Uuid::from_u128((0x0190_u128 << 112) | number)
}

fn member(place: usize) -> UserId {
    UserId::new(&format!("U0MEMBER{place:03}"))
}

fn channel(number: usize) -> ChannelId {
    ChannelId::new(&format!("C0ROTATION{number:03}"))
}

fn days(count: usize) -> i64 {
    i64::try_from(count).expect("a number of days")
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}
