//! `asyncbot keys`, `migrate` and `doctor`: what an operator does around the first start.

use crate::process::{COMPLETE, KEYS, asyncbot};

#[test]
fn a_generated_key_is_one_that_serving_takes() {
    let key = asyncbot(&["keys", "generate", "--id", "7"]).ends().results();
    let other = asyncbot(&["keys", "generate", "--id", "7"]).ends().results();

    assert!(key.starts_with("7:") && key.ends_with("=\n"), "{key}");
    assert_ne!(key, other);
    let bot = asyncbot(&["serve"])
        .with(COMPLETE)
        .with([("ASYNCBOT_ENCRYPTION_KEYS", key.trim_end())])
        .serves();
    assert_eq!(bot.get("/readyz"), (200, "ready\n".to_owned()));
}

#[test]
fn a_key_has_a_number_from_1_on() {
    for id in ["0", "-1", "4294967296", "one"] {
        let ended = asyncbot(&["keys", "generate", &format!("--id={id}")]).ends();
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{id}: {}", ended.err);
    }
}

#[test]
fn a_fresh_machine_is_migrated_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("not/there/yet? 100%");
    let migrate = || {
        let variables = [("ASYNCBOT_DATA_DIR", data.to_str().unwrap())];
        asyncbot(&["migrate"]).with(variables).ends().results()
    };

    let first = migrate();
    let second = migrate();

    assert!(first.lines().all(|line| line.starts_with("applied 00")), "{first}");
    assert!(first.lines().count() >= 4, "{first}");
    assert_eq!(second, "Nothing to do: the database is up to date.\n");
    assert!(data.join("asyncbot.db").is_file());
}

#[test]
fn a_database_that_cannot_be_opened_is_not_well() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().display());

    let ended = asyncbot(&["migrate"]).with([("DATABASE_URL", url.as_str())]).ends();

    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    let named = format!("the database file {} cannot be made or opened", folder.path().display());
    assert!(ended.err.contains(&named), "{}", ended.err);
}

#[test]
fn the_doctor_finds_a_fresh_set_up_well() {
    let examined = asyncbot(&["doctor"]).with(COMPLETE).ends().results();

    assert_eq!(
        examined,
        "ok   settings: complete\n\
         ok   disk: the data folder has room\n\
         ok   erasures: the ledger can be read and written\n\
         ok   database: open, migrated, and its keys fit\n\
         ok   keys: everything sealed has its key\n\
         ok   clock: this machine's is the only one\n\
         ok   database: has not gone back in time in the last 30 days\n\
         ok   slack: no workspace has installed the app yet; see /slack/install\n"
    );
}

#[test]
fn the_doctor_names_what_is_not_well_and_checks_the_rest() {
    let ended = asyncbot(&["doctor"]).with([("ASYNCBOT_ENCRYPTION_KEYS", KEYS)]).ends();

    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""));
    for finding in [
        "FAIL settings: SLACK_CLIENT_ID: it is missing",
        "FAIL settings: SLACK_CLIENT_SECRET: it is missing",
        "FAIL settings: SLACK_SIGNING_SECRET: it is missing",
        "ok   database: open",
    ] {
        assert!(ended.out.contains(finding), "{finding} is not in\n{}", ended.out);
    }
}

#[test]
fn the_doctor_says_what_to_do_about_each_finding_and_prints_json_for_scripts() {
    let settings = [
        ("ASYNCBOT_PUBLIC_URL", "https://bot.internal"),
        ("ASYNCBOT_ERASURE_LEDGER", "/proc/no/ledger"),
    ];
    let words = asyncbot(&["doctor"]).with(COMPLETE).with(settings).ends();
    let json = asyncbot(&["doctor", "--json"]).with(COMPLETE).with(settings).ends();

    assert_eq!((words.code, words.err.as_str()), (Some(1), ""));
    assert!(!words.out.contains('\u{1b}'), "no colours where nobody sees them: {}", words.out);
    let lines: Vec<&str> = words.out.lines().collect();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("FAIL")) {
        assert!(lines[at + 1].starts_with("     to do: "), "{lines:#?}");
    }
    let told: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.code, &told["is_well"]), (Some(1), &false.into()), "{told}");
    let findings = told["findings"].as_array().unwrap();
    let ill: Vec<_> = findings.iter().filter(|finding| finding["is_well"] == false).collect();
    assert_eq!(ill.len(), 2, "{told}");
    assert!(ill[0]["text"].as_str().unwrap().starts_with("public URL: "), "{told}");
    assert!(ill[0]["fix"].as_str().unwrap().contains("ASYNCBOT_PUBLIC_URL"), "{told}");
    assert!(ill[1]["text"].as_str().unwrap().starts_with("erasures: "), "{told}");
    assert!(ill[1]["fix"].as_str().unwrap().contains("ASYNCBOT_ERASURE_LEDGER"), "{told}");
}

#[test]
fn the_doctor_notices_the_wrong_keys() {
    let folder = tempfile::tempdir().unwrap();
    let examine = |keys: &str| {
        let data = ("ASYNCBOT_DATA_DIR", folder.path().to_str().unwrap());
        asyncbot(&["doctor"]).with(COMPLETE).with([data, ("ASYNCBOT_ENCRYPTION_KEYS", keys)]).ends()
    };
    examine(KEYS).results();

    let ended = examine("2:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=");

    assert_eq!(ended.code, Some(1));
    assert!(
        ended.out.contains("FAIL database: the database was sealed with key 1"),
        "{}",
        ended.out
    );
}
