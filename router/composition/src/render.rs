//! Stand-in until the text renderer is here: one line a diagnostic.

use crate::{Diagnostic, SubgraphSource};
use std::fmt::Write as _;

/// One diagnostic as text.
pub fn render(diagnostic: &Diagnostic, sources: &[SubgraphSource], _colour: bool) -> String {
    let level = if diagnostic.is_error() { "error" } else { "hint" };
    let mut text = format!("{level}[{}]: {}\n", diagnostic.code.name, diagnostic.message);
    for place in &diagnostic.places {
        let origin = sources.iter().find(|source| source.name == place.subgraph).map_or("", |source| &source.origin);
        let (line, column) = place.span.map(|span| (span.line, span.column)).unwrap_or_default();
        let _ = writeln!(text, "  {origin}:{line}:{column} ({}) {}", place.subgraph, place.label);
    }
    text
}

/// All of them.
pub fn render_all(diagnostics: &[Diagnostic], sources: &[SubgraphSource], colour: bool) -> String {
    diagnostics.iter().map(|diagnostic| render(diagnostic, sources, colour)).collect()
}
