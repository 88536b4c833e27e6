//! The promises, read from the page that names the test of each.

/// The page.
const PAGE: &str = include_str!("../../../../docs/PROMISES.md");

/// The sections that `/security` shows.
pub(crate) const SECURITY: [&str; 5] = [
    "Separation and access",
    "Sealed",
    "Requests from outside",
    "Calls to others",
    "When something goes wrong",
];

/// The sections that `/privacy` shows.
pub(crate) const PRIVACY: [&str; 4] =
    ["What is stored", "What is never stored", "Who reads what", "When a workspace leaves"];

/// A section of promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Promised {
    pub(crate) heading: &'static str,
    pub(crate) promises: Vec<String>,
}

/// Returns the sections with these headings, in that order; one that has no promises is left out.
pub(crate) fn promised(headings: &[&'static str]) -> Vec<Promised> {
    let sections = headings.iter().map(|heading| section(PAGE, heading));
    sections.filter(|section| !section.promises.is_empty()).collect()
}

fn section(page: &str, heading: &'static str) -> Promised {
    let after = page.lines().skip_while(|line| line.strip_prefix("## ") != Some(heading)).skip(1);
    let rows = after.take_while(|line| !line.starts_with("## ")).filter_map(first_cell);
    // The first two are the table's head and the line below it.
    Promised { heading, promises: rows.skip(2).collect() }
}

fn first_cell(line: &str) -> Option<String> {
    let cell = line.strip_prefix("| ").or_else(|| line.strip_prefix('|'))?;
    Some(cell.split('|').next()?.trim().replace('`', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_section_of_the_page_is_shown_on_one_page() {
        let shown: Vec<&str> = SECURITY.into_iter().chain(PRIVACY).collect();
        let written: Vec<&str> = PAGE.lines().filter_map(|line| line.strip_prefix("## ")).collect();

        for heading in &written {
            assert_eq!(shown.iter().filter(|one| one == &heading).count(), 1, "{heading}");
        }
        for heading in shown {
            assert!(!section(PAGE, heading).promises.is_empty(), "{heading}");
            assert!(written.contains(&heading), "{heading}");
        }
    }

    #[test]
    fn the_rows_of_a_section_are_its_promises() {
        let page = "# X\n\n## A\n\nText.\n\n| Promise | Proof | Seen red by |\n|---|---|---|\n\
            | One `x`. | `a::b` | c |\n| Two. | `a::b` | c |\n\n## B\n\n| Promise | Proof | Seen red by |\n|---|---|---|\n| Three. | `a::b` | c |\n";

        assert_eq!(section(page, "A").promises, ["One x.", "Two."]);
        assert_eq!(section(page, "B").promises, ["Three."]);
        assert_eq!(section(page, "C").promises, Vec::<String>::new());
    }
}
