//! Subgraphs of federation 1 become subgraphs of federation 2, as the others need them.

use crate::{diagnostic::Diagnostics, subgraph::Subgraph};

/// Upgrades the subgraphs that link no federation specification.
pub(crate) fn upgrade(subgraphs: &mut Vec<Subgraph>, diagnostics: &mut Diagnostics) {
    let _ = (subgraphs, diagnostics);
}
