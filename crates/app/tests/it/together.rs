//! Rotations that are handed over together stand, and have everybody told, as if each was handed over alone.

use crate::bench::{Bench, at, rules, user};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ChannelId, CoverRequestId, CoverageId, NoteId, RotationId, SwapId, UserId};
use domain::interval::Interval;
use domain::note::NoteText;
use domain::rules::Rules;
use domain::settings::{Preferences, Rest, RotationSettings};
use store::{
    CoverRequestOrigin, CoverRequestRecord, CoverRequestState, CoverageKind, CoverageRecord,
    NoteRecord, PersonRecord, RotationRecord, StretchRecord, SwapRecord, SwapSide, SwapState,
    TurnRecord, Tx,
};
use uuid::Uuid;

/// The handoff after which things are arranged, and the next ones.
const MONDAY: &str = "2026-06-08T09:00:00Z";

/// How many rotations there are.
const ROTATIONS: u128 = 14;

/// The people, in the order of the rotations.
const PEOPLE: [&str; 6] = ["UANA", "UBEN", "UCHO", "UDEE", "UELI", "UFAY"];

/// All that is stored of a rotation.
type Stored =
    (RotationRecord, Vec<TurnRecord>, Vec<StretchRecord>, Vec<CoverageRecord>, Vec<SwapRecord>);

fn id(number: u128) -> Uuid {
    Uuid::from_u128((0x0190_u128 << 112) | number)
}

fn rotation(number: u128) -> RotationRecord {
    let cadence = if number == 9 {
        r#"{"every": 1, "unit": "day", "anchor": "2026-06-08T09:00"}"#
    } else {
        r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#
    };
    let usual = rules(if number.is_multiple_of(2) { "UTC" } else { "Atlantic/Reykjavik" }, cadence);
    let rules = Rules {
        seats: if number % 3 == 1 { 2 } else { 1 },
        make_up: number % 4 == 2,
        fallback: (number == 7).then(|| user("UFAY")),
        ..usual
    };
    let mut members: Vec<UserId> = PEOPLE[..5].iter().map(|name| user(name)).collect();
    members.rotate_left(usize::try_from(number % 5).expect("a place"));
    if number == 8 {
        members = vec![user("UBEN")];
    }
    RotationRecord {
        id: RotationId::new(id(number)),
        name: format!("rotation {number}"),
        channel: ChannelId::new(&format!("C{number}")),
        rules,
        members,
        last_turn: None,
        next_turn: 0,
        next_handoff_at: Some(at(MONDAY)),
        kept: None,
        settings: RotationSettings::default(),
        rest: None,
        channel_fault: None,
        deleted_at: None,
        revision: 0,
        created_by: user("UANA"),
        created_at: at(MONDAY) - TimeDelta::days(1),
    }
}

/// Makes the rotations, whose first turn has begun, and arranges this and that in some of them.
async fn begin() -> Bench {
    let bench = Bench::sqlite().await;
    let mut tx = bench.store.write(bench.workspace).await.expect("a transaction");
    for name in PEOPLE {
        tx.upsert_person(&person(name, false)).await.expect("a person");
    }
    let chosen =
        Preferences { has_quiet_nights: true, home_opened_at: Some(at(MONDAY)), home_page: 0 };
    tx.record_preferences(&user("UCHO"), &chosen).await.expect("preferences");
    let chosen = Preferences { has_quiet_nights: false, ..chosen };
    tx.record_preferences(&user("UANA"), &chosen).await.expect("preferences");
    for number in 0..ROTATIONS {
        tx.insert_rotation(&rotation(number)).await.expect("a rotation");
    }
    tx.commit().await.expect("it is saved");
    for number in 0..ROTATIONS {
        bench.hand_over(RotationId::new(id(number)), at(MONDAY)).await;
    }
    let mut tx = bench.store.write(bench.workspace).await.expect("a transaction");
    arrange(&mut tx).await;
    // Whoever has left is not seated any more.
    tx.upsert_person(&person("UDEE", true)).await.expect("a person");
    tx.commit().await.expect("it is saved");
    bench.absence(&user("UBEN"), at("2026-06-14T00:00:00Z"), at("2026-07-20T00:00:00Z")).await;
    bench
}

async fn arrange(tx: &mut Tx) {
    let record = async |tx: &mut Tx, number| {
        tx.find_rotation(RotationId::new(id(number))).await.expect("it reads").expect("it is there")
    };
    // Cover that ends with the turn, and cover of the turn after it.
    for (number, from, until) in [
        (3, "2026-06-12T09:00:00Z", "2026-06-15T09:00:00Z"),
        (4, "2026-06-16T09:00:00Z", "2026-06-17T09:00:00Z"),
        (9, "2026-06-10T09:00:00Z", "2026-06-11T09:00:00Z"),
    ] {
        let rotation = record(tx, number).await;
        let cover = CoverageRecord {
            id: CoverageId::new(id(100 + number)),
            rotation: rotation.id,
            planned_at: at(MONDAY),
            of: rotation.members.first().cloned(),
            user: user("UELI"),
            kind: CoverageKind::Take,
            request: None,
            starts_at: at(from),
            ends_at: at(until),
            by: user("UELI"),
            created_at: at(MONDAY) + TimeDelta::hours(1),
            undone: None,
        };
        tx.insert_coverage(&cover).await.expect("cover");
    }
    let rotation = record(tx, 5).await;
    let side = |place: usize, planned_at: &str| SwapSide {
        user: rotation.members[place].clone(),
        planned_at: at(planned_at),
        agreed_at: Some(at(MONDAY)),
    };
    tx.insert_swap(&SwapRecord {
        id: SwapId::new(id(200)),
        rotation: rotation.id,
        asked_by: rotation.members[1].clone(),
        a: side(1, "2026-06-15T09:00:00Z"),
        b: side(2, "2026-06-22T09:00:00Z"),
        state: SwapState::Agreed,
        created_at: at(MONDAY),
        closed_by: None,
        closed_at: None,
    })
    .await
    .expect("a swap");
    let rotation = record(tx, 6).await;
    tx.insert_cover_request(&CoverRequestRecord {
        id: CoverRequestId::new(id(300)),
        rotation: rotation.id,
        of: user("UDEE"),
        planned_at: at(MONDAY),
        starts_at: at("2026-06-14T09:00:00Z"),
        ends_at: at("2026-06-18T09:00:00Z"),
        state: CoverRequestState::Open,
        origin: CoverRequestOrigin::Asked,
        occasion: 0,
        made_by: user("UDEE"),
        made_at: at(MONDAY),
        closed_by: None,
        closed_at: None,
        channel: rotation.channel.clone(),
    })
    .await
    .expect("a request");
    for (number, is_for_channel) in [(10, false), (11, true)] {
        let rotation = record(tx, number).await;
        let note = NoteRecord {
            id: NoteId::new(id(400 + number)),
            rotation: rotation.id,
            planned_at: at(MONDAY),
            author: rotation.members[0].clone(),
            is_for_channel,
            created_at: at(MONDAY) + TimeDelta::hours(2),
            edited_at: None,
        };
        tx.insert_note(&note, &NoteText::new("mind the gap".to_owned())).await.expect("a note");
    }
    let rotation = record(tx, 12).await;
    let (kept, members) = (rotation.kept.clone().expect("its standing"), &rotation.members);
    assert!(kept.running().is_some() && members.len() == 5, "its first turn runs");
    let rest = Rest {
        since: at("2026-06-14T00:00:00Z"),
        until: Some(at("2026-06-17T00:00:00Z")),
        by_plan: false,
    };
    let standing = standing(&rotation);
    tx.record_standing(rotation.id, &standing, Some(rest)).await.expect("a rest");
}

fn standing(rotation: &RotationRecord) -> domain::timeline::Standing {
    let member = |user: &UserId| domain::roster::Member { user: user.clone(), is_present: true };
    domain::timeline::Standing::of_kept(
        rotation.rules.clone(),
        rotation.members.iter().map(member).collect(),
        rotation.last_turn.clone(),
        rotation.next_handoff_at.map(|at| (rotation.next_turn, at)),
        rotation.kept.clone().expect("its standing"),
    )
}

fn person(name: &str, is_deactivated: bool) -> PersonRecord {
    PersonRecord {
        user: user(name),
        display_name: name.to_owned(),
        zone: Some("Europe/Berlin".to_owned()),
        is_deactivated,
        is_admin: false,
        is_bot: false,
        is_guest: false,
        is_foreign: false,
        refreshed_at: at(MONDAY),
    }
}

async fn stored(bench: &Bench) -> Vec<Stored> {
    let (from, until) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let all = Interval::new(from, until).expect("a window");
    let mut found = Vec::new();
    for number in 0..ROTATIONS {
        let id = RotationId::new(id(number));
        let record = bench.find_rotation(id).await;
        let mut tx = bench.store.read(bench.workspace).await.expect("a transaction");
        found.push((
            record,
            tx.list_turns(id, from, until).await.expect("turns"),
            tx.list_stretches(id, all).await.expect("stretches"),
            tx.list_coverages(id, all).await.expect("coverages"),
            tx.list_swaps(id, from, until).await.expect("swaps"),
        ));
    }
    found
}

async fn check(looks: &[&str]) {
    let (alone, together) = (begin().await, begin().await);
    let ids: Vec<RotationId> = (0..ROTATIONS).map(|number| RotationId::new(id(number))).collect();
    for look in looks {
        let now: DateTime<Utc> = at(look);
        let mut count = 0;
        for rotation in &ids {
            count += usize::from(alone.hand_over(*rotation, now).await);
        }

        assert_eq!(together.hand_over_together(&ids, now).await, count, "{look}");

        assert_eq!(stored(&together).await, stored(&alone).await, "{look}");
        let (told, told_alone) =
            (together.database.queued_since(now).await, alone.database.queued_since(now).await);
        assert!(told.len() > count * 3, "{look}: {told:?}");
        assert_eq!(told, told_alone, "{look}");
    }
}

#[tokio::test]
async fn on_time_each_is_handed_over_as_if_alone() {
    check(&["2026-06-15T09:00:00Z", "2026-06-16T09:00:00Z", "2026-06-22T09:00:03Z"]).await;
}

#[tokio::test]
async fn after_weeks_each_is_handed_over_as_if_alone() {
    check(&["2026-07-08T22:30:00Z", "2026-07-13T09:00:00Z"]).await;
}
