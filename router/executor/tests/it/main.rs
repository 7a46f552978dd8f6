//! The executor through its front door: plans written down as text, subgraphs that answer from a script.

mod bad_answers;
mod budgets;
mod budgets_of_pieces;
mod client;
mod contexts;
mod deferred;
mod deferred_errors;
mod deferred_together;
mod entities;
mod json_agreement;
mod leaves;
mod merging;
mod mutated_answers;
mod nulls;
mod order_of_answers;
mod pieces_agree;
mod plan_text;
mod random;
mod requests;
mod root_below;
mod scripted;
mod streamed;
mod streams_and_fragments;
mod subgraph_errors;
mod supergraph;
mod types;
