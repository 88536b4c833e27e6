//! The page: its plans, and the blocks that are made from them.

use crate::picture::picture;
use domain::plan::{Plan, Window, make_plan, read_plan};
use domain::zone::Zone;
use std::path::PathBuf;

/// Returns where the page lies.
pub(crate) fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/SEMANTICS.md")
}

/// Returns the page with every block filled in from the plan that follows it.
///
/// A block is fenced as `text picture` for a picture or as `text` for a table; several may stand before their plan.
/// A plan is fenced as `json plan count=6`, perhaps with `from=2026-03-28` behind.
#[track_caller]
pub(crate) fn drawn_anew(text: &str) -> String {
    let mut drawn = String::new();
    let mut blocks: Vec<Block> = Vec::new();
    let mut plans = 0;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        drawn.push_str(line);
        drawn.push('\n');
        let Some(fence) = line.strip_prefix("```") else { continue };
        let inside = lines.by_ref().take_while(|line| *line != "```");
        if let Some(kind) = fence.strip_prefix("text") {
            inside.for_each(drop);
            let is_picture = kind == " picture";
            assert!(is_picture || kind.is_empty(), "a block of kind {kind:?}");
            blocks.push(Block { at: drawn.len(), is_picture });
        } else {
            let inside: Vec<&str> = inside.collect();
            drawn.push_str(&inside.join("\n"));
            drawn.push('\n');
            if let Some(window) = fence.strip_prefix("json plan") {
                assert!(!blocks.is_empty(), "a plan without a picture: {inside:?}");
                fill(&mut drawn, std::mem::take(&mut blocks), &plan_of(&inside.join("\n"), window));
                plans += 1;
            }
        }
        drawn.push_str("```\n");
    }
    assert!(blocks.is_empty(), "a picture without a plan");
    assert!(plans > 10, "only {plans} plans: the page is not read as it should be");
    drawn
}

/// A block to be filled in, where its text begins.
struct Block {
    at: usize,
    is_picture: bool,
}

/// Fills the blocks in, the last first so that the places of the others hold.
fn fill(drawn: &mut String, blocks: Vec<Block>, (plan, zone): &(Plan, Zone)) {
    for block in blocks.into_iter().rev() {
        let text = if block.is_picture { picture(plan, zone) } else { plan.to_table() };
        drawn.insert_str(block.at, &text);
    }
}

#[track_caller]
fn plan_of(file: &str, window: &str) -> (Plan, Zone) {
    let request = read_plan(file, false).unwrap_or_else(|faults| panic!("{faults:?}: {file}"));
    let option = |name: &str| {
        let mut options = window.split(' ').filter_map(|word| word.split_once('='));
        options.find(|option| option.0 == name).map(|option| option.1)
    };
    let count = option("count").map(|count| count.parse().expect("a number"));
    let from = option("from");
    let window = Window::read(from, None, count, &request.rules.zone).expect("a window");
    (make_plan(&request, &window).expect("a plan"), request.rules.zone)
}
