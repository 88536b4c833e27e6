//! What is stored is kept for as long as was promised: no shorter, and no longer.

use domain::ids::{TeamId, WorkspaceId};
use serde_json::json;
use stories::{Play, both_engines};

fn workspace(play: &Play) -> WorkspaceId {
    WorkspaceId::of_team(&TeamId::new(play.team()))
}

/// Lets the rotation hand over every four weeks from now on.
async fn makes_slow(play: &Play) {
    let form = play.opens("ana", "/rotation edit").await;
    for step in [
        json!({"cadence": "custom"}),
        json!({"every": "4", "unit": "week", "nth_weekday": ""}),
        json!({}),
    ] {
        let top = play.modals("ana").await.pop().unwrap_or_else(|| form.clone());
        play.submits("ana", top["id"].as_str().expect("a form"), &step).await;
    }
    play.closes("ana").await;
}

/// Returns how many rows of a table there are, by what `workspace show` counts.
async fn rows(play: &Play, table: &str) -> u64 {
    let store = play.database().open().await;
    let counts = store.count_rows(workspace(play)).await.expect("a look");
    let found = counts.into_iter().find(|(name, _)| name == table);
    found.unwrap_or_else(|| panic!("{table} is not counted")).1
}

/// Lets the bot sleep until an instant, which takes no time, and then live for two days.
async fn sleeps_until(play: &Play, at: &str) {
    play.ends_bot("kill").await;
    play.waits_until(at).await;
    play.starts_bot().await;
    play.waits("2d").await;
}

async fn audit_is_whole(play: &Play, at: &str) -> u64 {
    let store = play.database().open().await;
    let now = at.parse().expect("an instant");
    let verdict = store.verify_audit(workspace(play), None, now).await.expect("a look");
    assert_eq!(verdict.fault, None, "{verdict:?}");
    verdict.pruned
}

both_engines! {
    async fn an_uninstalled_workspace_is_deleted_after_30_days_and_not_before(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-07-15 to 2026-07-19").await;
        let other = play.has_neighbour(0).await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        play.uninstalls().await;
        play.waits_until("2026-07-08T11:00:00Z").await;
        let in_grace = play.database().tables_of(workspace(&play)).await;
        play.waits_until("2026-07-08T14:00:00Z").await;

        for table in ["rotations", "turns", "absences", "people", "audit_events"] {
            assert!(in_grace.contains(&table.to_owned()), "{table} is kept in the grace: {in_grace:?}");
        }
        assert_eq!(play.database().tables_of(workspace(&play)).await, Vec::<String>::new());
        let other = WorkspaceId::of_team(&TeamId::new(&other));
        assert!(!play.database().tables_of(other).await.is_empty(), "nobody else's is");
        play.installs().await;
        assert!(!play.types("ana", "/rotation list").await.contains("support"), "it begins anew");
    }

    async fn installing_again_in_the_grace_brings_everything_back(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-07-13 to 2026-07-19").await;
        play.waits_until("2026-06-08T12:00:00Z").await;

        play.uninstalls().await;
        play.waits_until("2026-07-08T11:00:00Z").await;
        play.installs().await;
        play.waits("30d").await;

        let next = play.types("ana", "/rotation history support").await;
        assert!(next.contains("Ben"), "{next}");
        assert!(play.types("ana", "/rotation list").await.contains("support"));
        assert!(!play.database().tables_of(workspace(&play)).await.is_empty());
    }

    async fn what_was_sent_leaves_the_outbox_and_is_replaced_when_its_turn_is_over(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        makes_slow(&play).await;
        let shown = play.types("ana", "/rotation show").await;
        assert!(shown.contains("every 4 weeks"), "{shown}");
        let told = play.dms("ana").await.pop().expect("a message");
        let before = rows(&play, "outbox").await;

        play.waits_until("2026-06-17T12:00:00Z").await;
        let (outbox, said) = (rows(&play, "outbox").await, rows(&play, "said").await);
        play.waits_until("2026-07-06T08:00:00Z").await;

        assert!(outbox < before && 0 < said, "{before} {outbox} {said}");
        let dms = play.dms("ana").await;
        let over = dms.iter().find(|seen| seen.ts == told.ts).expect("it is there still");
        assert!(over.text != told.text && over.buttons.is_empty(), "it says that it is over: {over:#?}");
    }

    async fn an_absence_is_kept_for_30_days_after_its_end(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-19").await;

        play.waits_until("2026-07-18T12:00:00Z").await;
        let kept = rows(&play, "absences").await;
        play.waits_until("2026-07-28T12:00:00Z").await;

        assert_eq!((kept, rows(&play, "absences").await), (1, 0));
        let why = play.types("ana", "/rotation history support").await;
        assert!(why.contains("Ben"), "the turn still says who was passed over: {why}");
    }

    async fn a_turn_that_is_overdue_keeps_the_absences_that_it_is_planned_with(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-19").await;
        play.waits_until("2026-06-10T12:00:00Z").await;

        play.ends_bot("kill").await;
        play.waits("60d").await;
        play.starts_bot().await;
        play.waits("10s").await;

        let history = play.types("ana", "/rotation history support").await;
        assert!(history.contains("Ben"), "{history}");
        let store = play.database().open().await;
        let mut tx = store.read(workspace(&play)).await.expect("a look");
        let rotation = tx.list_rotations().await.expect("rotations").pop().expect("one").id;
        let at = "2026-06-15T07:00:00Z".parse().expect("an instant");
        let turn = tx.find_turn(rotation, at).await.expect("a look").expect("the turn");
        let passed: Vec<&str> = turn.skips.iter().map(|skip| skip.user.as_str()).collect();
        assert_eq!(passed, ["U0BEN"], "he was passed over then");
    }

    async fn after_a_year_events_are_pruned_and_after_13_months_turns_go(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-19").await;
        play.waits_until("2026-06-16T12:00:00Z").await;
        sleeps_until(&play, "2027-06-01T12:00:00Z").await;
        assert_eq!(audit_is_whole(&play, "2027-06-03T12:00:00Z").await, 0);
        let turns = rows(&play, "turns").await;

        sleeps_until(&play, "2027-06-26T12:00:00Z").await;
        let pruned = audit_is_whole(&play, "2027-06-28T12:00:00Z").await;
        let store = play.database().open().await;
        let mut tx = store.read(workspace(&play)).await.expect("a look");
        let rotation = tx.list_rotations().await.expect("rotations").pop().expect("one").id;
        let at = "2026-06-15T07:00:00Z".parse().expect("an instant");
        let turn = tx.find_turn(rotation, at).await.expect("a look").expect("the turn");
        drop(tx);
        sleeps_until(&play, "2027-08-08T12:00:00Z").await;

        assert!(52 <= turns && 0 < pruned, "{turns} {pruned}");
        let skips: Vec<_> = turn.skips.iter().map(|skip| (skip.user.as_str(), skip.share)).collect();
        assert_eq!(skips, [("U0BEN", None)], "who, and not why");
        let mut tx = store.read(workspace(&play)).await.expect("a look");
        assert_eq!(tx.find_turn(rotation, at).await.expect("a look"), None);
        let left = rows(&play, "turns").await;
        assert!((55..=58).contains(&left), "13 months of weeks: {left}");
    }
}
