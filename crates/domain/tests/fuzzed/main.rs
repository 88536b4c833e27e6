//! The bodies of the fuzz targets, with random input on the stable compiler.
//!
//! Each property is tried with as many inputs as `PROPTEST_CASES` says, and again until `FUZZED_SECONDS` have passed.

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
    use proptest::sample::Index;
    use proptest::test_runner::{Config, TestRunner};
    use std::time::{Duration, Instant};

    #[test]
    fn any_bytes_are_a_plan_or_have_faults() {
        try_all(prop::collection::vec(any::<u8>(), 0..400), |bytes| plan_input::run(&bytes));
    }

    #[test]
    fn a_plan_file_with_anything_in_its_places_is_a_plan_or_has_faults() {
        try_all(plan_files(), |file| plan_input::run(file.as_bytes()));
    }

    #[test]
    fn a_broken_plan_file_is_a_plan_or_has_faults() {
        let broken = (plan_files(), any::<Index>(), any::<u8>()).prop_map(|(file, at, byte)| {
            let mut bytes = file.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        });
        try_all(broken, |bytes| plan_input::run(&bytes));
    }

    #[test]
    fn any_text_is_a_command_or_is_refused() {
        try_all(any::<String>(), |text| command_grammar::run(text.as_bytes()));
    }

    #[test]
    fn any_words_of_commands_are_a_command_or_are_refused() {
        try_all(commands(), |text| command_grammar::run(text.as_bytes()));
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

    #[track_caller]
    fn try_all<S: Strategy>(inputs: S, body: impl Fn(S::Value)) {
        let (started, time) = (Instant::now(), time());
        loop {
            let config = Config { source_file: Some(file!()), ..Config::default() };
            let tried = TestRunner::new(config).run(&inputs, |input| {
                body(input);
                Ok(())
            });
            tried.unwrap_or_else(|fault| panic!("{fault}"));
            if started.elapsed() >= time {
                return;
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "how long a test runs is no setting of the bot")]
    fn time() -> Duration {
        let seconds = std::env::var("FUZZED_SECONDS").ok();
        Duration::from_secs(seconds.map_or(0, |seconds| seconds.parse().expect("a number")))
    }
}
