//! Help, and commands that there are not.

use crate::process::asyncbot;

const COMMANDS: [&[&str]; 10] = [
    &[],
    &["demo"],
    &["serve"],
    &["simulate"],
    &["migrate"],
    &["doctor"],
    &["plan"],
    &["keys"],
    &["keys", "generate"],
    &["help"],
];

#[test]
fn every_command_explains_itself() {
    for command in COMMANDS {
        let arguments =
            if *command == ["help"] { command.to_vec() } else { [command, &["--help"]].concat() };

        let help = asyncbot(&arguments).ends().results();

        assert!(help.contains("Usage: asyncbot"), "{arguments:?}: {help}");
    }
}

#[test]
fn help_names_variables_but_not_what_is_in_them() {
    let secrets = [
        "DATABASE_URL",
        "DATABASE_SYSTEM_URL",
        "DATABASE_OWNER_URL",
        "ASYNCBOT_ENCRYPTION_KEYS",
        "SLACK_CLIENT_SECRET",
        "SLACK_SIGNING_SECRET",
        "SLACK_APP_TOKEN",
    ];
    for command in ["serve", "migrate", "doctor", "simulate"] {
        let values = secrets.map(|secret| (secret, "hush"));

        let help = asyncbot(&[command, "--help"]).with(values).ends().results();

        assert!(help.contains("[env: "), "{help}");
    }
}

#[test]
fn the_version_is_printed() {
    let version = asyncbot(&["--version"]).ends().results();

    assert_eq!(version, format!("asyncbot {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_use_is_2_and_says_how_it_is_used() {
    for arguments in [
        &[][..],
        &["srve"],
        &["serve", "--nonsense"],
        &["plan"],
        &["keys"],
        &["plan", "-", "--format", "xml"],
    ] {
        let ended = asyncbot(arguments).ends();

        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ended.err.contains("--help") || ended.err.contains("Usage"), "{}", ended.err);
    }
}
