//! The SDL that composition reads: a schema's own definitions in the order of their names, with the link to the
//! federation spec. The same schema gives the same bytes.

use crate::directives::FEDERATION_DIRECTIVES;
use apollo_compiler::{
    Node,
    ast::{Definition, DirectiveList, Document, FieldDefinition, InputValueDefinition},
};
use std::collections::BTreeSet;

/// What is ours or the library's, and no part of a subgraph's own schema.
const FEDERATION_TYPES: [&str; 3] = ["_Any", "_Entity", "_Service"];
const FEDERATION_FIELDS: [&str; 2] = ["_entities", "_service"];
/// Every schema has them without saying so.
const BUILT_IN_DIRECTIVES: [&str; 5] = ["deprecated", "include", "oneOf", "skip", "specifiedBy"];

const LINK_URL: &str = "https://specs.apollo.dev/federation/v2.9";

/// What composition reads of a schema that the library has printed.
///
/// # Panics
/// If that is no GraphQL.
pub fn canonical_sdl(schema_sdl: &str) -> String {
    let document = Document::parse(schema_sdl, "schema.graphql").expect("the library prints schemas as GraphQL");
    let mut definitions: Vec<Definition> = document.definitions.into_iter().filter_map(own_definition).collect();
    definitions.sort_by_key(key_of);
    let mut used = BTreeSet::new();
    definitions.iter().for_each(|definition| collect_directives(definition, &mut used));
    let texts = definitions.iter().map(|definition| definition.serialize().to_string());
    let parts: Vec<String> = std::iter::once(link(&used)).chain(texts.map(|text| text.trim_end().to_owned())).collect();
    parts.join("\n\n") + "\n"
}

fn link(used: &BTreeSet<String>) -> String {
    let imports: Vec<String> = used
        .iter()
        .filter(|name| FEDERATION_DIRECTIVES.contains(&name.as_str()))
        .map(|name| format!("\"@{name}\""))
        .collect();
    format!("extend schema @link(url: \"{LINK_URL}\", import: [{}])", imports.join(", "))
}

/// The definition without what is not the subgraph's own; `None` where nothing is left.
fn own_definition(definition: Definition) -> Option<Definition> {
    match definition {
        Definition::DirectiveDefinition(directive) => {
            let name = directive.name.as_str();
            let is_known = FEDERATION_DIRECTIVES.contains(&name) || BUILT_IN_DIRECTIVES.contains(&name);
            (!is_known).then_some(Definition::DirectiveDefinition(directive))
        }
        Definition::SchemaDefinition(schema) => {
            let is_usual = |(operation, name): &(_, apollo_compiler::ast::NamedType)| {
                let operation: apollo_compiler::ast::OperationType = *operation;
                operation.default_type_name().as_str() == name.as_str()
            };
            let is_default = schema.root_operations.iter().all(|root| is_usual(root)) && schema.directives.is_empty();
            (!is_default).then_some(Definition::SchemaDefinition(schema))
        }
        Definition::ObjectTypeDefinition(mut object) => {
            if FEDERATION_TYPES.contains(&object.name.as_str()) {
                return None;
            }
            let is_root = object.fields.iter().any(|field| field.name == "_service");
            if is_root {
                object.make_mut().fields.retain(|field| !FEDERATION_FIELDS.contains(&field.name.as_str()));
            }
            (!object.fields.is_empty()).then_some(Definition::ObjectTypeDefinition(object))
        }
        other => {
            let is_ours = other.name().is_some_and(|name| FEDERATION_TYPES.contains(&name.as_str()));
            (!is_ours).then_some(other)
        }
    }
}

/// Directive definitions first, the schema's next, then types by name.
fn key_of(definition: &Definition) -> (u8, String) {
    let rank = match definition {
        Definition::DirectiveDefinition(_) => 0,
        Definition::SchemaDefinition(_) => 1,
        _ => 2,
    };
    (rank, definition.name().map(|name| name.to_string()).unwrap_or_default())
}

fn collect_directives(definition: &Definition, used: &mut BTreeSet<String>) {
    match definition {
        Definition::ObjectTypeDefinition(object) => {
            add(&object.directives, used);
            add_fields(&object.fields, used);
        }
        Definition::InterfaceTypeDefinition(interface) => {
            add(&interface.directives, used);
            add_fields(&interface.fields, used);
        }
        Definition::UnionTypeDefinition(union) => add(&union.directives, used),
        Definition::ScalarTypeDefinition(scalar) => add(&scalar.directives, used),
        Definition::EnumTypeDefinition(definition) => {
            add(&definition.directives, used);
            definition.values.iter().for_each(|value| add(&value.directives, used));
        }
        Definition::InputObjectTypeDefinition(input) => {
            add(&input.directives, used);
            add_inputs(&input.fields, used);
        }
        _ => {}
    }
}

fn add_fields(fields: &[Node<FieldDefinition>], used: &mut BTreeSet<String>) {
    for field in fields {
        add(&field.directives, used);
        add_inputs(&field.arguments, used);
    }
}

fn add_inputs(inputs: &[Node<InputValueDefinition>], used: &mut BTreeSet<String>) {
    inputs.iter().for_each(|input| add(&input.directives, used));
}

fn add(directives: &DirectiveList, used: &mut BTreeSet<String>) {
    used.extend(directives.iter().map(|directive| directive.name.to_string()));
}
