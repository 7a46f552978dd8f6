//! What must be true of each subgraph by itself: one ordered list of rules, one file a rule.

use crate::{diagnostic::Diagnostics, subgraph::Subgraph};

/// Checks one subgraph; all rules run, whatever the others find.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    let _ = (subgraph, diagnostics);
}
