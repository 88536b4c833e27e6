//! What is reported to Sentry, byte for byte as it arrives: the allow-list, and nothing else whatever goes wrong.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use stories::{Haul, Play, Reported, SINK_KEY, both_engines, logged, reported};

/// A word that is in everything that must not leave.
const WORD: &str = "sparrow-in-a-report";

/// Returns what arrived of one type, `event` or `transaction`.
fn items(envelopes: &[Vec<Value>], kind: &str) -> Vec<Value> {
    let of_kind = envelopes.iter().filter(|lines| lines[1]["type"] == kind);
    of_kind.map(|lines| lines[2].clone()).collect()
}

/// Adds the names of all keys of a value, with those above them.
fn keys(value: &Value, above: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
                keys(value, &path, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| keys(value, above, found)),
        _ => {
            found.insert(above.to_owned());
        }
    }
}

fn all_keys(values: &[Value]) -> String {
    let mut found = BTreeSet::new();
    for value in values {
        keys(value, "", &mut found);
    }
    found.into_iter().collect::<Vec<_>>().join("\n")
}

/// Asks the bot with the word in everything that a request has.
async fn asks(play: &Play, method: reqwest::Method, path: &str) {
    let url = play.stage().bot_url().join(path).expect("a path");
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
    let asked = client.expect("a client for loopback").request(method, url);
    let asked = asked.header("cookie", format!("state={WORD}")).header("x-word", WORD);
    let asked = asked.header("user-agent", WORD).body(format!("{{\"text\":\"{WORD}\"}}"));
    asked.send().await.expect("the bot answers");
}

/// Does what goes right and what goes wrong, with the word in all of it.
async fn happens(play: &Play, reported: &Reported) {
    play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
    play.types("ana", "/rotation who support").await;
    for path in ["slack/commands", "slack/events", "nowhere/of/a/%WORD", "hibob/webhook/%WORD"] {
        let path = format!("{path}?q=%WORD").replace("%WORD", WORD);
        asks(play, reqwest::Method::POST, &path).await;
    }
    for path in ["slack/oauth/callback?code=%WORD&state=%WORD", "slack/install", "%WORD", "readyz"]
    {
        asks(play, reqwest::Method::GET, &path.replace("%WORD", WORD)).await;
    }
    play.breaks(
        &json!({"service": "slack", "method": "chat.postMessage", "kind": "500", "times": 1}),
    )
    .await;
    play.waits_until("2026-06-08T08:00:00Z").await;
    let rotation = play.database().ledger().await.turns[0].rotation_id;
    let rotation = domain::ids::RotationId::new(rotation);
    let rules = format!("{{\"zone\": \"{WORD}\", \"{WORD}\": [\"{WORD}\"]}}");
    let was = play.database().spoils(rotation, Some(&rules)).await;
    let said = play.types("ana", "/rotation who support").await;
    play.database().spoils(rotation, Some(&was)).await;
    assert!(!said.contains(WORD), "{said}");
    let panicked = tokio::task::spawn_blocking(|| panic!("{WORD} of {WORD}@harbour.example"));
    assert!(panicked.await.is_err());

    let all_there = |envelopes: &[Vec<Value>]| {
        let events = items(envelopes, "event");
        let names = items(envelopes, "transaction");
        events.iter().any(|event| event["exception"]["values"][0]["type"] == "panic")
            && events.iter().any(|event| event["transaction"] == "/slack/commands")
            && names.iter().any(|it| it["transaction"] == "no_route")
            && names.iter().any(|it| it["tags"]["outcome"] == "ambiguous")
    };
    let arrived = reported.arrives(all_there).await;
    assert!(arrived, "all of it arrives: {:#?}", reported.envelopes());
}

/// Nothing arrived but what may.
fn check(play: &Play, reported: &Reported) {
    let mut haul = Haul::default();
    haul.add("the sink", &reported.bytes());
    let team = domain::ids::TeamId::new(play.team());
    let workspace = domain::ids::WorkspaceId::of_team(&team).to_string();
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = format!("\"{}\"", host.trim());
    for word in [
        WORD,
        "sparrow-in",
        "@harbour.example",
        "xoxb-asyncbot",
        "Europe/Berlin",
        "rotation who",
        &workspace,
        "C0SUPPORT",
        ".cargo/registry",
    ] {
        assert_eq!(haul.finds(word), Vec::<String>::new(), "{word} does not leave");
    }
    // The header Host is where it is sent, so these are looked for in the envelopes.
    let texts: Vec<String> = reported.envelopes().iter().flatten().map(Value::to_string).collect();
    for word in ["127.0.0.1", env!("CARGO_MANIFEST_DIR"), &host, "\"ana\"", "\"U0ANA\""] {
        assert!(!texts.iter().any(|text| text.contains(word)), "{word} does not leave");
    }
    for envelope in reported.envelopes() {
        let header: Vec<&String> = envelope[0].as_object().expect("a header").keys().collect();
        assert_eq!(header, ["event_id"], "of the envelope no more than its id");
        assert!(!Value::from(envelope).to_string().contains(SINK_KEY), "the key is in the headers");
    }
    for head in reported.heads() {
        let mut names: Vec<&str> = head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, _)| name)
            .collect();
        names.sort_unstable();
        let wanted =
            ["accept", "content-length", "content-type", "host", "user-agent", "x-sentry-auth"];
        assert_eq!(names, wanted, "{head}");
    }
}

/// The keys of all that arrived, exactly.
fn check_keys(reported: &Reported) {
    let envelopes = reported.envelopes();
    // Both engines come by here.
    insta::allow_duplicates! {
        insta::assert_snapshot!(all_keys(&items(&envelopes, "event")), @r"
        environment
        event_id
        exception.values.type
        exception.values.value
        platform
        release
        tags.method
        tags.workspace
        timestamp
        transaction
        ");
        insta::assert_snapshot!(all_keys(&items(&envelopes, "transaction")), @r"
        contexts.trace.op
        contexts.trace.span_id
        contexts.trace.status
        contexts.trace.trace_id
        contexts.trace.type
        environment
        event_id
        platform
        release
        start_timestamp
        tags.method
        tags.outcome
        tags.status
        tags.workspace
        timestamp
        transaction
        ");
    }
    let of_commands = items(&envelopes, "event").into_iter();
    let mut of_commands = of_commands.filter(|event| event["transaction"] == "/slack/commands");
    let event = of_commands.next().expect("the spoilt rotation");
    assert_eq!(event["tags"]["method"], "POST");
    assert_eq!(event["exception"]["values"][0]["type"], "server::requests::answer");
    assert_eq!(event["exception"]["values"][0]["value"], "A request failed.");
    assert_eq!(event["environment"], "stories");
    let names: BTreeSet<String> = items(&envelopes, "transaction")
        .iter()
        .map(|it| it["transaction"].as_str().expect("a name").to_owned())
        .collect();
    for name in [
        "/slack/commands",
        "/slack/oauth/callback",
        "/{source}/webhook/{token}",
        "delivery",
        "no_route",
    ] {
        assert!(names.contains(name), "{name} in {names:?}");
    }
    let delivery = items(&envelopes, "transaction");
    let delivery = delivery.iter().find(|it| it["transaction"] == "delivery").expect("one");
    assert_eq!(delivery["tags"]["workspace"], event["tags"]["workspace"], "the same stands for it");
    let hash = delivery["tags"]["workspace"].as_str().expect("a hash");
    assert!(hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
}

both_engines! {
    async fn nothing_is_reported_but_what_is_on_the_list(play at "2026-06-05T10:00:00Z") {
        let _ = logged();
        let reported = reported();

        happens(&play, reported).await;

        check(&play, reported);
        check_keys(reported);
    }
}

/// A sentence with a value in it would be reported with the value.
#[test]
fn no_error_of_ours_puts_a_value_into_its_sentence() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let mut looked_at = 0;
    let mut wrong = Vec::new();
    for name in ["app", "clock", "connect", "crypto", "domain", "server", "slack", "store"] {
        for (path, text) in sources(&root.join("crates").join(name).join("src")) {
            for (at, _) in text.match_indices("error!(") {
                let call = &text[at..];
                let call =
                    &call[..call.find(");").or_else(|| call.find("),")).unwrap_or(call.len())];
                looked_at += 1;
                let sentences = call.split('"').skip(1).step_by(2);
                if sentences.into_iter().any(|sentence| sentence.contains('{')) {
                    wrong.push(format!("{}: {call}", path.display()));
                }
            }
        }
    }
    assert!(looked_at > 20, "the errors are looked at");
    assert_eq!(wrong, Vec::<String>::new(), "put the value into a field, which is not reported");
}

fn sources(folder: &std::path::Path) -> Vec<(std::path::PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            found.push((path, text));
        }
    }
    found
}
