//! Any bytes as supergraphs.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hansa_fuzz_targets::supergraph_reader(bytes));
