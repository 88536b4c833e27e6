//! What we depend on: under which licences, from where, and how often.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The licences that what we ship may carry; deny.toml has the same list.
const LICENCES: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates under a licence that holds for their own files only, which we do not change.
const COPYLEFT_BY_FILE: [(&str, &str); 2] = [("option-ext", "MPL-2.0"), ("webdriver", "MPL-2.0")];

/// What may not come in, through whom it may after all, and why.
const BANNED: [(&str, &[&str], &str); 6] = [
    ("openssl", &[], "TLS is rustls with ring"),
    ("openssl-sys", &[], "TLS is rustls with ring"),
    ("native-tls", &[], "TLS is rustls with ring"),
    ("aws-lc-rs", &[], "two TLS providers in one binary panic at the first connection"),
    ("aws-lc-sys", &[], "two TLS providers in one binary panic at the first connection"),
    ("chrono-tz", &["tokio-cron-scheduler"], "its zones are as old as its last release"),
];

/// What the binary contains in two versions, and who keeps the older one.
const TWICE: [(&str, &str); 34] = [
    ("aead", "age 0.12 asks for 0.5, and its peers below as well"),
    ("aes", "comes with age"),
    ("aes-gcm", "comes with age"),
    ("base64", "sqlx 0.9 and its peers have not moved to 0.23"),
    ("block-buffer", "comes with digest"),
    ("chacha20", "comes with age"),
    ("cipher", "comes with age"),
    ("const-oid", "comes with digest"),
    ("cpufeatures", "comes with sha2"),
    ("crypto-common", "comes with digest"),
    ("ctr", "comes with age"),
    ("darling", "derive_builder 0.20, at build time only"),
    ("darling_core", "comes with darling"),
    ("darling_macro", "comes with darling"),
    ("digest", "comes with sha2"),
    ("getrandom", "ring 0.17 asks for 0.2, opentelemetry_sdk's rand for 0.3"),
    ("ghash", "comes with age"),
    ("hashbrown", "sqlx 0.9 asks for 0.16"),
    ("hkdf", "comes with age"),
    ("hmac", "comes with age"),
    ("hybrid-array", "comes with age"),
    ("inout", "comes with age"),
    ("itertools", "OpenTelemetry's derive macros ask for 0.13, at build time only"),
    ("polyval", "comes with age"),
    ("rand", "opentelemetry_sdk 0.33 asks for 0.9; fail 0.5 for 0.8, in tests alone"),
    ("rand_chacha", "comes with rand"),
    ("rand_core", "comes with rand"),
    ("sha2", "sqlx 0.9 asks for 0.10, for the checksums of migrations"),
    ("spin", "sqlx's channel for SQLite asks for 0.9"),
    ("syn", "derive macros are moving from 2 to 3, at build time only"),
    ("thiserror", "age's translations ask for 1, at build time"),
    ("thiserror-impl", "comes with thiserror"),
    ("toml", "age's translations ask for 0.5, at build time only"),
    ("universal-hash", "comes with age"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests have a folder of their own")
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(vec!["--locked".into()])
        .exec()
        .expect("cargo describes the workspace")
}

/// Whether the SPDX expression can be met with our licences and `also`.
///
/// `or` binds weaker than `and`; an old-fashioned slash is an `or`.
fn is_allowed(expression: &str, also: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let mut at = 0;
    let is_allowed = any_of(&words, &mut at, also);
    is_allowed && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize, also: &[&str]) -> bool {
    let mut is_allowed = all_of(words, at, also);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        is_allowed |= all_of(words, at, also);
    }
    is_allowed
}

fn all_of(words: &[&str], at: &mut usize, also: &[&str]) -> bool {
    let mut is_allowed = one_of(words, at, also);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        is_allowed &= one_of(words, at, also);
    }
    is_allowed
}

fn one_of(words: &[&str], at: &mut usize, also: &[&str]) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let is_allowed = any_of(words, at, also);
        *at += 1;
        return is_allowed;
    }
    let mut licence = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        licence = words[*at - 1..(*at + 2).min(words.len())].join(" ");
        *at += 2;
    }
    LICENCES.contains(&licence.as_str()) || also.contains(&licence.as_str())
}

#[test]
fn a_licence_expression_is_read_as_spdx_says() {
    assert!(is_allowed("MIT OR GPL-3.0-only", &[]));
    assert!(is_allowed("(MIT OR GPL-3.0-only) AND Unicode-3.0", &[]));
    assert!(is_allowed("Apache-2.0 WITH LLVM-exception OR GPL-3.0-only", &[]));
    assert!(is_allowed("MIT/Apache-2.0", &[]));
    assert!(is_allowed("MPL-2.0", &["MPL-2.0"]));

    assert!(!is_allowed("GPL-3.0-only", &[]));
    assert!(!is_allowed("MIT AND GPL-3.0-only", &[]));
    assert!(!is_allowed("(MIT OR Zlib) AND GPL-3.0-only", &[]));
    assert!(!is_allowed("GPL-2.0-only WITH Classpath-exception-2.0", &[]));
    assert!(!is_allowed("MPL-2.0", &[]));
    assert!(!is_allowed("", &[]));
}

#[test]
fn every_licence_is_one_that_we_may_ship() {
    let metadata = metadata();
    assert!(metadata.packages.len() > 100, "the list is not to be believed");

    for package in &metadata.packages {
        let licence = package.license.as_deref().unwrap_or_default();
        let also: Vec<_> = COPYLEFT_BY_FILE
            .iter()
            .filter(|(name, _)| *name == package.name.as_str())
            .map(|(_, licence)| *licence)
            .collect();
        assert!(is_allowed(licence, &also), "{}: {licence:?}", package.name);
    }
}

#[test]
fn deny_toml_has_the_same_lists() {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let deny: toml::Table = text.parse().unwrap();

    let allow = deny["licenses"]["allow"].as_array().unwrap();
    let allow: Vec<_> = allow.iter().map(|licence| licence.as_str().unwrap()).collect();
    assert_eq!(allow, LICENCES);

    let banned = deny["bans"]["deny"].as_array().unwrap();
    let banned: Vec<_> = banned.iter().map(|entry| entry["crate"].as_str().unwrap()).collect();
    assert_eq!(banned, BANNED.map(|(name, _, _)| name));

    for (section, key, wanted) in [
        ("sources", "unknown-registry", "deny"),
        ("sources", "unknown-git", "deny"),
        ("bans", "wildcards", "deny"),
        ("advisories", "yanked", "deny"),
    ] {
        assert_eq!(deny[section][key].as_str(), Some(wanted), "[{section}] {key}");
    }
}

#[test]
fn everything_comes_from_the_one_registry() {
    for package in metadata().packages {
        let is_ours = package.source.is_none() && package.manifest_path.starts_with(root());
        let is_registry = package.source.as_ref().is_some_and(cargo_metadata::Source::is_crates_io);
        assert!(is_ours || is_registry, "{} comes from {:?}", package.name, package.source);
    }
}

#[test]
fn what_is_banned_stays_out() {
    let metadata = metadata();
    let packages: BTreeMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let resolve = metadata.resolve.as_ref().expect("the graph is resolved");

    for node in &resolve.nodes {
        let name = packages[&node.id].name.as_str();
        for dependency in &node.deps {
            let dependency = packages[&dependency.pkg].name.as_str();
            for (banned, through, why) in BANNED {
                let is_wrong = dependency == banned && !through.contains(&name);
                assert!(!is_wrong, "{name} brings {banned}: {why}");
            }
        }
    }
    let names: BTreeSet<_> = packages.values().map(|package| package.name.as_str()).collect();
    assert!(names.contains("chrono-tz"), "the exception for chrono-tz is no longer needed");
}

/// The names in the binary's own graph, on this platform, that have more than one version.
fn doubled(metadata: &Metadata) -> BTreeSet<String> {
    let resolve = metadata.resolve.as_ref().expect("the graph is resolved");
    let nodes: BTreeMap<&PackageId, _> =
        resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut next: Vec<_> = metadata
        .workspace_packages()
        .into_iter()
        .filter(|package| package.name == "asyncbot")
        .map(|package| &package.id)
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = next.pop() {
        if !seen.insert(id) {
            continue;
        }
        next.extend(nodes[id].deps.iter().filter_map(|dependency| {
            let is_shipped =
                dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development);
            is_shipped.then_some(&dependency.pkg)
        }));
    }

    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in metadata.packages.iter().filter(|package| seen.contains(&package.id)) {
        *versions.entry(package.name.as_str()).or_default() += 1;
    }
    versions.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name.into()).collect()
}

#[test]
fn a_crate_comes_twice_only_for_a_reason() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(
            ["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"].map(String::from),
        )
        .exec()
        .expect("cargo describes the workspace");

    let doubled = doubled(&metadata);

    let known: BTreeSet<String> = TWICE.iter().map(|(name, _)| (*name).to_owned()).collect();
    let new: Vec<_> = doubled.difference(&known).collect();
    assert!(new.is_empty(), "in two versions, without a reason in TWICE: {new:?}");
    let gone: Vec<_> = known.difference(&doubled).collect();
    assert!(gone.is_empty(), "no longer in two versions, so out of TWICE: {gone:?}");
}

/// What the product is planned with, in use or not yet; everything beyond it has its reason in CONTRIBUTING.md.
const CORE: [&str; 21] = [
    "aes-gcm",
    "askama",
    "axum",
    "chrono",
    "clap",
    "criterion",
    "icalendar",
    "insta",
    "jiff",
    "proptest",
    "reqwest",
    "secrecy",
    "sentry",
    "serde",
    "slack-morphism",
    "sqlx",
    "tokio",
    "tokio-cron-scheduler",
    "tracing",
    "uuid",
    "zeroize",
];

#[test]
fn a_dependency_has_its_reason_and_its_use() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let reasons = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let metadata = metadata();
    let used: BTreeSet<String> = metadata
        .workspace_packages()
        .into_iter()
        .flat_map(|package| &package.dependencies)
        .map(|dependency| dependency.name.clone())
        .collect();
    let chosen = manifest["workspace"]["dependencies"].as_table().unwrap();
    let others: BTreeSet<&str> = chosen
        .iter()
        .filter(|(_, dependency)| dependency.get("path").is_none())
        .map(|(name, _)| name.as_str())
        .collect();

    let beyond: BTreeSet<_> = others.iter().copied().filter(|name| !CORE.contains(name)).collect();
    let (_, table) = reasons.split_once("## Dependencies").expect("the chapter is there");
    let listed: BTreeSet<_> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(listed, beyond, "the table of CONTRIBUTING.md and [workspace.dependencies]");

    let unused: Vec<_> = beyond.iter().filter(|name| !used.contains(**name)).collect();
    assert!(unused.is_empty(), "no crate of ours names {unused:?}");
}
