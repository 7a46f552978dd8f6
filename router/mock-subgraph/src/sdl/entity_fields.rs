//! The part of the schema that every federated subgraph has, and the walk over a field set's fields.

use super::FederationFacts;
use crate::{
    field_set::{FieldSet, Selected},
    load_error::nearest_name,
};
use apollo_compiler::{
    Name, Schema,
    ast::{Definition, Document, OperationType},
    schema::ExtendedType,
};
use std::{collections::HashMap, fmt::Write as _};

/// Adds `_service`, and `_entities` if some type can be fetched by a resolvable key.
pub(crate) fn with_entity_fields(mut document: Document, federation: &FederationFacts) -> Document {
    let entities = entity_types(&document, federation);
    let query = query_type(&document);
    let is_defined = document.definitions.iter().any(|definition| {
        !matches!(definition, Definition::OperationDefinition(_))
            && definition.name().is_some_and(|name| *name == *query)
    });
    let mut text = String::from("type _Service { sdl: String! }\n");
    let extend = if is_defined { "extend " } else { "" };
    let entities_field = if entities.is_empty() { "" } else { " _entities(representations: [_Any!]!): [_Entity]!" };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{extend}type {query} {{ _service: _Service!{entities_field} }}");
    if !entities.is_empty() {
        let _ = writeln!(text, "scalar _Any union _Entity = {}", entities.join(" | "));
    }
    document.definitions.retain(|definition| !is_federations_own(definition));
    if let Ok(addition) = Document::parse(text, "federation.graphql") {
        document.definitions.extend(addition.definitions);
    }
    document
}

/// Calls `visit` with type and name of each field of the set; for an abstract type with each type it can be. An
/// unknown field is the error.
pub(crate) fn walk(
    schema: &Schema,
    possible_types: &HashMap<Name, Vec<Name>>,
    type_name: &str,
    fields: &FieldSet,
    visit: &mut dyn FnMut(&str, &str),
) -> Result<(), String> {
    for selected in &fields.selections {
        match selected {
            Selected::Field { name, fields } => {
                let Ok(definition) = schema.type_field(type_name, name) else {
                    let known = match schema.types.get(type_name) {
                        Some(ExtendedType::Object(object)) => object.fields.keys().collect(),
                        Some(ExtendedType::Interface(interface)) => interface.fields.keys().collect(),
                        _ => Vec::new(),
                    };
                    let advice = nearest_name(name, known.into_iter().map(Name::as_str));
                    return Err(format!("names the field `{name}`, which {type_name} does not have; {advice}"));
                };
                visit(type_name, name);
                let possible = possible_types.get(type_name).map(Vec::as_slice).unwrap_or_default();
                possible.iter().for_each(|concrete| visit(concrete, name));
                walk(schema, possible_types, definition.ty.inner_named_type(), fields, visit)?;
            }
            Selected::Fragment { type_condition, fields } => {
                let condition = type_condition.as_deref().unwrap_or(type_name);
                walk(schema, possible_types, condition, fields, visit)?;
            }
        }
    }
    Ok(())
}

/// Object types that are entities themselves or implement an interface that is one.
fn entity_types(document: &Document, federation: &FederationFacts) -> Vec<String> {
    let is_entity = |name: &str| federation.keys.get(name).is_some_and(|keys| keys.iter().any(|key| key.resolvable));
    let mut entities: Vec<String> = Vec::new();
    for definition in &document.definitions {
        let (name, interfaces) = match definition {
            Definition::ObjectTypeDefinition(object) => (&object.name, &object.implements_interfaces),
            Definition::ObjectTypeExtension(object) => (&object.name, &object.implements_interfaces),
            _ => continue,
        };
        let is_member = is_entity(name) || interfaces.iter().any(|interface| is_entity(interface));
        if is_member && !entities.iter().any(|entity| *entity == **name) {
            entities.push(name.to_string());
        }
    }
    entities
}

fn query_type(document: &Document) -> String {
    let operations = document.definitions.iter().flat_map(|definition| match definition {
        Definition::SchemaDefinition(schema) => schema.root_operations.as_slice(),
        Definition::SchemaExtension(schema) => schema.root_operations.as_slice(),
        _ => &[],
    });
    let mut named =
        operations.filter(|operation| operation.0 == OperationType::Query).map(|operation| operation.1.to_string());
    named.next_back().unwrap_or_else(|| "Query".to_owned())
}

fn is_federations_own(definition: &Definition) -> bool {
    match definition {
        Definition::ScalarTypeDefinition(scalar) => scalar.name == "_Any",
        Definition::ObjectTypeDefinition(object) => object.name == "_Service",
        Definition::UnionTypeDefinition(union) => union.name == "_Entity",
        // `type Query { _service: … }` alone is empty by now; an extension brings it back.
        _ => false,
    }
}
