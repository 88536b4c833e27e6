//! The grammar of what is typed after `/rotation`, as tables.

use domain::command::{Command, MAX_COUNT, MAX_NAME, parse_command};
use domain::ids::UserId;
use domain::refusal::Refusal;
use domain::story::calendar;
use proptest::prelude::*;

#[test]
fn verbs_are_read_in_any_case_and_with_any_space() {
    for (text, command) in [
        ("", Command::Home),
        (" \u{a0}\t\n", Command::Home),
        ("help", Command::Help),
        ("HELP me", Command::Help),
        ("?", Command::Help),
        ("list", Command::List),
        ("\u{a0}List\u{a0}", Command::List),
        ("ls", Command::List),
        ("\u{200b}list", Command::List),
        ("create", Command::Create { name: None }),
        ("new", Command::Create { name: None }),
        ("who", Command::Who { rotation: None }),
        ("ooo", Command::AbsenceList { who: None }),
    ] {
        check(text, command);
    }
}

#[test]
fn names_may_have_spaces_and_quotation_marks_of_any_kind() {
    for (typed, name) in [
        ("support", "support"),
        ("Support  Team", "Support Team"),
        ("\"Support Team\"", "Support Team"),
        ("“Support Team”", "Support Team"),
        ("„Support Team“", "Support Team"),
        ("‘Support Team’", "Support Team"),
        ("«Support Team»", "Support Team"),
        ("'Ana's team'", "Ana's team"),
        ("Ana’s team", "Ana’s team"),
        ("\"Support Team", "Support Team"),
        ("R&amp;D &lt;3", "R&D <3"),
        ("support\u{a0}team", "support team"),
        ("日本 チーム", "日本 チーム"),
        ("👩\u{200d}💻 desk", "👩\u{200d}💻 desk"),
    ] {
        check(&format!("create {typed}"), Command::Create { name: Some(name.into()) });
        check(&format!("who {typed}"), Command::Who { rotation: Some(name.into()) });
    }
    check("who \"\"", Command::Who { rotation: None });
}

#[test]
fn a_name_is_cut_where_no_rotation_could_have_it() {
    let Ok(Command::Create { name: Some(name) }) =
        parse_command(&format!("create {}", "ä".repeat(5000)))
    else {
        panic!("it is a create command")
    };

    assert_eq!(name.chars().count(), MAX_NAME);
}

#[test]
fn the_count_of_next_stands_at_either_end() {
    for (text, rotation, count) in [
        ("next", None, 5),
        ("next 3", None, 3),
        ("next support", Some("support"), 5),
        ("next support 3", Some("support"), 3),
        ("next 3 support", Some("support"), 3),
        ("next 3 Support Team", Some("Support Team"), 3),
        ("next 3 team 4", Some("3 team"), 4),
        ("next \"team 2\"", Some("team 2"), 5),
        ("next “team 2” 3", Some("team 2"), 3),
        ("next \"7\"", Some("7"), 5),
        ("next 20", None, 20),
    ] {
        check(text, Command::Next { rotation: rotation.map(String::from), count });
    }
    for text in ["next 0", "next 21", "next support 99999999999999999999999"] {
        assert!(matches!(parse_command(text), Err(Refusal::Usage { .. })), "{text}");
    }
}

#[test]
fn an_absence_is_added_with_its_days_kept_as_typed() {
    for (text, who, days) in [
        ("ooo add tomorrow", None, "tomorrow"),
        ("OOO Add next Tuesday to Friday", None, "next Tuesday to Friday"),
        ("ooo add me 24 Dec - 2 Jan", None, "24 Dec - 2 Jan"),
        ("ooo add <@U1> 2026-12-24..2027-01-02", Some("U1"), "2026-12-24..2027-01-02"),
        ("ooo add <@U1|ana> from 24 Dec", Some("U1"), "from 24 Dec"),
        ("ooo add <@U1|Ana Lee> today", Some("U1"), "today"),
        ("ooo add <@W1|> today", Some("W1"), "today"),
        ("ooo add for <@U1> today", Some("U1"), "today"),
        ("ooo add today <@U1>", Some("U1"), "today"),
        ("ooo add \"24 Dec\"", None, "24 Dec"),
        ("away add today", None, "today"),
        ("ooo tomorrow", None, "tomorrow"),
        ("ooo from 24 Dec to 2 Jan", None, "from 24 Dec to 2 Jan"),
        ("ooo <@U1> tomorrow", Some("U1"), "tomorrow"),
        ("ooo tomorrow morning", None, "tomorrow morning"),
        ("ooo today 14:00-16:00", None, "today 14:00-16:00"),
        ("ooo from Monday on", None, "from Monday on"),
    ] {
        check(text, Command::AbsenceAdd { who: who.map(UserId::new), days: days.into() });
    }
    check("ooo add", Command::AbsenceForm);
    check("ooo add me", Command::AbsenceForm);
}

#[test]
fn absences_are_listed_and_removed_for_oneself_and_for_others() {
    let ana = || Some(UserId::new("U1"));
    check("ooo list", Command::AbsenceList { who: None });
    check("ooo list me", Command::AbsenceList { who: None });
    check("ooo ls <@U1>", Command::AbsenceList { who: ana() });
    check("ooo remove", Command::AbsenceRemove { who: None, days: None });
    check("ooo rm <@U1>", Command::AbsenceRemove { who: ana(), days: None });
    check(
        "ooo cancel <@U1> 24 Dec",
        Command::AbsenceRemove { who: ana(), days: Some("24 Dec".into()) },
    );
}

#[test]
fn somebody_is_available_after_all() {
    let ana = || Some(UserId::new("U1"));
    check("ooo available", Command::AbsenceAvailable { who: None, days: None });
    check("ooo back <@U1>", Command::AbsenceAvailable { who: ana(), days: None });
    check(
        "ooo free tomorrow morning",
        Command::AbsenceAvailable { who: None, days: Some("tomorrow morning".into()) },
    );
}

#[test]
fn links_are_of_ones_own_turns_of_a_rotation_or_of_a_page() {
    let calendar = |rotation: Option<&str>| {
        let rotation = rotation.map(str::to_owned);
        Command::Calendar(calendar::Command::Rotation { rotation })
    };
    let page = |rotation: Option<&str>| {
        let rotation = rotation.map(str::to_owned);
        Command::Calendar(calendar::Command::Page { rotation })
    };
    for (text, command) in [
        ("calendar", calendar(None)),
        ("ical support", calendar(Some("support"))),
        ("Calendar team 2", calendar(Some("team 2"))),
        ("calendar me", Command::Calendar(calendar::Command::Mine)),
        ("calendar \"me\"", calendar(Some("me"))),
        ("calendar me too", calendar(Some("me too"))),
        ("calendar revoke", Command::Calendar(calendar::Command::Revoke)),
        ("page off", Command::Calendar(calendar::Command::Revoke)),
        ("calendar \"revoke\"", calendar(Some("revoke"))),
        ("page", page(None)),
        ("schedule support", page(Some("support"))),
        ("page me", page(Some("me"))),
    ] {
        check(text, command);
    }
    let usage = "/rotation calendar revoke";
    assert_eq!(parse_command("calendar revoke support"), Err(Refusal::Usage { usage }));
}

#[test]
fn a_person_must_be_picked_from_the_list() {
    for (text, shown) in [
        ("ooo add @ben tomorrow", "@ben"),
        ("ooo @ben tomorrow", "@ben"),
        ("ooo list @ben", "@ben"),
        ("ooo add <@U1 tomorrow", "@U1"),
        ("ooo add <#C1|general> tomorrow", "general"),
        ("ooo add <!subteam^S1|@ops> tomorrow", "@ops"),
        ("ooo add <@B1> tomorrow", "@B1"),
        ("ooo add <@U1/../x> tomorrow", "@U1/../x"),
        ("ooo add @ tomorrow", "@"),
    ] {
        let expected = Refusal::UnknownPerson { text: shown.into() };

        assert_eq!(parse_command(text), Err(expected), "{text}");
    }
}

#[test]
fn what_is_too_much_is_answered_with_a_form_that_works() {
    for text in ["list support", "ooo list tomorrow", "ooo add <@U1> <@U2> today", "ooo add <@U1>"]
    {
        let Err(Refusal::Usage { usage }) = parse_command(text) else {
            panic!("{text} is refused")
        };

        let usage = usage.strip_prefix("/rotation ").unwrap().replace("@person", "<@U9>");
        assert!(parse_command(&usage).is_ok(), "{usage}");
    }
}

#[test]
fn an_unknown_verb_is_answered_with_the_nearest_one() {
    for (text, word, nearest) in [
        ("crate support", "crate", Some("create")),
        ("lits", "lits", Some("list")),
        ("nxt", "nxt", Some("next")),
        ("hlep", "hlep", Some("help")),
        ("cre", "cre", Some("create")),
        ("oo", "oo", Some("ooo")),
        ("WOH", "WOH", Some("who")),
        ("ooo ad tomorrow-ish", "ooo ad", Some("ooo add")),
        ("ooo remvoe", "ooo remvoe", Some("ooo remove")),
        ("puase", "puase", Some("pause")),
        ("edti", "edti", Some("edit")),
        ("delte support", "delte", Some("delete")),
        ("x", "x", None),
        ("🦀", "🦀", None),
        ("ooo Dentist", "ooo Dentist", None),
        ("<@U1>", "<@U1>", None),
    ] {
        let expected =
            Refusal::UnknownVerb { word: word.into(), did_you_mean: nearest.map(String::from) };

        assert_eq!(parse_command(text), Err(expected), "{text}");
    }
}

#[test]
fn a_very_long_text_is_refused_with_a_short_answer() {
    for piece in ["x", "\"", "<@", "“ ", "ooo ", "&amp;", "@", "\u{feff}", " - "] {
        let text = piece.repeat(10_000);

        if let Err(refusal) = parse_command(&text) {
            assert!(refusal.to_string().len() < 400, "{piece}");
        }
        drop(parse_command(&format!("ooo add {text}")));
        drop(parse_command(&format!("next {text}")));
    }
}

proptest! {
    #[test]
    fn any_text_is_answered_without_a_panic(text in ".{0,300}") {
        drop(parse_command(&text));
    }

    #[test]
    fn pieces_of_commands_in_any_order_keep_what_the_types_promise(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "ooo", "add", "list", "remove", "next", "who", "create", "3", "99", "\"", "“", "”",
                "'", "<@U1>", "<@U1|a b>", "<@", ">", "|", "@", "&amp;", "\u{a0}", "tomorrow", "-",
                "24 Dec", "for", "me", "é",
            ]),
            0..10,
        ),
        glue in prop::sample::select(vec!["", " "]),
    ) {
        match parse_command(&pieces.join(glue)) {
            Ok(Command::Next { count, .. }) => prop_assert!((1..=MAX_COUNT).contains(&count)),
            Ok(Command::AbsenceAdd { days, .. }) => prop_assert!(!days.trim().is_empty()),
            Ok(Command::Create { name: Some(name) } | Command::Who { rotation: Some(name) }) => {
                prop_assert!(!name.is_empty() && name.chars().count() <= MAX_NAME);
            }
            _ => {}
        }
    }
}

#[track_caller]
fn check(text: &str, command: Command) {
    assert_eq!(parse_command(text), Ok(command), "{text}");
}

#[test]
fn people_of_a_roster_are_read_in_every_form() {
    use domain::story::roster::{Command as Roster, Pick, When};
    let person = |id: &str| Pick::Person(UserId::new(id));
    let add = |rotation: Option<&str>, people: &[&str], before: Option<&str>| Roster::Add {
        rotation: rotation.map(str::to_owned),
        people: people.iter().map(|id| person(id)).collect(),
        before: before.map(person),
    };
    let remove = |rotation: Option<&str>, people: &[Pick], when| Roster::Remove {
        rotation: rotation.map(str::to_owned),
        people: people.to_vec(),
        when,
    };
    let order = |rotation: Option<&str>, people: &[&str]| Roster::Order {
        rotation: rotation.map(str::to_owned),
        people: people.iter().map(|id| person(id)).collect(),
    };
    let everyone =
        |rotation: Option<&str>| Roster::AddEveryone { rotation: rotation.map(str::to_owned) };
    for (text, command) in [
        ("add", add(None, &[], None)),
        ("add support", add(Some("support"), &[], None)),
        ("add <@U1>", add(None, &["U1"], None)),
        ("add Night Shift <@U1|ana lee><@U2>", add(Some("Night Shift"), &["U1", "U2"], None)),
        ("add <@U1>, <@U2> and <@U3> to support", add(Some("support"), &["U1", "U2", "U3"], None)),
        ("add \"before\" <@U1> before <@U2>", add(Some("before"), &["U1"], Some("U2"))),
        ("add channel-members", everyone(None)),
        ("add support @channel-members", everyone(Some("support"))),
        ("add <!channel> to support", everyone(Some("support"))),
        ("remove support <@U1> now", remove(Some("support"), &[person("U1")], Some(When::Now))),
        ("rm <@U1> at the next handoff", remove(None, &[person("U1")], Some(When::Handoff))),
        ("remove \"now\" <@U1>", remove(Some("now"), &[person("U1")], None)),
        ("remove @me", remove(None, &[Pick::Me], None)),
        ("leave support", remove(Some("support"), &[Pick::Me], None)),
        ("leave now", remove(None, &[Pick::Me], Some(When::Now))),
        (
            "leave support at the next handoff",
            remove(Some("support"), &[Pick::Me], Some(When::Handoff)),
        ),
        ("order support <@U2> <@U1>", order(Some("support"), &["U2", "U1"])),
        ("order", order(None, &[])),
    ] {
        check(text, Command::Roster(command));
    }
    for refused in ["add a <@U1> b", "order x <@U1> y <@U2>", "add a channel-members b"] {
        assert!(matches!(parse_command(refused), Err(Refusal::Usage { .. })), "{refused}");
    }
}
