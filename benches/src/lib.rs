//! Reproducible benchmarks. Of the router: the stub subgraphs it asks, the load it answers, and what it used meanwhile. Of
//! composition: large and bad inputs, and what composing them took.

pub mod benchmark;
pub mod compose;
pub mod interpreter;
pub mod load;
pub mod machine;
pub mod process_usage;
pub mod report;
pub mod router_process;
pub mod scenario;
pub mod stub_subgraph;
pub mod world;
