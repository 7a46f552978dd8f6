//! The executor through its front door: plans written down as text, subgraphs that answer from a script.

mod bad_answers;
mod budgets;
mod client;
mod deferred;
mod entities;
mod json_agreement;
mod leaves;
mod merging;
mod mutated_answers;
mod nulls;
mod order_of_answers;
mod plan_text;
mod random;
mod requests;
mod root_below;
mod scripted;
mod subgraph_errors;
mod supergraph;
mod types;
