//! The schema of one subgraph: a valid GraphQL schema without federation's directives, and beside it what they said.
//!
//! Directives are taken off before validation, so that neither their definitions nor a federation version need to
//! be known here. `_service`, `_entities` and their types are put in place of whatever the SDL says about them.

mod entity_fields;
mod strip;

use crate::{field_set::FieldSet, load_error::LoadError};
use apollo_compiler::{
    Name, Schema,
    collections::HashMap as NameMap,
    schema::{ExtendedType, Implementers},
    validation::{DiagnosticList, Valid},
};
use std::collections::{HashMap, HashSet};

#[derive(Debug)]
pub(crate) struct SubgraphSchema {
    pub(crate) sdl: String,
    pub(crate) graphql: Valid<Schema>,
    pub(crate) implementers: NameMap<Name, Implementers>,
    /// For each composite type the object types a value of it can have, in the SDL's order.
    possible_types: HashMap<Name, Vec<Name>>,
    pub(crate) federation: FederationFacts,
}

/// What the federation directives of the SDL said.
#[derive(Debug, Default)]
pub(crate) struct FederationFacts {
    pub(crate) keys: HashMap<String, Vec<Key>>,
    requires: HashMap<(String, String), FieldSet>,
    provides: Vec<(String, FieldSet)>,
    externals: HashSet<(String, String)>,
    /// External fields that some `@provides` makes available.
    provided: HashSet<(String, String)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) fields: FieldSet,
    pub(crate) resolvable: bool,
}

impl SubgraphSchema {
    pub(crate) fn parse(subgraph: &str, sdl: &str) -> Result<SubgraphSchema, LoadError> {
        let refused = |problems: Vec<String>| LoadError::Sdl { subgraph: subgraph.to_owned(), problems };
        let file = format!("{subgraph}.graphql");
        let document = apollo_compiler::ast::Document::parse(sdl, &file)
            .map_err(|invalid| refused(problem_lines(&file, &invalid.errors)))?;
        let (document, mut federation) = strip::strip_federation(document, &file).map_err(refused)?;
        let document = entity_fields::with_entity_fields(document, &federation);
        let graphql = Schema::builder()
            .adopt_orphan_extensions()
            .ignore_builtin_redefinitions()
            .validate_default_values(false)
            .add_ast(&document)
            .build()
            .and_then(Schema::validate)
            .map_err(|invalid| refused(problem_lines(&file, &invalid.errors)))?;
        let implementers = graphql.implementers_map();
        let possible_types = possible_types(&graphql);
        federation.finish(&graphql, &possible_types).map_err(refused)?;
        Ok(SubgraphSchema { sdl: sdl.to_owned(), graphql, implementers, possible_types, federation })
    }

    /// The object types a value of `type_name` can have; none for leaf types and unknown names.
    pub(crate) fn possible_types(&self, type_name: &str) -> &[Name] {
        self.possible_types.get(type_name).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn is_composite(&self, type_name: &str) -> bool {
        self.possible_types.contains_key(type_name)
    }

    pub(crate) fn is_possible_type(&self, declared: &str, concrete: &str) -> bool {
        self.possible_types(declared).iter().any(|possible| possible == concrete)
    }

    pub(crate) fn keys(&self, type_name: &str) -> &[Key] {
        self.federation.keys.get(type_name).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn requires(&self, type_name: &str, field: &str) -> Option<&FieldSet> {
        self.federation.requires.get(&(type_name.to_owned(), field.to_owned()))
    }

    /// Whether the field belongs to other subgraphs and no `@provides` here makes it available.
    pub(crate) fn is_only_external(&self, type_name: &str, field: &str) -> bool {
        let coordinate = (type_name.to_owned(), field.to_owned());
        self.federation.externals.contains(&coordinate) && !self.federation.provided.contains(&coordinate)
    }

    /// Whether `type_name` is the type of an operation's root.
    pub(crate) fn is_root(&self, type_name: &str) -> bool {
        self.graphql.schema_definition.iter_root_operations().any(|(_, root)| root.as_str() == type_name)
    }

    /// Object types that the SDL itself defines.
    pub(crate) fn object_types(&self) -> impl Iterator<Item = &Name> {
        let objects = self.graphql.types.iter().filter(|(_, definition)| definition.is_object());
        objects.map(|(name, _)| name).filter(|name| !name.starts_with('_'))
    }

    /// Names of the fields of an object or interface type, without federation's own.
    pub(crate) fn field_names(&self, type_name: &str) -> Vec<&str> {
        let fields = match self.graphql.types.get(type_name) {
            Some(ExtendedType::Object(object)) => &object.fields,
            Some(ExtendedType::Interface(interface)) => &interface.fields,
            _ => return Vec::new(),
        };
        fields.keys().map(Name::as_str).filter(|name| *name != "_service" && *name != "_entities").collect()
    }
}

impl FederationFacts {
    /// Checks the field sets against the schema and derives what depends on types.
    fn finish(&mut self, schema: &Schema, possible_types: &HashMap<Name, Vec<Name>>) -> Result<(), Vec<String>> {
        let mut problems = Vec::new();
        let mut check = |directive: &str, type_name: &str, fields: &FieldSet| {
            let mut coordinates = Vec::new();
            entity_fields::walk(schema, possible_types, type_name, fields, &mut |type_name, field| {
                coordinates.push((type_name.to_owned(), field.to_owned()));
            })
            .unwrap_or_else(|problem| problems.push(format!("{directive} {problem}")));
            coordinates
        };
        for (type_name, keys) in &self.keys {
            for key in keys {
                for coordinate in check(&format!("@key on {type_name}"), type_name, &key.fields) {
                    self.externals.remove(&coordinate);
                }
            }
        }
        for ((type_name, field), fields) in &self.requires {
            check(&format!("@requires on {type_name}.{field}"), type_name, fields);
        }
        for (type_name, fields) in &self.provides {
            let on = format!("@provides on a field of type {type_name}");
            self.provided.extend(check(&on, type_name, fields));
        }
        problems.sort();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

fn possible_types(schema: &Schema) -> HashMap<Name, Vec<Name>> {
    let mut possible: HashMap<Name, Vec<Name>> = HashMap::new();
    for (name, definition) in &schema.types {
        match definition {
            ExtendedType::Object(object) => {
                possible.entry(name.clone()).or_default().push(name.clone());
                for interface in &object.implements_interfaces {
                    possible.entry((**interface).clone()).or_default().push(name.clone());
                }
            }
            ExtendedType::Interface(_) => {
                possible.entry(name.clone()).or_default();
            }
            ExtendedType::Union(union) => {
                possible.insert(name.clone(), union.members.iter().map(|member| (**member).clone()).collect());
            }
            _ => {}
        }
    }
    possible
}

fn problem_lines(file: &str, diagnostics: &DiagnosticList) -> Vec<String> {
    let line = |error: apollo_compiler::response::GraphQLError| match error.locations.first() {
        Some(place) => format!("{file}:{}:{}: {}", place.line, place.column, error.message),
        None => format!("{file}: {}", error.message),
    };
    diagnostics.iter().map(|diagnostic| line(diagnostic.to_json())).collect()
}
