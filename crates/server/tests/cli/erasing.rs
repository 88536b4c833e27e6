//! `asyncbot workspace` and `asyncbot audit`: what is stored is shown, verified, and deleted until nothing is left.

use crate::place::{Place, on_both};
use crate::process::{COMPLETE, KEYS, asyncbot};
use chrono::{DateTime, Utc};
use domain::billing::{Plan, SubscriptionStatus};
use domain::effect::{Envelope, Recipient, StartEffect};
use domain::ids::{ChannelId, EventId, RotationId, TeamId, UserId, WorkspaceId};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::testing::TestDatabase;
use store::{AuditEvent, InboxItem, NewInstall, Outcome, Store, SubscriptionRecord};

pub(crate) fn at() -> DateTime<Utc> {
    "2026-06-01T07:00:00Z".parse().unwrap()
}

pub(crate) fn workspace_of(team: &str) -> WorkspaceId {
    WorkspaceId::of_team(&TeamId::new(team))
}

/// Installs the app for a team and lets something be stored of it, with a canary in everything that is a text.
pub(crate) async fn lives(store: &Store, team: &str) {
    let canary = format!("sparrow-of-{team}");
    let workspace = workspace_of(team);
    let mut tx = store.write(workspace).await.unwrap();
    tx.upsert_workspace(&NewInstall {
        team: TeamId::new(team),
        name: canary.clone(),
        app_id: "A1".to_owned(),
        bot_user: UserId::new("UBOT"),
        scopes: Vec::new(),
        installer: UserId::new(&format!("U{canary}")),
        bot_token: SecretString::from("xoxb-hush"),
        at: at(),
    })
    .await
    .unwrap();
    let rotation = RotationId::new(store::new_id(at()));
    let to = Recipient::Channel(ChannelId::new(&format!("C{canary}")));
    let said = Envelope::new(StartEffect::RotationCreated { rotation }, to);
    assert!(tx.insert_delivery(&said, at(), at()).await.unwrap());
    let item = InboxItem::UserChanged { user: UserId::new(&canary) };
    tx.insert_inbox(&item, &canary, at()).await.unwrap();
    tx.record_outcome(&canary, &Outcome { facts: json!({"of": canary}) }, at()).await.unwrap();
    tx.record_limit("post", at()).await.unwrap();
    for number in 0..3 {
        tx.record_event(&AuditEvent {
            id: EventId::new(store::new_id(at())),
            at: at() + chrono::TimeDelta::seconds(number),
            actor: Some(UserId::new(&canary)),
            action: "installed",
            rotation: None,
            subject: None,
            details: json!({}),
        })
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn two_live(place: &Place) {
    let store = place.database.open().await;
    for team in ["T0GONE", "T0STAYS"] {
        lives(&store, team).await;
    }
    assert_eq!(store.chain_audit().await.unwrap().chained, 6);
    store.close().await;
}

/// Returns where a word stands, in the whole of the database or beside it.
async fn finds(place: &Place, word: &str) -> Vec<String> {
    let mut places = place.database.dump().await;
    for entry in std::fs::read_dir(place.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        places.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
    let is_in = |bytes: &[u8]| bytes.windows(word.len()).any(|some| some == word.as_bytes());
    places.into_iter().filter(|(_, bytes)| is_in(bytes)).map(|(name, _)| name).collect()
}

/// Returns the id as PostgreSQL shows it and as SQLite stores it.
async fn finds_id(place: &Place, workspace: WorkspaceId) -> usize {
    let id = workspace.as_uuid();
    let raw = id.as_bytes().to_vec();
    let places = place.database.dump().await;
    let holds = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|some| some == word);
    let text = [id.to_string(), id.simple().to_string()];
    let names =
        |bytes: &[u8]| holds(bytes, &raw) || text.iter().any(|text| holds(bytes, text.as_bytes()));
    places.iter().filter(|(_, bytes)| names(bytes)).count()
}

async fn after_the_drill_nothing_of_the_workspace_is_left(place: Place) {
    two_live(&place).await;
    let (gone, stays) = (workspace_of("T0GONE"), workspace_of("T0STAYS"));
    assert!(!finds(&place, "sparrow-of-T0GONE").await.is_empty());
    assert!(0 < finds_id(&place, gone).await, "the search finds what is there");

    let asked = place.runs(&["workspace", "erase", "T0GONE"]);
    assert_eq!(asked.code, Some(1), "{asked:?}");
    assert!(asked.out.contains("add --yes"), "{asked:?}");
    assert!(!place.database.tables_of(gone).await.is_empty(), "nothing was erased");
    let erased = place.runs(&["workspace", "erase", &gone.to_string(), "--yes"]).results();

    assert!(erased.starts_with("Everything of the workspace is deleted."), "{erased}");
    assert_eq!(place.database.tables_of(gone).await, Vec::<String>::new());
    assert_eq!(finds_id(&place, gone).await, 0);
    for canary in ["sparrow-of-T0GONE", "T0GONE"] {
        assert_eq!(finds(&place, canary).await, Vec::<String>::new(), "{canary}");
    }
    assert!(!finds(&place, "sparrow-of-T0STAYS").await.is_empty());
    assert!(!place.database.tables_of(stays).await.is_empty());
    let verified = place.runs(&["audit", "verify"]).results();
    assert_eq!(verified.lines().count(), 1, "{verified}");
    let again = place.runs(&["workspace", "erase", "T0GONE", "--yes"]);
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(again.err.contains("there is no workspace T0GONE"), "{again:?}");
}

async fn a_workspace_that_still_pays_is_not_erased_before_that_is_ended(place: Place) {
    two_live(&place).await;
    let gone = workspace_of("T0GONE");
    let store = place.database.open().await;
    let mut tx = store.write(gone).await.unwrap();
    let paid = SubscriptionRecord {
        customer: Some(String::from("cus_1")),
        subscription: Some(String::from("sub_1")),
        status: Some(SubscriptionStatus::Active),
        ..SubscriptionRecord::new(Plan::Pro)
    };
    tx.upsert_subscription(&paid).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;

    let refused = place.runs(&["workspace", "erase", "T0GONE", "--yes"]);

    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("would go on being charged"), "{refused:?}");
    assert!(!place.database.tables_of(gone).await.is_empty(), "nothing was erased");
    place.runs(&["workspace", "erase", "T0GONE", "--yes", "--subscription-is-ended"]).results();
    assert_eq!(place.database.tables_of(gone).await, Vec::<String>::new());
}

async fn what_a_backup_brings_back_is_erased_again_before_anything_is_served(place: Place) {
    two_live(&place).await;
    let gone = workspace_of("T0GONE");
    place.runs(&["workspace", "erase", "T0GONE", "--yes"]).results();
    // The database as it was before: without the mark that it was erased.
    place.database.forget_erasures().await;
    let store = place.database.open().await;
    lives(&store, "T0GONE").await;
    store.close().await;

    let other_key = "2:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=";
    let both = format!("{other_key},{KEYS}");
    assert_eq!(place.runs_with_keys(&both, &["keys", "rotate"]).code, Some(0));
    let without = asyncbot(&["serve"])
        .with(COMPLETE)
        .with(place.variables())
        .with([("ASYNCBOT_ENCRYPTION_KEYS", other_key)])
        .ends();
    assert_eq!(without.code, Some(1), "{without:?}");
    assert!(without.err.contains("made with key 1"), "{without:?}");
    let serving = asyncbot(&["serve"])
        .with(COMPLETE)
        .with(place.variables())
        .with([("ASYNCBOT_ENCRYPTION_KEYS", both.as_str())])
        .serves();

    assert_eq!(place.database.tables_of(gone).await, Vec::<String>::new());
    assert!(!place.database.tables_of(workspace_of("T0STAYS")).await.is_empty());
    drop(serving);
}

async fn a_workspace_that_comes_back_after_it_was_erased_stays(place: Place) {
    two_live(&place).await;
    place.runs(&["workspace", "erase", "T0GONE", "--yes"]).results();
    let store = place.database.open().await;
    lives(&store, "T0GONE").await;
    store.close().await;

    drop(asyncbot(&["serve"]).with(COMPLETE).with(place.variables()).serves());

    assert!(!place.database.tables_of(workspace_of("T0GONE")).await.is_empty());
}

async fn an_audit_log_that_was_changed_is_named_with_the_first_bad_event(place: Place) {
    two_live(&place).await;
    let well = place.runs(&["audit", "verify", "--json"]).results();
    let well: Value = serde_json::from_str(&well).unwrap();
    let ends: Vec<&str> =
        well.as_array().unwrap().iter().map(|it| it["end"].as_str().unwrap()).collect();
    assert!(ends.iter().all(|end| end.starts_with("3:")), "{well}");
    place.database.change_events("sparrow-of-T0GONE", "UEVE").await;

    let found = place.runs(&["audit", "verify"]);

    assert_eq!((found.code, found.err.as_str()), (Some(1), ""), "{found:?}");
    let lines: Vec<&str> = found.out.lines().collect();
    let bad: Vec<&&str> = lines.iter().filter(|line| line.contains("NOT WELL")).collect();
    assert_eq!((lines.len(), bad.len()), (2, 1), "{found:?}");
    assert!(bad[0].starts_with(&workspace_of("T0GONE").to_string()), "{found:?}");
    assert!(
        bad[0].contains("event 2 (") && bad[0].contains("what the event says was changed"),
        "{found:?}"
    );
    let one = ["audit", "verify", "--workspace", "T0STAYS"];
    assert!(place.runs(&one).results().contains("  well  3 good"));
    let kept = ["audit", "verify", "--workspace", "T0STAYS", "--end", ends[0], "--json"];
    assert!(place.runs(&kept).code.is_some_and(|code| code <= 1));
    let cut = format!("4:{}", "ab".repeat(32));
    let cut = place.runs(&["audit", "verify", "--workspace", "T0STAYS", "--end", &cut]);
    assert!(cut.code == Some(1) && cut.out.contains("or was cut off"), "{cut:?}");
    assert_eq!(
        place.runs(&["audit", "verify", "--workspace", "T0STAYS", "--end", "4"]).code,
        Some(2)
    );
    assert_eq!(place.runs(&["audit", "verify", "--workspace", "T0NONE"]).code, Some(2));
}

async fn workspaces_are_listed_and_shown_with_when_they_are_deleted(place: Place) {
    assert_eq!(
        place.runs(&["workspace", "list"]).results(),
        "No workspace has installed the app.\n"
    );
    two_live(&place).await;
    let store = place.database.open().await;
    let mut tx = store.write(workspace_of("T0GONE")).await.unwrap();
    assert!(tx.end_install(at(), "2026-06-02T07:00:00Z".parse().unwrap()).await.unwrap());
    tx.commit().await.unwrap();
    store.close().await;

    let listed = place.runs(&["workspace", "list"]).results();
    assert!(listed.contains("T0GONE  uninstalled, deleted after 2026-07-02 07:00 UTC"), "{listed}");
    assert!(listed.contains("T0STAYS  installed"), "{listed}");
    assert!(!listed.contains("sparrow"), "no name is shown: {listed}");
    let shown = place.runs(&["workspace", "show", "T0GONE", "--json"]).results();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown["rows"]["audit_events"], &shown["rows"]["outbox"]), (&json!(3), &json!(1)));
    assert_eq!(shown["deleted_after"], "2026-07-02T07:00:00Z");
    let kept = place.runs(&["workspace", "restore", "T0GONE", "--json"]).results();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let listed = place.runs(&["workspace", "list", "--json"]).results();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let gone = listed.as_array().unwrap().iter().find(|it| it["team"] == "T0GONE").unwrap();
    assert_eq!(gone["deleted_after"], kept["kept_until"]);
    assert!(
        place.runs(&["workspace", "restore", "T0STAYS"]).results().contains("working installation")
    );
    assert_eq!(place.runs(&["workspace", "show", "T0NONE"]).code, Some(2));
}

async fn all_that_is_stored_is_written_into_one_archive_and_nothing_that_is_sealed(place: Place) {
    two_live(&place).await;
    let out = place.folder.path().join("archive.zip");
    let out = out.to_str().unwrap();

    place.runs(&["workspace", "export", "T0GONE", "--out", out]).results();

    let bytes = std::fs::read(out).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    for name in ["README.txt", "data.json", "turns.csv", "absences.csv", "shifts.ics"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    let text = std::io::read_to_string(archive.by_name("data.json").unwrap()).unwrap();
    let data: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(data["tables"]["workspaces"][0]["name"], "sparrow-of-T0GONE");
    assert_eq!(data["tables"]["audit_events"].as_array().unwrap().len(), 3);
    for hidden in ["xoxb", "bot_token", "sealed", "T0STAYS"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    let again = place.runs(&["workspace", "export", "T0GONE", "--out", out]);
    assert_eq!(again.code, Some(1), "nothing is overwritten: {again:?}");
    let person = place.folder.path().join("person.zip");
    let person = person.to_str().unwrap();
    let one = ["workspace", "export", "T0GONE", "--person", "sparrow-of-T0GONE", "--out", person];
    place.runs(&one).results();
    let mut archive = zip::ZipArchive::new(std::fs::File::open(person).unwrap()).unwrap();
    let text = std::io::read_to_string(archive.by_name("data.json").unwrap()).unwrap();
    let data: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(data["tables"]["audit_events"].as_array().unwrap().len(), 3);
    assert_eq!(data["tables"]["outbox"].as_array().unwrap().len(), 0, "it names a channel alone");
    assert!(data["tables"].get("workspaces").is_none());
}

on_both! {
    all_that_is_stored_is_written_into_one_archive_and_nothing_that_is_sealed
    after_the_drill_nothing_of_the_workspace_is_left
    a_workspace_that_still_pays_is_not_erased_before_that_is_ended
    what_a_backup_brings_back_is_erased_again_before_anything_is_served
    a_workspace_that_comes_back_after_it_was_erased_stays
    an_audit_log_that_was_changed_is_named_with_the_first_bad_event
    workspaces_are_listed_and_shown_with_when_they_are_deleted
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_nothing_is_erased_while_the_service_runs() {
    let database = TestDatabase::sqlite();
    let place = Place::of(database);
    two_live(&place).await;
    let serving = asyncbot(&["serve"]).with(COMPLETE).with(place.variables()).serves();

    let refused = place.runs(&["workspace", "erase", "T0GONE", "--yes"]);

    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("the service must be stopped first"), "{refused:?}");
    drop(serving);
    assert!(!place.database.tables_of(workspace_of("T0GONE")).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_erased_that_cannot_be_written_down() {
    let place = Place::of(TestDatabase::postgres().await);
    two_live(&place).await;
    let file = place.folder.path().join("a-file");
    std::fs::write(&file, "in the way").unwrap();
    let ledger = file.join("erasures");

    let refused = asyncbot(&["workspace", "erase", "T0GONE", "--yes"])
        .with(COMPLETE)
        .with(place.variables())
        .with([("ASYNCBOT_ERASURE_LEDGER", ledger.to_str().unwrap())])
        .ends();

    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("so nothing is erased"), "{refused:?}");
    assert!(!place.database.tables_of(workspace_of("T0GONE")).await.is_empty());
}
