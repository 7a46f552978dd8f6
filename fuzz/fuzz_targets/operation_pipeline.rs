//! Any bytes as requests.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hansa_fuzz_targets::operation_pipeline(bytes));
