//! Query plan and transport in, response bytes out.

pub mod codes;
mod execute;
mod execution;
mod prepare;
mod transport;

pub use execute::execute;
pub use execution::{ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, FetchReport};
pub use prepare::PreparedPlan;
pub use transport::{SubgraphRequest, SubgraphResponse, Transport, TransportError};
