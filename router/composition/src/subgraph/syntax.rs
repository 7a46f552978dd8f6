//! Text to document. Code INVALID_GRAPHQL.

use super::graphql_rules;
use crate::{Diagnostic, Place, SubgraphSource, codes, positions};
use apollo_compiler::{
    ast::Document,
    diagnostic::ToCliReport,
    validation::{DiagnosticData, DiagnosticList},
};

/// Parses the SDL; `None` when it is not GraphQL, or holds operations.
pub(super) fn parse(source: &SubgraphSource, errors: &mut Vec<Diagnostic>) -> Option<Document> {
    match Document::parse(source.sdl.as_str(), source.origin.as_str()) {
        Ok(document) => Some(document),
        Err(invalid) => {
            errors.extend(findings(&source.name, &invalid.errors));
            None
        }
    }
}

/// The compiler's findings as ours. One stray character can make dozens; the first ones say it.
pub(super) fn findings(subgraph: &str, findings: &DiagnosticList) -> Vec<Diagnostic> {
    const SHOWN_MAX: usize = 20;
    let diagnostic = |finding: apollo_compiler::diagnostic::Diagnostic<'_, DiagnosticData>| {
        let span = positions::span(finding.sources, finding.error.location());
        let place = Place { subgraph: subgraph.to_owned(), span, label: String::new() };
        Diagnostic::new(codes::INVALID_GRAPHQL, finding.error.to_string()).at(place)
    };
    graphql_rules::refused(findings).take(SHOWN_MAX).map(diagnostic).collect()
}
