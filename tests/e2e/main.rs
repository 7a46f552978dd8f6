//! The composed system through its front door: signing in, reading, writing, and every kind of bad input; in one process
//! and in a process for each part.
//!
//! The same list of checks runs against both, each on its own copy of one data directory with the demo in it; those of a
//! buyer's journey run once more with PostgreSQL, a server of the MongoDB protocol and NATS.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get fails the test")]

#[path = "../../cli/tests/it/http.rs"]
#[allow(dead_code, reason = "the binary's own tests use more of it")]
mod http;
#[path = "../../cli/tests/it/process.rs"]
#[allow(dead_code, reason = "the binary's own tests use more of it")]
mod process;
#[path = "../../cli/tests/it/scratch.rs"]
#[allow(dead_code, reason = "the binary's own tests use more of it")]
mod scratch;

mod client;
mod demo_data;
mod servers;
mod subscriber;
mod system;

mod both_ways;
mod data_directories;
mod document_server;
mod ends;
mod erasure;
mod subgraph_alone;

mod checks;
