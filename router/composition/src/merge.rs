//! Subgraph schemas in, one supergraph schema out.

use crate::{diagnostic::Diagnostics, subgraph::Subgraph};

/// Merges the subgraphs, which are sorted by name.
pub(crate) fn merge(subgraphs: &[Subgraph], diagnostics: &mut Diagnostics) {
    let _ = (subgraphs, diagnostics);
}
