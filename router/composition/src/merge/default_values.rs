//! Default values of arguments and input fields: kept when all subgraphs give the same.
//! Codes FIELD_ARGUMENT_DEFAULT_MISMATCH, INPUT_FIELD_DEFAULT_MISMATCH.

use super::{Merger, Sources, type_references::Position};
use crate::codes;
use apollo_compiler::{
    Node,
    ast::{InputValueDefinition, Value},
};

impl Merger<'_> {
    pub(super) fn merge_default_value(
        &mut self,
        position: Position,
        coordinate: &str,
        sources: &Sources<'_, Node<InputValueDefinition>>,
    ) -> Option<Node<Value>> {
        let given: Vec<&Node<Value>> = sources.iter().filter_map(|(_, source)| source.default_value.as_ref()).collect();
        let first = *given.first()?;
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
            let label =
                source.default_value.as_ref().map_or("no default here".to_owned(), |value| format!("{value} here"));
            (*index, source.location(), label)
        });
        self.report_at(code, coordinate, message, places.collect());
        None
    }
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
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            one == other || one.to_f64() == other.to_f64()
        }
        _ => one == other,
    }
}
