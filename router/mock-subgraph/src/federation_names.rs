//! Which of an SDL's directives is which federation directive.
//!
//! `@link` can import under another name or leave the namespace on (`@federation__key`, `@fed__key`); federation v1
//! has no `@link` and uses the bare names.

use apollo_compiler::ast::{Definition, Directive, Document, Value};
use std::collections::{HashMap, HashSet};

/// Directives that may be applied without being defined, by their canonical names.
const FEDERATION_DIRECTIVES: [&str; 22] = [
    "key",
    "requires",
    "provides",
    "external",
    "extends",
    "shareable",
    "override",
    "inaccessible",
    "tag",
    "interfaceObject",
    "composeDirective",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "listSize",
    "context",
    "fromContext",
    "cacheTag",
    "cacheInvalidation",
    "link",
    "core",
];

pub(crate) const SPECIFIED_DIRECTIVES: [&str; 5] = ["deprecated", "specifiedBy", "oneOf", "skip", "include"];

/// Names as this document spells them.
#[derive(Debug, Default)]
pub(crate) struct FederationNames {
    /// Spelling here to canonical name.
    renamed: HashMap<String, &'static str>,
    /// Directive names made known by a definition or an import of any spec.
    known: HashSet<String>,
    /// Namespaces of all linked specs.
    namespaces: HashSet<String>,
}

impl FederationNames {
    pub(crate) fn of(document: &Document) -> FederationNames {
        let mut names = FederationNames::default();
        for definition in &document.definitions {
            match definition {
                Definition::DirectiveDefinition(directive) => {
                    names.known.insert(directive.name.to_string());
                }
                Definition::SchemaDefinition(schema) => names.read_links(&schema.directives.0),
                Definition::SchemaExtension(schema) => names.read_links(&schema.directives.0),
                _ => {}
            }
        }
        names
    }

    /// The canonical name, if `directive` is a federation directive.
    pub(crate) fn canonical(&self, directive: &str) -> Option<&'static str> {
        if let Some(canonical) = self.renamed.get(directive) {
            return Some(canonical);
        }
        let bare = directive.strip_prefix("federation__").unwrap_or(directive);
        FEDERATION_DIRECTIVES.into_iter().find(|name| *name == bare)
    }

    /// Whether `directive` may be applied: defined, imported, in a linked namespace, or federation's own.
    pub(crate) fn is_known(&self, directive: &str) -> bool {
        SPECIFIED_DIRECTIVES.contains(&directive)
            || self.known.contains(directive)
            || self.canonical(directive).is_some()
            || directive.split_once("__").is_some_and(|(namespace, _)| self.namespaces.contains(namespace))
    }

    /// All names that a directive could be meant by, for advice.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        let renamed = self.renamed.keys().map(String::as_str);
        let known = self.known.iter().map(String::as_str);
        renamed.chain(known).chain(FEDERATION_DIRECTIVES).chain(SPECIFIED_DIRECTIVES)
    }

    fn read_links(&mut self, directives: &[impl AsRef<Directive>]) {
        for directive in directives {
            let directive = directive.as_ref();
            if directive.name != "link" && directive.name != "core" {
                continue;
            }
            let text = |name: &str| directive.specified_argument_by_name(name).and_then(|value| value.as_str());
            let url = text("url").or(text("feature")).unwrap_or_default();
            let mut segments = url.rsplit('/').filter(|segment| !segment.is_empty());
            let last = segments.next().unwrap_or_default();
            let is_spec_version =
                last.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            let spec = if is_spec_version { segments.next().unwrap_or_default() } else { last };
            let namespace = text("as").unwrap_or(spec).to_owned();
            if spec == "federation" {
                for canonical in FEDERATION_DIRECTIVES {
                    self.renamed.insert(format!("{namespace}__{canonical}"), canonical);
                }
            }
            self.known.insert(namespace.clone());
            self.namespaces.insert(namespace);
            if let Some(Value::List(imports)) = directive.specified_argument_by_name("import").map(|value| &**value) {
                imports.iter().for_each(|import| self.read_import(spec, import));
            }
        }
    }

    fn read_import(&mut self, spec: &str, import: &Value) {
        let (name, alias) = match import {
            Value::String(name) => (name.as_str(), None),
            Value::Object(fields) => {
                let text =
                    |wanted: &str| fields.iter().find(|(name, _)| name == wanted).and_then(|(_, value)| value.as_str());
                (text("name").unwrap_or_default(), text("as"))
            }
            _ => return,
        };
        let Some(name) = name.strip_prefix('@') else { return };
        let spelling = alias.and_then(|alias| alias.strip_prefix('@')).unwrap_or(name);
        self.known.insert(spelling.to_owned());
        if spec == "federation"
            && let Some(canonical) = FEDERATION_DIRECTIVES.into_iter().find(|canonical| *canonical == name)
        {
            self.renamed.insert(spelling.to_owned(), canonical);
        }
    }
}
