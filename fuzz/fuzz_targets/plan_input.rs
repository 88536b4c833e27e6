//! The target `plan_input` of the fuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| domain_fuzz::plan_input::run(data));
