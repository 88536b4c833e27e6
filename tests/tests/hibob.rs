//! HiBob from the first sync to the last: who is away is passed over, what changes is planned again, and what goes wrong
//! keeps what was known.

use serde_json::{Value, json};
use stories::{Play, SERVICE_USER, both_engines};

/// Begins with a weekly rotation from Monday 8 June, and a company in which Ben is off in the week of his turn.
async fn begin(play: &Play) -> u64 {
    play.has_company().await;
    play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
    let request = play.is_off("ben", "2026-06-15", "2026-06-19").await;
    play.is_connected().await;
    request
}

/// Returns what somebody was told of dates that moved.
async fn moved(play: &Play, who: &str) -> Vec<String> {
    let told = play.dms(who).await.into_iter().map(|seen| seen.text);
    told.filter(|text| text.contains("Who is away has changed")).collect()
}

fn count(calls: &[Value]) -> usize {
    calls.len()
}

both_engines! {
    async fn who_is_off_is_passed_over_and_whose_dates_move_is_told_once(play at "2026-06-05T10:00:00Z") {
        begin(&play).await;

        let next = play.types("ana", "/rotation next support").await;
        let listed = play.types("ben", "/rotation ooo list").await;

        let lines: Vec<&str> = next.lines().filter(|line| line.contains("Jun")).collect();
        assert!(lines[0].contains("Ana") && lines[1].contains("Cho"), "{next}");
        assert!(listed.contains("15 June"), "{listed}");
        assert_eq!(moved(&play, "cho").await.len(), 1);
        assert!(moved(&play, "cho").await[0].contains("15"), "{:?}", moved(&play, "cho").await);
        play.waits("2h").await;
        assert_eq!(moved(&play, "cho").await.len(), 1, "told once");
        assert_eq!(moved(&play, "ben").await.len(), 1);
    }

    async fn each_sync_asks_hibob_twice_and_slack_once_for_each_member(play at "2026-06-05T10:00:00Z") {
        begin(&play).await;
        let (searched, seen) = (count(&play.hibob_calls("people/search").await), count(&play.hibob_calls("whosout").await));
        assert_eq!((searched, seen), (1, 1));
        let before = count(&play.calls("users.info").await);

        play.waits("23m").await;

        assert_eq!(count(&play.hibob_calls("people/search").await), 2);
        assert_eq!(count(&play.hibob_calls("whosout").await), 2);
        assert_eq!(count(&play.calls("users.info").await) - before, 3);
        assert_eq!(count(&play.calls("users.list").await), 0);
        let asked = play.hibob_calls("whosout").await.pop().expect("a call");
        let sent = asked["arguments"].to_string();
        for argument in ["\"includeWorkingRequests\":\"false\"", "\"includeHourly\":\"true\"", "\"includePrivate\":\"true\"",
            "\"from\":\"2026-06-03\"", "\"to\":\"2026-09-03\""]
        {
            assert!(sent.contains(argument), "{argument}: {sent}");
        }
    }

    async fn a_change_in_hibob_is_planned_with_the_next_sync(play at "2026-06-05T10:00:00Z") {
        let request = begin(&play).await;
        play.cancels_time_off(SERVICE_USER, request).await;
        play.is_off("cho", "2026-06-22", "2026-06-26").await;

        play.waits("23m").await;

        let next = play.types("ana", "/rotation next support").await;
        let lines: Vec<&str> = next.lines().filter(|line| line.contains("Jun")).collect();
        assert!(lines[1].contains("Ben") && lines[2].contains("Ana"), "{next}");
    }

    async fn leave_that_appears_during_a_shift_asks_for_cover(play at "2026-06-05T10:00:00Z") {
        begin(&play).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.is_off("ana", "2026-06-08", "2026-06-12").await;

        play.waits("23m").await;

        let posts = play.channel("support").await;
        let asked: Vec<&str> = posts.iter().map(|seen| seen.text.as_str()).filter(|text| text.contains("Who can take it")).collect();
        assert_eq!(asked.len(), 1, "{posts:#?}");
        assert!(!posts.iter().any(|seen| seen.text.contains("Holiday")), "{posts:#?}");
    }

    async fn a_late_handoff_knows_who_went_away_while_the_bot_was_down(play at "2026-06-05T10:00:00Z") {
        begin(&play).await;
        play.ends_bot("kill").await;
        play.is_off("ana", "2026-06-22", "2026-06-28").await;
        play.waits_until("2026-06-24T10:00:00Z").await;

        play.starts_bot().await;
        play.waits("1m").await;

        let who = play.types("ana", "/rotation who support").await;
        assert!(who.contains("Ben"), "{who}");
        let posts = play.channel("support").await;
        assert!(posts.last().is_some_and(|seen| seen.text.contains("<@U0BEN>")), "{posts:#?}");
    }

    async fn a_late_handoff_does_not_wait_for_a_source_that_says_nothing(play at "2026-06-05T10:00:00Z") {
        begin(&play).await;
        play.ends_bot("kill").await;
        play.breaks(&json!({"service": "hibob", "method": "people/search", "kind": "500", "times": 3})).await;
        play.waits_until("2026-06-24T10:00:00Z").await;

        play.starts_bot().await;
        play.waits("1m").await;

        let who = play.types("ana", "/rotation who support").await;
        assert!(who.contains("Ana"), "{who}");
    }

    async fn a_signed_poke_has_hibob_asked_soon_and_many_have_it_asked_once(play at "2026-06-05T10:00:00Z") {
        play.has_company().await;
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        let token = format!("{}{}", workspace(&play), "ab".repeat(32));
        play.connects(play.team(), SERVICE_USER, Some((&token, "webhook-secret"))).await;
        play.waits("5m").await;
        assert_eq!(count(&play.hibob_calls("whosout").await), 1);
        let request = play.is_off("ben", "2026-06-15", "2026-06-19").await;
        let url = play.stage().bot_url().join(&format!("hibob/webhook/{token}")).expect("an address").to_string();
        let poke = |secret: &str, kind: &str| json!({"service_user": SERVICE_USER, "url": url, "secret": secret,
            "type": kind, "requestId": request});

        assert_eq!(play.hibob_pokes(&json!({"service_user": SERVICE_USER, "url": url, "ping": "text"})).await, Some(200));
        assert_eq!(play.hibob_pokes(&poke("another-secret", "timeoff.request.approved")).await, Some(401));
        assert_eq!(play.hibob_pokes(&json!({"service_user": SERVICE_USER, "url": url.replace("abab", "cdcd"),
            "secret": "webhook-secret", "type": "timeoff.request.approved", "requestId": request})).await, Some(404));
        play.waits("1m").await;
        assert_eq!(count(&play.hibob_calls("whosout").await), 1, "nobody was poked");
        for kind in ["timeoff.request.requested", "timeoff.request.approved", "timeoff.request.approved"] {
            assert_eq!(play.hibob_pokes(&poke("webhook-secret", kind)).await, Some(200));
        }
        play.waits("30s").await;

        assert_eq!(count(&play.hibob_calls("whosout").await), 2);
        let next = play.types("ana", "/rotation next support").await;
        let lines: Vec<&str> = next.lines().filter(|line| line.contains("Jun")).collect();
        assert!(lines[1].contains("Cho"), "{next}");
        play.waits("5m").await;
        assert_eq!(count(&play.hibob_calls("whosout").await), 2);
    }

    async fn whatever_fails_keeps_who_is_off(play at "2026-06-05T10:00:00Z") {
        begin(&play).await;
        for fault in [
            json!({"service_user": SERVICE_USER, "path": "timeoff/whosout", "status": 502, "raw_body": "<html>Bad Gateway</html>", "times": 1}),
            json!({"service_user": SERVICE_USER, "path": "timeoff/whosout", "status": 200, "raw_body": "not json", "times": 1}),
            json!({"service_user": SERVICE_USER, "path": "timeoff/whosout", "status": 200, "body": {"people": []}, "times": 1}),
            json!({"service_user": SERVICE_USER, "path": "people/search", "status": 200, "body": {"employees": []}, "times": 1}),
            json!({"service_user": SERVICE_USER, "path": "timeoff/whosout", "status": 429, "headers": {"X-RateLimit-Reset": "1780660000"},
                   "body": {"key": "too.many.requests", "error": "Too many requests"}, "times": 1}),
        ] {
            play.hibob_answers(&fault).await;
            play.waits("45m").await;

            let next = play.types("ana", "/rotation next support").await;
            let lines: Vec<&str> = next.lines().filter(|line| line.contains("Jun")).collect();
            assert!(lines[1].contains("Cho"), "{fault}: {next}");
        }
    }

    async fn a_token_that_hibob_no_longer_takes_is_tried_once_and_its_admin_told_once(play at "2026-06-05T10:00:00Z") {
        begin(&play).await;
        let company = json!({"service_user": SERVICE_USER, "token": "another-token"});
        play.has_hibob(&company).await;
        let before = count(&play.hibob_calls("people/search").await);

        play.waits("23h").await;

        assert_eq!(count(&play.hibob_calls("people/search").await) - before, 1, "once");
        let next = play.types("ana", "/rotation next support").await;
        let lines: Vec<&str> = next.lines().filter(|line| line.contains("Jun")).collect();
        assert!(lines[1].contains("Cho"), "{next}");
    }
}

/// Returns the id of the story's workspace, as 32 hexadecimal digits.
fn workspace(play: &Play) -> String {
    let team = domain::ids::TeamId::new(play.team());
    domain::ids::WorkspaceId::of_team(&team).as_uuid().simple().to_string()
}
