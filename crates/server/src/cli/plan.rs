//! `asyncbot plan`: who serves when, for a rotation described in a file.

use super::{DONE, WRONG_USE, output};
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use clock::Clock;
use domain::plan::{Window, make_plan, read_plan};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The longest file that is read: 16 MiB.
const LONGEST: u64 = 16 * 1024 * 1024;

#[derive(Args, Debug)]
pub(super) struct PlanOptions {
    /// A JSON file, a TOML file by its ending, or - for JSON on standard input
    file: PathBuf,
    /// The first instant that is shown, such as 2026-01-05T00:00:00Z [default: the anchor]
    #[arg(long, value_parser = instant)]
    from: Option<DateTime<Utc>>,
    /// The first instant that is not shown any more
    #[arg(long, value_parser = instant, conflicts_with = "count")]
    until: Option<DateTime<Utc>>,
    /// How many shifts are shown [default: 10]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    count: Option<u64>,
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
    let is_toml = options.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let request = match read_plan(&text, is_toml) {
        Ok(request) => request,
        Err(faults) => {
            faults.iter().for_each(|fault| output::complain(&fault.to_string()));
            return WRONG_USE;
        }
    };
    let count = options.count.and_then(|count| usize::try_from(count).ok());
    let window = Window { from: options.from, until: options.until, count };
    let plan = make_plan(&request, &window);
    match options.format {
        Format::Table => output::say_raw(&plan.to_table()),
        Format::Json => output::say_raw(&plan.to_json()),
        Format::Ics => output::say_raw(&plan.to_ics(Clock::system().now())),
    }
    DONE
}

fn read(file: &Path) -> Result<String, String> {
    let is_input = file == Path::new("-");
    let name = if is_input { "standard input".to_owned() } else { file.display().to_string() };
    let cannot = |fault: std::io::Error| format!("{name}: cannot be read: {fault}");
    let mut source: Box<dyn Read> = if is_input {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).map_err(cannot)?)
    };
    let mut bytes = Vec::new();
    source.by_ref().take(LONGEST + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("{name}: is longer than 16 MiB, which no rotation needs"));
    }
    String::from_utf8(bytes).map_err(|_| format!("{name}: is not text in UTF-8"))
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.to_utc())
        .map_err(|_| "must be an instant such as 2026-01-05T08:00:00Z".to_owned())
}
