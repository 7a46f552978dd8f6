//! An answer, read along the operation that it answers.

use crate::{
    comparison::PathStep,
    coverage::Coverage,
    harvest::Harvest,
    operation::{Field, Operation, Selection},
};
use apollo_compiler::{Schema, schema::ExtendedType};
use serde_json::{Map, Value};

/// `Type.field`.
pub type Coordinate = String;

/// Keeps an answer's values and which fields were answered.
pub fn learn(schema: &Schema, operation: &Operation, data: &Value, known: (&mut Harvest, &mut Coverage)) {
    let Some(query) = schema.schema_definition.query.as_ref() else { return };
    let (harvest, coverage) = known;
    let mut learning = Learning { schema, harvest, coverage };
    learning.value(data, &operation.selections, query);
}

struct Learning<'a> {
    schema: &'a Schema,
    harvest: &'a mut Harvest,
    coverage: &'a mut Coverage,
}

impl Learning<'_> {
    fn value(&mut self, value: &Value, selections: &[Selection], ty: &str) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.value(item, selections, ty)),
            Value::Object(object) => {
                let named = typename(object, selections);
                self.object(object, selections, (ty, named.unwrap_or_default()));
            }
            _ => {}
        }
    }

    /// `ty`: as the selection knows it; `named`: as the answer does, or nothing.
    fn object(&mut self, object: &Map<String, Value>, selections: &[Selection], (ty, named): (&str, &str)) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    let Some(value) = object.get(field.response_name()) else { continue };
                    let Some(given) = field_type(self.schema, ty, &field.name) else { continue };
                    let owner = if named.is_empty() { ty } else { named };
                    self.coverage.add(ty, &field.name);
                    if owner != ty {
                        self.coverage.add(owner, &field.name);
                    }
                    match field.selections.as_slice() {
                        [] => self.leaf(value, (owner, &field.name), given),
                        below => self.value(value, below, given),
                    }
                }
                Selection::Fragment(fragment) => {
                    let on = fragment.on.as_deref().unwrap_or(ty);
                    // Where the type is not named, the fields that are there say whether the fragment applies.
                    if named.is_empty() || is_of(self.schema, named, on) {
                        self.object(object, &fragment.selections, (on, named));
                    }
                }
            }
        }
    }

    fn leaf(&mut self, value: &Value, coordinate: (&str, &str), scalar: &str) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.leaf(item, coordinate, scalar)),
            _ => self.harvest.add(coordinate, scalar, value),
        }
    }
}

/// What the object says its type is.
fn typename<'o>(object: &'o Map<String, Value>, selections: &[Selection]) -> Option<&'o str> {
    selections.iter().find_map(|selection| match selection {
        Selection::Field(field) if field.name == "__typename" => object.get(field.response_name())?.as_str(),
        Selection::Field(_) => None,
        Selection::Fragment(fragment) => typename(object, &fragment.selections),
    })
}

fn is_of(schema: &Schema, object: &str, on: &str) -> bool {
    object == on
        || match schema.types.get(on) {
            Some(ExtendedType::Union(union)) => union.members.contains(object),
            Some(ExtendedType::Interface(_)) => {
                schema.get_object(object).is_some_and(|object| object.implements_interfaces.contains(on))
            }
            _ => false,
        }
}

/// The name of the type that a field gives.
pub(crate) fn field_type<'s>(schema: &'s Schema, ty: &str, field: &str) -> Option<&'s str> {
    schema.type_field(ty, field).ok().map(|definition| definition.ty.inner_named_type().as_str())
}

/// The field at a path of the answer, by the type that the operation knows: of the path's last response name.
pub fn coordinate_at(schema: &Schema, operation: &Operation, path: &[PathStep]) -> Option<Coordinate> {
    let query = schema.schema_definition.query.as_ref()?.to_string();
    let mut found: Vec<(String, &Field)> = Vec::new();
    let mut scopes: Vec<(String, &[Selection])> = vec![(query, &operation.selections)];
    for step in path {
        let PathStep::Name(name) = step else { continue };
        found.clear();
        for (on, selections) in &scopes {
            fields_named(selections, on, name, &mut found);
        }
        scopes.clear();
        for (on, field) in &found {
            if let Some(given) = field_type(schema, on, &field.name) {
                scopes.push((given.to_owned(), &field.selections));
            }
        }
    }
    found.first().map(|(on, field)| format!("{on}.{}", field.name))
}

fn fields_named<'o>(selections: &'o [Selection], on: &str, name: &str, found: &mut Vec<(String, &'o Field)>) {
    for selection in selections {
        match selection {
            Selection::Field(field) if field.response_name() == name => found.push((on.to_owned(), field)),
            Selection::Field(_) => {}
            Selection::Fragment(fragment) => {
                fields_named(&fragment.selections, fragment.on.as_deref().unwrap_or(on), name, found);
            }
        }
    }
}
