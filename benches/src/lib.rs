//! Reproducible benchmarks. Of routers beside each other: the stub subgraphs they ask, the load they answer, and what they used
//! meanwhile. Of composition: large and bad inputs, and what composing them took. Of the platform: its start, and a page at a given pace.

pub mod compose;
pub mod figures;
pub mod floor;
pub mod graph;
pub mod interpreter;
pub mod load;
pub mod machine;
pub mod peers;
pub mod platform;
pub mod process_usage;
pub mod random;
pub mod routers;
pub mod scenarios;
pub mod server_process;
pub mod soak;
pub mod stub_delay;
pub mod stub_subgraph;
pub mod stubs;
pub mod trading_house;
pub mod world;
