//! The app's manifest keeps the rules of Slack's schema, and asks for what the code uses.

mod yaml;

use serde_json::{Value, json};
use slack::{BOT_EVENTS, SCOPES};
use std::collections::BTreeSet;
use std::path::Path;

/// The host that whoever installs the app replaces.
const PLACEHOLDER: &str = "https://asyncbot.example.com";

/// The events that an app like this can hear of, with the scope that each needs.
const EVENTS: [(&str, Option<&str>); 20] = [
    ("app_home_opened", None),
    ("app_uninstalled", None),
    ("tokens_revoked", None),
    ("channel_archive", Some("channels:read")),
    ("channel_deleted", Some("channels:read")),
    ("channel_id_changed", Some("channels:read")),
    ("channel_left", Some("channels:read")),
    ("channel_rename", Some("channels:read")),
    ("channel_unarchive", Some("channels:read")),
    ("group_archive", Some("groups:read")),
    ("group_deleted", Some("groups:read")),
    ("group_left", Some("groups:read")),
    ("group_rename", Some("groups:read")),
    ("group_unarchive", Some("groups:read")),
    ("member_joined_channel", Some("channels:read")),
    ("member_left_channel", Some("channels:read")),
    ("message.channels", Some("channels:history")),
    ("message.im", Some("im:history")),
    ("team_join", Some("users:read")),
    ("user_change", Some("users:read")),
];

/// The methods that the code calls, with the scopes that it needs for them.
const METHODS: [(&str, &[&str]); 14] = [
    ("apps.connections.open", &[]),
    ("auth.test", &[]),
    ("chat.postEphemeral", &["chat:write"]),
    ("chat.postMessage", &["chat:write", "chat:write.public"]),
    ("chat.update", &["chat:write"]),
    ("conversations.history", &["im:history"]),
    ("conversations.info", &["im:read"]),
    ("conversations.join", &["channels:join"]),
    ("conversations.members", &["channels:read", "groups:read"]),
    ("conversations.open", &["im:write"]),
    ("oauth.v2.access", &[]),
    ("users.info", &["users:read"]),
    ("views.open", &[]),
    ("views.publish", &[]),
];

/// The scopes that neither a method nor an event needs: of the command, and of the addresses by which absence sources know
/// people, which nothing reads before there is such a source.
const OTHER_SCOPES: [&str; 2] = ["commands", "users:read.email"];

/// The families of Slack's methods, of which a name in the code is a call.
const FAMILIES: [&str; 8] =
    ["apps", "auth", "chat", "conversations", "oauth", "team", "users", "views"];

/// The keys that Slack's schema allows, of those that an app like this can have use for.
const KEYS: [(&str, &[&str]); 11] = [
    ("", &["display_information", "features", "oauth_config", "settings"]),
    ("/display_information", &["name", "description", "long_description", "background_color"]),
    ("/features", &["app_home", "bot_user", "shortcuts", "slash_commands"]),
    (
        "/features/app_home",
        &["home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"],
    ),
    ("/features/bot_user", &["display_name", "always_online"]),
    (
        "/features/slash_commands/0",
        &["command", "url", "description", "usage_hint", "should_escape"],
    ),
    ("/oauth_config", &["redirect_urls", "scopes", "token_management_enabled"]),
    ("/oauth_config/scopes", &["bot", "bot_optional"]),
    (
        "/settings",
        &[
            "allowed_ip_address_ranges",
            "event_subscriptions",
            "interactivity",
            "org_deploy_enabled",
            "socket_mode_enabled",
            "token_rotation_enabled",
        ],
    ),
    ("/settings/event_subscriptions", &["request_url", "bot_events"]),
    ("/settings/interactivity", &["is_enabled", "request_url", "message_menu_options_url"]),
];

/// What must be there, with its shortest and longest length in characters.
const LENGTHS: [(&str, usize, usize); 7] = [
    ("/display_information/name", 1, 35),
    ("/display_information/description", 1, 140),
    ("/display_information/long_description", 175, 4000),
    ("/features/bot_user/display_name", 1, 80),
    ("/features/slash_commands/0/command", 2, 32),
    ("/features/slash_commands/0/description", 1, 2000),
    ("/features/slash_commands/0/usage_hint", 1, 1000),
];

/// Where Slack sends things, with the route that takes them.
const ADDRESSES: [(&str, &str); 4] = [
    ("/features/slash_commands/0/url", "/slack/commands"),
    ("/oauth_config/redirect_urls/0", "/slack/oauth/callback"),
    ("/settings/event_subscriptions/request_url", "/slack/events"),
    ("/settings/interactivity/request_url", "/slack/interactions"),
];

fn text() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join("deploy/slack-manifest.yaml")).expect("the manifest is there")
}

fn manifest() -> Value {
    yaml::read(&text()).expect("the manifest can be read")
}

/// Returns what Slack's schema would refuse.
fn faults(manifest: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, keys) in KEYS {
        let Some(part) = manifest.pointer(path).and_then(Value::as_object) else {
            faults.push(format!("{path} is no object"));
            continue;
        };
        let strange = part.keys().filter(|key| !keys.contains(&key.as_str()));
        faults.extend(strange.map(|key| format!("{path}/{key} is not known to Slack")));
    }
    for (path, least, most) in LENGTHS {
        let length = manifest.pointer(path).and_then(Value::as_str).map(|it| it.chars().count());
        if length.is_none_or(|length| !(least..=most).contains(&length)) {
            faults.push(format!("{path} has {length:?} characters"));
        }
    }
    let color = manifest.pointer("/display_information/background_color").and_then(Value::as_str);
    let is_color = |color: &str| {
        color.len() == 7
            && color.starts_with('#')
            && color[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if !color.is_some_and(is_color) {
        faults.push(format!("{color:?} is no colour"));
    }
    let command = manifest.pointer("/features/slash_commands/0/command").and_then(Value::as_str);
    if !command.is_some_and(|command| command.starts_with('/')) {
        faults.push(format!("{command:?} is no command"));
    }
    for (path, most) in [
        ("/features/slash_commands", 1),
        ("/oauth_config/redirect_urls", 1000),
        ("/settings/event_subscriptions/bot_events", 100),
    ] {
        let count = manifest.pointer(path).and_then(Value::as_array).map(Vec::len);
        if count.is_none_or(|count| !(1..=most).contains(&count)) {
            faults.push(format!("{path} has {count:?} items"));
        }
    }
    faults
}

#[test]
fn slacks_schema_has_nothing_against_it() {
    assert_eq!(faults(&manifest()), Vec::<String>::new());
}

#[test]
fn what_slacks_schema_forbids_is_found() {
    for (path, value) in [
        ("/display_information/name", json!("a".repeat(36))),
        ("/display_information/long_description", json!("too short")),
        ("/display_information/background_color", json!("green")),
        ("/features/slash_commands/0/command", json!("rotation")),
        ("/oauth_config/redirect_urls", json!([])),
        ("/settings/event_subscriptions/bot_events", json!(null)),
        ("/settings/interactivity", json!({"is_enabled": true, "of_the_future": true})),
    ] {
        let mut wrong = manifest();
        *wrong.pointer_mut(path).expect("the path is there") = value;

        assert_eq!(faults(&wrong).len(), 1, "{path}: {:?}", faults(&wrong));
    }
}

#[test]
fn it_asks_for_the_scopes_and_events_that_the_code_uses() {
    let manifest = manifest();

    assert_eq!(manifest.pointer("/oauth_config/scopes"), Some(&json!({"bot": SCOPES})));
    let events = manifest.pointer("/settings/event_subscriptions/bot_events");
    assert_eq!(events, Some(&json!(BOT_EVENTS)));
    for event in BOT_EVENTS.iter().copied() {
        let known = EVENTS.iter().find(|(name, _)| *name == event);
        let (_, scope) = known.unwrap_or_else(|| panic!("{event} is no event of Slack's"));
        assert!(scope.is_none_or(|scope| SCOPES.contains(&scope)), "{event} needs {scope:?}");
    }
}

#[test]
fn every_scope_is_needed_by_a_method_that_is_called_or_an_event_that_is_heard() {
    let mut called = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/slack/src");
    collect_methods(&root, &mut called);
    let mut needed: BTreeSet<&str> = OTHER_SCOPES.into_iter().collect();
    needed.extend(METHODS.iter().flat_map(|(_, scopes)| *scopes));
    let heard = EVENTS.iter().filter(|(event, _)| BOT_EVENTS.contains(event));
    needed.extend(heard.filter_map(|(_, scope)| *scope));

    let known: BTreeSet<String> = METHODS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(called, known);
    assert_eq!(needed, SCOPES.into_iter().collect());
}

/// Adds the methods of Slack's that the code below a folder names.
fn collect_methods(folder: &Path, methods: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect_methods(&path, methods);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        let is_method = |word: &&str| {
            let family = word.split_once('.').map(|(family, _)| family);
            let is_name = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
            is_name && family.is_some_and(|family| FAMILIES.contains(&family))
        };
        methods.extend(text.split('"').filter(is_method).map(str::to_owned));
    }
}

#[test]
fn every_address_is_a_route_of_the_bot_at_the_placeholder() {
    let manifest = manifest();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let routes = std::fs::read_to_string(root.join("crates/server/src/http.rs")).unwrap();

    for (place, route) in ADDRESSES {
        let address = manifest.pointer(place).and_then(Value::as_str);
        assert_eq!(address, Some(format!("{PLACEHOLDER}{route}").as_str()), "{place}");
        assert!(routes.contains(&format!(".route(\"{route}\",")), "{route} is no route");
    }
    assert_eq!(text().matches(PLACEHOLDER).count(), ADDRESSES.len());
}

#[test]
fn what_the_bot_does_not_do_is_off() {
    let manifest = manifest();
    let is_on = |path: &str| manifest.pointer(path).and_then(Value::as_bool);

    for path in ["org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled"] {
        assert_eq!(is_on(&format!("/settings/{path}")), Some(false), "{path}");
    }
    assert_eq!(is_on("/settings/interactivity/is_enabled"), Some(true));
    assert_eq!(is_on("/features/app_home/messages_tab_enabled"), Some(true));
    assert_eq!(is_on("/features/app_home/messages_tab_read_only_enabled"), Some(false));
    assert_eq!(
        is_on("/features/app_home/home_tab_enabled"),
        Some(BOT_EVENTS.contains(&"app_home_opened")),
        "a home that nobody fills stays empty"
    );
}

#[test]
fn what_is_not_plainly_written_is_not_read() {
    for wrong in [
        "a: b: c",
        "a: 'b'",
        "a: [b]",
        "a: \"b",
        "a: b # c",
        "a: &b c",
        "a:\n   b: c",
        "a: b\na: c",
        "a:\n  - b\n  c: d",
        "a b: c",
        "-a: b",
        "a",
        "a: yes",
        "a: 007",
        "a: 1e3",
        "a: 12:30",
        "a: .5",
        "a: -1",
        "a: [1]",
        "a: [[\"b\"]]",
        "a: {b: c}",
    ] {
        assert!(yaml::read(wrong).is_err(), "{wrong:?}: {:?}", yaml::read(wrong));
    }
    let read = yaml::read("# c\na:\n  - b: \"1: 2\"\n    c: true\n  - d\ne: >-\n  f\n  g\n");
    assert_eq!(read, Ok(json!({"a": [{"b": "1: 2", "c": true}, "d"], "e": "f g"})));
    let read = yaml::read("a.b/c-D: 30s\nE: [\"1\", \"f\"]\ng: 8080\nh: {}\ni: ./k\n");
    let expected = json!({"a.b/c-D": "30s", "E": ["1", "f"], "g": 8080, "h": {}, "i": "./k"});
    assert_eq!(read, Ok(expected));
}

#[test]
fn the_page_on_slack_names_a_feature_for_every_scope() {
    let page = include_str!("../../docs/SLACK.md");

    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let (mut scopes, features): (Vec<&str>, Vec<&str>) = rows.unzip();

    scopes.sort_unstable();
    let mut expected = SCOPES;
    expected.sort_unstable();
    assert_eq!(scopes, expected);
    assert!(!page.contains("not used yet"), "every scope is used, or not asked for");
    assert!(features.iter().all(|feature| feature.len() > 10), "{features:?}");
}
