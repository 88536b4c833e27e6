//! The App Home as it is published.

use crate::covers::wanted;
use crate::limits::faults_of_home;
use crate::shown::{at, person};
use domain::ids::{AbsenceId, ChannelId, RotationId};
use domain::message::{Person, SkipLine, SkipWord};
use domain::reply::{AbsenceLine, Duty, DutyCard, NextDuty, OnDutyPerson, TurnLine};
use domain::settings::{ChannelFault, WorkspaceSettings};
use domain::story::home::{
    ABSENCES_SHOWN, DUTIES_SHOWN, FaultLine, Home, HomeKind, MemberHome, MyDuty, ROTATIONS_ON_PAGE,
    RotationBlock, RotationFault, SWAPS_SHOWN, TURNS_SHOWN, WorkspaceState,
};
use serde_json::Value;
use slack::{SCOPES, render_home};

const NOW: &str = "2026-06-08T07:00:00Z";

pub(crate) fn rotation(number: usize) -> RotationId {
    RotationId::new(format!("0190a4f8-0000-7000-8000-{number:012}").parse().unwrap())
}

/// Returns the longest name that there can be, of characters that grow when they are escaped.
pub(crate) fn long() -> String {
    "&".repeat(80)
}

pub(crate) fn crowd(count: usize) -> Vec<Person> {
    (0..count).map(|number| person(&format!("U{number}"), &long())).collect()
}

fn block(number: usize, crowd: &[Person]) -> RotationBlock {
    let skipped: Vec<SkipLine> = crowd
        .iter()
        .map(|person| SkipLine {
            person: person.clone(),
            reason: SkipWord::Unavailable { last_day: None },
        })
        .collect();
    let turn = TurnLine {
        start: at(NOW),
        end: at(NOW),
        people: crowd.to_vec(),
        covers: Vec::new(),
        is_paused: false,
        is_stopped: false,
        skipped,
    };
    let on_duty = OnDutyPerson { person: person("U1", &long()), covered_for: None };
    RotationBlock {
        card: DutyCard {
            is_stopping: false,
            rotation: rotation(number),
            name: long(),
            channel: ChannelId::new("C1"),
            zone: String::from("Europe/Berlin"),
            cadence: String::from("every week on Monday at 09:00"),
            members: crowd.to_vec(),
            duty: Duty::OnDuty { people: vec![on_duty], until: at(NOW) },
            next: Some(NextDuty { at: at(NOW), people: crowd.to_vec() }),
        },
        turns: vec![turn; TURNS_SHOWN],
        cover: Some(wanted(5, crowd)),
        can_manage: true,
        can_skip: true,
    }
}

pub(crate) fn state(scopes: &[&str], faults: Vec<FaultLine>) -> WorkspaceState {
    WorkspaceState {
        settings: WorkspaceSettings::default(),
        installed_at: at(NOW),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        rotations: 40,
        faults,
        uncertain: 1,
        quarantined: 1_000_000,
        sources: Vec::new(),
        billing: None,
    }
}

fn home(member: MemberHome, rotations: Vec<RotationBlock>) -> Home {
    Home {
        page: 1,
        pages: 3,
        kind: HomeKind::Member(Box::new(member)),
        rotations,
        sources: Vec::new(),
        changes_at: None,
    }
}

fn plain_member(workspace: Option<WorkspaceState>) -> MemberHome {
    MemberHome {
        on_duty: Vec::new(),
        next: Vec::new(),
        swaps: Vec::new(),
        absences: Vec::new(),
        more_absences: 0,
        has_quiet_nights: false,
        can_create: true,
        workspace,
    }
}

fn fault(number: usize, fault: RotationFault) -> FaultLine {
    FaultLine { rotation: rotation(number), name: long(), channel: ChannelId::new("C1"), fault }
}

fn texts(view: &Value) -> String {
    let blocks = view["blocks"].as_array().unwrap().iter();
    let texts: Vec<&str> = blocks.filter_map(|block| block["text"]["text"].as_str()).collect();
    texts.join("\n")
}

#[test]
fn a_home_with_as_much_as_there_can_be_is_within_slacks_limits() {
    let crowd = crowd(100);
    let duty =
        MyDuty { name: long(), zone: String::from("Europe/Berlin"), from: at(NOW), until: at(NOW) };
    let absence = AbsenceLine::days(
        AbsenceId::new("0190a4f8-0000-7000-8000-000000000001".parse().unwrap()),
        "2026-06-08".parse().unwrap(),
        "2027-06-08".parse().unwrap(),
    );
    let faults = (0..40).map(|it| fault(it, RotationFault::Empty)).collect();
    let member = MemberHome {
        on_duty: vec![duty.clone(); 1000],
        next: vec![duty; DUTIES_SHOWN],
        swaps: vec![crate::swaps::line(); SWAPS_SHOWN],
        absences: vec![absence; ABSENCES_SHOWN],
        more_absences: 90,
        has_quiet_nights: true,
        can_create: true,
        workspace: Some(WorkspaceState {
            sources: vec![crate::absence_sources::longest_line(); 5],
            billing: Some(crate::checkouts::failing()),
            ..state(&[], faults)
        }),
    };
    let rotations = (0..ROTATIONS_ON_PAGE).map(|number| block(number, &crowd)).collect();

    let view = render_home(&home(member, rotations), at(NOW));

    assert_eq!(faults_of_home(&view), Vec::<String>::new());
    assert_eq!(view["private_metadata"], "1");
}

#[test]
fn the_menu_of_a_rotation_is_for_who_manages_it() {
    let of_manager = block(1, &crowd(1));
    let of_member = RotationBlock { can_manage: false, ..of_manager.clone() };

    let view = render_home(&home(plain_member(None), vec![of_manager, of_member]), at(NOW));

    let blocks = view["blocks"].as_array().unwrap().iter();
    let menus: Vec<&Value> = blocks.map(|block| &block["accessory"]).collect();
    let menus: Vec<&&Value> = menus.iter().filter(|menu| menu["type"] == "overflow").collect();
    assert_eq!(menus.len(), 1, "{view}");
    insta::assert_snapshot!(serde_json::to_string_pretty(menus[0]).unwrap());
}

#[test]
fn a_look_only_home_has_no_button_that_changes_anything() {
    let rotations = (0..ROTATIONS_ON_PAGE).map(|number| block(number, &crowd(3))).collect();
    let home = Home {
        page: 1,
        pages: 3,
        kind: HomeKind::LookOnly,
        rotations,
        sources: Vec::new(),
        changes_at: None,
    };

    let view = render_home(&home, at(NOW));

    assert_eq!(faults_of_home(&view), Vec::<String>::new());
    let ids: std::collections::BTreeSet<&str> = buttons(&view);
    assert_eq!(
        ids.into_iter().collect::<Vec<_>>(),
        ["home_page_after", "home_page_before", "show_next"]
    );
}

#[test]
fn admins_are_told_which_permissions_are_missing() {
    let all =
        render_home(&home(plain_member(Some(state(&SCOPES, Vec::new()))), Vec::new()), at(NOW));
    let few = render_home(
        &home(plain_member(Some(state(&SCOPES[..10], Vec::new()))), Vec::new()),
        at(NOW),
    );

    assert!(texts(&all).contains("has every permission"), "{}", texts(&all));
    assert!(texts(&few).contains("lacks permissions: `users:read`, `users:read.email`."));
}

#[test]
fn admins_are_told_what_is_wrong_with_rotations() {
    let faults = [
        RotationFault::Channel(ChannelFault::Archived),
        RotationFault::Channel(ChannelFault::Deleted),
        RotationFault::Channel(ChannelFault::NotInvited),
        RotationFault::Channel(ChannelFault::Refused),
        RotationFault::Empty,
    ];
    let mut lines: Vec<FaultLine> =
        faults.into_iter().enumerate().map(|(number, it)| fault(number, it)).collect();
    for line in &mut lines {
        line.name = String::from("docs");
    }

    let view = render_home(&home(plain_member(Some(state(&SCOPES, lines))), Vec::new()), at(NOW));

    let texts = texts(&view);
    let told: Vec<&str> = texts.lines().filter(|line| line.starts_with("• *docs*")).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    • *docs*: its channel <#C1> is archived.
    • *docs*: its channel C1 is gone.
    • *docs*: <#C1> is private. Invite me there with `/invite`.
    • *docs*: Slack does not let me post in <#C1>.
    • *docs*: nobody is in it.
    ");
}

fn elements(view: &Value) -> impl Iterator<Item = &Value> {
    view["blocks"].as_array().unwrap().iter().flat_map(|block| {
        let row = block["elements"].as_array().into_iter().flatten();
        row.chain(block.get("accessory"))
    })
}

fn buttons(view: &Value) -> std::collections::BTreeSet<&str> {
    elements(view).filter_map(|element| element["action_id"].as_str()).collect()
}

#[test]
fn buttons_that_look_the_same_are_told_apart_by_ear() {
    let absence = |number: usize, day: &str| {
        let (id, day) = (rotation(number).as_uuid(), day.parse().unwrap());
        AbsenceLine::days(AbsenceId::new(id), day, day)
    };
    let mut member = plain_member(Some(state(&SCOPES, Vec::new())));
    member.absences = vec![absence(1, "2026-06-09"), absence(2, "2026-06-10")];
    let named = |(number, name): (usize, &str)| {
        let mut block = block(number, &[]);
        block.card.name = String::from(name);
        for card in block.cover.iter_mut().flat_map(|wanted| &mut wanted.cards) {
            card.name = String::from(name);
        }
        block
    };
    let rotations = ["support", "re_view\u{202e}"].into_iter().enumerate().map(named).collect();

    let view = render_home(&home(member, rotations), at(NOW));

    // A menu cannot be given a name of its own; it is heard right after what stands beside it.
    let heard: Vec<String> = elements(&view)
        .filter(|it| it["type"] == "button")
        .map(|it| it["accessibility_label"].as_str().or(it["text"]["text"].as_str()))
        .map(|it| it.unwrap_or_default().to_owned())
        .collect();
    let apart: std::collections::BTreeSet<&String> = heard.iter().collect();
    assert_eq!(apart.len(), heard.len(), "{heard:#?}");
    for label in ["Show: re_view", "History: support", "Take it back: on Tuesday 9 June"] {
        assert!(heard.iter().any(|it| it == label), "{label}: {heard:#?}");
    }
}
