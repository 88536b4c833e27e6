//! What the one who asked is answered.

use crate::shown::{ana, at, ben, cho, day, person, show};
use domain::ids::{AbsenceId, ChannelId, RotationId};
use domain::message::{Person, SkipLine, SkipWord};
use domain::refusal::Refusal;
use domain::reply::{
    AbsenceCard, AbsenceEffect, AbsenceLine, Duty, DutyCard, NextCard, NextDuty, OnDutyPerson,
    Reply, SourceAge, TurnLine,
};
use proptest::prelude::*;
use serde_json::Value;
use slack::{Rendered, render_reply};

fn on_duty(
    person: Person,
    covered_for: Option<Person>,
    until: chrono::DateTime<chrono::Utc>,
) -> Duty {
    Duty::OnDuty { people: vec![OnDutyPerson { person, covered_for }], until }
}

fn render(reply: &Reply) -> Value {
    let json = render_reply(reply, at("2026-06-08T10:00:00Z"));
    let text = json["text"].as_str().expect("a text");
    assert_eq!(crate::limits::faults_of_message(text, &json["blocks"]), Vec::<String>::new());
    assert_eq!(json["response_type"], "ephemeral");
    json
}

fn read(reply: &Reply) -> String {
    let json = render(reply);
    let text = json["text"].as_str().expect("a text").to_owned();
    show(&Rendered { text, blocks: json["blocks"].clone() })
}

fn card() -> DutyCard {
    DutyCard {
        is_stopping: false,
        rotation: RotationId::new("0190a4f8-0000-7000-8000-000000000001".parse().unwrap()),
        name: String::from("support"),
        channel: ChannelId::new("C1"),
        zone: String::from("Europe/Berlin"),
        cadence: String::from("every week on Monday at 09:00"),
        members: vec![ana(), ben(), cho()],
        duty: on_duty(ana(), None, at("2026-06-15T07:00:00Z")),
        next: Some(NextDuty { at: at("2026-06-15T07:00:00Z"), people: vec![ben()] }),
    }
}

fn absence(number: u8, from: &str, to: &str) -> AbsenceLine {
    let id = format!("0190a4f8-0000-7000-8000-0000000000{number:02}");
    AbsenceLine::days(AbsenceId::new(id.parse().unwrap()), day(from), day(to))
}

#[test]
fn help_lists_the_verbs_with_examples() {
    insta::assert_snapshot!(read(&Reply::Help), @r"
    I pass a duty from one person to the next, and pass over whoever is away.
    • `/rotation` shows this channel's rotations
    • `/rotation create support` sets up a rotation
    • `/rotation list` shows all rotations
    • `/rotation show support` shows everything about it, with its buttons
    • `/rotation who support` tells who is on duty
    • `/rotation next support 10` tells who comes next
    • `/rotation edit support` changes its name, its channel and its rules
    • `/rotation handover support to @Ben` passes your duty on now; without a name to the next who is free
    • `/rotation skip support` passes you over in your next turn; while you are on duty it passes the duty on
    • `/rotation assign @Cho for @Ben support friday` lets somebody serve instead; without days the whole turn
    • `/rotation cover support friday` asks the others who can stand in; without days for a whole turn, `/rotation cover @Ben` for somebody else
    • `/rotation cover list support` shows who needs cover
    • `/rotation swap support @Ben` asks Ben to swap a turn with you; with days at once: `/rotation swap support @Ben 15 June 22 June`
    • `/rotation note support` leaves a note for whoever is on duty next, `/rotation note list` shows yours
    • `/rotation pause support until 24 Dec` lets it rest; `/rotation resume support` ends that, `/rotation resume support now` at once
    • `/rotation delete support` deletes it; `/rotation undelete support` brings it back within 30 days
    • `/rotation add support @Ben` lets somebody join; `/rotation add support channel-members` everybody in its channel
    • `/rotation remove support @Ben` takes somebody out, `/rotation leave support` yourself
    • `/rotation order support @Ben` changes the order: Ben comes first
    • `/rotation ooo add 24 Dec to 2 Jan` enters days away; for somebody else `/rotation ooo add @Ben friday`
    • `/rotation ooo add today 14:00-16:00` enters times, `/rotation ooo add tomorrow morning` half a day, `/rotation ooo add from Monday on` what has no end yet
    • `/rotation ooo list` shows when you are away; somebody else `/rotation ooo list @Ben`
    • `/rotation ooo remove 24 Dec` takes it back; `/rotation ooo available` says that you are there although another system says otherwise
    • `/rotation history support` shows the last turns, `/rotation stats support 90d` who did how much
    • `/rotation settings support` sets who manages it and what it sends, `/rotation settings me` what you get
    • `/rotation calendar support` gives you a link to its calendar, `/rotation calendar me` to your own turns, `/rotation page support` to a page with the whole month
    • `/rotation calendar revoke` lets your links open nothing any more
    • `/rotation export me` gives you everything that I keep of you, `/rotation erase me` erases it
    • `/rotation admin` is for admins: the settings of this workspace; `/rotation events` shows them who did what, `/rotation export` gives them everything
    • `/rotation help` shows this
    ---
    I pass a duty from one person to the next, and pass over whoever is away.
    • `/rotation` shows this channel's rotations
    • `/rotation create support` sets up a rotation
    • `/rotation list` shows all rotations
    • `/rotation show support` shows everything about it, with its buttons
    • `/rotation who support` tells who is on duty
    • `/rotation next support 10` tells who comes next
    • `/rotation edit support` changes its name, its channel and its rules
    • `/rotation handover support to @Ben` passes your duty on now; without a name to the next who is free
    • `/rotation skip support` passes you over in your next turn; while you are on duty it passes the duty on
    • `/rotation assign @Cho for @Ben support friday` lets somebody serve instead; without days the whole turn
    • `/rotation cover support friday` asks the others who can stand in; without days for a whole turn, `/rotation cover @Ben` for somebody else
    • `/rotation cover list support` shows who needs cover
    • `/rotation swap support @Ben` asks Ben to swap a turn with you; with days at once: `/rotation swap support @Ben 15 June 22 June`
    • `/rotation note support` leaves a note for whoever is on duty next, `/rotation note list` shows yours
    • `/rotation pause support until 24 Dec` lets it rest; `/rotation resume support` ends that, `/rotation resume support now` at once
    • `/rotation delete support` deletes it; `/rotation undelete support` brings it back within 30 days
    • `/rotation add support @Ben` lets somebody join; `/rotation add support channel-members` everybody in its channel
    • `/rotation remove support @Ben` takes somebody out, `/rotation leave support` yourself
    • `/rotation order support @Ben` changes the order: Ben comes first
    • `/rotation ooo add 24 Dec to 2 Jan` enters days away; for somebody else `/rotation ooo add @Ben friday`
    • `/rotation ooo add today 14:00-16:00` enters times, `/rotation ooo add tomorrow morning` half a day, `/rotation ooo add from Monday on` what has no end yet
    • `/rotation ooo list` shows when you are away; somebody else `/rotation ooo list @Ben`
    • `/rotation ooo remove 24 Dec` takes it back; `/rotation ooo available` says that you are there although another system says otherwise
    • `/rotation history support` shows the last turns, `/rotation stats support 90d` who did how much
    • `/rotation settings support` sets who manages it and what it sends, `/rotation settings me` what you get
    • `/rotation calendar support` gives you a link to its calendar, `/rotation calendar me` to your own turns, `/rotation page support` to a page with the whole month
    • `/rotation calendar revoke` lets your links open nothing any more
    • `/rotation export me` gives you everything that I keep of you, `/rotation erase me` erases it
    • `/rotation admin` is for admins: the settings of this workspace; `/rotation events` shows them who did what, `/rotation export` gives them everything
    • `/rotation help` shows this
    [primary Create a rotation: create_rotation -] [I'm away…: enter_absence -]
    ");
}

#[test]
fn home_shows_the_channels_rotations_and_what_can_be_pressed() {
    insta::assert_snapshot!(read(&Reply::Home(vec![card()])), @r"
    *support* in <#C1>
    Ana is on duty until Monday 15 June, 09:00 Europe/Berlin.
    Next is Ben, from Monday 15 June, 09:00.
    ---
    *support* in <#C1>
    Ana is on duty until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    Next is Ben, from <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    [Who is next: show_next 0190a4f8-0000-7000-8000-000000000001] [Show: lifecycle_show 0190a4f8-0000-7000-8000-000000000001]
    [primary Create a rotation: create_rotation -] [I'm away…: enter_absence -]
    ");
}

#[test]
fn an_empty_home_offers_to_make_a_rotation() {
    insta::assert_snapshot!(read(&Reply::Home(vec![])), @r"
    This channel has no rotation yet.
    ---
    This channel has no rotation yet.
    [primary Create a rotation: create_rotation -] [I'm away…: enter_absence -]
    ");
}

#[test]
fn the_list_says_how_each_rotation_goes() {
    insta::assert_snapshot!(read(&Reply::List(vec![card()])), @r"
    *support* in <#C1>
    Ana is on duty until Monday 15 June, 09:00 Europe/Berlin.
    Next is Ben, from Monday 15 June, 09:00.
    Handoff every week on Monday at 09:00 (Europe/Berlin).
    In order: Ana, Ben, Cho.
    ---
    *support* in <#C1>
    Ana is on duty until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    Next is Ben, from <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    Handoff every week on Monday at 09:00 (Europe/Berlin).
    In order: Ana, Ben, Cho.
    ");
}

#[test]
fn an_empty_list_says_what_to_do() {
    insta::assert_snapshot!(read(&Reply::List(vec![])), @r"
    There is no rotation here yet. Make one with `/rotation create`.
    ---
    There is no rotation here yet. Make one with `/rotation create`.
    [primary Create a rotation: create_rotation -] [I'm away…: enter_absence -]
    ");
}

#[test]
fn who_says_each_state_of_a_duty() {
    let until = at("2026-06-15T07:00:00Z");
    let duties = [
        Duty::NotYet,
        on_duty(cho(), Some(ben()), until),
        Duty::Unassigned { until },
        Duty::OffHours { until },
        Duty::Paused { until: None },
        Duty::Paused { until: Some(until) },
    ];
    let nobody = Some(NextDuty { at: until, people: Vec::new() });
    let cards = duties.map(|duty| DutyCard { duty, next: nobody.clone(), ..card() });

    insta::assert_snapshot!(read(&Reply::Who(cards.to_vec())), @r"
    *support* in <#C1>
    It has not begun yet.
    The next handoff is Monday 15 June, 09:00 Europe/Berlin; nobody is free for it yet.
    *support* in <#C1>
    Cho (for Ben) is on duty until Monday 15 June, 09:00 Europe/Berlin.
    The next handoff is Monday 15 June, 09:00; nobody is free for it yet.
    *support* in <#C1>
    Nobody is on duty until Monday 15 June, 09:00 Europe/Berlin.
    The next handoff is Monday 15 June, 09:00; nobody is free for it yet.
    *support* in <#C1>
    Nobody needs to be on duty until Monday 15 June, 09:00 Europe/Berlin.
    The next handoff is Monday 15 June, 09:00; nobody is free for it yet.
    *support* in <#C1>
    It is paused, so nobody is on duty.
    *support* in <#C1>
    It is paused, so nobody is on duty until Monday 15 June, 09:00 Europe/Berlin.
    The next handoff is Monday 15 June, 09:00; nobody is free for it yet.
    ---
    *support* in <#C1>
    It has not begun yet.
    The next handoff is <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>; nobody is free for it yet.
    *support* in <#C1>
    Cho (for Ben) is on duty until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    The next handoff is <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>; nobody is free for it yet.
    *support* in <#C1>
    Nobody is on duty until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    The next handoff is <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>; nobody is free for it yet.
    *support* in <#C1>
    Nobody needs to be on duty until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    The next handoff is <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>; nobody is free for it yet.
    *support* in <#C1>
    It is paused, so nobody is on duty.
    *support* in <#C1>
    It is paused, so nobody is on duty until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    The next handoff is <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>; nobody is free for it yet.
    ");
}

#[test]
fn next_says_who_will_be_passed_over_and_why() {
    let turn = |start: &str, end: &str, person: Option<Person>, skipped: Vec<SkipLine>| TurnLine {
        start: at(start),
        end: at(end),
        people: person.into_iter().collect(),
        covers: Vec::new(),
        is_paused: false,
        is_stopped: false,
        skipped,
    };
    let away = |last_day| SkipLine { person: ben(), reason: SkipWord::Unavailable { last_day } };
    let reply = Reply::Next(NextCard {
        name: String::from("support"),
        zone: String::from("Europe/Berlin"),
        sources: vec![SourceAge {
            name: String::from("HiBob"),
            good_at: Some(at("2026-06-08T06:50:00Z")),
        }],
        turns: vec![
            turn(
                "2026-06-15T07:00:00Z",
                "2026-06-22T07:00:00Z",
                Some(cho()),
                vec![away(Some(day("2026-06-19")))],
            ),
            turn("2026-06-22T07:00:00Z", "2026-06-29T07:00:00Z", None, vec![away(None)]),
            turn("2026-06-29T07:00:00Z", "2026-07-06T07:00:00Z", Some(ana()), vec![]),
        ],
    });

    insta::assert_snapshot!(read(&reply), @r"
    Coming up in *support*:
    • Monday 15 June, 09:00 Europe/Berlin: Cho; passes over Ben (unavailable until Friday 19 June)
    • Monday 22 June, 09:00: nobody is free; passes over Ben (unavailable)
    • Monday 29 June, 09:00: Ana
    Absences from HiBob are more than an hour old: what changed there since Monday 8 June, 08:50 is missing here.
    ---
    Coming up in *support*:
    • <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>: Cho; passes over Ben (unavailable until Friday 19 June)
    • <!date^1782111600^{date_short_pretty} at {time}|Monday 22 June, 09:00 Europe/Berlin>: nobody is free; passes over Ben (unavailable)
    • <!date^1782716400^{date_short_pretty} at {time}|Monday 29 June, 09:00 Europe/Berlin>: Ana
    Absences from HiBob are more than an hour old: what changed there since <!date^1780901400^{date_short_pretty} at {time}|Monday 8 June, 08:50 Europe/Berlin> is missing here.
    ");
}

#[test]
fn next_of_nothing_says_so() {
    let reply = Reply::Next(NextCard {
        name: String::from("support"),
        zone: String::from("Europe/Berlin"),
        turns: vec![],
        sources: vec![],
    });

    insta::assert_snapshot!(read(&reply), @r"
    Nothing is coming up in *support*.
    ---
    Nothing is coming up in *support*.
    ");
}

#[test]
fn a_created_rotation_is_shown_whole() {
    let card = DutyCard { duty: Duty::NotYet, ..card() };

    insta::assert_snapshot!(read(&Reply::Created(card)), @r"
    Done, it is set up.
    *support* in <#C1>
    It has not begun yet.
    Next is Ben, from Monday 15 June, 09:00 Europe/Berlin.
    Handoff every week on Monday at 09:00 (Europe/Berlin).
    In order: Ana, Ben, Cho.
    ---
    Done, it is set up.
    *support* in <#C1>
    It has not begun yet.
    Next is Ben, from <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    Handoff every week on Monday at 09:00 (Europe/Berlin).
    In order: Ana, Ben, Cho.
    ");
}

#[test]
fn an_entered_absence_says_what_it_changes() {
    let effect = |instead| AbsenceEffect {
        rotation: String::from("support"),
        zone: String::from("Europe/Berlin"),
        start: at("2026-06-15T07:00:00Z"),
        instead,
    };
    let reply = Reply::AbsenceAdded(AbsenceCard {
        person: ben(),
        line: absence(1, "2026-06-15", "2026-06-19"),
        effects: vec![effect(Some(cho())), effect(None)],
        on_duty_now: vec![String::from("on_call")],
        is_away_by_hand: false,
        goes_on: false,
    });

    insta::assert_snapshot!(read(&reply), @r"
    Noted: Ben is away from Monday 15 June to Friday 19 June.
    • *support* from Monday 15 June, 09:00 Europe/Berlin: Cho instead
    • *support* from Monday 15 June, 09:00 Europe/Berlin: nobody is free, so I will ask in the channel
    The turn of *on_call* that is running stays as it is.
    ---
    Noted: Ben is away from Monday 15 June to Friday 19 June.
    • *support* from <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>: Cho instead
    • *support* from <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>: nobody is free, so I will ask in the channel
    The turn of *on_call* that is running stays as it is.
    [Take it back: remove_absence 0190a4f8-0000-7000-8000-000000000001]
    ");
}

#[test]
fn an_absence_without_effect_says_so() {
    let reply = Reply::AbsenceAdded(AbsenceCard {
        person: ben(),
        line: absence(1, "2026-06-15", "2026-06-15"),
        effects: vec![],
        on_duty_now: vec![],
        is_away_by_hand: false,
        goes_on: false,
    });

    insta::assert_snapshot!(read(&reply), @r"
    Noted: Ben is away on Monday 15 June.
    No turn changes hands because of it.
    ---
    Noted: Ben is away on Monday 15 June.
    No turn changes hands because of it.
    [Take it back: remove_absence 0190a4f8-0000-7000-8000-000000000001]
    ");
}

#[test]
fn absences_can_be_taken_back_one_by_one_by_those_who_may() {
    let absences =
        vec![absence(1, "2026-06-15", "2026-06-19"), absence(2, "2026-12-28", "2027-01-02")];
    let list = |can_remove| Reply::AbsenceList {
        person: ben(),
        is_own: true,
        absences: absences.clone(),
        can_remove,
    };

    insta::assert_snapshot!(read(&list(true)), @r"
    Ben is away:
    • from Monday 15 June to Friday 19 June
    • from Monday 28 December to Saturday 2 January 2027
    ---
    Ben is away:
    • from Monday 15 June to Friday 19 June [Take it back: remove_absence 0190a4f8-0000-7000-8000-000000000001]
    • from Monday 28 December to Saturday 2 January 2027 [Take it back: remove_absence 0190a4f8-0000-7000-8000-000000000002]
    ");
    assert!(!read(&list(false)).contains("remove_absence"));
}

#[test]
fn what_a_source_says_is_shown_with_where_it_comes_from_and_cannot_be_taken_back() {
    let synced = |number, label: Option<&str>| AbsenceLine {
        source: Some(String::from("HiBob")),
        label: label.map(String::from),
        ..absence(number, "2026-06-15", "2026-06-19")
    };
    let absences = vec![
        synced(1, Some("Holiday")),
        AbsenceLine { is_flagged: true, ..synced(2, None) },
        AbsenceLine { is_overruled: true, ..synced(3, None) },
        AbsenceLine { is_available: true, ..absence(4, "2026-06-15", "2026-06-19") },
    ];
    let list = |is_own, can_remove| Reply::AbsenceList {
        person: ben(),
        is_own,
        absences: absences.clone(),
        can_remove,
    };

    insta::assert_snapshot!(read(&list(true, true)));
    assert!(read(&list(false, true)).contains("[Available after all: stay_available"));
    assert!(!read(&list(false, false)).contains("stay_available"));
}

#[test]
fn nobody_is_away_for_ever() {
    let reply =
        Reply::AbsenceList { person: ben(), is_own: true, absences: vec![], can_remove: true };

    insta::assert_snapshot!(read(&reply), @r"
    Ben has no absence ahead.
    ---
    Ben has no absence ahead.
    ");
}

#[test]
fn a_decision_replaces_the_message_with_its_button() {
    let reply = Reply::AbsenceRemoved {
        person: ben(),
        lines: vec![absence(1, "2026-06-15", "2026-06-19")],
    };

    insta::assert_snapshot!(read(&reply), @r"
    Taken back: Ben is not away from Monday 15 June to Friday 19 June any more.
    ---
    Taken back: Ben is not away from Monday 15 June to Friday 19 June any more.
    ");
    assert_eq!(render(&reply)["replace_original"], true);
    assert_eq!(render(&Reply::Help)["replace_original"], false);
}

#[test]
fn who_takes_a_turn_is_thanked() {
    let (until, zone) = (at("2026-06-15T07:00:00Z"), String::from("Europe/Berlin"));
    let rotation = String::from("support");
    let taken = Reply::TurnTaken { rotation, person: cho(), until, zone };

    insta::assert_snapshot!(read(&taken), @r"
    Thank you! Cho is on duty for *support* until Monday 15 June, 09:00 Europe/Berlin.
    ---
    Thank you! Cho is on duty for *support* until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    ");
}

#[test]
fn a_refusal_says_why_and_cannot_call_anybody() {
    let reply = Reply::Refused(Refusal::UnknownVerb {
        word: String::from("<!channel>"),
        did_you_mean: Some(String::from("create")),
    });

    insta::assert_snapshot!(read(&reply), @r"
    I don't know “&lt;!channel&gt;”. Did you mean “create”?
    ---
    I don't know “&lt;!channel&gt;”. Did you mean “create”?
    ");
}

#[test]
fn an_answer_that_is_late_never_says_that_something_was_saved() {
    insta::assert_snapshot!(read(&Reply::NotConfirmedYet), @r"
    This takes longer than usual and is not confirmed yet. I will tell you how it went.
    ---
    This takes longer than usual and is not confirmed yet. I will tell you how it went.
    ");
}

#[test]
fn a_failure_apologises_and_names_its_reference() {
    let reply = Reply::Failed { reference: String::from("01J9ZK") };

    insta::assert_snapshot!(read(&reply), @r"
    Sorry, something went wrong on my side, so this may not have been saved. Please look with `/rotation` and try again. If it stays, this finds it in the log: 01J9ZK
    ---
    Sorry, something went wrong on my side, so this may not have been saved. Please look with `/rotation` and try again. If it stays, this finds it in the log: 01J9ZK
    ");
}

#[test]
fn five_hundred_rotations_and_absences_still_fit() {
    let long = "<&>".repeat(30);
    let members: Vec<_> = (0..100).map(|n| person(&format!("U{n}"), &long)).collect();
    let cards = vec![DutyCard { name: long.clone(), members, ..card() }; 500];
    let absences = vec![absence(1, "2026-06-15", "2026-06-19"); 500];
    let effects = vec![
        AbsenceEffect {
            rotation: long.clone(),
            zone: String::from("Europe/Berlin"),
            start: at("2026-06-15T07:00:00Z"),
            instead: Some(person("U1", &long)),
        };
        500
    ];

    for reply in [
        Reply::Home(cards.clone()),
        Reply::List(cards.clone()),
        Reply::Who(cards),
        Reply::AbsenceList { person: ben(), is_own: true, absences, can_remove: true },
        Reply::AbsenceAdded(AbsenceCard {
            person: ben(),
            line: absence(1, "2026-06-15", "2026-06-19"),
            effects,
            on_duty_now: vec![long.clone(); 500],
            is_away_by_hand: false,
            goes_on: false,
        }),
        Reply::Refused(Refusal::WhichRotation { names: vec![long.clone(); 500] }),
    ] {
        render(&reply);
    }
    assert!(read(&Reply::Home(vec![card(); 30])).contains("10 more"));
}

proptest! {
    #[test]
    fn no_refusal_breaks_a_limit_or_calls_anybody(text in ".{0,4000}") {
        for refusal in [
            Refusal::UnknownRotation { name: text.clone(), did_you_mean: None },
            Refusal::UnreadableDate { text: text.clone() },
            Refusal::UnknownPerson { text: text.clone() },
        ] {
            let shown = read(&Reply::Refused(refusal));

            prop_assert!(!shown.contains('<'));
        }
    }
}
