//! Whether a value in a field set is one of the type of its argument. There are no variables in field sets.

use apollo_compiler::{
    Schema,
    ast::{Type, Value},
    schema::ExtendedType,
};

/// Input objects may lack fields that they need: which ones a field needs in the end is known after merging.
pub(super) fn is_of_type(schema: &Schema, value: &Value, ty: &Type) -> bool {
    if matches!(value, Value::Variable(_)) {
        return false;
    }
    match ty {
        Type::NonNullNamed(_) | Type::NonNullList(_) if value.is_null() => false,
        _ if value.is_null() => true,
        Type::List(item) | Type::NonNullList(item) => match value {
            Value::List(values) => values.iter().all(|value| is_of_type(schema, value, item)),
            single => is_of_type(schema, single, item),
        },
        Type::Named(name) | Type::NonNullNamed(name) => is_of_named_type(schema, value, name),
    }
}

fn is_of_named_type(schema: &Schema, value: &Value, name: &str) -> bool {
    match (name, value) {
        ("Int", Value::Int(number)) => number.try_to_i32().is_ok(),
        ("Float", Value::Int(_) | Value::Float(_)) => true,
        ("String", Value::String(_)) | ("Boolean", Value::Boolean(_)) => true,
        ("ID", Value::String(_) | Value::Int(_)) => true,
        ("Int" | "Float" | "String" | "Boolean" | "ID", _) => false,
        _ => match schema.types.get(name) {
            Some(ExtendedType::Enum(definition)) => match value {
                Value::Enum(name) => definition.values.contains_key(name),
                Value::String(name) => definition.values.contains_key(name.as_str()),
                _ => false,
            },
            Some(ExtendedType::InputObject(definition)) => value.as_object().is_some_and(|fields| {
                fields.iter().all(|(name, value)| {
                    definition.fields.get(name).is_some_and(|field| is_of_type(schema, value, &field.ty))
                })
            }),
            Some(ExtendedType::Scalar(_)) => true,
            _ => false,
        },
    }
}
