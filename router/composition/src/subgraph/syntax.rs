//! Text to document. Code INVALID_GRAPHQL.

use super::graphql_rules::TOLERATED;
use crate::{
    Diagnostic, SubgraphSource, codes, diagnostic,
    link::Links,
    specs::{self, Spec, version_text},
    type_members::BUILT_IN_SCALARS,
};
use apollo_compiler::{
    ast::Document,
    diagnostic::ToCliReport,
    validation::{DiagnosticData, DiagnosticList},
};

/// What the subgraph has that a wrong name may have been meant to be.
pub(super) struct Known<'k> {
    pub(super) links: &'k Links,
    pub(super) types: &'k [&'k str],
}

/// What the parser calls signs and parts of a document, and what whoever wrote one calls them.
const PARSER_WORDS: [(&str, &str); 12] = [
    ("AT", "`@`"),
    ("BANG", "`!`"),
    ("COLON", "`:`"),
    ("EQ", "`=`"),
    ("L_BRACK", "`[`"),
    ("L_CURLY", "`{`"),
    ("L_PAREN", "`(`"),
    ("PIPE", "`|`"),
    ("R_BRACK", "`]`"),
    ("R_CURLY", "`}`"),
    ("R_PAREN", "`)`"),
    ("a StringValue, Name or OperationDefinition", "a definition"),
];

/// Parses the SDL; `None` when it is not GraphQL, or holds operations.
pub(crate) fn parse(source: &SubgraphSource, errors: &mut Vec<Diagnostic>) -> Option<Document> {
    match Document::parse(source.sdl.as_str(), source.origin.as_str()) {
        Ok(document) => Some(document),
        Err(invalid) => {
            errors.extend(findings(&source.name, &invalid.errors, &Known { links: &Links::none(), types: &[] }));
            None
        }
    }
}

/// The compiler's findings as ours. One stray character can make dozens; the first ones say it.
pub(super) fn findings(subgraph: &str, findings: &DiagnosticList, known: &Known<'_>) -> Vec<Diagnostic> {
    const SHOWN_MAX: usize = 20;
    let refused = || hansa_federation::refused(findings, &TOLERATED);
    let mut found: Vec<Diagnostic> =
        refused().take(SHOWN_MAX).map(|finding| diagnostic(subgraph, &finding, known)).collect();
    let more = refused().count() - found.len();
    if let Some(last) = found.last_mut().filter(|_| more > 0) {
        last.explanation.push(format!("and {more} more in this subgraph, which are not shown"));
    }
    found
}

/// Those of them that are about a directive that nobody defines.
pub(super) fn unknown_directives(subgraph: &str, findings: &DiagnosticList, known: &Known<'_>) -> Vec<Diagnostic> {
    let unknown = findings.iter().filter(|finding| is_unknown_directive(finding.error));
    unknown.map(|finding| diagnostic(subgraph, &finding, known)).collect()
}

fn diagnostic(subgraph: &str, finding: &Finding<'_>, known: &Known<'_>) -> Diagnostic {
    let place = diagnostic::place(subgraph, finding.sources, finding.error.location());
    let diagnostic = Diagnostic::new(codes::INVALID_GRAPHQL, worded(&finding.error.to_string())).at(place);
    let advice = import_advice(finding.error, known.links).or_else(|| nearest_type(finding.error, known.types));
    diagnostic.explained(advice.into_iter().collect())
}

/// Without the parser's names for signs.
fn worded(finding: &str) -> String {
    let Some(problem) = finding.strip_prefix("syntax error: ") else {
        return match finding {
            "parser recursion limit reached" => "it is nested too deeply to be read".to_owned(),
            // To whoever wrote a subgraph, that is the document.
            _ => finding.replace(" in this document", " in this subgraph"),
        };
    };
    if problem == "Unexpected <EOF>." {
        return "syntax error: it defines nothing".to_owned();
    }
    let Some(expected) = problem.strip_prefix("expected ") else { return finding.to_owned() };
    let (expected, found) = expected.split_once(", got ").unwrap_or((expected, ""));
    let expected = match (PARSER_WORDS.iter().find(|(word, _)| *word == expected), expected.strip_suffix("_KW")) {
        (Some((_, meaning)), _) => (*meaning).to_owned(),
        (None, Some(keyword)) => format!("`{keyword}`"),
        (None, None) => expected.to_lowercase(),
    };
    match found {
        "" => format!("syntax error: expected {expected}"),
        "EOF" => format!("syntax error: expected {expected} before the end of the text"),
        found => format!("syntax error: expected {expected}, found `{found}`"),
    }
}

/// The type that an unknown one was probably meant to be. The compiler gives its name in the text only.
fn nearest_type(finding: &DiagnosticData, types: &[&str]) -> Option<String> {
    let text = finding.to_string();
    let name = text.strip_prefix("cannot find type `")?.split('`').next()?;
    let distance = |other: &&&str| strsim::damerau_levenshtein(name, other);
    let nearest = types.iter().chain(&BUILT_IN_SCALARS).min_by_key(distance)?;
    (distance(&nearest) <= 1 + name.len() / 4).then(|| format!("did you mean `{nearest}`?"))
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
