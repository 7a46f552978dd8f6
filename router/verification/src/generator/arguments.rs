//! Values for arguments: small numbers, enum values, and whatever earlier answers had.

use super::paging::{is_cursor, is_offset, is_size};
use crate::{
    harvest::{Harvest, Wanted, is_built_in},
    operation::Variable,
    random::Random,
};
use apollo_compiler::{
    Schema,
    ast::{InputValueDefinition, Type},
    schema::{ExtendedType, FieldDefinition, InputObjectType},
};
use serde_json::{Map, Value};

/// Input objects within each other.
const INPUT_DEPTH_MAX: usize = 3;

/// Ids that many subgraphs have, until answers show better ones.
const GUESSED_IDS: [&str; 3] = ["1", "2", "a"];
const GUESSED_TEXTS: [&str; 4] = ["a", "e", "1", ""];

/// A value in both forms.
struct Given {
    literal: String,
    json: Value,
    /// Not to be written into the text: it has what GraphQL may not have there.
    needs_variable: bool,
}

impl Given {
    fn plain(literal: impl Into<String>, json: Value) -> Given {
        Given { literal: literal.into(), json, needs_variable: false }
    }

    /// A harvested value.
    fn of_json(json: Value) -> Given {
        let literal = json.to_string();
        let needs_variable = json.is_object() || json.is_array() || literal.contains('$') || literal.contains("\\u");
        Given { literal, json, needs_variable }
    }
}

pub(super) struct Arguments<'a> {
    pub(super) schema: &'a Schema,
    pub(super) harvest: &'a Harvest,
    pub(super) random: &'a mut Random,
    pub(super) variables: &'a mut Vec<Variable>,
}

/// Whether a value for an argument can be had now.
pub(super) fn can_be_given(
    schema: &Schema,
    harvest: &Harvest,
    (argument, given): (&InputValueDefinition, &str),
    random: &mut Random,
) -> bool {
    let mut values = Values { schema, harvest, random, given };
    values.of_type(&argument.ty, &argument.name, 0).is_some()
}

impl Arguments<'_> {
    /// Names and values as text. `None`: a required one has no value.
    pub(super) fn of_field(
        &mut self,
        definition: &FieldDefinition,
        page: Option<usize>,
    ) -> Option<Vec<(String, String)>> {
        let given = definition.ty.inner_named_type();
        let mut arguments = Vec::new();
        let mut has_size = false;
        for argument in &definition.arguments {
            let name = argument.name.as_str();
            let is_required = argument.is_required();
            let is_integer = argument.ty.inner_named_type() == "Int" && !argument.ty.is_list();
            let value = if let Some(page) = page.filter(|_| is_integer && is_size(name)) {
                // `first` and `last` at once are an error for most.
                if has_size && !is_required {
                    continue;
                }
                has_size = true;
                Some(Given::plain(page.to_string(), page.into()))
            } else if is_cursor(name) && !is_required {
                self.cursor(given).filter(|_| has_size && self.random.is_chance(25))
            } else if is_required || self.random.is_chance(35) {
                let mut values = Values { schema: self.schema, harvest: self.harvest, random: self.random, given };
                values.of_type(&argument.ty, name, 0)
            } else {
                None
            };
            match value {
                Some(value) => arguments.push((name.to_owned(), self.text(value, &argument.ty))),
                None if is_required => return None,
                None => {}
            }
        }
        Some(arguments)
    }

    /// A cursor of the connection's own edges; those of others are refused.
    fn cursor(&mut self, connection: &str) -> Option<Given> {
        let edge = self.schema.type_field(connection, "edges").ok()?.ty.inner_named_type();
        self.harvest.pick_of(edge, "cursor", self.random).map(Given::of_json)
    }

    fn text(&mut self, value: Given, ty: &Type) -> String {
        if !value.needs_variable && !self.random.is_chance(40) {
            return value.literal;
        }
        let name = format!("v{}", self.variables.len() + 1);
        let variable = Variable { name: name.clone(), ty: ty.to_string(), default: None, value: Some(value.json) };
        self.variables.push(variable);
        format!("${name}")
    }
}

struct Values<'a> {
    schema: &'a Schema,
    harvest: &'a Harvest,
    random: &'a mut Random,
    /// The type that the field gives.
    given: &'a str,
}

impl Values<'_> {
    fn of_type(&mut self, ty: &Type, name: &str, depth: usize) -> Option<Given> {
        if !ty.is_non_null() && self.random.is_chance(5) {
            return Some(Given::plain("null", Value::Null));
        }
        match ty {
            Type::List(item) | Type::NonNullList(item) => self.list(item, name, depth),
            Type::Named(named) | Type::NonNullNamed(named) => match self.schema.types.get(named)? {
                ExtendedType::Enum(definition) => {
                    let values: Vec<&str> = definition.values.keys().map(|value| value.as_str()).collect();
                    let value = *self.random.pick(&values)?;
                    Some(Given::plain(value, value.into()))
                }
                ExtendedType::InputObject(definition) => self.input_object(definition, depth),
                ExtendedType::Scalar(_) => self.scalar(named, name),
                _ => None,
            },
        }
    }

    fn list(&mut self, item: &Type, name: &str, depth: usize) -> Option<Given> {
        let items: Option<Vec<Given>> =
            (0..self.random.between(1, 2)).map(|_| self.of_type(item, name, depth)).collect();
        let items = items?;
        let literals: Vec<&str> = items.iter().map(|item| item.literal.as_str()).collect();
        let literal = format!("[{}]", literals.join(", "));
        let needs_variable = items.iter().any(|item| item.needs_variable);
        let json = Value::Array(items.into_iter().map(|item| item.json).collect());
        Some(Given { literal, json, needs_variable })
    }

    fn input_object(&mut self, definition: &InputObjectType, depth: usize) -> Option<Given> {
        let is_one_of = definition.directives.has("oneOf");
        let only = is_one_of.then(|| self.random.below(definition.fields.len()));
        let mut literals = Vec::new();
        let mut needs_variable = false;
        let mut json = Map::new();
        for (index, (name, field)) in definition.fields.iter().enumerate() {
            let is_wanted = match only {
                Some(only) => index == only,
                None => field.is_required() || (depth < INPUT_DEPTH_MAX && self.random.is_chance(30)),
            };
            if !is_wanted {
                continue;
            }
            if depth >= INPUT_DEPTH_MAX * 2 {
                return None;
            }
            // The chosen field of a `@oneOf` type must not be null.
            let ty = if is_one_of { field.ty.as_ref().clone().non_null() } else { field.ty.as_ref().clone() };
            match self.of_type(&ty, name, depth + 1) {
                Some(value) => {
                    literals.push(format!("{name}: {}", value.literal));
                    needs_variable |= value.needs_variable;
                    json.insert(name.to_string(), value.json);
                }
                None if field.is_required() || is_one_of => return None,
                None => {}
            }
        }
        Some(Given { literal: format!("{{{}}}", literals.join(", ")), json: Value::Object(json), needs_variable })
    }

    fn scalar(&mut self, scalar: &str, name: &str) -> Option<Given> {
        if scalar == "Int" && is_size(name) {
            let number = self.random.between(1, 3);
            return Some(Given::plain(number.to_string(), number.into()));
        }
        if scalar == "Int" && is_offset(name) {
            let number = self.random.between(1, 2);
            return Some(Given::plain(number.to_string(), number.into()));
        }
        let wanted = Wanted { name, scalar, given: self.given };
        // Something that is not there is asked for as well.
        let is_known = !is_built_in(scalar) || !self.random.is_chance(5);
        if is_known && let Some(value) = self.harvest.pick(self.schema, wanted, self.random) {
            let value = match (scalar, value) {
                ("ID" | "String", Value::Number(number)) => Value::String(number.to_string()),
                (_, value) => value,
            };
            return Some(Given::of_json(value));
        }
        let value: Value = match scalar {
            "Int" => self.random.between(0, 5).into(),
            "Float" => (self.random.between(0, 20) as f64 / 2.0).into(),
            "Boolean" => self.random.is_chance(50).into(),
            "ID" => (*self.random.pick(&GUESSED_IDS)?).into(),
            "String" => (*self.random.pick(&GUESSED_TEXTS)?).into(),
            _ => return None,
        };
        Some(Given::plain(value.to_string(), value))
    }
}
