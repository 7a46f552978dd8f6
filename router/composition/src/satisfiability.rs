//! Satisfiability: whether every operation that the API schema allows can be answered by the subgraphs.
//!
//! The API schema is walked from its roots with all positions at once in which the objects may be. No path is walked
//! twice: a type is looked at again only with positions that none of the earlier visits was worse off with.

mod contexts;
mod explain;
mod labels;
mod moves;
mod operation;
mod positions;
mod runtime_types;
mod walk;

#[cfg(test)]
mod tests;

use crate::{Diagnostic, diagnostic::Diagnostics};
use hansa_query_graph::QueryGraph;

/// Pushes an error for each field that some operation cannot be given, and what is said of shared fields whose subgraphs
/// answer with different types.
pub(crate) fn check(query_graph: &QueryGraph, diagnostics: &mut Diagnostics) {
    walk::Walk::new(query_graph).run().into_iter().for_each(|found: Diagnostic| diagnostics.push(found));
}
