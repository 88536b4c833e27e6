//! `asyncbot completions` and `asyncbot man`.

use crate::process::asyncbot;

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = asyncbot(&["completions", shell]).ends().results();

        for command in ["healthcheck", "workspace", "stop-grace"] {
            assert!(script.contains(command), "{shell} does not know {command}");
        }
    }
}

#[test]
fn a_shell_that_nobody_knows_is_refused_with_those_that_are_known() {
    let ended = asyncbot(&["completions", "tcsh"]).ends();

    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert!(ended.err.contains("bash") && ended.err.contains("zsh"), "{}", ended.err);
}

#[test]
fn the_manual_is_one_page_or_a_page_for_each_command() {
    let page = asyncbot(&["man"]).ends().results();
    assert!(page.contains(".TH asyncbot 1") && page.contains("RUST_LOG"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();

    asyncbot(&["man", "--out", path]).ends().results();

    let pages: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for wanted in ["asyncbot.1", "asyncbot-serve.1", "asyncbot-workspace-erase.1"] {
        assert!(pages.iter().any(|page| page == wanted), "{wanted} in {pages:?}");
    }
    let nowhere = asyncbot(&["man", "--out", "nowhere/at/all"]).ends();
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.err.contains("choose a folder that is there"), "{}", nowhere.err);
}
