//! Names, numbers and commands are the same everywhere.

use crate::read::{at, document, documents, files_below, find_all, root, text, texts, words};
use crate::yaml;
use serde_json::Value;
use std::path::Path;

/// What the images are called in a cluster, before the name that they are built under.
const REGISTRY: &str = "registry.example.com/";

/// Where people put what the service says to its visitors and to machines, in every way to run it.
const PORTS: [&str; 2] = ["8080", "9090"];

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    let its = Path::new(path).extension().and_then(|its| its.to_str());
    its.is_some_and(|its| extensions.contains(&its))
}

#[test]
fn every_file_can_be_read() {
    let files = files_below("deploy");
    assert!(files.len() > 20, "{files:?}");

    let mut read = 0;
    for path in &files {
        if has_extension(path, &["yaml", "yml"]) {
            read += documents(path).len();
        }
        if has_extension(path, &["json"]) {
            let value: Result<Value, _> = serde_json::from_str(&text(path));
            assert!(value.is_ok(), "{path}: {value:?}");
            read += 1;
        }
    }

    assert!(read > 15, "only {read} documents were read");
    assert!(yaml::read("a:\n   b: c\n").is_err(), "the reader takes everything");
}

#[test]
fn every_variable_of_ours_is_a_setting() {
    let settings = text("docs/CONFIG.md");
    let mut seen = 0;

    for path in files_below("deploy") {
        let text = text(&path);
        for start in ["ASYNCBOT_", "DATABASE_", "SLACK_", "SENTRY_", "HIBOB_"] {
            for name in words(&text, start).filter(|name| !name.ends_with('_')) {
                assert!(settings.contains(&format!("`{name}`")), "{path}: {name} is no setting");
                seen += 1;
            }
        }
    }

    assert!(seen > 50, "only {seen} were seen");
}

#[test]
fn every_variable_that_the_containers_of_the_bot_get_is_a_setting() {
    let settings = text("docs/CONFIG.md");
    let compose = document("deploy/compose.yaml");
    let mut names: Vec<String> = Vec::new();
    for service in ["asyncbot", "backup", "migrate"] {
        let given = compose.pointer(&format!("/services/{service}/environment"));
        names.extend(given.and_then(Value::as_object).expect("variables").keys().cloned());
    }
    for path in ["deployment", "migrate", "backup"] {
        for document in documents(&format!("deploy/kubernetes/{path}.yaml")) {
            for list in find_all(&document, "env") {
                let items = list.as_array().expect("a list of variables");
                names.extend(items.iter().map(|item| at(item, "/name").to_owned()));
            }
        }
    }
    let map = &documents("deploy/kubernetes/settings.yaml")[0];
    names.extend(map["data"].as_object().expect("settings").keys().cloned());

    assert!(names.len() > 25, "{names:?}");
    for name in names {
        assert!(settings.contains(&format!("`{name}`")), "{name} is no setting");
    }
}

/// Returns every command that the files and the page on operations give, with where it stands.
fn commands() -> Vec<(String, String)> {
    let mut commands = Vec::new();
    for (path, key) in [
        ("deploy/compose.yaml", "command"),
        ("deploy/kubernetes/deployment.yaml", "args"),
        ("deploy/kubernetes/migrate.yaml", "args"),
        ("deploy/kubernetes/backup.yaml", "args"),
    ] {
        for document in documents(path) {
            for arguments in find_all(&document, key) {
                commands.push((path.to_owned(), texts(arguments).join(" ")));
            }
        }
    }
    for path in ["deploy/Dockerfile", "deploy/Dockerfile.backup"] {
        let text = text(path);
        let line = text.lines().find_map(|line| line.strip_prefix("CMD ")).expect("a command");
        let arguments: Value = serde_json::from_str(line).expect("a command as a list");
        commands.push((path.to_owned(), texts(&arguments).join(" ")));
    }
    commands.extend(health_checks());
    for path in files_below("deploy/systemd").into_iter().chain(["docs/OPERATIONS.md".to_owned()]) {
        for line in text(&path).lines() {
            const BEFORE: [&str; 3] =
                ["ExecStart=/usr/local/bin/asyncbot ", "asyncbot-by-hand ", "asyncbot "];
            const IN_CONTAINER: &str = " exec asyncbot asyncbot ";
            // A line of commands, or what stands in code type.
            let parts = line.split('`').enumerate().filter(|(index, _)| index % 2 == 1);
            for part in parts.map(|(_, part)| part).chain([line]) {
                let begun = BEFORE.iter().find_map(|before| part.strip_prefix(before));
                let inside = || part.split_once(IN_CONTAINER).map(|(_, rest)| rest);
                let Some(rest) = begun.or_else(inside) else { continue };
                let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
                let command: Vec<&str> = rest.split(' ').take(2).take_while(is_word).collect();
                // Otherwise it is an option of the program itself.
                if !command.is_empty() {
                    commands.push((path.clone(), command.join(" ")));
                }
            }
        }
    }
    commands
}

/// Returns the commands by which containers of the bot are asked how they are.
fn health_checks() -> Vec<(String, String)> {
    let text = text("deploy/Dockerfile");
    let line = text.lines().find(|line| line.starts_with("HEALTHCHECK ")).expect("a health check");
    let (_, list) = line.split_once(" CMD ").expect("a command");
    let image: Value = serde_json::from_str(list).expect("a command as a list");
    let compose = document("deploy/compose.yaml");
    let service = texts(&compose["services"]["asyncbot"]["healthcheck"]["test"]).join(" ");
    let asked = [("deploy/Dockerfile", texts(&image).join(" ")), ("deploy/compose.yaml", service)];
    asked
        .into_iter()
        .map(|(path, words)| {
            let words = words.strip_prefix("CMD ").unwrap_or(&words);
            let command = words.strip_prefix("asyncbot ").expect("it asks with the program itself");
            (path.to_owned(), command.to_owned())
        })
        .collect()
}

#[test]
fn every_command_is_one_that_the_program_has() {
    let page = text("docs/CONFIG.md");
    let known: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("### asyncbot ")).collect();
    let commands = commands();

    assert!(known.contains(&"serve") && known.contains(&"workspace erase"), "{known:?}");
    assert!(commands.len() > 20, "{commands:?}");
    for (path, command) in commands {
        let words = command.split(' ').take_while(|word| !word.starts_with("--"));
        let command = words.collect::<Vec<_>>().join(" ");
        // A command of one word may have a word behind it that is none of its own.
        let first = command.split(' ').next().unwrap_or_default();
        let is_known = [first, command.as_str()].iter().any(|its| known.contains(its));
        assert!(is_known, "{path}: asyncbot {command:?} is no command");
    }
}

#[test]
fn images_have_the_version_of_the_program() {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let version = manifest["workspace"]["package"]["version"].as_str().unwrap();
    let ours = ["asyncbot", "asyncbot-backup", "asyncbot-caddy"];
    let mut named = 0;

    for path in files_below("deploy") {
        let is_kubernetes = path.starts_with("deploy/kubernetes/");
        let text = text(&path);
        for line in text.lines() {
            let line = line.trim_start_matches(['#', ' ']);
            let image = line
                .strip_prefix("image: ")
                .or_else(|| line.strip_prefix("FROM "))
                .or_else(|| line.split_once(" --tag ").map(|(_, tag)| tag));
            let Some(image) = image.and_then(|image| image.split(' ').next()) else { continue };
            let (name, tag) = image.rsplit_once(':').unwrap_or((image, ""));
            assert!(!tag.is_empty() && tag != "latest", "{path}: {image} has no version");
            let bare = name.strip_prefix(REGISTRY).unwrap_or(name);
            if bare.starts_with("asyncbot") {
                assert!(ours.contains(&bare), "{path}: {image} is built nowhere");
                assert_eq!(tag, version, "{path}: {image}");
                assert_eq!(name != bare, is_kubernetes, "{path}: {image}");
                named += 1;
            }
        }
    }

    assert!(named >= 9, "only {named} were seen");
    let job = at(&document("deploy/kubernetes/migrate.yaml"), "/metadata/name").to_owned();
    assert_eq!(job, format!("asyncbot-migrate-{}", version.replace('.', "-")));
    assert!(text("docs/OPERATIONS.md").contains(&format!("job/{job}")), "{job}");
}

#[test]
fn the_ports_are_the_same_everywhere() {
    let [public, admin] = PORTS;
    let both = [format!("0.0.0.0:{public}"), format!("0.0.0.0:{admin}")];

    let image = text("deploy/Dockerfile");
    assert!(image.contains(&format!("\nEXPOSE {public} {admin}\n")));
    assert!(image.contains(&format!("ASYNCBOT_BIND={}", both[0])));
    assert!(image.contains(&format!("ASYNCBOT_ADMIN_BIND={}", both[1])));

    let compose = document("deploy/compose.yaml");
    let bot = &compose["services"]["asyncbot"];
    assert_eq!(bot["environment"]["ASYNCBOT_BIND"], both[0]);
    assert_eq!(bot["environment"]["ASYNCBOT_ADMIN_BIND"], both[1]);
    // The public port is Caddy's alone, and the other is for this machine.
    assert_eq!(texts(&bot["ports"]), [format!("127.0.0.1:{admin}:{admin}")]);
    let upstream = &compose["services"]["caddy"]["environment"]["UPSTREAM"];
    assert_eq!(*upstream, format!("asyncbot:{public}"));

    let settings = text("docs/CONFIG.md");
    let local = [format!("127.0.0.1:{public}"), format!("127.0.0.1:{admin}")];
    for (name, address) in ["BIND", "ADMIN_BIND"].iter().zip(&local) {
        assert!(settings.contains(&format!("| `ASYNCBOT_{name}` |")), "{name}");
        assert!(settings.contains(&format!("| `{address}` |")), "{address} is the default");
        let line = format!("\nASYNCBOT_{name}={address}\n");
        assert!(text("deploy/systemd/asyncbot.env").contains(&line), "{line}");
    }
    assert!(text("deploy/Caddyfile").contains(&format!("{{$UPSTREAM:{}}}", local[0])));
    let prometheus = document("deploy/prometheus/prometheus.yaml");
    assert_eq!(at(&prometheus, "/scrape_configs/0/static_configs/0/targets/0"), local[1]);
}

#[test]
fn the_ports_of_the_cluster_are_those_of_the_service() {
    let deployment = documents("deploy/kubernetes/deployment.yaml");
    let container = &deployment[0]["spec"]["template"]["spec"]["containers"][0];
    let value = |name: &str| {
        let env = container["env"].as_array().unwrap();
        env.iter().find(|item| item["name"] == name).map(|item| at(item, "/value").to_owned())
    };

    for (index, (name, setting)) in
        [("http", "ASYNCBOT_BIND"), ("metrics", "ASYNCBOT_ADMIN_BIND")].into_iter().enumerate()
    {
        let port = &container["ports"][index];
        assert_eq!(port["name"], name);
        assert_eq!(port["containerPort"].to_string(), PORTS[index]);
        assert_eq!(value(setting), Some(format!("0.0.0.0:{}", PORTS[index])));
        let service = &deployment[1]["spec"]["ports"][index];
        assert_eq!(service["targetPort"], name);
        assert_eq!(service["port"].to_string(), PORTS[index]);
        let network = &documents("deploy/kubernetes/network.yaml")[1];
        let open = &network["spec"]["ingress"][index]["ports"][0]["port"];
        assert_eq!(open.to_string(), PORTS[index]);
    }
    let routes = text("crates/server/src/http.rs");
    for (probe, path) in [("readinessProbe", "/readyz"), ("livenessProbe", "/livez")] {
        assert_eq!(container[probe]["httpGet"]["path"], path);
        assert_eq!(container[probe]["httpGet"]["port"], "http");
        assert!(routes.contains(&format!(".route(\"{path}\",")), "{path} is no route");
    }
}

#[test]
fn what_an_image_copies_is_there_and_secrets_stay_out() {
    let ignored = text(".dockerignore");
    for path in ["deploy/secrets", "deploy/.env", ".git", "target"] {
        assert!(ignored.lines().any(|line| line == path), "{path} would go into the image");
    }
    for path in ["/deploy/secrets", "/deploy/.env"] {
        assert!(text(".gitignore").lines().any(|line| line == path), "{path} would be committed");
    }
    for path in files_below("deploy").iter().filter(|path| path.contains("/Dockerfile")) {
        for line in text(path).lines().filter_map(|line| line.strip_prefix("COPY ")) {
            let source = line.split(' ').find(|word| !word.starts_with("--")).unwrap();
            let is_there = line.starts_with("--from=") || root().join(source).exists();
            assert!(is_there, "{path}: {source} is not there");
            let is_ignored = ignored.lines().any(|ignored| ignored == source);
            assert!(!is_ignored, "{path}: {source} is left out by .dockerignore");
        }
    }
}

#[test]
fn units_and_litestream_name_the_same_folders_and_secrets() {
    let litestream = document("deploy/litestream.yml");
    assert_eq!(at(&litestream, "/dbs/0/path"), "/var/lib/asyncbot/asyncbot.db");
    let by_hand = text("deploy/systemd/asyncbot-by-hand");
    let page = text("docs/OPERATIONS.md");

    for path in ["deploy/systemd/asyncbot.service", "deploy/systemd/asyncbot-backup.service"] {
        let unit = text(path);
        for line in [
            "User=asyncbot",
            "EnvironmentFile=/etc/asyncbot/asyncbot.env",
            "StateDirectory=asyncbot",
            "Environment=ASYNCBOT_DATA_DIR=/var/lib/asyncbot",
        ] {
            assert!(unit.lines().any(|its| its == line), "{path} lacks {line}");
        }
        let loaded = unit.lines().filter_map(|line| line.strip_prefix("LoadCredential="));
        let loaded: Vec<&str> = loaded.collect();
        assert!(!loaded.is_empty(), "{path}");
        for credential in loaded {
            let (name, file) = credential.split_once(':').unwrap();
            assert_eq!(file, format!("/etc/asyncbot/secrets/{name}"), "{path}");
            assert!(unit.contains(&format!("_FILE=%d/{name}\n")), "{path}: {name} is not used");
            assert!(by_hand.contains(&format!(" {name}\n")), "{name} is missing by hand");
            assert!(page.contains(&format!("/etc/asyncbot/secrets/{name}")), "{name}");
        }
    }
}
