//! A plan as a row of boxes, one for each shift, with the wall-clock times at which they begin.

use domain::engine::SkipReason;
use domain::plan::Plan;
use domain::shift::{Shift, ShiftState};
use domain::zone::Zone;

/// Returns the picture, with a line end.
pub(crate) fn picture(plan: &Plan, zone: &Zone) -> String {
    let columns: Vec<Column> = plan.shifts.iter().map(|shift| Column::of(shift, zone)).collect();
    let mut rows = vec![rule(&columns, ['┌', '┬', '┐'])];
    let height = columns.iter().map(|column| column.inside.len()).max().unwrap_or_default();
    for row in 0..height {
        let cells = columns.iter().map(|column| {
            let text = column.inside.get(row).map_or("", String::as_str);
            format!("│ {text:<width$} ", width = column.width)
        });
        rows.push(format!("{}│", cells.collect::<String>()));
    }
    rows.push(rule(&columns, ['└', '┴', '┘']));
    for row in 0..2 {
        let cells = columns
            .iter()
            .map(|column| format!("{:<width$}", column.below[row], width = column.width + 3));
        rows.push(cells.collect::<String>().trim_end().to_owned());
    }
    rows.join("\n") + "\n"
}

/// One shift of the picture.
struct Column {
    /// Who serves, then who was passed over.
    inside: Vec<String>,
    /// The day and the time at which it begins.
    below: [String; 2],
    width: usize,
}

impl Column {
    fn of(shift: &Shift, zone: &Zone) -> Self {
        let start = zone.local_of(shift.window.start());
        let below = [start.format("%a %-d %b").to_string(), start.format("%H:%M").to_string()];
        let mut inside = match shift.state {
            ShiftState::Planned => served(shift),
            ShiftState::Unassigned => vec!["nobody".into()],
            ShiftState::Paused => vec!["paused".into()],
            ShiftState::OffHours => vec!["off".into()],
        };
        let away =
            shift.skipped.iter().filter(|skip| matches!(skip.reason, SkipReason::Away { .. }));
        inside.extend(away.map(|skip| format!("({} away)", skip.member)));
        let texts = inside.iter().chain(&below);
        let width = texts.map(|text| text.chars().count()).max().unwrap_or_default();
        Self { inside, below, width }
    }
}

fn served(shift: &Shift) -> Vec<String> {
    let seat = |seat: &domain::shift::Served| match seat.covered_for() {
        Some(holder) => format!("{} for {holder}", seat.user),
        None => seat.user.to_string(),
    };
    shift.seats.iter().map(seat).collect()
}

/// Returns a line of the boxes' frame.
fn rule(columns: &[Column], [left, middle, right]: [char; 3]) -> String {
    let pieces: Vec<String> = columns.iter().map(|column| "─".repeat(column.width + 2)).collect();
    format!("{left}{}{right}", pieces.join(&String::from(middle)))
}
