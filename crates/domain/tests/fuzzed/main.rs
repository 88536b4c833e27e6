//! The bodies of the fuzz targets, with random input on the stable compiler.
//!
//! `PROPTEST_CASES` says how many inputs are tried.

#[path = "../../../../fuzz/src/command_grammar.rs"]
pub mod command_grammar;
#[path = "../../../../fuzz/src/plan_input.rs"]
pub mod plan_input;

#[cfg(test)]
mod inputs;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::{commands, plan_files, seeds};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_plan_or_have_faults(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            plan_input::run(&bytes);
        }

        #[test]
        fn a_plan_file_with_anything_in_its_places_is_a_plan_or_has_faults(file in plan_files()) {
            plan_input::run(file.as_bytes());
        }

        #[test]
        fn a_broken_plan_file_is_a_plan_or_has_faults(
            file in plan_files(),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let mut bytes = file.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            plan_input::run(&bytes);
        }

        #[test]
        fn any_text_is_a_command_or_is_refused(text in any::<String>()) {
            command_grammar::run(text.as_bytes());
        }

        #[test]
        fn any_words_of_commands_are_a_command_or_are_refused(text in commands()) {
            command_grammar::run(text.as_bytes());
        }
    }

    #[test]
    fn the_seeds_of_the_fuzzer_break_nothing() {
        for (path, bytes) in seeds("plan_input") {
            plan_input::run(&bytes);
            let is_toml = path.extension().is_some_and(|ending| ending == "toml");
            let request = domain::plan::read_plan(&bytes, is_toml);
            assert!(request.is_ok(), "{}: {request:?}", path.display());
        }
        for (_, bytes) in seeds("command_grammar") {
            command_grammar::run(&bytes);
        }
    }
}
