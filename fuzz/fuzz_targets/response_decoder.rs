//! Any bytes as subgraphs' answers.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hansa_fuzz_targets::response_decoder(bytes));
