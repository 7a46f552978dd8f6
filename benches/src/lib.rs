//! Reproducible benchmarks. Of the router: the stub subgraphs it asks, the load it answers, and what it used meanwhile. Of
//! composition: large and bad inputs, and what composing them took. Of the platform: its start, and a page at a given pace.

pub mod benchmark;
pub mod compose;
pub mod hansa_process;
pub mod interpreter;
pub mod load;
pub mod machine;
pub mod platform;
pub mod process_usage;
pub mod report;
pub mod scenario;
pub mod stub_subgraph;
pub mod world;
