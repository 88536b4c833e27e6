//! The sentences of ARCHITECTURE.md that manifests and source can prove.

mod repository;

use cargo_metadata::{CargoOpt, Metadata, MetadataCommand, PackageId};
use repository::{File, check, code, root};
use std::collections::{BTreeMap, BTreeSet};

/// Which of our crates each of them may name.
const EDGES: [(&str, &[&str]); 11] = [
    ("clock", &[]),
    ("crypto", &[]),
    ("domain", &[]),
    ("faults", &[]),
    ("store", &["crypto", "domain", "faults"]),
    ("app", &["clock", "domain", "store"]),
    ("slack", &["clock", "domain"]),
    ("connect", &["domain"]),
    ("simulator", &["clock", "domain"]),
    (
        "asyncbot",
        &["app", "clock", "connect", "crypto", "domain", "faults", "simulator", "slack", "store"],
    ),
    // `slack` for the scopes and events that the manifest must ask for.
    (
        "stories",
        &["asyncbot", "clock", "crypto", "domain", "faults", "simulator", "slack", "store"],
    ),
];

/// Who may name what speaks to the outside; `stories` plays the browser.
const OUTSIDE: [(&str, &[&str]); 7] = [
    ("sqlx", &["store"]),
    ("slack-morphism", &["slack"]),
    ("axum", &["asyncbot", "simulator"]),
    ("reqwest", &["connect", "slack", "stories"]),
    // The server serves its connections with it, and asks nobody.
    ("hyper", &["asyncbot", "connect", "slack", "stories"]),
    ("tokio-tungstenite", &["simulator", "slack"]),
    ("tokio-cron-scheduler", &["asyncbot"]),
];

/// What reaches the network by itself. sqlx is not here: it reaches the database and nothing else.
const NETWORK: [&str; 10] = [
    "axum",
    "curl",
    "h2",
    "hyper",
    "hyper-util",
    "reqwest",
    "slack-morphism",
    "tonic",
    "tungstenite",
    "ureq",
];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .other_options(vec!["--locked".into()])
        .exec()
        .expect("cargo describes the workspace")
}

/// The names that each of our crates depends on by its own manifest, tests and build included.
fn named(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    metadata
        .workspace_packages()
        .into_iter()
        .map(|package| {
            let names = package.dependencies.iter().map(|dependency| dependency.name.clone());
            (package.name.to_string(), names.collect())
        })
        .collect()
}

/// Every crate that ends up in the build of `name`, itself included, its tests excluded.
fn reached(metadata: &Metadata, name: &str) -> BTreeSet<String> {
    let resolve = metadata.resolve.as_ref().expect("the graph is resolved");
    let nodes: BTreeMap<&PackageId, _> =
        resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let names: BTreeMap<&PackageId, String> =
        metadata.packages.iter().map(|package| (&package.id, package.name.to_string())).collect();
    let mut seen = BTreeSet::new();
    let mut next: Vec<&PackageId> = metadata
        .workspace_packages()
        .into_iter()
        .filter(|package| package.name == name)
        .map(|package| &package.id)
        .collect();
    assert_eq!(next.len(), 1, "there is one crate {name}");

    while let Some(id) = next.pop() {
        if !seen.insert(id) {
            continue;
        }
        next.extend(nodes[id].deps.iter().filter_map(|dependency| {
            let is_built = dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind == cargo_metadata::DependencyKind::Normal);
            is_built.then_some(&dependency.pkg)
        }));
    }
    seen.into_iter().map(|id| names[id].clone()).collect()
}

/// The edges between our crates that are drawn and should not be.
fn wrong_edges(named: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, dependencies) in named {
        let Some((_, may)) = EDGES.iter().find(|(known, _)| known == name) else {
            faults.push(format!("{name} has no place in the architecture; give it one"));
            continue;
        };
        for dependency in dependencies.iter().filter(|dependency| named.contains_key(*dependency)) {
            if !may.contains(&dependency.as_str()) {
                faults.push(format!("{name} may not depend on {dependency}"));
            }
        }
    }
    faults
}

/// The crates that name something of the outside that is not theirs to name.
fn wrong_names(named: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut faults = Vec::new();
    for (outside, may) in OUTSIDE {
        for (name, dependencies) in named {
            // The parts of a family count as the family: hyper-util as hyper, sqlx-core as sqlx.
            let names_it = dependencies.iter().any(|dependency| {
                dependency == outside || dependency.starts_with(&format!("{outside}-"))
            });
            if names_it && !may.contains(&name.as_str()) {
                faults.push(format!("{name} may not name {outside}"));
            }
        }
    }
    faults
}

#[track_caller]
fn check_graph(
    rule: fn(&BTreeMap<String, BTreeSet<String>>) -> Vec<String>,
    crate_name: &str,
    wrong: &str,
) {
    let mut named = named(&metadata());
    assert_eq!(rule(&named), Vec::<String>::new());

    named.get_mut(crate_name).expect("the crate exists").insert(wrong.into());

    assert_eq!(rule(&named).len(), 1, "the rule is blind: {crate_name} may name {wrong}");
}

#[test]
fn our_crates_depend_on_each_other_only_as_drawn() {
    check_graph(wrong_edges, "store", "clock");
    check_graph(wrong_edges, "domain", "crypto");
    check_graph(wrong_edges, "app", "slack");
    check_graph(wrong_edges, "connect", "clock");
}

#[test]
fn each_door_to_the_outside_is_named_by_its_own_crate_only() {
    check_graph(wrong_names, "app", "sqlx");
    check_graph(wrong_names, "asyncbot", "slack-morphism");
    check_graph(wrong_names, "store", "axum");
    check_graph(wrong_names, "asyncbot", "reqwest");
    check_graph(wrong_names, "asyncbot", "tokio-tungstenite");
}

#[test]
fn the_domain_is_pure() {
    let reached = reached(&metadata(), "domain");

    for wrong in ["async-std", "futures", "http", "rand", "smol", "sqlx", "sqlx-core", "tokio"] {
        assert!(!reached.contains(wrong), "domain reaches {wrong}");
    }
    for wrong in NETWORK {
        assert!(!reached.contains(wrong), "domain reaches {wrong}");
    }
}

#[test]
fn the_domain_asks_nobody_anything() {
    fn rule(file: &File) -> Vec<String> {
        const ANSWERS: [&str; 12] = [
            "::now(",
            "SystemTime",
            "now_v7",
            "new_v4",
            "getrandom",
            "async ",
            ".await",
            "std::env",
            "std::fs",
            "std::net",
            "std::process",
            "std::thread",
        ];
        if !file.path.starts_with("crates/domain/src/") {
            return Vec::new();
        }
        file.lines("pass it in: the domain has no clock, no randomness and no I/O", |line| {
            ANSWERS.iter().any(|answer| code(line).contains(answer))
        })
    }

    check(rule, ("crates/domain/src/a.rs", "    let now = Utc::now();\n"));
    check(rule, ("crates/domain/src/a.rs", "    let id = Uuid::now_v7();\n"));
    check(rule, ("crates/domain/src/a.rs", "pub async fn plan() {}\n"));
}

#[test]
fn wall_clock_time_becomes_an_instant_in_one_module() {
    fn rule(file: &File) -> Vec<String> {
        // The second engine must not lean on the zones of the first, and the look at all zones asks which there are.
        const WITNESSES: [&str; 2] = ["crates/domain/tests/oracle/", "crates/domain/tests/zones/"];
        let is_witness = WITNESSES.iter().any(|folder| file.path.starts_with(folder));
        let is_the_module = file.path == "crates/domain/src/zone.rs";
        if !file.is_rust() || is_the_module || is_witness || is_this(file) {
            return Vec::new();
        }
        file.lines("zones are read in crates/domain, module zone", |line| {
            code(line).contains("jiff::") || code(line).contains("chrono_tz")
        })
    }

    check(rule, ("crates/domain/src/grid.rs", "use jiff::tz::TimeZone;\n"));
}

#[test]
fn only_the_clock_reads_the_time() {
    fn rule(file: &File) -> Vec<String> {
        const READS: [&str; 3] = ["Utc::now", "Local::now", "SystemTime::now"];
        if !file.is_rust() || file.path.starts_with("crates/clock/src/") || is_this(file) {
            return Vec::new();
        }
        file.lines("ask the Clock", |line| READS.iter().any(|read| code(line).contains(read)))
    }

    check(rule, ("crates/store/src/a.rs", "    let now = Utc::now();\n"));
    check(rule, ("crates/server/src/a.rs", "    let now = SystemTime::now();\n"));
}

#[test]
fn nothing_that_holds_a_transaction_can_wait_for_the_network() {
    let metadata = metadata();

    for name in ["app", "store"] {
        let reached = reached(&metadata, name);
        assert!(reached.contains("sqlx"), "the graph is not to be believed: {reached:?}");
        for wrong in NETWORK {
            assert!(!reached.contains(wrong), "{name} reaches {wrong}");
        }
    }
    assert!(
        NETWORK.iter().any(|wrong| reached(&metadata, "asyncbot").contains(*wrong)),
        "the rule is blind: it finds no network in the server"
    );
}

#[test]
fn app_and_store_open_no_socket() {
    fn rule(file: &File) -> Vec<String> {
        const SOCKETS: [&str; 4] = ["std::net", "tokio::net", "TcpStream", "UdpSocket"];
        let holds = ["crates/app/src/", "crates/store/src/", "crates/crypto/src/"];
        if !holds.iter().any(|folder| file.path.starts_with(folder)) {
            return Vec::new();
        }
        file.lines("what holds a transaction waits for nobody", |line| {
            SOCKETS.iter().any(|socket| code(line).contains(socket))
        })
    }

    check(rule, ("crates/app/src/a.rs", "use tokio::net::TcpStream;\n"));
}

#[test]
fn sql_is_written_in_the_store_only() {
    fn rule(file: &File) -> Vec<String> {
        const STATEMENTS: [&str; 5] =
            ["\"select ", "\"insert into ", "\"delete from ", "\"update ", "\"create table "];
        if !file.is_rust() || file.path.starts_with("crates/store/") || is_this(file) {
            return Vec::new();
        }
        let mut faults = file.lines("SQL belongs to crates/store", |line| {
            let line = code(line).to_lowercase();
            STATEMENTS.iter().any(|statement| line.contains(statement))
        });
        faults.extend(
            file.lines("sqlx is the store's own affair", |line| code(line).contains("sqlx::")),
        );
        faults
    }

    check(rule, ("crates/app/src/a.rs", "    query(\"select name from rotations\")\n"));
    check(rule, ("crates/server/src/a.rs", "use store::sqlx::Row;\n"));
}

#[test]
fn the_store_keeps_its_database_library_to_itself() {
    fn rule(file: &File) -> Vec<String> {
        if !file.path.starts_with("crates/store/src/") {
            return Vec::new();
        }
        file.lines("nobody else names sqlx", |line| code(line).trim().starts_with("pub use sqlx"))
    }

    check(rule, ("crates/store/src/lib.rs", "pub use sqlx;\n"));
}

#[test]
fn messages_are_read_in_the_bots_own_direct_messages_only() {
    fn rule(file: &File) -> Vec<String> {
        const READS: [&str; 3] =
            ["conversations.history", "conversations.replies", "search.messages"];
        const LOOKS_UP: &str = "crates/slack/src/api/receipt.rs";
        const COUNTS: &str = "crates/slack/src/api/limits.rs";
        const KEEPS: &str = "crates/server/src/workers/";
        if !file.is_rust() || !file.path.contains("/src/") || is_this(file) {
            return Vec::new();
        }
        let mut faults = Vec::new();
        // Nobody but this crate can call Slack.
        if file.path.starts_with("crates/slack/")
            && ![LOOKS_UP, COUNTS].contains(&file.path.as_str())
        {
            faults.extend(file.lines("only api::receipt reads messages", |line| {
                READS.iter().any(|method| code(line).contains(method))
            }));
        }
        if !file.path.starts_with(KEEPS) && file.path != LOOKS_UP {
            faults.extend(file.lines("only deliveries know where direct messages are", |line| {
                code(line).contains("DirectChannel::kept")
            }));
        }
        if file.path == LOOKS_UP {
            faults.extend(file.lines("threads and searches are nobody's to read", |line| {
                READS[1..].iter().any(|method| code(line).contains(method))
            }));
        }
        faults
    }

    check(
        rule,
        (
            "crates/slack/src/api/methods.rs",
            "        self.get(token, \"conversations.history\", &[])\n",
        ),
    );
    check(rule, ("crates/app/src/a.rs", "    DirectChannel::kept(channel)\n"));
    check(
        rule,
        (
            "crates/slack/src/api/receipt.rs",
            "    self.get(token, \"conversations.replies\", &[])\n",
        ),
    );
}

#[test]
fn a_secret_is_of_a_type_that_cannot_be_shown() {
    fn rule(file: &File) -> Vec<String> {
        // The simulator's secrets are made up, and its page shows some of them.
        if !file.path.starts_with("crates/")
            || !file.path.contains("/src/")
            || file.path.starts_with("crates/simulator/")
        {
            return Vec::new();
        }
        file.lines("make it a SecretString or a Sealed", |line| is_bare_secret(code(line)))
    }

    check(rule, ("crates/slack/src/a.rs", "    pub bot_token: String,\n"));
    check(rule, ("crates/slack/src/a.rs", "    client_secret: Option<String>,\n"));
    check(rule, ("crates/store/src/a.rs", "    password: Vec<u8>,\n"));
}

/// Whether the line declares something secret by name as plain text by type.
fn is_bare_secret(line: &str) -> bool {
    const SECRETS: [&str; 5] = ["token", "secret", "password", "passphrase", "api_key"];
    const PLAIN: [&str; 6] =
        ["String", "Option<String>", "Vec<u8>", "Vec<String>", "Arc<str>", "Box<str>"];
    let Some((name, kind)) = line.trim().trim_end_matches(',').split_once(": ") else {
        return false;
    };
    let name = name.rsplit([' ', '(']).next().unwrap_or_default();
    SECRETS.iter().any(|secret| name.ends_with(secret)) && PLAIN.contains(&kind)
}

#[test]
fn no_secret_is_shown_or_logged() {
    fn rule(file: &File) -> Vec<String> {
        const SHOWS: [&str; 7] =
            ["trace!(", "debug!(", "info!(", "warn!(", "error!(", "println!(", "panic!("];
        if !file.is_rust() || is_this(file) {
            return Vec::new();
        }
        let mut faults = file.lines("a secret in a log", |line| {
            line.contains("expose_secret") && SHOWS.iter().any(|show| line.contains(show))
        });
        faults.extend(file.lines("what is sealed has no text", |line| {
            let line = code(line);
            line.contains("Display for Sealed") || line.contains("Display for Secret")
        }));
        faults
    }

    check(rule, ("crates/slack/src/a.rs", "    info!(token = token.expose_secret());\n"));
    check(rule, ("crates/crypto/src/a.rs", "impl<T> fmt::Display for Sealed<T> {\n"));
}

/// What a build of the binary consists of, as cargo prints it.
fn build_of(features: &[&str]) -> String {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.args(["tree", "--package", "asyncbot", "--edges", "normal,build", "--prefix", "none"]);
    cargo.args(["--locked", "--offline"]).args(features).current_dir(root());
    let done = cargo.output().expect("cargo runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("cargo prints text")
}

#[test]
fn no_build_for_people_has_places_at_which_it_ends() {
    let is_there = |tree: &str| tree.lines().any(|line| line.starts_with("fail v"));

    assert!(!is_there(&build_of(&[])), "the build that people run");
    assert!(!is_there(&build_of(&["--no-default-features"])), "the build without the demo");
    assert!(is_there(&build_of(&["--features", "faults"])), "the build of these tests");
    for file in repository::files().iter().filter(|file| !file.path.starts_with("tests/")) {
        let is_builder = file.path.ends_with("Dockerfile") || file.path.starts_with(".ci/");
        assert!(!(is_builder && file.text.contains("faults")), "{} asks for them", file.path);
    }
}

/// Whether the file is this one, whose samples break its own rules.
fn is_this(file: &File) -> bool {
    file.path == "tests/tests/architecture.rs"
}
