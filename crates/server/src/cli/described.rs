//! The command line described for others: shells that complete it, and the manual.

use super::{Cli, DONE, NOT_WELL, output};
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
pub(super) struct CompletionsOptions {
    /// For which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(Args, Debug)]
pub(super) struct ManOptions {
    /// A folder for one page for each command, such as `/usr/local/share/man/man1`
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Prints a script that the shell reads.
pub(super) fn completions(options: &CompletionsOptions) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "asyncbot", &mut script);
    print(&script)
}

/// Prints the page about the whole, or writes it and one for each command into a folder.
pub(super) fn man(options: &ManOptions) -> u8 {
    if let Some(folder) = &options.out {
        return match write_pages(folder) {
            Ok(()) => DONE,
            Err(fault) => {
                output::complain(&format!(
                    "the pages cannot be written into {}: {fault}; choose a folder that is there and may be written",
                    folder.display()
                ));
                NOT_WELL
            }
        };
    }
    let mut page = Vec::new();
    match Man::new(Cli::command()).render(&mut page) {
        Ok(()) => print(&page),
        Err(fault) => {
            output::complain(&format!("the page cannot be made: {fault}"));
            NOT_WELL
        }
    }
}

fn write_pages(folder: &Path) -> io::Result<()> {
    clap_mangen::generate_to(Cli::command().disable_help_subcommand(true), folder)
}

fn print(bytes: &[u8]) -> u8 {
    if output::say_raw(&String::from_utf8_lossy(bytes)) { DONE } else { NOT_WELL }
}
