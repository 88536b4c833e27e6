//! `asyncbot workspace erase --person`: whoever is erased is taken out of what is to come, is a pseudonym in what was, and
//! does not come back with a backup.

use crate::place::{Place, on_both};
use crate::process::{COMPLETE, asyncbot};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use clock::Clock;
use domain::ids::{ChannelId, RotationId, TeamId, UserId, WorkspaceId};
use domain::settings::RotationSettings;
use secrecy::SecretString;
use serde_json::Value;
use store::{NewInstall, PersonRecord, RotationRecord, Store};

/// Who is erased.
const GONE: &str = "U0GONE";

/// Somebody whose id begins as theirs.
const OTHER: &str = "U0GONER";

fn team() -> TeamId {
    TeamId::new("T0HERE")
}

/// The begin of the first turn of four: the last of them is the next one.
fn anchor() -> DateTime<Utc> {
    let now = Clock::system().now().duration_trunc(TimeDelta::minutes(1)).unwrap();
    now - TimeDelta::days(15)
}

fn person(id: &str, name: &str) -> PersonRecord {
    PersonRecord {
        user: UserId::new(id),
        display_name: name.to_owned(),
        zone: Some(String::from("UTC")),
        is_deactivated: false,
        is_admin: false,
        is_bot: false,
        is_guest: false,
        is_foreign: false,
        refreshed_at: Clock::system().now(),
    }
}

/// Stores a rotation of three, of which each has had a turn, and returns when the next begins: that of whoever is erased.
async fn lives(store: &Store, name: &str) -> DateTime<Utc> {
    let workspace = WorkspaceId::of_team(&team());
    let anchor = anchor();
    let rules = serde_json::json!({
        "zone": "UTC",
        "cadence": {"every": 1, "unit": "week", "anchor": anchor.format("%Y-%m-%dT%H:%M").to_string()},
    });
    let id = RotationId::new(store::new_id(anchor));
    let mut tx = store.write(workspace).await.unwrap();
    tx.upsert_workspace(&NewInstall {
        team: team(),
        name: String::from("Harbour"),
        app_id: String::from("A1"),
        bot_user: UserId::new("U0BOT"),
        scopes: Vec::new(),
        installer: UserId::new("U0BOSS"),
        bot_token: SecretString::from("xoxb-hush"),
        at: anchor,
    })
    .await
    .unwrap();
    for (id, name) in [(GONE, "Sparrow"), (OTHER, "Ben"), ("U0CHO", "Cho")] {
        tx.upsert_person(&person(id, name)).await.unwrap();
    }
    tx.insert_rotation(&RotationRecord {
        id,
        name: name.to_owned(),
        channel: ChannelId::new("C1"),
        rules: serde_json::from_value(rules).unwrap(),
        members: [GONE, OTHER, "U0CHO"].map(UserId::new).into(),
        last_turn: None,
        next_turn: 0,
        next_handoff_at: Some(anchor),
        kept: None,
        settings: RotationSettings::default(),
        rest: None,
        channel_fault: None,
        deleted_at: None,
        revision: 0,
        created_by: UserId::new("U0BOSS"),
        created_at: anchor,
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();
    for week in 0..3 {
        let at = anchor + TimeDelta::weeks(week);
        assert!(app::hand_over::hand_over(store, workspace, id, at).await.unwrap().is_some());
    }
    store.chain_audit().await.unwrap();
    anchor + TimeDelta::weeks(3)
}

/// Returns all that is stored of the workspace, and the calendar of one person.
fn archive(place: &Place, number: u8, whose: &str) -> (Value, String) {
    let read = |name: &str, arguments: &[&str]| {
        let out = place.folder.path().join(format!("{name}-{number}.zip"));
        let out = out.to_str().unwrap();
        let export = ["workspace", "export", "T0HERE", "--out", out];
        place.runs(&[&export[..], arguments].concat()).results();
        let mut archive = zip::ZipArchive::new(std::fs::File::open(out).unwrap()).unwrap();
        let mut file =
            |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
        let found = (file("data.json"), file("shifts.ics"));
        std::fs::remove_file(out).unwrap();
        found
    };
    let (all, _) = read("all", &[]);
    let (_, calendar) = read("one", &["--person", whose]);
    (serde_json::from_str(&all).unwrap(), calendar)
}

fn begins(at: DateTime<Utc>) -> String {
    format!("DTSTART:{}", at.format("%Y%m%dT%H%M%SZ"))
}

/// Returns where the erased person stands, in the whole of the database or beside it.
async fn finds(place: &Place) -> Vec<String> {
    let mut places = place.database.dump().await;
    for entry in std::fs::read_dir(place.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        places.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
    let names = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let after = |at: usize| text[at + GONE.len()..].chars().next();
        text.contains("Sparrow") || text.match_indices(GONE).any(|(at, _)| after(at) != Some('R'))
    };
    places.into_iter().filter(|(_, bytes)| names(bytes)).map(|(name, _)| name).collect()
}

async fn after_the_drill_nothing_names_the_person_and_somebody_else_is_next(place: Place) {
    let store = place.database.open().await;
    let next = lives(&store, "support").await;
    store.close().await;
    assert!(!finds(&place).await.is_empty(), "the search finds what is there");
    let (_, calendar) = archive(&place, 0, GONE);
    assert!(calendar.contains(&begins(next)), "{calendar}");

    let asked = place.runs(&["workspace", "erase", "T0HERE", "--person", GONE]);
    assert_eq!(asked.code, Some(1), "{asked:?}");
    assert!(asked.out.contains("add --yes"), "{asked:?}");
    assert!(!finds(&place).await.is_empty(), "nothing was erased");
    let erased = place.runs(&["workspace", "erase", "T0HERE", "--person", GONE, "--yes"]).results();

    assert!(erased.starts_with("The person is erased."), "{erased}");
    assert_eq!(finds(&place).await, Vec::<String>::new());
    let verified = place.runs(&["audit", "verify"]).results();
    assert!(verified.contains("  well  "), "{verified}");
    let (all, calendar) = archive(&place, 1, OTHER);
    assert!(calendar.contains(&begins(next)), "the next in the order has it: {calendar}");
    let turns = all["tables"]["turns"].as_array().unwrap();
    let first = turns[0]["seats"][0]["user"].as_str().unwrap();
    assert!(UserId::new(first).is_erased(), "{first}");
    assert_eq!(turns[1]["seats"][0]["user"], OTHER);
    assert_eq!(all["tables"]["rotations"][0]["members"], serde_json::json!([OTHER, "U0CHO"]));
    let told = all["tables"]["outbox"].as_array().unwrap().iter().map(|row| &row["envelope"]);
    let told: Vec<&Value> = told.filter(|it| it["effect"]["kind"] == "member_gone").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["to"], serde_json::json!({"person": "U0BOSS"}));
    assert_eq!(told[0]["effect"]["user"], first);
    assert_eq!(told[0]["effect"]["why"], "erased");
    let ledger = std::fs::read_to_string(place.folder.path().join("erasures")).unwrap();
    assert!(ledger.contains(" person ") && !ledger.contains(first), "{ledger}");
    for (who, fault) in [(GONE, "names U0GONE"), (first, "erased already")] {
        let again = place.runs(&["workspace", "erase", "T0HERE", "--person", who, "--yes"]);
        assert_eq!(again.code, Some(2), "{again:?}");
        assert!(again.err.contains(fault), "{again:?}");
    }
}

async fn a_person_whom_a_backup_brings_back_is_erased_again(place: Place) {
    let store = place.database.open().await;
    lives(&store, "support").await;
    store.close().await;
    place.runs(&["workspace", "erase", "T0HERE", "--person", GONE, "--yes"]).results();
    assert_eq!(finds(&place).await, Vec::<String>::new());
    // The database as it was before: without the mark that they were erased.
    place.database.forget_erasures().await;
    let store = place.database.open().await;
    let next = lives(&store, "back again").await;
    store.close().await;
    assert!(!finds(&place).await.is_empty(), "they are back");

    drop(asyncbot(&["serve"]).with(COMPLETE).with(place.variables()).serves());

    assert_eq!(finds(&place).await, Vec::<String>::new());
    let (all, calendar) = archive(&place, 0, OTHER);
    assert!(calendar.contains(&begins(next)), "{calendar}");
    let members: Vec<&Value> =
        all["tables"]["rotations"].as_array().unwrap().iter().map(|it| &it["members"]).collect();
    assert_eq!(members, [&serde_json::json!([OTHER, "U0CHO"]); 2]);
    assert!(place.runs(&["audit", "verify"]).results().contains("  well  "));
    // Whoever comes back by themselves is not erased once more.
    let store = place.database.open().await;
    let mut tx = store.write(WorkspaceId::of_team(&team())).await.unwrap();
    tx.upsert_person(&person(GONE, "Sparrow")).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    drop(asyncbot(&["serve"]).with(COMPLETE).with(place.variables()).serves());
    assert!(!finds(&place).await.is_empty());
}

async fn no_person_is_erased_who_cannot_be_written_down(place: Place) {
    let store = place.database.open().await;
    lives(&store, "support").await;
    store.close().await;
    let file = place.folder.path().join("a-file");
    std::fs::write(&file, "in the way").unwrap();
    let ledger = file.join("erasures");

    let refused = asyncbot(&["workspace", "erase", "T0HERE", "--person", GONE, "--yes"])
        .with(COMPLETE)
        .with(place.variables())
        .with([("ASYNCBOT_ERASURE_LEDGER", ledger.to_str().unwrap())])
        .ends();

    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("so nothing is erased"), "{refused:?}");
    assert!(!finds(&place).await.is_empty());
}

on_both! {
    after_the_drill_nothing_names_the_person_and_somebody_else_is_next
    a_person_whom_a_backup_brings_back_is_erased_again
    no_person_is_erased_who_cannot_be_written_down
}
