//! Absences by hand: halves, times and open ends, those of others, and what another system says.

use chrono::{DateTime, NaiveDate, Utc};
use domain::absence::{Amount, Span};
use domain::ids::{AbsenceId, TeamId, UserId, WorkspaceId};
use domain::source::SourceCode;
use domain::zone::Zone;
use insta::assert_snapshot;
use secrecy::SecretString;
use serde_json::json;
use std::fmt::Write;
use store::{AbsenceRecord, AbsenceSource, AbsenceSourceRecord, SourceStatus, new_id};
use stories::{Play, Seen, both_engines, plain_view};

both_engines! {
    async fn halves_times_and_open_ends_are_entered_in_words(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.moves_person("cho", "Asia/Tokyo").await;
        let mut log = String::new();

        for (who, typed) in [
            ("ben", "/rotation ooo add tomorrow morning"),
            ("ben", "/rotation ooo add 24 Dec afternoon to 2 Jan morning"),
            ("ben", "/rotation ooo add every morning 15 June to 19 June"),
            ("ben", "/rotation ooo today 14:00-16:00"),
            ("cho", "/rotation ooo add Monday 2pm to 4pm"),
            ("cho", "/rotation ooo add from 22 June on"),
            ("ben", "/rotation ooo add tomorrow at dawn"),
            ("ben", "/rotation ooo add tomorrow 14:00"),
            ("ben", "/rotation ooo add tomorrow 16:00 to 14:00"),
            ("ben", "/rotation ooo add today 08:00 to 09:00"),
            ("ben", "/rotation ooo list"),
            ("cho", "/rotation ooo list"),
        ] {
            let _ = writeln!(log, "> {who}: {typed}\n{}\n", play.types(who, typed).await);
        }

        assert_snapshot!("absences_in_words", log);
    }

    async fn whose_next_turn_moves_is_told_once_and_who_did_it_is_not(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        // Of somebody known all is decided before the database is asked.
        play.becomes_known("cho").await;
        let said = play.types("cho", "/rotation ooo add 2026-06-15 to 2026-06-21").await;
        assert!(said.contains("Dee instead"), "{said}");
        play.waits("10s").await;
        let first = play.dms("dee").await;
        assert_snapshot!("a_turn_that_comes_earlier", texts(&first));

        // In the modal it is decided where the rotation is locked.
        let form = play.opens("dee", "/rotation ooo add").await;
        play.fills("dee", &form, &json!({"from": "2026-06-15", "to": "2026-06-21"})).await;
        play.waits("10s").await;
        play.types("cho", "/rotation ooo remove").await;
        play.waits("10s").await;

        assert_snapshot!("a_turn_that_moves_back_and_forth", texts(&play.dms("cho").await));
        let told = play.dms("dee").await;
        assert_eq!(told.len(), first.len() + 1, "what she entered herself is no news to her");
        assert_snapshot!("a_turn_that_comes_earlier_as_another_is_back", told[told.len() - 1].text);
        assert!(play.dms("ben").await.is_empty(), "his next turn is where it was");
    }

    async fn who_is_entered_by_somebody_else_is_told_and_can_take_it_back(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        for name in ["ana", "ben", "eli"] {
            play.becomes_known(name).await;
        }

        let entered = play.types("ana", "/rotation ooo add <@U0BEN> 2026-07-15 afternoon").await;
        let refused = play.types("eli", "/rotation ooo add <@U0BEN> tomorrow").await;
        play.waits("10s").await;
        let told = play.dms("ben").await;

        assert!(entered.contains("Ben is away on the afternoon of Wednesday 15 July"), "{entered}");
        assert!(refused.contains("Only the person themselves"), "{refused}");
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_snapshot!("entered_by_somebody_else", told[0].text);
        play.presses("ben", &told[0], "remove_absence").await;
        assert!(play.types("ben", "/rotation ooo list").await.contains("no absence"));
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-07-15").await;
        play.waits("10s").await;
        play.types("ana", "/rotation ooo remove <@U0BEN>").await;
        play.waits("10s").await;
        let told = play.dms("ben").await;
        assert_snapshot!("entered_and_taken_back_by_somebody_else", texts(&told[told.len() - 2..]));
        assert!(play.dms("ana").await.is_empty(), "who did it was answered");
    }

    async fn the_form_takes_halves_times_and_those_of_others(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        let own = play.opens("ben", "/rotation ooo add").await;
        assert_snapshot!("the_form_of_a_member", plain_view(&own));
        let wrong = play.fills("ben", &own, &json!({"from": "2026-06-16", "to": "2026-06-15"})).await;
        assert!(wrong["errors"]["to"].to_string().contains("swap the two dates"), "{wrong}");
        let wrong = play.fills("ben", &own, &json!({"to": null, "from_part": "time"})).await;
        assert!(wrong["errors"]["from_time"].to_string().contains("Choose the time"), "{wrong}");
        let wrong = play.fills("ben", &own, &json!({"to": "2026-06-20", "open_end": ["open"], "from_part": "noon"})).await;
        assert!(wrong["errors"]["to"].to_string().contains("Leave this empty"), "{wrong}");
        let half = play.fills("ben", &own, &json!({"to": null, "open_end": null, "from_part": "noon"})).await;
        assert_snapshot!("half_a_day_in_the_form", plain_view(&half["view"]));
        play.closes("ben").await;
        let open = play.opens("ben", "/rotation ooo add").await;
        let form = json!({"from": "2026-07-13", "from_time": "14:00", "open_end": ["open"]});
        let open = play.fills("ben", &open, &form).await;
        assert_snapshot!("an_open_end_in_the_form", plain_view(&open["view"]));

        let home = play.opens_home("ana").await;
        play.clicks_in_view("ana", &home, "enter_absence").await;
        let others = play.modals("ana").await.pop().expect("the form");
        assert!(plain_view(&others).contains("Who is away"), "{others}");
        let form = json!({"who": "U0DEE", "from": "2026-06-16", "from_time": "14:00", "to_time": "16:00"});
        let entered = play.fills("ana", &others, &form).await;
        assert_snapshot!("times_of_somebody_else_in_the_form", plain_view(&entered["view"]));
        play.waits("10s").await;
        assert!(texts(&play.dms("dee").await).contains("Ana noted that you are away"));
    }

    async fn several_are_taken_back_at_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        for days in ["2026-06-15 to 2026-06-19", "2026-06-17 to 2026-06-26", "2026-07-17 morning"] {
            play.types("ben", &format!("/rotation ooo add {days}")).await;
        }

        let listed = play.types("ben", "/rotation ooo list").await;
        let which = play.types("ben", "/rotation ooo remove").await;
        let none = play.types("ben", "/rotation ooo remove 2026-07-17 afternoon").await;
        let both = play.types("ben", "/rotation ooo remove 2026-06-18").await;
        let rest = play.types("ben", "/rotation ooo remove").await;

        assert!(which.contains("several absences"), "{which}");
        assert!(none.contains("no absence on 2026-07-17"), "{none}");
        assert_snapshot!("several_taken_back", format!("{listed}\n---\n{both}\n---\n{rest}"));
        assert!(play.types("ben", "/rotation ooo list").await.contains("no absence"));
    }

    async fn halves_taken_back_leave_the_other_halves_alone(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.types("ben", "/rotation ooo add every afternoon 20 July to 24 July").await;
        play.types("ben", "/rotation ooo add 23 July 09:00 to 11:00").await;

        let none = play.types("ben", "/rotation ooo remove mornings 20 July to 22 July").await;
        let times = play.types("ben", "/rotation ooo remove mornings 20 July to 24 July").await;
        let halves = play.types("ben", "/rotation ooo remove afternoons 24 July to 28 July").await;

        assert!(none.contains("no absence on 2026-07-20"), "{none}");
        assert!(!times.contains("afternoon"), "{times}");
        assert!(halves.contains("not away every afternoon"), "{halves}");
        assert!(play.types("ben", "/rotation ooo list").await.contains("no absence"));
    }

    async fn long_leave_is_overruled_for_four_weeks_at_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        let (first, last) = (day("2026-09-01"), day("2026-12-31"));
        let part = Span::Part { first, last, of_day: Amount::Thousandths(500) };
        let few = Span::Part { first, last: day("2026-09-03"), of_day: Amount::Minutes(60) };
        let start = "2026-05-04T07:00:00Z".parse().expect("an instant");
        syncs(&play, "U0BEN", &[(Span::Clock { start, end: None }, None)]).await;
        syncs(&play, "U0CHO", &[(part, None)]).await;
        syncs(&play, "U0DEE", &[(few, None)]).await;

        let mut log = String::new();
        for (who, wait) in [("ben", ""), ("ben", "1d"), ("ben", "27d"), ("cho", ""), ("cho", ""), ("dee", "")] {
            if !wait.is_empty() {
                play.waits(wait).await;
            }
            let said = play.types(who, "/rotation ooo available").await;
            let _ = writeln!(log, "> {who}, {wait}\n{said}\n");
        }

        let _ = writeln!(log, "{}", play.types("cho", "/rotation ooo list").await);
        assert_snapshot!("long_leave_overruled", log);
    }

    async fn what_another_system_says_is_shown_to_those_who_may_see_it(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.becomes_known("ana").await;
        let week = (Span::days(day("2026-06-08"), day("2026-06-14")), Some("Holiday"));
        let part = Span::Part { first: day("2026-06-22"), last: day("2026-06-22"), of_day: Amount::Minutes(180) };
        let open = Span::Days { first: day("2026-08-03"), last: None, from_noon: false, until_noon: false };
        syncs(&play, "U0BEN", &[week, (part, None), (open, None)]).await;
        let mut log = String::new();

        for (who, typed) in [
            ("ben", "/rotation ooo list"),
            ("ana", "/rotation ooo list <@U0BEN>"),
            ("cho", "/rotation ooo list <@U0BEN>"),
            ("cho", "/rotation next support 3"),
            ("ben", "/rotation ooo remove"),
            ("ben", "/rotation ooo remove 2026-06-10"),
            ("cho", "/rotation ooo available"),
            ("cho", "/rotation ooo available <@U0BEN>"),
            ("ben", "/rotation ooo available 2026-07-01"),
        ] {
            let _ = writeln!(log, "> {who}: {typed}\n{}\n", play.types(who, typed).await);
        }

        assert_snapshot!("what_another_system_says", log);
        assert_snapshot!("what_another_system_says_at_home", absences_of(&plain_view(&play.opens_home("ben").await)));
        assert_eq!(log.matches("Holiday").count(), 2, "the person and admins read the type: {log}");
        play.waits("2h").await;
        let old = play.types("cho", "/rotation next support 1").await;
        assert!(old.contains("Absences from HiBob are more than an hour old"), "{old}");

        // Who was an admin yesterday is looked up before the type is shown again.
        play.waits("25h").await;
        let list = "/rotation ooo list <@U0BEN>";
        let unseen = play.types("ana", list).await;
        assert!(unseen.contains("unavailable (from HiBob)") && !unseen.contains("Holiday"), "{unseen}");
        play.waits("10s").await;
        let seen = play.types("ana", list).await;
        assert!(seen.contains("Holiday"), "{seen}");
        play.makes_guest("ana", true).await;
        play.waits("10s").await;
        let guest = play.types("ana", list).await;
        assert!(guest.contains("unavailable (from HiBob)") && !guest.contains("Holiday"), "{guest}");
    }

    async fn somebody_is_available_after_all_and_takes_that_back(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        let week = Span::days(day("2026-06-08"), day("2026-06-14"));
        let open = Span::Days { first: day("2026-08-03"), last: None, from_noon: false, until_noon: false };
        syncs(&play, "U0BEN", &[(week, None), (open, None)]).await;
        play.types("ben", "/rotation ooo list").await;
        let listed = newest(&play, "ben").await;
        assert_eq!(listed.buttons, ["stay_available", "stay_available"]);

        play.presses("ben", &listed, "stay_available").await;
        let noted = newest(&play, "ben").await;
        let mut log = format!("{}\n\n", noted.text);
        for typed in [
            "/rotation next support 3",
            "/rotation ooo available",
            "/rotation ooo available",
            "/rotation ooo list",
            "/rotation ooo remove 2026-06-10",
            "/rotation ooo add 2026-06-08 to 2026-06-14",
            "/rotation ooo available 2026-06-08 to 2026-06-14",
            "/rotation next support 3",
        ] {
            let _ = writeln!(log, "> ben: {typed}\n{}\n", play.types("ben", typed).await);
        }

        assert_snapshot!("available_after_all", log);
        play.waits("10s").await;
        assert_snapshot!("whose_turns_moved_by_it", texts(&play.dms("cho").await));
    }
}

fn texts(messages: &[Seen]) -> String {
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    texts.join("\n---\n")
}

/// Returns what stands in a home below "Your absences".
fn absences_of(home: &str) -> String {
    let lines = home.lines().skip_while(|line| !line.contains("absences"));
    lines.take_while(|line| !line.contains("messages")).collect::<Vec<_>>().join("\n")
}

/// Returns the newest message that only this person sees.
async fn newest(play: &Play, who: &str) -> Seen {
    let seen = play.messages("support", who).await;
    seen.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer")
}

/// Stores what a source says of somebody, as a sync does, while the bot is down.
async fn syncs(play: &Play, user: &str, spans: &[(Span, Option<&str>)]) {
    play.ends_bot("stop").await;
    let now: DateTime<Utc> = "2026-06-05T09:50:00Z".parse().expect("an instant");
    let source = SourceCode::new("hibob").expect("a code");
    let store = play.database().open().await;
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let mut tx = store.write(workspace).await.expect("a transaction");
    let record = AbsenceSourceRecord {
        source: source.clone(),
        name: String::from("HiBob"),
        webhook_hash: None,
        connected_by: UserId::new("U0ANA"),
        connected_at: now,
        status: SourceStatus { good_at: Some(now), ..SourceStatus::default() },
        next_at: None,
    };
    tx.upsert_source(&record, &SecretString::from("{}")).await.expect("a source");
    let zone = Zone::parse("Europe/Berlin").expect("a zone");
    for (span, label) in spans {
        let (starts_at, ends_at) = span.bounds(&zone);
        let absence = AbsenceRecord {
            id: AbsenceId::new(new_id(now)),
            user: UserId::new(user),
            source: AbsenceSource::Synced(source.clone()),
            rotation: None,
            span: *span,
            zone: zone.name().to_owned(),
            is_available: false,
            label: label.map(str::to_owned),
            is_flagged: ends_at.is_none(),
            starts_at,
            ends_at,
            entered_by: None,
            created_at: now,
        };
        tx.insert_absence(&absence).await.expect("an absence");
    }
    tx.commit().await.expect("a commit");
    play.starts_bot().await;
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}
