//! `asyncbot plan`: who serves when, for a rotation described in a file.

use super::{DONE, NOT_WELL, WRONG_USE, output};
use clap::{Args, ValueEnum};
use clock::Clock;
use domain::fault::Fault;
use domain::plan::{MAX_BYTES, Plan, Window, make_plan, read_plan};
use std::io::Read;
use std::path::{Path, PathBuf};

/// How much of a file is read: a byte more than a plan may be long, so that one that is longer shows.
const ENOUGH: u64 = MAX_BYTES as u64 + 1;

#[derive(Args, Debug)]
pub(super) struct PlanOptions {
    /// A JSON file, a TOML file by its ending, or `-` for JSON on standard input
    file: PathBuf,
    /// Leaves out shifts that end by then: an instant, a local time or a day in the rotation's zone [default: the anchor]
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Leaves out shifts that begin then or later
    #[arg(long, value_name = "TIME", conflicts_with = "count")]
    until: Option<String>,
    /// How many shifts are shown, where `--until` does not say it [default: 10]
    #[arg(long, value_name = "NUMBER")]
    count: Option<usize>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Ics,
}

pub(super) fn plan(options: &PlanOptions) -> u8 {
    let text = match read(&options.file) {
        Ok(text) => text,
        Err(fault) => {
            output::complain(&fault);
            return WRONG_USE;
        }
    };
    let plan = match make(options, &text) {
        Ok(plan) => plan,
        Err(faults) => {
            output::complain_of_all(&faults);
            return WRONG_USE;
        }
    };
    let text = match options.format {
        Format::Table => plan.to_table(),
        Format::Json => plan.to_json(),
        Format::Ics => plan.to_ics(Clock::system().now()),
    };
    if output::say_raw(&text) { DONE } else { NOT_WELL }
}

fn make(options: &PlanOptions, text: &[u8]) -> Result<Plan, Vec<Fault>> {
    let is_toml =
        options.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let request = read_plan(text, is_toml)?;
    let (from, until) = (options.from.as_deref(), options.until.as_deref());
    let window = Window::read(from, until, options.count, &request.rules.zone)?;
    make_plan(&request, &window)
}

/// Reads the file; one that is too long is cut, and refused by who reads its text.
fn read(file: &Path) -> Result<Vec<u8>, String> {
    let is_input = file == Path::new("-");
    let name = if is_input { "standard input".to_owned() } else { file.display().to_string() };
    let cannot = |fault: std::io::Error| format!("{name}: cannot be read: {fault}");
    let source: Box<dyn Read> = if is_input {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).map_err(cannot)?)
    };
    let mut bytes = Vec::new();
    source.take(ENOUGH).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}
