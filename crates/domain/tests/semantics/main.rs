//! Every picture in docs/SEMANTICS.md is what its plan gives.
//!
//! `UPDATE_DOCS=1 cargo test -p domain --test semantics` draws them anew: look at them before you keep them.

#[cfg(test)]
mod page;
#[cfg(test)]
mod picture;

#[cfg(test)]
mod tests {
    use crate::page::{drawn_anew, path};

    #[test]
    fn every_picture_of_the_page_is_what_its_plan_gives() {
        let text = std::fs::read_to_string(path()).unwrap();

        let drawn = drawn_anew(&text);

        if is_to_be_drawn_anew() {
            std::fs::write(path(), &drawn).unwrap();
            return;
        }
        let differing =
            text.lines().zip(drawn.lines()).enumerate().find(|(_, (old, new))| old != new);
        if let Some((at, (old, new))) = differing {
            panic!(
                "line {}: the page says\n{old}\nand the plan says\n{new}\nUPDATE_DOCS=1 draws it anew",
                at + 1
            );
        }
        assert_eq!(text.len(), drawn.len(), "UPDATE_DOCS=1 draws the page anew");
    }

    #[test]
    fn a_picture_that_is_not_true_is_found() {
        let text = drawn_anew(&std::fs::read_to_string(path()).unwrap());
        let wrong = text.replacen("│ Ana", "│ Bob", 1);

        assert_ne!(text, wrong, "the page has a picture with Ana");
        assert_ne!(drawn_anew(&wrong), wrong);
    }

    #[expect(clippy::disallowed_methods, reason = "what a test rewrites is no setting of the bot")]
    fn is_to_be_drawn_anew() -> bool {
        std::env::var_os("UPDATE_DOCS").is_some()
    }
}
