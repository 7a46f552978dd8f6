//! Features that a supergraph links with `@link` or `@core`, and how their elements are named in the document.
//! Link specification v1.0; core specification v0.1 and v0.2 (the older spelling of the same).

use apollo_compiler::{Schema, ast};

/// A linked feature. Link specification, "@link".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// URL without version: `https://specs.apollo.dev/inaccessible`.
    pub identity: String,
    /// `(0, 2)` for `v0.2`.
    pub version: (u32, u32),
    /// What its element names start with in this document: `join` in `@join__type`.
    pub namespace: String,
    pub purpose: Option<Purpose>,
    /// Element name in the feature and in this document; directives with their `@`.
    pub imports: Vec<(String, String)>,
}

/// Why a router may not ignore a feature. Link specification, "Purpose".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Security,
    Execution,
}

/// Why the links of a document cannot be read.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum FeatureError {
    #[error("`{0}` is not a feature URL; expected one like https://specs.apollo.dev/join/v0.3")]
    InvalidUrl(String),
    #[error("@{0} on the schema needs an argument `url` (or `feature`) that is a string")]
    MissingUrl(String),
}

impl Feature {
    /// Last path segment of the identity: `inaccessible`.
    pub fn name(&self) -> &str {
        self.identity.rsplit('/').next().unwrap_or(&self.identity)
    }

    /// Name in this document of the feature's directive `name` (without `@`).
    pub fn directive_name(&self, name: &str) -> String {
        let imported = self.imports.iter().find(|(original, _)| original.strip_prefix('@') == Some(name));
        match imported {
            Some((_, local)) => local.trim_start_matches('@').to_owned(),
            None if name == self.name() => self.namespace.clone(),
            None => format!("{}__{name}", self.namespace),
        }
    }

    /// Whether a directive of this document (name without `@`) belongs to the feature.
    pub fn defines_directive(&self, local: &str) -> bool {
        local == self.namespace
            || self.is_namespaced(local)
            || self.imports.iter().any(|(_, imported)| imported.strip_prefix('@') == Some(local))
    }

    /// Whether a type of this document belongs to the feature.
    pub fn defines_type(&self, local: &str) -> bool {
        self.is_namespaced(local) || self.imports.iter().any(|(_, imported)| imported == local)
    }

    fn is_namespaced(&self, local: &str) -> bool {
        local.strip_prefix(self.namespace.as_str()).is_some_and(|rest| rest.starts_with("__"))
    }
}

impl Purpose {
    /// The purpose that a `@link` gives.
    pub fn of_link(link: &ast::Directive) -> Option<Purpose> {
        match link.specified_argument_by_name("for")?.as_enum()?.as_str() {
            "SECURITY" => Some(Purpose::Security),
            "EXECUTION" => Some(Purpose::Execution),
            _ => None,
        }
    }
}

/// All links of a document, in order. A document without any has none.
pub fn linked_features(schema: &Schema) -> Result<Vec<Feature>, FeatureError> {
    let directives = &schema.schema_definition.directives;
    let mut features = Vec::new();
    for directive in directives.iter().filter(|directive| is_link(directive)) {
        features.push(feature(directive)?);
    }
    Ok(features)
}

/// `@link(url:)` and `@core(feature:)` are told apart from other directives by a URL argument, so that a renamed link
/// directive is found too.
fn is_link(directive: &ast::Directive) -> bool {
    let named = matches!(directive.name.as_str(), "link" | "core");
    let url = link_url(directive).unwrap_or_default();
    named || url.starts_with("https://specs.apollo.dev/link/") || url.starts_with("https://specs.apollo.dev/core/")
}

fn link_url(directive: &ast::Directive) -> Option<&str> {
    let url = directive.specified_argument_by_name("url").or_else(|| directive.specified_argument_by_name("feature"));
    url?.as_str()
}

fn feature(directive: &ast::Directive) -> Result<Feature, FeatureError> {
    let url = link_url(directive).ok_or_else(|| FeatureError::MissingUrl(directive.name.to_string()))?;
    let (identity, version) = split_url(url).ok_or_else(|| FeatureError::InvalidUrl(url.to_owned()))?;
    let default_namespace = identity.rsplit('/').next().unwrap_or_default();
    let namespace = directive.specified_argument_by_name("as").and_then(|value| value.as_str());
    Ok(Feature {
        namespace: namespace.unwrap_or(default_namespace).to_owned(),
        identity: identity.to_owned(),
        version,
        purpose: Purpose::of_link(directive),
        imports: imports(directive),
    })
}

fn split_url(url: &str) -> Option<(&str, (u32, u32))> {
    let (identity, version) = url.trim_end_matches('/').rsplit_once('/')?;
    let (major, minor) = version.strip_prefix('v')?.split_once('.')?;
    let version = (major.parse().ok()?, minor.parse().ok()?);
    identity.contains("://").then_some((identity, version))
}

/// What a `@link` imports: name in the feature and in the document. What is no import is passed over.
pub fn imports(link: &ast::Directive) -> Vec<(String, String)> {
    let items = link.specified_argument_by_name("import").and_then(|value| value.as_list()).unwrap_or_default();
    items.iter().filter_map(|item| import(item)).collect()
}

fn import(item: &ast::Value) -> Option<(String, String)> {
    if let Some(name) = item.as_str() {
        return Some((name.to_owned(), name.to_owned()));
    }
    let object = item.as_object()?;
    let string = |key: &str| object.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_str());
    let name = string("name")?;
    Some((name.to_owned(), string("as").unwrap_or(name).to_owned()))
}
