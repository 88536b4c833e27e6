//! docs/CONFIG.md is made from the command line, so that the two cannot disagree.

use clap::{Arg, Command, CommandFactory};
use server::cli::Cli;
use std::fmt::Write;
use std::path::PathBuf;

const BEGINNING: &str = "\
# Configuration

Every setting and every command, made from the command line by a test.
To change it, change the words in `crates/server/src/settings.rs` or `crates/server/src/cli.rs` and run `UPDATE_DOCS=1 cargo test -p asyncbot --test cli config`.
How the settings fit together is in [OPERATIONS.md](OPERATIONS.md).

## How a setting is given

Every setting is an environment variable and also a flag; where both are given, the flag wins.
What is empty counts as not given.
A secret may also be in a file, whose path is given in the variable with `_FILE` behind its name, or in the flag with `-file`; a secret that is given both ways is refused.
Everybody who may list the processes of a machine sees their flags, so a secret belongs in a variable or in a file.
`serve` and `doctor` check all settings before anything else, and name each one that is missing, cannot be read or contradicts another.

## The least that serving needs

```sh
asyncbot keys generate >asyncbot.keys   # once; what is sealed with a key opens with no other, so keep the file
export ASYNCBOT_ENCRYPTION_KEYS_FILE=asyncbot.keys
export SLACK_CLIENT_ID=...              # these three stand on the Basic Information page of your Slack app
export SLACK_CLIENT_SECRET=...
export SLACK_SIGNING_SECRET=...
export ASYNCBOT_PUBLIC_URL=https://...  # under which Slack reaches the service
asyncbot serve
```

The data is then in a SQLite file in the platform's data folder, and a proxy on the same machine has to pass HTTPS from the outside on to port 8080.
";

const LOG: &str = "
### Log

| variable | flag | default | meaning |
|---|---|---|---|
| `RUST_LOG` | – | `info` for our own parts, less for libraries | What is logged, such as `debug` or `info,sqlx=debug`; see [LOGGING.md](LOGGING.md) |
";

/// The commands that take all settings, or those of one heading.
const TAKE_SETTINGS: [(&str, &str); 3] = [
    ("serve", "It takes all [settings](#settings)."),
    ("doctor", "It takes all [settings](#settings)."),
    ("migrate", "It takes the settings of the [database](#database)."),
];

#[test]
fn the_config_page_says_what_the_command_line_says() {
    let made = page();

    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/CONFIG.md");
    if is_update() {
        std::fs::write(&file, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == made,
        "docs/CONFIG.md is out of date; write it anew with `UPDATE_DOCS=1 cargo test -p asyncbot --test cli config`"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "it chooses between checking and writing, and is no setting"
)]
fn is_update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1")
}

fn page() -> String {
    let mut cli = Cli::command();
    cli.build();
    let mut page = BEGINNING.to_owned();
    let serve = cli.find_subcommand("serve").expect("there is a command that serves");
    page.push_str("\n## Settings\n");
    write_settings(serve, &mut page);
    page.push_str(LOG);
    page.push_str("\n## Commands\n");
    for command in cli.get_subcommands() {
        write_command(command, &mut page);
    }
    page.push_str("\n## What holds for every command\n\n");
    let _ = writeln!(page, "{}", cli.get_after_help().expect("it says so"));
    page
}

/// Writes a table for each heading, in the order of the command line.
fn write_settings(serve: &Command, page: &mut String) {
    let mut heading = None;
    for setting in serve.get_arguments().filter(|it| it.get_help_heading().is_some()) {
        let variable = variable(setting).expect("every setting is a variable");
        if variable.ends_with("_FILE") {
            continue;
        }
        if heading != setting.get_help_heading() {
            heading = setting.get_help_heading();
            let heading = heading.unwrap_or_default();
            let _ = writeln!(page, "\n### {heading}\n\n| variable | flag | default | meaning |");
            page.push_str("|---|---|---|---|\n");
        }
        let file = format!("{variable}_FILE");
        let has_file =
            serve.get_arguments().any(|it| self::variable(it).is_some_and(|name| name == file));
        let variable =
            if has_file { format!("`{variable}`, `{file}`") } else { format!("`{variable}`") };
        let (meaning, default) = meaning_and_default(setting);
        let _ = writeln!(page, "| {variable} | `{}` | {default} | {meaning} |", flag(setting));
    }
}

fn write_command(command: &Command, page: &mut String) {
    if command.get_name() == "help" {
        return;
    }
    if command.has_subcommands() {
        command.get_subcommands().for_each(|it| write_command(it, page));
        return;
    }
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let name = command.get_bin_name().expect("a built command knows its name");
    let about = command.get_about().expect("a command says what it does");
    let _ = writeln!(page, "\n### {name}\n\n{about}.\n\n```sh\n{usage}\n```");
    if let Some((_, text)) = TAKE_SETTINGS.iter().find(|(name, _)| *name == command.get_name()) {
        let _ = writeln!(page, "\n{text}");
    } else if command.get_arguments().any(|it| it.get_help_heading() == Some("Database")) {
        page.push_str("\nIt takes the settings of the [database](#database) and of [encryption](#encryption), and:\n");
    } else if command.get_arguments().any(|it| it.get_help_heading() == Some("Encryption")) {
        page.push_str("\nIt takes the settings of [encryption](#encryption), and:\n");
    }
    let own = |it: &&Arg| it.get_id() != "help" && it.get_help_heading().is_none();
    if !command.get_arguments().any(|it| own(&it)) {
        return;
    }
    page.push_str("\n| argument | variable | default | meaning |\n|---|---|---|---|\n");
    for argument in command.get_arguments().filter(own) {
        let variable =
            variable(argument).map_or_else(|| "–".to_owned(), |name| format!("`{name}`"));
        let (meaning, default) = meaning_and_default(argument);
        let default = if argument.is_required_set() { "must be given".to_owned() } else { default };
        let _ = writeln!(page, "| `{}` | {variable} | {default} | {meaning} |", flag(argument));
    }
}

fn variable(argument: &Arg) -> Option<String> {
    argument.get_env().map(|name| name.to_str().expect("variables are ASCII").to_owned())
}

/// Returns an argument as it is written on the command line, without its value for a setting.
fn flag(argument: &Arg) -> String {
    let values = argument.get_value_names().filter(|_| argument.get_action().takes_values());
    let values = values.unwrap_or_default();
    let values: Vec<String> = values.iter().map(|name| format!("<{name}>")).collect();
    match argument.get_long() {
        Some(long) if argument.get_help_heading().is_some() => format!("--{long}"),
        Some(long) => format!("--{long} {}", values.join(" ")).trim_end().to_owned(),
        None => values.join(" "),
    }
}

/// Splits the help into what the argument means and what stands in brackets behind it for a default without a value.
fn meaning_and_default(argument: &Arg) -> (String, String) {
    let help = argument.get_help().expect("an argument is explained").to_string();
    let (meaning, said) = match help.split_once(" [default: ") {
        Some((meaning, said)) => (meaning, Some(said.trim_end_matches(']').to_owned())),
        None => (help.as_str(), None),
    };
    let values =
        if argument.get_action().takes_values() { argument.get_default_values() } else { &[] };
    let values = values.iter().filter_map(|value| value.to_str());
    let values: Vec<String> = values.map(|value| format!("`{value}`")).collect();
    let given = (!values.is_empty()).then(|| values.join(", "));
    let possible = argument.get_possible_values();
    let names: Vec<String> = possible.iter().map(|it| format!("`{}`", it.get_name())).collect();
    let meaning = if names.is_empty() {
        meaning.to_owned()
    } else {
        format!("{meaning}: {}", names.join(", "))
    };
    (meaning, said.or(given).unwrap_or_else(|| "–".to_owned()))
}
