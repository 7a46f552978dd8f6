//! Whether values fit input types. GraphQL specification, "Values of Correct Type", less strict in two places, as the graphs
//! in use are: a string may name an enum value, and input objects may lack required fields.

use crate::type_members::BUILT_IN_SCALARS;
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Type, Value},
    schema::{ExtendedType, InputObjectType},
};

/// Why a constant in a definition is not one of the type; none when it is. An Int may be larger than 32 bits there.
pub(crate) fn misfit(schema: &Schema, ty: &Type, value: &Value) -> Option<String> {
    Fitter { schema, is_in_field_set: false }.misfit(ty, value)
}

/// The same for a value in a field set, which is read as an operation is: there are no variables for it, and no larger Int.
pub(crate) fn misfit_in_field_set(schema: &Schema, ty: &Type, value: &Value) -> Option<String> {
    Fitter { schema, is_in_field_set: true }.misfit(ty, value)
}

struct Fitter<'s> {
    schema: &'s Schema,
    is_in_field_set: bool,
}

impl Fitter<'_> {
    fn misfit(&self, ty: &Type, value: &Value) -> Option<String> {
        match (ty, value) {
            (_, Value::Variable(name)) if self.is_in_field_set => Some(format!("there is no variable `${name}`")),
            (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => Some(format!("`{ty}` has no null")),
            (_, Value::Null) => None,
            (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
                values.iter().find_map(|value| self.misfit(item, value))
            }
            (Type::List(item) | Type::NonNullList(item), value) => self.misfit(item, value),
            (Type::Named(name) | Type::NonNullNamed(name), value) => {
                let fits = match (self.schema.types.get(name)?, value) {
                    (ExtendedType::InputObject(input), Value::Object(given)) => {
                        return self.object_misfit(input, given);
                    }
                    (ExtendedType::Enum(definition), Value::Enum(value)) => definition.values.contains_key(value),
                    (ExtendedType::Enum(definition), Value::String(value)) => {
                        definition.values.contains_key(value.as_str())
                    }
                    (ExtendedType::Scalar(_), value) => self.is_scalar(name, value),
                    _ => false,
                };
                (!fits).then(|| format!("it is not one of `{name}`"))
            }
        }
    }

    fn object_misfit(&self, input: &InputObjectType, given: &[(Name, Node<Value>)]) -> Option<String> {
        for (name, value) in given {
            let Some(field) = input.fields.get(name) else {
                return Some(format!("`{}` has no field `{name}`", input.name));
            };
            if let Some(why) = self.misfit(&field.ty, value) {
                return Some(format!("in `{name}`, {why}"));
            }
        }
        None
    }

    fn is_scalar(&self, name: &str, value: &Value) -> bool {
        match (name, value) {
            ("Int", Value::Int(number)) => !self.is_in_field_set || number.try_to_i32().is_ok(),
            ("Float", Value::Int(number)) => number.try_to_f64().is_ok(),
            ("Float", Value::Float(number)) => number.try_to_f64().is_ok(),
            ("String" | "ID", Value::String(_)) | ("Boolean", Value::Boolean(_)) | ("ID", Value::Int(_)) => true,
            _ => !BUILT_IN_SCALARS.contains(&name),
        }
    }
}
