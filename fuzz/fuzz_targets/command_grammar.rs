//! The target `command_grammar` of the fuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| domain_fuzz::command_grammar::run(data));
