//! Query plan and transport in, response bytes out.
//!
//! A request's data lives in rows of slots that point into the subgraphs' answers: no value tree is built, no string is
//! copied before the response is written, and allocations go with the number of fetches, not of fields.

mod answer;
pub mod codes;
mod contexts;
mod decode;
mod engine;
mod errors;
mod events;
mod execute;
mod execution;
mod faults;
mod gaps;
mod incremental;
mod initial_count;
mod json_text;
mod memory;
mod merge;
mod notes;
mod output;
mod places;
mod prepare;
mod refused;
mod representation;
mod response;
mod row_layout;
mod rows;
mod scan;
mod subgraph_errors;
mod told;
mod transport;
mod write;

pub use events::{execute_event, source_request};
pub use execute::execute;
pub use execution::{ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, FetchReport};
pub use incremental::{IncrementalExecution, Payload, execute_incrementally};
pub use memory::{HeldBytes, MemoryBudget, MemoryLease, MemoryRefused};
pub use prepare::PreparedPlan;
pub use transport::{Phase, SubgraphRequest, SubgraphResponse, Transport, TransportError};
