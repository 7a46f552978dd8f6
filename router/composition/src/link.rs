//! Reads the `@link` applications of a subgraph: which specifications it uses, in which version, under which names.
//! Link specification v1.0; codes INVALID_LINK_IDENTIFIER, INVALID_LINK_DIRECTIVE_USAGE, UNKNOWN_LINK_VERSION,
//! UNKNOWN_FEDERATION_LINK_VERSION.
//!
//! `@link` needs no definition: it is understood when it links the link or the federation specification. In a schema that
//! links neither, it is an ordinary directive that means nothing here.

mod application;
mod import;

pub(crate) use application::application;

use crate::{
    codes::{self, Code},
    directive_arguments::argument_text,
    specs::{FEDERATION_NEWEST, Spec, Version, version_text},
};
use apollo_compiler::{
    Name, Node,
    ast::{Definition, Directive, Document},
    parser::SourceSpan,
};
use hansa_federation::{Feature, Purpose};

/// The specifications that a subgraph links.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    /// Name of the directive that the schema links with, without `@`.
    pub(crate) directive: String,
    pub(crate) features: Vec<LinkedFeature>,
}

#[derive(Debug, Clone)]
pub(crate) struct LinkedFeature {
    /// `None` for a specification that is not one of federation's.
    pub(crate) spec: Option<Spec>,
    pub(crate) feature: Feature,
    pub(crate) location: Option<SourceSpan>,
}

/// A `@link` that cannot be understood.
#[derive(Debug)]
pub(crate) struct LinkProblem {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) location: Option<SourceSpan>,
}

impl Links {
    pub(crate) fn of_spec(&self, spec: Spec) -> Option<&Feature> {
        self.features.iter().find(|linked| linked.spec == Some(spec)).map(|linked| &linked.feature)
    }

    /// The linked feature that a directive of this schema belongs to.
    pub(crate) fn feature_of_directive(&self, local: &str) -> Option<&LinkedFeature> {
        self.features.iter().find(|linked| linked.feature.defines_directive(local))
    }

    /// Names no specifications at all: how a schema of federation 1 looks.
    pub(crate) fn none() -> Links {
        Links { directive: "link".to_owned(), features: Vec::new() }
    }
}

/// Reads all links of a document, and everything that is wrong with them.
pub(crate) fn read(document: &Document) -> (Links, Vec<LinkProblem>) {
    let applied: Vec<&Node<Directive>> = document.definitions.iter().flat_map(schema_directives).collect();
    let Some(name) = link_directive(document, &applied) else { return (Links::none(), Vec::new()) };
    let mut reader = Reader { links: Links { directive: name.clone(), features: Vec::new() }, problems: Vec::new() };
    for directive in applied.into_iter().filter(|directive| directive.name.as_str() == name) {
        if let Err(problem) = reader.read_link(directive) {
            reader.problems.push(problem);
        }
    }
    reader.links_link_itself(&name);
    reader.check_element_names();
    (reader.links, reader.problems)
}

fn schema_directives(definition: &Definition) -> impl Iterator<Item = &Node<Directive>> {
    let directives = match definition {
        Definition::SchemaDefinition(schema) => Some(&schema.directives),
        Definition::SchemaExtension(schema) => Some(&schema.directives),
        _ => None,
    };
    directives.into_iter().flat_map(|directives| directives.iter())
}

/// The name that the document links with: of the application that links the link specification itself, or plain `link`
/// where that links federation.
fn link_directive(document: &Document, applied: &[&Node<Directive>]) -> Option<String> {
    let is_defined = |name: &Name| document.definitions.iter().any(|definition| is_definition_of(definition, name));
    let own = applied.iter().find(|directive| {
        let is_known = directive.name == "link" || is_defined(&directive.name);
        is_known && links_spec(directive, Spec::Link) && names_itself(directive)
    });
    let federation =
        || applied.iter().find(|directive| directive.name == "link" && links_spec(directive, Spec::Federation));
    own.or_else(federation).map(|directive| directive.name.to_string())
}

fn is_definition_of(definition: &Definition, name: &Name) -> bool {
    matches!(definition, Definition::DirectiveDefinition(directive) if directive.name == *name)
}

/// The directive that links the link specification must carry the name it gives it.
fn names_itself(directive: &Directive) -> bool {
    let alias = argument_text(directive, "as").unwrap_or("link");
    let imported = hansa_federation::imports(directive)
        .into_iter()
        .any(|(name, local)| name == "@link" && local.strip_prefix('@') == Some(directive.name.as_str()));
    directive.name == alias || imported
}

fn links_spec(directive: &Directive, spec: Spec) -> bool {
    identity_of(directive).is_some_and(|identity| identity == spec.identity())
}

fn identity_of(directive: &Directive) -> Option<String> {
    let url = argument_text(directive, "url")?;
    split_url(url).ok().map(|(identity, _)| identity).or_else(|| {
        let is_federation =
            url == Spec::Federation.identity() || url.starts_with(&format!("{}/", Spec::Federation.identity()));
        is_federation.then(|| Spec::Federation.identity())
    })
}

/// Identity and version of a specification's URL; query and fragment do not count.
fn split_url(url: &str) -> Result<(String, Version), String> {
    let refuse = |why: &str| Err(format!("`{url}` does not identify a specification: {why}"));
    let Some((scheme, rest)) = url.split_once("://") else {
        return refuse("it is not a URL, as https://specs.example.com/name/v1.0 is");
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let Some((host, path)) = rest.split_once('/') else {
        return refuse("it has no path; the path ends in the name and the version, as in /name/v1.0");
    };
    let mut segments: Vec<&str> = path.split('/').collect();
    let version = segments.pop().unwrap_or_default();
    let Some(version) = parse_version(version) else {
        return refuse(&format!("its last part should be a version like v1.0, and is `{version}`"));
    };
    match segments.last() {
        Some(name) if !name.is_empty() => Ok((format!("{scheme}://{host}/{}", segments.join("/")), version)),
        _ => refuse("there is no name before the version"),
    }
}

fn parse_version(text: &str) -> Option<Version> {
    let (major, minor) = text.strip_prefix('v')?.split_once('.')?;
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<u32>().ok(),
        false => None,
    };
    Some((number(major)?, number(minor)?))
}

struct Reader {
    links: Links,
    problems: Vec<LinkProblem>,
}

impl Reader {
    fn read_link(&mut self, directive: &Node<Directive>) -> Result<(), LinkProblem> {
        let location = directive.location();
        let refuse = |code, message: String| Err(LinkProblem { code, message, location });
        let Some(url) = argument_text(directive, "url") else {
            let message = format!("@{} needs a `url` that is a string", directive.name);
            return refuse(codes::INVALID_LINK_IDENTIFIER, message);
        };
        let (identity, version) = match split_url(url) {
            Ok(parts) => parts,
            Err(why) => return refuse(codes::INVALID_LINK_IDENTIFIER, why),
        };
        let spec = Spec::of_identity(&identity);
        if let Some((code, message)) = unknown_version(spec, version) {
            return refuse(code, message);
        }
        let default_namespace = identity.rsplit('/').next().unwrap_or_default().to_owned();
        let namespace = argument_text(directive, "as").map_or(default_namespace, str::to_owned);
        if let Some((code, message)) = self.namespace_problem(&identity, &namespace, spec) {
            return refuse(code, message);
        }
        let purpose = Purpose::of_link(directive);
        let mut feature = Feature { identity, version, namespace, purpose, imports: Vec::new() };
        let mut problems = Vec::new();
        if let Some(value) = directive.specified_argument_by_name("import") {
            (feature.imports, problems) = import::read(&self.links, &feature, spec, value);
        }
        self.problems.extend(problems);
        self.links.features.push(LinkedFeature { spec, feature, location });
        Ok(())
    }

    fn namespace_problem(&self, identity: &str, namespace: &str, spec: Option<Spec>) -> Option<(Code, String)> {
        let usage = codes::INVALID_LINK_DIRECTIVE_USAGE;
        let others = || self.links.features.iter().map(|linked| &linked.feature);
        if others().any(|other| other.identity == identity) {
            return Some((usage, format!("{identity} is linked more than once; keep one @link of it")));
        }
        if namespace.contains("__") {
            let message = format!("`{namespace}` cannot be a namespace: it contains `__`; choose another with `as`");
            return Some((usage, message));
        }
        if spec.is_some() && !is_graphql_name(namespace) {
            return Some((codes::INVALID_GRAPHQL, format!("`{namespace}` (in `as`) is not a GraphQL name")));
        }
        let taken = others().find(|other| other.namespace == namespace)?;
        let message =
            format!("{identity} and {} are both linked as `{namespace}`; rename one with `as`", taken.identity);
        Some((usage, message))
    }

    /// The link specification is always linked; a document may leave it out.
    fn links_link_itself(&mut self, name: &str) {
        if self.links.of_spec(Spec::Link).is_none() {
            let feature = Feature { namespace: name.to_owned(), ..Spec::Link.feature((1, 0), None) };
            self.links.features.insert(0, LinkedFeature { spec: Some(Spec::Link), feature, location: None });
        }
    }

    /// One local directive name cannot stand for two specifications' directives: `@tag` imported from federation, say,
    /// and the tag specification linked beside it. A schema of federation 1 is upgraded to one that imports these two.
    fn check_element_names(&mut self) {
        let by_upgrade = || ["@tag", "@inaccessible"].map(|name| (name.to_owned(), name.to_owned())).to_vec();
        let federation = self.links.of_spec(Spec::Federation);
        let imported = federation.map_or_else(by_upgrade, |federation| federation.imports.clone());
        for linked in &self.links.features {
            let Some(spec) = linked.spec.filter(|spec| *spec != Spec::Federation) else { continue };
            let original = format!("@{}", spec.name());
            let local = format!("@{}", linked.feature.directive_name(spec.name()));
            let is_taken = imported.iter().any(|(name, import)| *name == original && *import == local);
            if is_taken {
                self.problems.push(LinkProblem {
                    code: codes::INVALID_LINK_DIRECTIVE_USAGE,
                    message: format!(
                        "{local} is imported from federation and linked as {} too; remove one of the two",
                        linked.feature.identity
                    ),
                    location: linked.location,
                });
            }
        }
    }
}

fn unknown_version(spec: Option<Spec>, version: Version) -> Option<(Code, String)> {
    let spec = spec.filter(|spec| !spec.is_known_version(version))?;
    let code = match spec {
        Spec::Federation => codes::UNKNOWN_FEDERATION_LINK_VERSION,
        Spec::Link => codes::UNKNOWN_LINK_VERSION,
        // Elements of other unknown versions are unknown directives, if they are used at all.
        _ => return None,
    };
    let known = match spec {
        Spec::Federation => format!("v2.0 to {}", version_text(FEDERATION_NEWEST)),
        _ => "v1.0".to_owned(),
    };
    Some((code, format!("there is no version {} of {}; known: {known}", version_text(version), spec.identity())))
}

pub(crate) fn is_graphql_name(text: &str) -> bool {
    Name::is_valid_syntax(text)
}
