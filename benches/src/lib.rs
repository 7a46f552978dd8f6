//! A reproducible benchmark of the router: the stub subgraphs it asks, the load it answers, and what it used meanwhile.

pub mod benchmark;
pub mod interpreter;
pub mod load;
pub mod process_usage;
pub mod report;
pub mod router_process;
pub mod scenario;
pub mod stub_subgraph;
pub mod world;
