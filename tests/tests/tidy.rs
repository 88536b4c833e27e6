//! What every file of the repository keeps to.
//!
//! Each rule is tried on a sample that breaks it before it is believed.

mod repository;

use repository::{File, check, code, files, root};

/// Whether the file's text is laid out by people, not by a tool.
fn is_written_by_hand(file: &File) -> bool {
    // `caddy fmt` lays out with tabs, and a test compares.
    let by_a_tool = ["LICENSE", "Cargo.lock", "Caddyfile"];
    !by_a_tool.iter().any(|name| file.path.ends_with(name)) && !file.ends_in("snap")
}

/// Whether the whole file is test code.
fn is_test(file: &File) -> bool {
    let is_named = file.path.contains("/tests/") || file.path.ends_with("/tests.rs");
    file.is_rust() && (file.path.starts_with("tests/") || is_named)
}

#[test]
fn no_file_is_longer_than_800_lines() {
    fn rule(file: &File) -> Vec<String> {
        let lines = file.text.lines().count();
        if lines <= 800 || !is_written_by_hand(file) {
            return Vec::new();
        }
        vec![format!("{}: {lines} lines; split it by what changes together", file.path)]
    }

    check(rule, ("crates/app/src/long.rs", &"//\n".repeat(801)));
}

#[test]
fn a_source_file_begins_by_saying_what_it_is() {
    fn rule(file: &File) -> Vec<String> {
        let first = file.text.lines().next().unwrap_or_default();
        let is_said = first.starts_with("//! ") || first == README_AS_DOC;
        if is_said || !file.is_rust() {
            return Vec::new();
        }
        vec![format!("{}:1: a file begins with a `//!` sentence", file.path)]
    }

    check(rule, ("crates/app/src/mute.rs", "use std::fmt;\n"));
}

const README_AS_DOC: &str = "#![doc = include_str!(\"../README.md\")]";

#[test]
fn every_crate_has_a_readme_that_is_its_documentation() {
    let manifests: Vec<_> =
        files().into_iter().filter(|file| file.path.ends_with("/Cargo.toml")).collect();
    assert!(manifests.len() > 8, "{} crates", manifests.len());

    for manifest in manifests {
        let folder = manifest.path.trim_end_matches("/Cargo.toml");
        let readme = root().join(folder).join("README.md");
        assert!(readme.is_file(), "{folder} has no README.md");

        let lib = std::fs::read_to_string(root().join(folder).join("src/lib.rs")).unwrap();
        assert_eq!(lib.lines().next(), Some(README_AS_DOC), "{folder}/src/lib.rs, first line");
    }
}

#[test]
fn lines_have_neither_tabs_nor_trailing_space_and_files_end_with_a_newline() {
    fn rule(file: &File) -> Vec<String> {
        if !is_written_by_hand(file) {
            return Vec::new();
        }
        let mut faults = file.lines("a tab", |line| line.contains('\t'));
        faults.extend(file.lines("trailing space", |line| line.ends_with([' ', '\r'])));
        if !file.text.is_empty() && (!file.text.ends_with('\n') || file.text.ends_with("\n\n")) {
            faults.push(format!("{}: ends with one newline", file.path));
        }
        faults
    }

    check(rule, ("README.md", "a\tb\n"));
    check(rule, ("README.md", "a \n"));
    check(rule, ("README.md", "a"));
    check(rule, ("README.md", "a\n\n"));
}

#[test]
fn no_test_is_ignored_and_nothing_is_left_to_do() {
    fn rule(file: &File) -> Vec<String> {
        const UNFINISHED: [&str; 5] = [
            concat!("#[", "ignore"),
            concat!("todo", "!("),
            concat!("unimplemented", "!("),
            concat!("TO", "DO"),
            concat!("FIX", "ME"),
        ];
        if !file.is_rust() {
            return Vec::new();
        }
        file.lines("finish it or delete it", |line| {
            UNFINISHED.iter().any(|mark| line.contains(mark))
        })
    }

    check(rule, ("tests/tests/a.rs", concat!("#[", "ignore]\n")));
    check(rule, ("crates/app/src/a.rs", concat!("todo", "!()\n")));
}

#[test]
fn tests_move_the_clock_and_never_sleep() {
    fn rule(file: &File) -> Vec<String> {
        const SLEEPS: [&str; 2] = [concat!("thread::", "sleep"), concat!("time::", "sleep")];
        // Processes of their own have no clock that a test could move, and how long others are kept waiting is real time.
        const IN_REAL_TIME: [&str; 9] = [
            "tests/src/bin/rush/",
            "tests/src/crash/",
            "tests/src/sink.rs",
            "tests/tests/crowded.rs",
            "tests/tests/disks.rs",
            "tests/tests/limits.rs",
            "tests/tests/outages.rs",
            "tests/tests/poison.rs",
            "tests/tests/replicas.rs",
        ];
        if !file.is_rust() || IN_REAL_TIME.iter().any(|start| file.path.starts_with(start)) {
            return Vec::new();
        }
        // Product code may wait in real time, but never by stopping its thread.
        let product = if is_test(file) {
            0
        } else {
            let end = file.text.find("#[cfg(test)]\nmod tests {").unwrap_or(file.text.len());
            file.text[..end].lines().count()
        };
        (0..)
            .zip(file.text.lines())
            .filter(|(at, line)| {
                let wrong = if *at < product { &SLEEPS[..1] } else { &SLEEPS };
                wrong.iter().any(|sleep| code(line).contains(sleep))
            })
            .map(|(at, _)| format!("{}:{}: move the clock, or wait on it", file.path, at + 1))
            .collect()
    }

    check(rule, ("tests/tests/a.rs", concat!("    tokio::time::", "sleep(ten).await;\n")));
    check(rule, ("crates/app/src/a.rs", concat!("    std::thread::", "sleep(ten);\n")));
    check(
        rule,
        (
            "crates/app/src/a.rs",
            concat!("#[cfg(test)]\nmod tests {\n    time::", "sleep(ten);\n}\n"),
        ),
    );
}

#[test]
fn a_test_is_not_skipped_because_something_is_missing() {
    fn rule(file: &File) -> Vec<String> {
        const EXCUSES: [&str; 3] =
            [concat!("skip", "ping"), concat!("skip", "ped: no "), concat!("test ", "skipped")];
        if !is_test(file) {
            return Vec::new();
        }
        file.lines("a test that cannot run fails", |line| {
            let line = code(line).to_lowercase();
            line.contains("print") && EXCUSES.iter().any(|excuse| line.contains(excuse))
        })
    }

    check(rule, ("tests/tests/a.rs", concat!("eprint", "ln!(\"no PostgreSQL, skip", "ping\");\n")));
}

#[test]
fn a_module_is_named_after_what_it_is_about() {
    fn rule(file: &File) -> Vec<String> {
        const NAMELESS: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "misc"];
        let is_nameless = file.is_rust()
            && file.path.trim_end_matches(".rs").split('/').any(|part| NAMELESS.contains(&part));
        let mut faults: Vec<_> =
            is_nameless.then(|| format!("{}: name it", file.path)).into_iter().collect();
        if file.is_rust() {
            faults.extend(file.lines("name the module", |line| {
                let name = code(line).trim().trim_start_matches("pub ").trim_start_matches("mod ");
                code(line).contains("mod ")
                    && NAMELESS.contains(&name.trim_end_matches([' ', '{', ';']))
            }));
        }
        faults
    }

    check(rule, ("crates/app/src/utils.rs", "//! Things\n"));
    check(rule, ("crates/app/src/common/mod.rs", "//! Things\n"));
    check(rule, ("crates/app/src/a.rs", "mod helpers {\n"));
}

#[test]
fn no_file_knows_the_machine_that_it_was_written_on() {
    fn rule(file: &File) -> Vec<String> {
        const MACHINE: [&str; 9] = [
            concat!("/wo", "rk/"),
            concat!("/ro", "ot/"),
            concat!("/fa", "rm/"),
            concat!("/ho", "me/"),
            concat!("/Us", "ers/"),
            concat!("static.", "crates.io"),
            concat!("py", "pi.org"),
            concat!("registry.", "npm"),
            concat!("deb.", "debian"),
        ];
        file.lines("a path or host of one machine", |line| {
            MACHINE.iter().any(|place| line.contains(place))
        })
    }

    check(rule, ("docs/OPERATIONS.md", concat!("cd /ho", "me/ana/asyncbot\n")));
}

#[test]
fn a_version_is_chosen_once_for_the_whole_workspace() {
    fn rule(file: &File) -> Vec<String> {
        let is_member = file.path.ends_with("/Cargo.toml");
        if !is_member {
            return Vec::new();
        }
        let manifest: toml::Table = file.text.parse().unwrap();
        let mut faults = Vec::new();
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(table).and_then(toml::Value::as_table) else {
                continue;
            };
            for (name, dependency) in dependencies {
                let is_inherited =
                    dependency.get("workspace").and_then(toml::Value::as_bool) == Some(true);
                if !is_inherited {
                    faults.push(format!("{}: {name} lacks `workspace = true`", file.path));
                }
            }
        }
        if manifest.get("target").is_some() {
            faults.push(format!("{}: no dependency differs by platform", file.path));
        }
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if lints.and_then(toml::Value::as_bool) != Some(true) {
            faults.push(format!("{}: `[lints] workspace = true` is missing", file.path));
        }
        faults
    }

    let lints = "[lints]\nworkspace = true\n";
    check(rule, ("crates/a/Cargo.toml", &format!("{lints}[dependencies]\nserde = \"1\"\n")));
    check(rule, ("crates/a/Cargo.toml", "[dependencies]\nserde.workspace = true\n"));
}

#[test]
fn what_a_document_names_exists() {
    fn rule(file: &File) -> Vec<String> {
        if !file.ends_in("md") {
            return Vec::new();
        }
        let folder = root().join(&file.path);
        let folder = folder.parent().expect("a file lies in a folder");
        let mut faults = file.lines("a link that leads nowhere", |line| {
            links(line).any(|target| !folder.join(target).exists())
        });
        faults.extend(file.lines("a path that does not exist", |line| {
            paths(line).any(|path| !root().join(path).exists())
        }));
        faults
    }

    check(rule, ("README.md", "See [the map](docs/NOWHERE.md).\n"));
    check(rule, ("README.md", "It is in `crates/app/src/nowhere.rs`.\n"));
}

#[test]
fn what_the_architecture_names_exists() {
    fn rule(file: &File) -> Vec<String> {
        if !file.ends_in("md") {
            return Vec::new();
        }
        file.lines("a module that does not exist", |line| {
            modules(line).any(|(folder, module)| {
                let source = root().join("crates").join(folder).join("src");
                !source.join(format!("{module}.rs")).exists() && !source.join(module).exists()
            })
        })
    }

    check(rule, ("ARCHITECTURE.md", "It is in `domain::nowhere`.\n"));
}

/// The words in code type that are modules of our crates, as folder and module.
fn modules(line: &str) -> impl Iterator<Item = (&str, &str)> {
    const CRATES: [&str; 8] =
        ["app", "clock", "crypto", "domain", "server", "simulator", "slack", "store"];
    line.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.split_once("::"))
        .filter(|(name, _)| CRATES.contains(name))
        .filter_map(|(name, rest)| Some((name, rest.split(':').next()?)))
        .filter(|(_, module)| {
            // Functions and types are not followed, only what is surely a module.
            module.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
                && !module.starts_with("read_")
                && !module.starts_with("render_")
        })
}

/// The targets of a line's Markdown links that are files of the repository.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#']).next())
        .filter(|target| !target.is_empty() && !target.contains("://"))
}

/// The words in code type that are paths from the root.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    const FOLDERS: [&str; 6] = ["crates/", "tests/", "docs/", "migrations/", "deploy/", ".ci/"];
    line.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.split([' ', ':']).next())
        .filter(|path| FOLDERS.iter().any(|folder| path.starts_with(folder)))
        .filter(|path| !path.contains(['*', '<', '{']))
}
