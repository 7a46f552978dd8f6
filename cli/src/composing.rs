//! From `supergraph.yaml` to a composition and what is said about it: the same for `hansa compose` and `hansa up`.
//!
//! Read the file → read or ask for each SDL → compose → report. Watching does all of it again and again, and goes on
//! only where what was read differs from the last time.

pub(crate) mod attempt;
pub(crate) mod contract;
pub(crate) mod inputs;
pub(crate) mod output_file;
mod report;
mod running_subgraphs;
pub(crate) mod subgraph_config;
pub(crate) mod supergraph_config;
mod variables;
pub(crate) mod watch;
mod yaml_block;
