//! The benchmark of planning: a large operation over many subgraphs, operations made to be expensive, and all operations
//! of this repository's cases. Reading and validating an operation does not count, and compiling a plan counts apart. And
//! what an operation takes that was never seen before, step by step, over thousands of everyday ones.

pub mod everyday_operations;
pub mod input;
pub mod large_operation;
pub mod measurement;
pub mod phases;
pub mod report;
pub mod repository_operations;
pub mod supergraph_text;
pub mod worst_operations;
