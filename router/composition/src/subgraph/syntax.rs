//! Text to document. Code INVALID_GRAPHQL.

use super::graphql_rules::TOLERATED;
use crate::{
    Diagnostic, SubgraphSource, codes, diagnostic,
    link::Links,
    specs::{self, Spec, version_text},
};
use apollo_compiler::{
    ast::Document,
    diagnostic::ToCliReport,
    validation::{DiagnosticData, DiagnosticList},
};

/// Parses the SDL; `None` when it is not GraphQL, or holds operations.
pub(crate) fn parse(source: &SubgraphSource, errors: &mut Vec<Diagnostic>) -> Option<Document> {
    match Document::parse(source.sdl.as_str(), source.origin.as_str()) {
        Ok(document) => Some(document),
        Err(invalid) => {
            errors.extend(findings(&source.name, &invalid.errors, &Links::none()));
            None
        }
    }
}

/// The compiler's findings as ours. One stray character can make dozens; the first ones say it.
pub(super) fn findings(subgraph: &str, findings: &DiagnosticList, links: &Links) -> Vec<Diagnostic> {
    const SHOWN_MAX: usize = 20;
    let refused = hansa_federation::refused(findings, &TOLERATED).take(SHOWN_MAX);
    refused.map(|finding| diagnostic(subgraph, &finding, links)).collect()
}

/// Those of them that are about a directive that nobody defines.
pub(super) fn unknown_directives(subgraph: &str, findings: &DiagnosticList, links: &Links) -> Vec<Diagnostic> {
    let unknown = findings.iter().filter(|finding| is_unknown_directive(finding.error));
    unknown.map(|finding| diagnostic(subgraph, &finding, links)).collect()
}

fn diagnostic(subgraph: &str, finding: &Finding<'_>, links: &Links) -> Diagnostic {
    let place = diagnostic::place(subgraph, finding.sources, finding.error.location());
    let diagnostic = Diagnostic::new(codes::INVALID_GRAPHQL, finding.error.to_string()).at(place);
    diagnostic.explained(import_advice(finding.error, links).into_iter().collect())
}

type Finding<'f> = apollo_compiler::diagnostic::Diagnostic<'f, DiagnosticData>;

fn is_unknown_directive(finding: &DiagnosticData) -> bool {
    finding.unstable_error_name() == Some("UndefinedDirective")
}

/// What to do about an unknown directive that federation has. The compiler gives its name in the text only.
fn import_advice(finding: &DiagnosticData, links: &Links) -> Option<String> {
    if !is_unknown_directive(finding) {
        return None;
    }
    let text = finding.to_string();
    let name = text.split("`@").nth(1)?.split('`').next()?;
    let since = specs::federation_version_of(name)?;
    Some(match links.of_spec(Spec::Federation) {
        None => format!(
            "this subgraph links no federation 2; to use @{name}, add: extend schema @link(url: \
             \"https://specs.apollo.dev/federation/{}\", import: [\"@{name}\"])",
            version_text(since)
        ),
        Some(federation) if federation.version < since => format!(
            "@{name} came with federation {}, and this subgraph links {}; link the newer version and import \"@{name}\"",
            version_text(since),
            version_text(federation.version)
        ),
        Some(federation) => format!(
            "add \"@{name}\" to the `import` of the @link to federation, or write @{}",
            federation.directive_name(name)
        ),
    })
}
