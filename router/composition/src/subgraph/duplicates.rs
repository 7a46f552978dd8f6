//! What a document says twice and means once: enum values, arguments, `schema` definitions. The last one counts, as
//! composers have always read it.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Definition, Document, EnumValueDefinition, FieldDefinition, InputValueDefinition, SchemaDefinition},
    schema::ExtendedType,
};
use hashbrown::{HashMap, HashSet};

/// Enum values and `schema` definitions, which no schema could be built with.
pub(super) fn remove(document: &mut Document) {
    merge_schema_definitions(document);
    let mut values: HashMap<Name, HashSet<Name>> = HashMap::new();
    for definition in &mut document.definitions {
        match definition {
            Definition::EnumTypeDefinition(definition) => {
                let seen = values.entry(definition.name.clone()).or_default();
                if let Some(kept) = first_values(&definition.values, seen) {
                    definition.make_mut().values = kept;
                }
            }
            Definition::EnumTypeExtension(extension) => {
                let seen = values.entry(extension.name.clone()).or_default();
                if let Some(kept) = first_values(&extension.values, seen) {
                    extension.make_mut().values = kept;
                }
            }
            _ => {}
        }
    }
}

/// Arguments of fields; after validation, so that those that go are valid, too.
pub(super) fn remove_arguments(schema: &mut Schema) {
    for ty in schema.types.values_mut() {
        match ty {
            ExtendedType::Object(object) if object.fields.values().any(has_duplicate_arguments) => {
                keep_last_arguments(object.make_mut().fields.values_mut());
            }
            ExtendedType::Interface(interface) if interface.fields.values().any(has_duplicate_arguments) => {
                keep_last_arguments(interface.make_mut().fields.values_mut());
            }
            _ => {}
        }
    }
}

/// The values that were not seen before, if those are not all.
fn first_values(
    values: &[Node<EnumValueDefinition>],
    seen: &mut HashSet<Name>,
) -> Option<Vec<Node<EnumValueDefinition>>> {
    let kept: Vec<_> = values.iter().filter(|value| seen.insert(value.value.clone())).cloned().collect();
    (kept.len() != values.len()).then_some(kept)
}

fn has_duplicate_arguments(field: &Node<FieldDefinition>) -> bool {
    let mut seen: HashSet<&Name> = HashSet::new();
    field.arguments.len() > 1 && !field.arguments.iter().all(|argument| seen.insert(&argument.name))
}

fn keep_last_arguments<'f>(fields: impl Iterator<Item = &'f mut Node<FieldDefinition>>) {
    for field in fields.filter(|field| has_duplicate_arguments(field)) {
        let mut kept: Vec<Node<InputValueDefinition>> = Vec::new();
        for argument in &field.arguments {
            match kept.iter_mut().find(|known| known.name == argument.name) {
                Some(known) => *known = argument.clone(),
                None => kept.push(argument.clone()),
            }
        }
        field.make_mut().arguments = kept;
    }
}

/// Several `schema` definitions are one; so are several roots for one operation.
fn merge_schema_definitions(document: &mut Document) {
    let mut merged: Option<Node<SchemaDefinition>> = None;
    let mut is_changed = false;
    for definition in &document.definitions {
        let Definition::SchemaDefinition(schema) = definition else { continue };
        let known = merged.get_or_insert_with(|| {
            let mut first = schema.clone();
            first.make_mut().root_operations.clear();
            first
        });
        let roots = &mut known.make_mut().root_operations;
        for root in &schema.root_operations {
            match roots.iter_mut().find(|known| known.0 == root.0) {
                Some(known) => {
                    *known = root.clone();
                    is_changed = true;
                }
                None => roots.push(root.clone()),
            }
        }
    }
    let mut others = document.definitions.iter().filter_map(Definition::as_schema_definition).skip(1).peekable();
    is_changed |= others.peek().is_some();
    let Some(mut merged) = merged.filter(|_| is_changed) else { return };
    merged.make_mut().directives.0.extend(others.flat_map(|schema| schema.directives.iter().cloned()));
    document.definitions.retain(|definition| !matches!(definition, Definition::SchemaDefinition(_)));
    document.definitions.push(Definition::SchemaDefinition(merged));
}
