//! Default values of arguments and input fields: kept when all subgraphs give the same.
//! Codes FIELD_ARGUMENT_DEFAULT_MISMATCH, INPUT_FIELD_DEFAULT_MISMATCH.

use super::{Merger, Sources, kinds::Kind, type_references::Position};
use crate::{codes, specs};
use apollo_compiler::{
    Name, Node,
    ast::{FloatValue, InputValueDefinition, Type, Value},
    schema::ExtendedType,
};

impl Merger<'_> {
    pub(super) fn merge_default_value(
        &mut self,
        position: Position,
        coordinate: &str,
        sources: &Sources<'_, Node<InputValueDefinition>>,
    ) -> Option<Node<Value>> {
        let typed = |source: &InputValueDefinition| Some(self.typed(source.default_value.as_ref()?, &source.ty));
        let given: Vec<Node<Value>> = sources.iter().filter_map(|(_, source)| typed(source)).collect();
        let first = given.first()?;
        let is_same = given.iter().all(|value| same_value(value, first));
        if is_same && given.len() == sources.len() {
            return Some(first.clone());
        }
        let what = position.describe();
        let (code, message) = match (is_same, position) {
            (true, _) => (
                codes::INCONSISTENT_DEFAULT_VALUE_PRESENCE,
                format!("the {what} {coordinate} has a default value in some subgraphs only: the supergraph has none"),
            ),
            (false, Position::InputField) => (
                codes::INPUT_FIELD_DEFAULT_MISMATCH,
                format!("the {what} {coordinate} has different default values in different subgraphs"),
            ),
            (false, _) => (
                codes::FIELD_ARGUMENT_DEFAULT_MISMATCH,
                format!("the {what} {coordinate} has different default values in different subgraphs"),
            ),
        };
        let places = sources.iter().map(|(index, source)| {
            let label = source.default_value.as_ref().map_or("no default here".to_owned(), |value| format!("{value} here"));
            (*index, source.location(), label)
        });
        self.report_at(code, coordinate, message, places.collect());
        None
    }
}

impl Merger<'_> {
    /// The value as its type writes it: many libraries print an enum's default value as a string.
    fn typed(&self, value: &Node<Value>, ty: &Type) -> Node<Value> {
        match value.as_ref() {
            Value::String(text) if Name::is_valid_syntax(text) && self.is_enum(ty.inner_named_type()) => {
                value.same_location(Value::Enum(specs::name(text)))
            }
            Value::Enum(name) if matches!(ty.inner_named_type().as_str(), "String" | "ID") => {
                value.same_location(Value::String(name.to_string()))
            }
            Value::Float(number) if ty.inner_named_type() == "Int" => whole_number(value, number),
            Value::List(items) => {
                let items = items.iter().map(|item| self.typed(item, ty.item_type())).collect();
                value.same_location(Value::List(items))
            }
            Value::Object(fields) => {
                let field = |(name, field): &(Name, Node<Value>)| {
                    let ty = self.input_field_type(ty.inner_named_type(), name);
                    (name.clone(), ty.map_or_else(|| field.clone(), |ty| self.typed(field, ty)))
                };
                value.same_location(Value::Object(fields.iter().map(field).collect()))
            }
            _ => value.clone(),
        }
    }

    fn is_enum(&self, name: &Name) -> bool {
        self.types.get(name).is_some_and(|ty| ty.kind == Kind::Enum)
    }

    fn input_field_type(&self, ty: &Name, field: &Name) -> Option<&Type> {
        self.types.get(ty)?.sources.iter().find_map(|(_, source)| match source {
            ExtendedType::InputObject(input) => input.fields.get(field).map(|field| field.ty.as_ref()),
            _ => None,
        })
    }
}

/// `1.0` as the `1` that it stands for.
fn whole_number(value: &Node<Value>, number: &FloatValue) -> Node<Value> {
    let whole = number.try_to_f64().ok().filter(|number| number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX));
    whole.map_or_else(|| value.clone(), |number| value.same_location(Value::Int((number as i32).into())))
}

/// Equality as values: the fields of an input object have no order, and `1` is `1.0`.
pub(super) fn same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| {
                    other.iter().any(|(other, other_value)| other == name && same_value(value, other_value))
                })
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_value(one, other))
        }
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => one == other || one.to_f64() == other.to_f64(),
        _ => one == other,
    }
}
