//! What is stored of effects stays as it is: rows that an earlier version wrote are read, and keep their ids.

use super::*;
use crate::ids::TeamId;

/// Each kind as it is stored, with the message that it replaces where it replaces one.
const STORED: &[(&str, &str)] = &[
    (r#"{"kind":"rotation_created","rotation":"R"}"#, ""),
    (r#"{"kind":"handoff_post","rotation":"R","planned_at":"T","missed_from":null}"#, ""),
    (
        r#"{"kind":"handoff_post","rotation":"R","planned_at":"T","missed_from":"S","since":"S"}"#,
        "",
    ),
    (r#"{"kind":"on_duty_dm","rotation":"R","planned_at":"T","missed_from":null,"user":"U1"}"#, ""),
    (
        r#"{"kind":"on_duty_dm","rotation":"R","planned_at":"T","missed_from":"S","user":"U1","since":"S"}"#,
        "",
    ),
    (
        r#"{"kind":"duty_ended","rotation":"R","planned_at":"T","user":"U1","ended_at":"S"}"#,
        "on_duty_dm",
    ),
    (
        r#"{"kind":"duty_ended","rotation":"R","planned_at":"T","user":"U1","since":"S","ended_at":"S"}"#,
        "on_duty_dm",
    ),
    (
        r#"{"kind":"duty_refreshed","rotation":"R","planned_at":"T","user":"U1","changed_at":"T"}"#,
        "on_duty_dm",
    ),
    (
        r#"{"kind":"duty_refreshed","rotation":"R","planned_at":"T","user":"U1","since":"S","changed_at":"T"}"#,
        "on_duty_dm",
    ),
    (r#"{"kind":"duty_seen","rotation":"R","planned_at":"T","user":"U1"}"#, "on_duty_dm"),
    (
        r#"{"kind":"duty_seen","rotation":"R","planned_at":"T","user":"U1","since":"S"}"#,
        "on_duty_dm",
    ),
    (r#"{"kind":"duty_unseen","rotation":"R","planned_at":"T","user":"U1"}"#, ""),
    (r#"{"kind":"duty_unseen","rotation":"R","planned_at":"T","user":"U1","since":"S"}"#, ""),
    (r#"{"kind":"next_duty","rotation":"R","planned_at":"T","user":"U1"}"#, ""),
    (r#"{"kind":"unreachable","rotation":"R","user":"U1","why":"gone"}"#, ""),
    (
        r#"{"kind":"unassigned_post","rotation":"R","planned_at":"T","missed_from":null,"day":"2026-06-08"}"#,
        "",
    ),
    (
        r#"{"kind":"unassigned_post","rotation":"R","planned_at":"T","missed_from":null,"day":"2026-06-08","again":1}"#,
        "",
    ),
    (
        r#"{"kind":"unassigned_resolved","rotation":"R","planned_at":"T","day":"2026-06-08","user":"U1"}"#,
        "unassigned_post",
    ),
    (
        r#"{"kind":"unassigned_resolved","rotation":"R","planned_at":"T","day":"2026-06-08","again":1,"user":"U1"}"#,
        "unassigned_post",
    ),
    (r#"{"kind":"publish_home","user":"U1","as_of":"T"}"#, ""),
    (r#"{"kind":"publish_home","user":"U1","as_of":"T","act":"R"}"#, ""),
    (r#"{"kind":"welcome","installed_at":"T"}"#, ""),
    (r#"{"kind":"rotation_renamed","rotation":"R","by":"U1","changed_at":"T"}"#, ""),
    (
        r#"{"kind":"channel_changed","rotation":"R","by":"U1","changed_at":"T","from":"C2","into":"C3"}"#,
        "",
    ),
    (r#"{"kind":"rotation_paused","rotation":"R","by":"U1","paused_at":"T"}"#, ""),
    (r#"{"kind":"rotation_resumed","rotation":"R","by":"U1","resumed_at":"T"}"#, ""),
    (r#"{"kind":"rotation_deleted","rotation":"R","by":"U1","deleted_at":"T"}"#, ""),
    (r#"{"kind":"deletion_undone","rotation":"R","by":"U1","deleted_at":"T"}"#, "rotation_deleted"),
    (r#"{"kind":"rotation_restored","rotation":"R","by":"U1","restored_at":"T"}"#, ""),
    (
        r#"{"kind":"member_gone","user":"U1","rotations":["R"],"found_at":"T","why":"left_slack"}"#,
        "",
    ),
    (r#"{"kind":"member_back","user":"U1","rotations":["R"],"found_at":"T"}"#, ""),
    (r#"{"kind":"roster_empty","rotation":"R","user":"U1","found_at":"T","why":"bot"}"#, ""),
    (
        r#"{"kind":"left_channel","user":"U1","channel":"C2","rotations":["R"],"day":"2026-06-08"}"#,
        "",
    ),
    (r#"{"kind":"cover_arranged","rotation":"R","coverage":"R"}"#, ""),
    (r#"{"kind":"cover_told","rotation":"R","coverage":"R","user":"U1"}"#, ""),
    (r#"{"kind":"cover_undone","rotation":"R","coverage":"R"}"#, "cover_arranged"),
    (r#"{"kind":"cover_told_undone","rotation":"R","coverage":"R","user":"U1"}"#, "cover_told"),
    (r#"{"kind":"cover_off","rotation":"R","coverage":"R","user":"U1"}"#, ""),
    (
        r#"{"kind":"turn_skipped","rotation":"R","absence":"R","user":"U1","from":"T","until":"S"}"#,
        "",
    ),
    (
        r#"{"kind":"skip_undone","rotation":"R","absence":"R","user":"U1","from":"T","until":"S"}"#,
        "turn_skipped",
    ),
    (
        r#"{"kind":"cover_requested","rotation":"R","request":"R","occasion":1,"reads_replies":true}"#,
        "",
    ),
    (
        r#"{"kind":"cover_request_changed","rotation":"R","request":"R","occasion":1,"news":{"news":"taken","coverage":"R"}}"#,
        "cover_requested",
    ),
    (
        r#"{"kind":"cover_request_changed","rotation":"R","request":"R","occasion":1,"news":{"news":"begun"}}"#,
        "cover_requested",
    ),
    (
        r#"{"kind":"cover_request_news","rotation":"R","request":"R","occasion":1,"channel":"C2","news":{"news":"undone","coverage":"R"}}"#,
        "",
    ),
    (
        r#"{"kind":"cover_request_news","rotation":"R","request":"R","occasion":1,"channel":"C2","news":{"news":"closed","at":"T"}}"#,
        "",
    ),
    (
        r#"{"kind":"cover_offered","rotation":"R","request":"R","occasion":1,"channel":"C2","user":"U1","ts":"1.2"}"#,
        "",
    ),
    (r#"{"kind":"cover_asked_for","rotation":"R","request":"R","occasion":1,"user":"U1"}"#, ""),
    (r#"{"kind":"cover_taken","rotation":"R","coverage":"R","user":"U1"}"#, ""),
    (r#"{"kind":"cover_taken_undone","rotation":"R","coverage":"R","user":"U1"}"#, "cover_taken"),
    (r#"{"kind":"cover_taken_off","rotation":"R","coverage":"R","user":"U1"}"#, ""),
    (
        r#"{"kind":"cover_reminder","rotation":"R","request":"R","occasion":1,"lead_hours":72,"user":"U1"}"#,
        "",
    ),
    (
        r#"{"kind":"cover_reminder_over","rotation":"R","request":"R","occasion":1,"lead_hours":72,"user":"U1","closed_at":"T"}"#,
        "cover_reminder",
    ),
    (r#"{"kind":"cover_nobody","rotation":"R","request":"R","occasion":1,"user":"U1"}"#, ""),
    (r#"{"kind":"note_asked","rotation":"R","planned_at":"T","user":"U1","until":"S"}"#, ""),
    (r#"{"kind":"note_passed","rotation":"R","note":"R","user":"U1"}"#, ""),
    (r#"{"kind":"note_posted","rotation":"R","note":"R"}"#, ""),
    (r#"{"kind":"swap_asked","rotation":"R","swap":"R","user":"U1"}"#, ""),
    (
        r#"{"kind":"swap_answered","rotation":"R","swap":"R","user":"U1","standing":"declined"}"#,
        "swap_asked",
    ),
    (r#"{"kind":"swap_told","rotation":"R","swap":"R","user":"U1","standing":"agreed"}"#, ""),
    (r#"{"kind":"swap_told","rotation":"R","swap":"R","user":"U1","standing":"expired"}"#, ""),
    (
        r#"{"kind":"swap_told_again","rotation":"R","swap":"R","user":"U1","standing":"undone"}"#,
        "swap_told",
    ),
    (r#"{"kind":"swap_posted","rotation":"R","swap":"R","standing":"agreed"}"#, ""),
    (r#"{"kind":"weekly_summary","rotation":"R","at":"T"}"#, ""),
    (r#"{"kind":"channel_lost","rotation":"R","at":"T"}"#, ""),
    (r#"{"kind":"channel_back","rotation":"R","at":"T"}"#, ""),
    (r#"{"kind":"absence_entered","absence":"R","by":"U1"}"#, ""),
    (
        r#"{"kind":"absence_taken_back","absence":"R","by":"U1","span":{"kind":"days","first":"2026-06-08","last":null,"from_noon":false,"until_noon":false},"zone":"UTC","is_available":false}"#,
        "",
    ),
    (r#"{"kind":"dates_moved","rotation":"R","user":"U1","changed_at":"T","was":null}"#, ""),
    (
        r#"{"kind":"dates_moved","rotation":"R","user":"U1","changed_at":"T","was":"S","by":"U2","is_new":true}"#,
        "",
    ),
    (
        r#"{"kind":"roster_changed","rotation":"R","changed_at":"T","by":"U2","joined":{"named":["U1"],"more":2},"left":{"named":[],"more":0},"leaving":{"named":[],"more":0}}"#,
        "",
    ),
    (
        r#"{"kind":"joiners_taken_out","rotation":"R","changed_at":"T","refused":[{"why":"bot","who":{"named":["U1"],"more":0}}]}"#,
        "",
    ),
    (
        r#"{"kind":"source_faulty","source":"hibob","name":"HiBob","since":"T","fault":{"fault":"unauthorized"}}"#,
        "",
    ),
    (
        r#"{"kind":"source_faulty","source":"hibob","name":"HiBob","since":"T","fault":{"fault":"forbidden","grant":"See who's out"}}"#,
        "",
    ),
    (
        r#"{"kind":"source_faulty","source":"hibob","name":"HiBob","since":"T","fault":{"fault":"limited","until":"S"}}"#,
        "",
    ),
    (r#"{"kind":"source_answered","source":"hibob","name":"HiBob","asked_at":"T"}"#, ""),
    (r#"{"kind":"breach_notice","notice":"R"}"#, ""),
    (r#"{"kind":"pro_ended","changed_at":"T","rotations":["R"],"count":1}"#, ""),
    (r#"{"kind":"pro_began","changed_at":"T","rotations":["R"],"count":1}"#, ""),
    (r#"{"kind":"rotation_stops","rotation":"R","decided_at":"T"}"#, ""),
    (r#"{"kind":"rotation_goes_on","rotation":"R","decided_at":"T"}"#, ""),
];

#[test]
fn what_is_stored_is_read_and_written_back_as_it_is() {
    for (text, _) in stored() {
        let effect: Effect = serde_json::from_str(&text).expect("what is stored is read");

        assert_eq!(serde_json::to_string(&effect).expect("an effect is written"), text);
        let envelope = Envelope::new(effect, Recipient::Person(UserId::new("U9")));
        let written = serde_json::to_string(&envelope).expect("an envelope is written");
        assert_eq!(written, format!(r#"{{"v":1,"effect":{text},"to":{{"person":"U9"}}}}"#));
        let read: Envelope = serde_json::from_str(&written).expect("an envelope is read");
        assert_eq!(read, envelope);
    }
}

#[test]
fn an_effect_that_replaces_a_message_names_it_and_no_other_does() {
    for (text, replaced) in stored() {
        let envelope = envelope(&text);
        let others = stored().into_iter().map(|(text, _)| self::envelope(&text));
        let found = envelope.updates(workspace()).map(|id| {
            let mut posts = others.filter(|other| other.delivery_id(workspace()) == id);
            posts.next().expect("the message is one of these")
        });

        assert_eq!(found.map_or_else(String::new, |found| kind(&found)), replaced, "{text}");
    }
}

/// The ids are in the database: with another one, the same would be said twice.
#[test]
fn an_effect_keeps_its_id_its_time_and_its_rest() {
    let lines: Vec<String> = stored()
        .iter()
        .map(|(text, _)| {
            let envelope = envelope(text);
            let hours = envelope.effect.useful_for().as_seconds_f64() / 3600.0;
            let waits = if envelope.effect.can_wait_for_the_morning() { "waits" } else { "rings" };
            let of = if envelope.effect.rotation().is_some() { "rotation" } else { "workspace" };
            let id = envelope.delivery_id(workspace());
            format!("{} {id} {of} {hours:.3} {waits}", kind(&envelope))
        })
        .collect();

    insta::assert_snapshot!(lines.join("\n"), @r"
    rotation_created b0dabd35-f80e-5277-b1f6-15c9a182fc46 rotation 168.000 rings
    handoff_post e05c4493-a413-5c3f-b8eb-b69504bdb2ca rotation 168.000 rings
    handoff_post 87a5e800-2ebc-5b43-a03f-bb51a184f603 rotation 168.000 rings
    on_duty_dm 9bc419c9-2ed0-5f4a-a5c0-813c031b773c rotation 168.000 waits
    on_duty_dm 2c018130-f90c-5781-9cb3-4e2d51f82bc0 rotation 168.000 waits
    duty_ended 7cf29def-4b04-5223-98c1-55753c5a15ec rotation 168.000 rings
    duty_ended 4e2e135c-6ab9-585b-964b-99a9d9d9c8e1 rotation 168.000 rings
    duty_refreshed a2323d38-3195-59b1-a772-1cb56cf67795 rotation 168.000 rings
    duty_refreshed 4ef6562c-c2a1-51c1-8076-bea1899c6434 rotation 168.000 rings
    duty_seen 527d8046-ceff-554b-945a-2200dbeb6a1a rotation 168.000 rings
    duty_seen 0c4d1964-6914-5838-8551-ec4a76930844 rotation 168.000 rings
    duty_unseen bed87761-1969-5f63-b091-d38eb4c0961e rotation 168.000 waits
    duty_unseen 178d3282-5406-5b70-a3e2-883e18610721 rotation 168.000 waits
    next_duty 14fb7361-0fbd-55b9-a280-3e1d55a383d8 rotation 168.000 waits
    unreachable 6e18382e-876f-5936-8a87-c91d746c8b23 rotation 168.000 waits
    unassigned_post 26c8b9f8-5377-5883-a6c2-0987d09a1f93 rotation 24.000 rings
    unassigned_post 744e5552-bcef-5667-8d24-dcafbba88207 rotation 24.000 rings
    unassigned_resolved cb7bbe52-b7bf-5546-a7e4-4b92aa7680b3 rotation 168.000 rings
    unassigned_resolved b1db0e1d-c977-52c4-ae8a-cbfce95cd0b4 rotation 168.000 rings
    publish_home e4b3dc1c-cc7f-5550-9d8c-33c6e7261a0e workspace 0.167 rings
    publish_home 08357433-ef43-5928-830e-14431c48e4d8 workspace 0.167 rings
    welcome 26a85f73-5037-505e-9172-35505148a699 workspace 168.000 rings
    rotation_renamed bd2d1756-5ff4-5abe-90cf-94feeb41e291 rotation 168.000 rings
    channel_changed 9ef8ad62-d85b-5815-b8bb-71277c7d9e4f rotation 168.000 rings
    rotation_paused dd246427-1893-52f4-b401-032bd900f1e5 rotation 168.000 rings
    rotation_resumed 87e42df9-c03a-5dc6-b5cd-5deecd7d107b rotation 168.000 rings
    rotation_deleted 13b632a1-f519-5a05-8c85-691d0778a376 rotation 168.000 rings
    deletion_undone 2f59daca-3f25-5cfb-9827-f2f4e63919e0 rotation 168.000 rings
    rotation_restored 16b2346b-b841-51fd-901a-c90e22a59191 rotation 168.000 rings
    member_gone 7268b22b-2e5e-5115-b571-a736d83d4473 workspace 168.000 waits
    member_back 78563d73-36e0-59ed-abf7-19bc7e419d83 workspace 168.000 waits
    roster_empty 2528d5e8-a042-5498-8dc8-692f452765dd rotation 168.000 rings
    left_channel 0dc6490a-1f3e-5279-b561-26b640283396 workspace 168.000 waits
    cover_arranged cb0becce-a504-5c7d-a80d-6b0b2a5df120 rotation 168.000 rings
    cover_told 16cf4a7d-7e66-588c-9c01-91fc1bcbe8d1 rotation 168.000 waits
    cover_undone fbd0d342-330f-54ea-9900-313f31616a1e rotation 168.000 rings
    cover_told_undone dec58090-5b70-5309-821b-9ade52f814d4 rotation 168.000 rings
    cover_off 99ac6539-cd67-5f9a-a975-1331bd2e7d1c rotation 168.000 waits
    turn_skipped a2915bf9-8358-5ad0-b04d-83bcf8756a88 rotation 168.000 rings
    skip_undone 90b7f71f-6779-53eb-95f6-2553d2a3b91f rotation 168.000 rings
    cover_requested f5c239fa-d11b-51cb-ae4d-dcddf9a5ab34 rotation 168.000 rings
    cover_request_changed 65a7b05b-cdfb-5733-831b-fa0d0438529c rotation 168.000 rings
    cover_request_changed 8db8d59f-79aa-5db3-a6ea-21c26d086289 rotation 168.000 rings
    cover_request_news b50e705d-92be-5b6c-836f-baa08966fca1 rotation 168.000 rings
    cover_request_news 0f3967c9-af99-5ea0-99d9-5813f5689e2e rotation 168.000 rings
    cover_offered fc353193-1569-59ad-b03c-f007092a247d rotation 0.500 rings
    cover_asked_for 5ba1045a-1ee4-552a-a439-2d444fae5532 rotation 168.000 waits
    cover_taken 1646d56f-cc19-5100-8173-29513ac56973 rotation 168.000 waits
    cover_taken_undone f5b06ff2-60a4-54c2-be0f-c43568f3cbe2 rotation 168.000 rings
    cover_taken_off fbc13706-928b-57b5-ad48-cd35448ed0d3 rotation 168.000 waits
    cover_reminder 7ff381ff-7ccf-5ae4-9569-80a68f4cf934 rotation 11.000 waits
    cover_reminder_over b609d44a-6ff6-53c9-a9f5-e414370b9c86 rotation 168.000 rings
    cover_nobody 12be8eb8-6355-509e-a156-afbf21209cb4 rotation 168.000 waits
    note_asked d3cbb5df-ebf7-573d-8c65-219ffad4c582 rotation 1.000 waits
    note_passed 65f0abfa-19c4-5739-8ecd-4409278c7809 rotation 168.000 waits
    note_posted 99719854-3057-5a96-b250-e472cc204bf2 rotation 168.000 rings
    swap_asked c7ec17a5-59c2-5941-8406-3c7ad54c1992 rotation 168.000 waits
    swap_answered 8e53ff47-e1be-5791-b308-c2104be6694a rotation 168.000 rings
    swap_told f1ee41e9-f856-5688-9ea6-34809b0a590d rotation 168.000 waits
    swap_told 102b1bfd-5571-5020-ae6d-19e3fe559e50 rotation 168.000 waits
    swap_told_again 56301f94-af5d-5443-beca-a7f8aa2b774b rotation 168.000 rings
    swap_posted 3aee1984-6674-554b-ad8e-55877221dd03 rotation 168.000 rings
    weekly_summary 188c27bb-3b1d-5389-8cf9-5f26bb42ed7b rotation 12.000 rings
    channel_lost f17e490b-ca41-5cad-a02c-591c22cd0170 rotation 168.000 waits
    channel_back d0e049ef-c2ee-59cd-a65c-49ba10dfa57c rotation 168.000 rings
    absence_entered 0f18075d-155f-500b-a29a-e08ee767bca0 workspace 168.000 waits
    absence_taken_back f1706030-e8f6-55c6-8add-29f4433c90ca workspace 168.000 waits
    dates_moved f2ef15d2-22c5-562b-96fc-6b34ea2a735a rotation 168.000 waits
    dates_moved f2ef15d2-22c5-562b-96fc-6b34ea2a735a rotation 168.000 waits
    roster_changed 4a137e37-4fa8-53d5-bf4a-6dec1d058b29 rotation 168.000 rings
    joiners_taken_out 28f26da9-7b51-516d-a323-7beaa251b1e8 rotation 168.000 rings
    source_faulty 2c274a38-37b1-55b6-aebd-3fd242f5884b workspace 168.000 waits
    source_faulty 84b294ed-15a2-57ec-97b8-19314b492e5a workspace 168.000 waits
    source_faulty d0d09532-c237-57b1-9833-b5d839141dd7 workspace 168.000 waits
    source_answered da99b0b2-4628-58e4-994d-00a61dd77263 workspace 168.000 rings
    breach_notice c0331db4-b232-5996-9dd5-a8ae9f00a124 workspace 720.000 rings
    pro_ended 0d5ca46e-207a-5c46-9192-f97acedefc0b workspace 720.000 rings
    pro_began 5eb6345e-3e3c-593d-a4fe-844d233945e9 workspace 720.000 rings
    rotation_stops c15d9f97-8720-59ca-ad79-775ed595fb84 rotation 168.000 rings
    rotation_goes_on aa44978b-65c9-5710-be4d-9031fb993686 rotation 168.000 rings
    ");
}

#[track_caller]
fn check_recipient(to: Recipient, stored: &str, order_key: &str) {
    let rotation = RotationId::new(uuid::Uuid::from_u128(7));
    let envelope = Envelope::new(StartEffect::RotationCreated { rotation }, to);

    let written = serde_json::to_string(&envelope).expect("an envelope is written");

    assert!(written.ends_with(&format!(r#","to":{stored}}}"#)), "{written}");
    let read: Envelope = serde_json::from_str(&written).expect("an envelope is read");
    assert_eq!(read, envelope);
    assert_eq!(envelope.order_key(), order_key);
}

#[test]
fn each_recipient_is_stored_by_its_own_name_and_waits_only_for_its_own() {
    let (channel, user) = (ChannelId::new("C1"), UserId::new("U1"));
    check_recipient(Recipient::Channel(channel.clone()), r#"{"channel":"C1"}"#, "channel:C1");
    check_recipient(Recipient::Person(user.clone()), r#"{"person":"U1"}"#, "person:U1");
    check_recipient(Recipient::Home(user.clone()), r#"{"home":"U1"}"#, "home:U1");
    check_recipient(
        Recipient::Only { channel, user },
        r#"{"only":{"channel":"C1","user":"U1"}}"#,
        "only:C1:U1",
    );
}

#[test]
fn what_one_person_sees_in_a_channel_is_no_others_and_no_post() {
    let only = |channel: &str, user: &str| Recipient::Only {
        channel: ChannelId::new(channel),
        user: UserId::new(user),
    };
    let id = |to: Recipient| {
        let rotation = RotationId::new(uuid::Uuid::from_u128(7));
        let effect = StartEffect::RotationCreated { rotation };
        Envelope::new(effect, to).delivery_id(workspace())
    };

    for other in [
        only("C1", "U2"),
        only("C2", "U1"),
        Recipient::Channel(ChannelId::new("C1")),
        Recipient::Person(UserId::new("U1")),
    ] {
        assert_ne!(id(only("C1", "U1")), id(other.clone()), "{other:?}");
    }
}

#[test]
fn a_kind_that_nobody_knows_is_refused() {
    let text = r#"{"kind":"something_else","rotation":"00000000-0000-0000-0000-000000000007"}"#;
    assert!(serde_json::from_str::<Effect>(text).is_err());
    assert!(serde_json::from_str::<Effect>(r#"{"kind":"rotation_created"}"#).is_err());
    assert!(serde_json::from_str::<Effect>("{}").is_err());
}

fn stored() -> Vec<(String, &'static str)> {
    let spelt = |text: &str| {
        let text = text.replace(r#""R""#, r#""00000000-0000-0000-0000-000000000007""#);
        let text = text.replace(r#""T""#, r#""2026-06-08T07:00:00Z""#);
        text.replace(r#""S""#, r#""2026-06-10T12:30:00.000001Z""#)
    };
    STORED.iter().map(|(text, replaced)| (spelt(text), *replaced)).collect()
}

fn envelope(text: &str) -> Envelope {
    let effect: Effect = serde_json::from_str(text).expect("what is stored is read");
    Envelope::new(effect, Recipient::Person(UserId::new("U1")))
}

fn kind(envelope: &Envelope) -> String {
    let written = serde_json::to_value(&envelope.effect).expect("an effect is written");
    written["kind"].as_str().expect("an effect has a kind").to_owned()
}

fn workspace() -> WorkspaceId {
    WorkspaceId::of_team(&TeamId::new("T1"))
}
