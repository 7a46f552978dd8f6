//! What federation adds to each subgraph, whether its SDL has it or not: `_service`, `_entities` and their types. No rule
//! looks at them, so they are taken out; and a subgraph may have no query root but for them.

use crate::specs;
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Definition, Document, FieldDefinition, OperationType, Type},
    schema::{ExtendedType, ObjectType},
};

/// Fields that every query root has without saying so.
const FIELDS: [&str; 2] = ["_service", "_entities"];
const TYPES: [&str; 3] = ["_Service", "_Any", "_Entity"];
/// The query root of a subgraph that has none, while it is checked as GraphQL.
const STAND_IN_QUERY: &str = "_Query";
const STAND_IN_FIELD: &str = "_service";

pub(super) fn is_field(name: &str) -> bool {
    FIELDS.contains(&name)
}

pub(super) fn is_type(name: &str) -> bool {
    TYPES.contains(&name)
}

/// `_service`, `_entities` and the union they need are federation's own; an SDL may have them, also out of date.
pub(super) fn remove(document: &mut Document) {
    let query = query_root(document);
    document.definitions.retain(|definition| {
        let is_entity = definition.name().is_some_and(|name| name == "_Entity");
        !(is_entity && matches!(definition, Definition::UnionTypeDefinition(_) | Definition::UnionTypeExtension(_)))
    });
    for definition in &mut document.definitions {
        match definition {
            Definition::ObjectTypeDefinition(object) if object.name == query && has_machinery(&object.fields) => {
                object.make_mut().fields.retain(|field| !is_field(&field.name));
            }
            Definition::ObjectTypeExtension(object) if object.name == query && has_machinery(&object.fields) => {
                object.make_mut().fields.retain(|field| !is_field(&field.name));
            }
            _ => {}
        }
    }
}

/// The types that may stay while the schema is checked. A union `_Entity` has gone before; any other type of that name is the
/// subgraph's own mistake.
pub(super) fn remove_types(schema: &mut Schema) {
    schema.types.retain(|name, _| !matches!(name.as_str(), "_Service" | "_Any"));
}

/// A subgraph needs no query of its own, and one that had nothing but the machinery in it is the same as none.
pub(super) fn lend_query(schema: &mut Schema) -> bool {
    let query = schema.schema_definition.query.as_ref().map(|name| name.as_ref().clone());
    let field = FieldDefinition {
        description: None,
        name: specs::name(STAND_IN_FIELD),
        arguments: Vec::new(),
        ty: Type::Named(specs::name("String")),
        directives: Default::default(),
    };
    let fields = [(field.name.clone(), Node::new(field))];
    match query.as_ref().map(|query| schema.types.get_mut(query)) {
        Some(Some(ExtendedType::Object(object))) if object.fields.is_empty() => {
            object.make_mut().fields.extend(fields);
        }
        Some(_) => return false,
        None => {
            let name = specs::name(STAND_IN_QUERY);
            let object = ObjectType {
                description: None,
                name: name.clone(),
                implements_interfaces: Default::default(),
                directives: Default::default(),
                fields: fields.into_iter().collect(),
            };
            schema.types.insert(name.clone(), ExtendedType::Object(Node::new(object)));
            schema.schema_definition.make_mut().query = Some(Node::new(name));
        }
    }
    true
}

/// Undoes [`lend_query`]. A query root without fields stays, with its description and directives.
pub(super) fn take_query_back(schema: &mut Schema) {
    let Some(query) = schema.schema_definition.query.clone() else { return };
    if query.as_ref() == STAND_IN_QUERY {
        schema.types.shift_remove(STAND_IN_QUERY);
        schema.schema_definition.make_mut().query = None;
    } else if let Some(ExtendedType::Object(object)) = schema.types.get_mut(query.as_ref()) {
        object.make_mut().fields.shift_remove(STAND_IN_FIELD);
    }
}

fn has_machinery(fields: &[Node<FieldDefinition>]) -> bool {
    fields.iter().any(|field| is_field(&field.name))
}

fn query_root(document: &Document) -> Name {
    let roots = document.definitions.iter().find_map(|definition| match definition {
        Definition::SchemaDefinition(schema) => Some(&schema.root_operations),
        Definition::SchemaExtension(schema) if !schema.root_operations.is_empty() => Some(&schema.root_operations),
        _ => None,
    });
    let query = roots.into_iter().flatten().find(|root| root.0 == OperationType::Query);
    query.map_or_else(|| specs::name("Query"), |root| root.1.clone())
}
