//! Whatever becomes of syncs, no e-mail address and no employee's id is kept: not in the database, not in its log, not in
//! ours when it says all it can.

use chrono::{DateTime, Utc};
use serde_json::json;
use stories::{Haul, Play, SERVICE_TOKEN, SERVICE_USER, both_engines, logged};

const SECRET: &str = "heron-secret-of-the-webhook";

/// Syncs in every way that can go right or wrong, and returns the ids of the employees.
async fn syncs_and_fails(play: &Play) -> Vec<String> {
    let _ = logged();
    let ids = play.has_company().await;
    play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
    let request = play.is_off("ben", "2026-06-15", "2026-06-19").await;
    let team = domain::ids::TeamId::new(play.team());
    let workspace = domain::ids::WorkspaceId::of_team(&team).as_uuid().simple();
    let token = format!("{workspace}{}", "5c".repeat(32));
    play.connects(play.team(), SERVICE_USER, Some((&token, SECRET))).await;
    play.waits("1m").await;
    let next = play.types("ana", "/rotation next support").await;
    assert!(next.contains("Cho"), "it was synced: {next}");

    let url = play.stage().bot_url().join(&format!("hibob/webhook/{token}")).expect("an address");
    for secret in [SECRET, "heron-secret-that-is-wrong"] {
        let poke = json!({"service_user": SERVICE_USER, "url": url.as_str(), "secret": secret,
            "type": "timeoff.request.approved", "requestId": request});
        play.hibob_pokes(&poke).await;
    }
    play.waits("2m").await;
    let (who, of) = ("ana@harbour.example", ids[0].as_str());
    for (path, raw) in [
        ("people/search", json!({"status": 200, "raw_body": format!("<p>{who} {of}</p>")})),
        (
            "people/search",
            json!({"status": 200, "body": {"employees": [{"id": of, "email": [who]}]}}),
        ),
        ("people/search", json!({"status": 502, "raw_body": format!("<html>{who} {of}</html>")})),
        (
            "timeoff/whosout",
            json!({"status": 200, "body": {"outs": [{"employeeId": of, "employeeDisplayName": who, "type": who}]}}),
        ),
        (
            "timeoff/whosout",
            json!({"status": 200, "body": {"outs": [{"employeeId": of, "startDate": "2026-06-22",
            "endDate": "2026-06-22", "type": "days", "visibility": "Private", "policyTypeDisplayName": who}]}}),
        ),
        ("timeoff/whosout", json!({"status": 400, "body": {"key": who, "error": of}})),
        (
            "timeoff/whosout",
            json!({"status": 429, "headers": {"X-RateLimit-Reset": "1"}, "body": {"key": who, "error": of}}),
        ),
        (
            "timeoff/whosout",
            json!({"status": 403, "body": {"key": "forbidden", "error": format!("{who} {of}")}}),
        ),
    ] {
        let mut raw = raw;
        raw["service_user"] = json!(SERVICE_USER);
        raw["path"] = json!(path);
        let is_refused = raw["status"] == 403;
        raw["times"] = json!(if is_refused { 2 } else { 1 });
        play.hibob_answers(&raw).await;
        // What was refused is not asked again for hours, but by whoever connects it anew.
        play.connects(play.team(), SERVICE_USER, Some((&token, SECRET))).await;
        play.waits("50s").await;
        let method = path.trim_start_matches("timeoff/");
        let last = play.hibob_calls(method).await.pop().expect("a call");
        assert_eq!(last["fault"], "raw", "{raw} was answered: {last}");
    }
    ids
}

both_engines! {
    async fn addresses_and_ids_are_nowhere_after_syncs_faults_a_crash_and_the_end(play at "2026-06-05T10:00:00Z") {
        let ids = syncs_and_fails(&play).await;
        play.connects(play.team(), SERVICE_USER, None).await;
        play.waits("1m").await;
        assert!(synced(&play).await.is_some(), "HiBob is well again");
        let hang = json!({"service": "hibob", "method": "whosout", "kind": "hang", "times": 1});
        play.breaks(&hang).await;
        let searched = play.hibob_calls("people/search").await.len();
        play.connects(play.team(), SERVICE_USER, None).await;
        let mut looks = 0;
        while play.hibob_calls("people/search").await.len() == searched {
            looks += 1;
            assert!(looks < 20_000, "a sync begins");
        }
        let crashed = haul_of_files(&play).await;
        play.ends_bot("kill").await;
        assert_eq!(synced(&play).await, None, "it was in the middle of the first sync");
        play.starts_bot().await;
        play.waits("30m").await;
        assert!(synced(&play).await.is_some(), "and it is synced after it");
        let synced = Haul::of_all(&play).await;
        let admin = play.opens("ana", "/rotation admin").await;
        play.clicks_in_view("ana", &admin, "source_turn_off").await;
        play.closes("ana").await;
        play.waits("1m").await;
        let off = Haul::of_all(&play).await;

        for (when, haul) in [("in the middle", crashed), ("after it", synced), ("when it is off", off)] {
            for word in ids.iter().map(String::as_str).chain(["@harbour.example", SERVICE_TOKEN, SECRET]) {
                assert_eq!(haul.finds(word), Vec::<String>::new(), "{word} is nowhere {when}");
            }
            for kept in ["C0SUPPORT", "Europe/Berlin"] {
                assert!(!haul.finds(kept).is_empty(), "the right things are looked at: {kept}");
            }
        }
    }

    async fn an_address_and_an_id_that_are_planted_are_found(play at "2026-06-05T10:00:00Z") {
        let _ = logged();
        let ids = play.has_company().await;
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        // The log is that of all stories here, so each plants words of its own.
        let port = play.stage().bot_url().port().unwrap_or_default();
        let (address, id) = (format!("heron{port}@harbour.test"), format!("{}{port}", &ids[0][..14]));
        let before = Haul::of_all(&play).await;

        play.renames_person("ben", &address).await;
        play.waits("10s").await;
        tracing::trace!("{id}");
        let after = Haul::of_all(&play).await;

        for word in [&address, &id] {
            assert_eq!(before.finds(word), Vec::<String>::new());
            assert!(!after.finds(word).is_empty(), "{word} is found");
        }
    }
}

/// Returns when HiBob's last good answer was taken over.
async fn synced(play: &Play) -> Option<DateTime<Utc>> {
    let team = domain::ids::TeamId::new(play.team());
    let store = play.database().open().await;
    let workspace = domain::ids::WorkspaceId::of_team(&team);
    let mut tx = store.read(workspace).await.expect("a look");
    let sources = tx.list_sources().await.expect("the sources");
    sources.first().and_then(|source| source.status.good_at)
}

/// Takes what is in the database and the log while something is still under way.
async fn haul_of_files(play: &Play) -> Haul {
    let mut haul = Haul::of(play).await;
    haul.add("the log", &logged().bytes());
    haul
}
