//! The target `whosout` of the fuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| domain_fuzz::whosout::run(data));
