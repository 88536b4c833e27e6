//! Statistics as a table that fits a phone's width; for ears, each row is a sentence.

use crate::escape::escape;
use crate::render::blocks::Part;
use crate::render::buttons::button;
use crate::render::names::{FORMER, column, name_of, title};
use crate::render::words::Style;
use chrono::TimeDelta;
use domain::action::Button;
use domain::story::history::{self, Row, Table, WINDOWS};

/// How many characters of a name stand in the table; a phone shows about 34 in a line.
const NAME: usize = 9;

/// How many people stand in one block of the table, well within the 3,000 characters of a section.
const ROWS: usize = 40;

/// The most people that are listed.
const MOST_ROWS: usize = 120;

/// Returns the table with its total, and the other windows to choose from.
pub(super) fn parts(table: &Table, style: Style) -> Vec<Part> {
    let name = title(&table.name);
    let mut parts = vec![Part::Lines(vec![format!("{name} in the last {} days:", table.days)])];
    let total = table.total();
    let shown = &table.rows[..table.rows.len().min(MOST_ROWS)];
    match style {
        Style::Block => parts.extend(grids(shown, &total).into_iter().map(Part::Lines)),
        Style::Text => {
            parts.push(Part::Lines(shown.iter().chain([&total]).map(sentence).collect()));
        }
    }
    let mut notes = Vec::new();
    if table.rows.len() > shown.len() {
        notes.push(format!("… and {} more people.", table.rows.len() - shown.len()));
    }
    if style == Style::Block {
        notes.push(String::from(
            "T turns served, S skipped, C covered for others, W was covered, M missed while I was down, h hours on duty, we of them on weekends.",
        ));
    }
    notes.push(String::from("This is shown, never used to reorder."));
    parts.push(Part::Lines(notes));
    let window =
        |days| Button::History(history::Button::Statistics { rotation: table.rotation, days });
    let others = WINDOWS.into_iter().filter(|days| *days != table.days);
    parts.push(Part::Buttons(others.map(|days| button(&window(days))).collect()));
    parts
}

fn grids(rows: &[Row], total: &Row) -> Vec<Vec<String>> {
    let head = format!("{}  T  S  C  W  M    h   we", " ".repeat(NAME));
    let lines: Vec<String> = rows.iter().chain([total]).map(grid_line).collect();
    lines
        .chunks(ROWS)
        .map(|lines| {
            // One string, so that a block is never cut between its fences.
            vec![format!("```{head}\n{}```", lines.join("\n"))]
        })
        .collect()
}

fn grid_line(row: &Row) -> String {
    let name = match &row.person {
        Some(person) => {
            let id = if person.user.is_erased() { FORMER } else { person.user.as_str() };
            column(person.name.as_deref().unwrap_or(id), NAME)
        }
        None => column("Total", NAME),
    };
    format!(
        "{}{:>3}{:>3}{:>3}{:>3}{:>3}{:>5}{:>5}",
        escape(&name),
        row.served,
        row.skipped,
        row.covered_for_others,
        row.was_covered,
        row.missed,
        hours(row.on_duty),
        hours(row.on_weekends),
    )
}

fn sentence(row: &Row) -> String {
    let name = row.person.as_ref().map_or_else(|| String::from("Total"), name_of);
    format!(
        "{name}: {} served, {} skipped, {} covered for others, {} were covered, {} missed, {} hours on duty, {} on weekends.",
        row.served,
        row.skipped,
        row.covered_for_others,
        row.was_covered,
        row.missed,
        hours(row.on_duty),
        hours(row.on_weekends),
    )
}

fn hours(time: TimeDelta) -> i64 {
    (time.num_minutes() + 30) / 60
}
