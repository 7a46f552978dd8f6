//! Checks a request's variables against their types. GraphQL specification, "CoerceVariableValues".
//!
//! Values stay the JSON text that the client sent, except where coercion changes them (one item for a list, a number for
//! an `ID`): what is passed on loses no digit, and no value tree is built.

use crate::{
    client_error::ClientError,
    error_code::ErrorCode,
    pipeline::{json_object::JsonObject, limits::LimitsConfig},
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Type, Value, VariableDefinition},
    schema::{ExtendedType, InputObjectType},
    validation::Valid,
};
use bytes::Bytes;
use serde_json::value::RawValue;
use std::{fmt::Write as _, ops::Range};

/// Longer values are not quoted in descriptions.
const QUOTED_BYTES_MAX: usize = 60;

/// Values by variable, as JSON text. Variables without a value are left out.
pub(crate) type CoercedVariables = Vec<(Name, Bytes)>;

/// Refuses variables that are too large to look at, or that no JSON reader would take.
pub(crate) fn check_text(variables: &str, limits: &LimitsConfig) -> Result<(), ClientError> {
    let bytes_max = limits.variables_bytes_max.as_usize();
    if variables.len() > bytes_max {
        let description = format!("the variables are larger than {bytes_max} bytes");
        return Err(ClientError::new(ErrorCode::VariablesLimit, description));
    }
    if nesting(variables.as_bytes()) > limits.variables_depth_max {
        let description = format!("the variables are nested more than {} levels deep", limits.variables_depth_max);
        return Err(ClientError::new(ErrorCode::VariablesLimit, description));
    }
    if has_unpaired_surrogate(variables.as_bytes()) {
        return Err(bad_input("the variables have a `\\u` escape that is half a character".to_owned()));
    }
    Ok(())
}

/// Half a surrogate pair is no Unicode text, and a subgraph would refuse the whole request because of it.
fn has_unpaired_surrogate(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(start) = rest.iter().position(|byte| *byte == b'\\') {
        rest = &rest[start..];
        match (code_unit(rest), rest.get(6..).and_then(code_unit)) {
            (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => rest = &rest[12..],
            (Some(0xD800..0xE000), _) => return true,
            // Two bytes at least: the second may be a backslash that begins nothing.
            _ => rest = rest.get(2..).unwrap_or_default(),
        }
    }
    false
}

/// The number of a `\uXXXX` that `json` begins with.
fn code_unit(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn nesting(json: &[u8]) -> u32 {
    let (mut depth, mut deepest) = (0_u32, 0_u32);
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => loop {
                match bytes.next() {
                    Some(b'\\') => {
                        bytes.next();
                    }
                    Some(b'"') | None => break,
                    Some(_) => {}
                }
            },
            _ => {}
        }
    }
    deepest
}

/// `variables` is a JSON object, or `None` when the request has none.
pub(crate) fn coerce(
    api_schema: &Valid<Schema>,
    definitions: &[Node<VariableDefinition>],
    variables: Option<&RawValue>,
) -> Result<CoercedVariables, ClientError> {
    if definitions.is_empty() {
        return Ok(Vec::new());
    }
    let given = match variables {
        Some(variables) => JsonObject::read(variables.get()).map_err(|error| bad_input(error.to_string()))?,
        None => JsonObject::default(),
    };
    let mut coercion = Coercion { schema: api_schema, output: Vec::new(), path: String::new() };
    let mut ranges: Vec<(&Name, Range<usize>)> = Vec::with_capacity(definitions.len());
    for definition in definitions {
        coercion.path.clear();
        let _ = write!(coercion.path, "${}", definition.name);
        let start = coercion.output.len();
        if let Some(value) = given.get(&definition.name) {
            coercion.value(value.get(), &definition.ty).map_err(bad_input)?;
        } else if let Some(default) = &definition.default_value {
            let mut json = String::new();
            write_literal(default, &mut json);
            coercion.value(&json, &definition.ty).map_err(bad_input)?;
        } else if definition.ty.is_non_null() {
            let description = format!("variable `${}` of type `{}` has no value", definition.name, definition.ty);
            return Err(bad_input(description));
        } else {
            continue;
        }
        ranges.push((&definition.name, start..coercion.output.len()));
    }
    let output = Bytes::from(coercion.output);
    Ok(ranges.into_iter().map(|(name, range)| (name.clone(), output.slice(range))).collect())
}

/// The `initialCount` of a `@stream` is an `Int!` with a default, so a nullable variable may stand there; and it counts.
pub(crate) fn check_initial_counts(names: &[Name], variables: &CoercedVariables) -> Result<(), ClientError> {
    for name in names {
        let value = variables.iter().find(|(known, _)| known == name).map(|(_, json)| json.as_ref());
        match value {
            Some(b"null") => return Err(bad_input(format!("`${name}` is an `initialCount` and must not be null"))),
            Some([b'-', ..]) => {
                return Err(bad_input(format!("`${name}` is an `initialCount` and must not be negative")));
            }
            _ => {}
        }
    }
    Ok(())
}

fn bad_input(description: String) -> ClientError {
    ClientError::new(ErrorCode::BadUserInput, description)
}

struct Coercion<'a> {
    schema: &'a Schema,
    output: Vec<u8>,
    /// Where we are: `$input.items[2].id`.
    path: String,
}

impl Coercion<'_> {
    fn value(&mut self, json: &str, ty: &Type) -> Result<(), String> {
        if json == "null" {
            if ty.is_non_null() {
                return Err(format!("{} of type `{ty}` must not be null", self.path));
            }
            self.write(json);
            return Ok(());
        }
        match ty {
            Type::List(item) | Type::NonNullList(item) => self.list(json, item),
            Type::Named(name) | Type::NonNullNamed(name) => self.named(json, name),
        }
    }

    /// One value stands for a list of that value.
    fn list(&mut self, json: &str, item_type: &Type) -> Result<(), String> {
        self.write("[");
        if json.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(json).map_err(|error| error.to_string())?;
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    self.write(",");
                }
                let outer = self.path.len();
                let _ = write!(self.path, "[{index}]");
                self.value(item.get(), item_type)?;
                self.path.truncate(outer);
            }
        } else {
            self.value(json, item_type)?;
        }
        self.write("]");
        Ok(())
    }

    fn named(&mut self, json: &str, type_name: &Name) -> Result<(), String> {
        match self.schema.types.get(type_name) {
            Some(ExtendedType::InputObject(definition)) => self.input_object(json, definition),
            Some(ExtendedType::Enum(definition)) => {
                let value: Option<&str> = serde_json::from_str(json).ok();
                match value.filter(|value| definition.values.contains_key(*value)) {
                    Some(_) => self.write(json),
                    None => return Err(self.misfit(json, type_name)),
                }
                Ok(())
            }
            _ => self.scalar(json, type_name),
        }
    }

    fn scalar(&mut self, json: &str, type_name: &Name) -> Result<(), String> {
        let is_string = json.starts_with('"');
        let is_number = json.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        let fits = match type_name.as_str() {
            // Written anew, since `-0` is an integer here and none for many readers.
            "Int" if let Ok(number) = json.parse::<i32>() => {
                let _ = write!(OutputText(&mut self.output), "{number}");
                return Ok(());
            }
            "Int" => false,
            "Float" => is_number && json.parse::<f64>().is_ok_and(f64::is_finite),
            "String" => is_string,
            "Boolean" => matches!(json, "true" | "false"),
            "ID" if is_number && !json.contains(['.', 'e', 'E']) => {
                self.write("\"");
                self.write(json);
                self.write("\"");
                return Ok(());
            }
            "ID" => is_string,
            _ => true,
        };
        if !fits {
            return Err(self.misfit(json, type_name));
        }
        self.write(json);
        Ok(())
    }

    fn input_object(&mut self, json: &str, definition: &InputObjectType) -> Result<(), String> {
        let Ok(object) = JsonObject::read(json) else {
            return Err(self.misfit(json, &definition.name));
        };
        if let Some(unknown) = object.names().find(|name| !definition.fields.contains_key(*name)) {
            return Err(format!("{} of type `{}` has no field `{unknown}`", self.path, definition.name));
        }
        self.write("{");
        let mut written = 0;
        for (name, field) in &definition.fields {
            let outer = self.path.len();
            let _ = write!(self.path, ".{name}");
            match object.get(name) {
                Some(value) => {
                    if written > 0 {
                        self.write(",");
                    }
                    written += 1;
                    // A GraphQL name needs no escapes.
                    let _ = write!(OutputText(&mut self.output), "\"{name}\":");
                    self.value(value.get(), &field.ty)?;
                    if definition.is_one_of() && value.get() == "null" {
                        return Err(format!("{} must not be null: its type is `@oneOf`", self.path));
                    }
                }
                // Subgraphs fill in defaults by themselves.
                None if field.ty.is_non_null() && field.default_value.is_none() => {
                    return Err(format!("{} of type `{}` has no value", self.path, field.ty));
                }
                None => {}
            }
            self.path.truncate(outer);
        }
        if definition.is_one_of() && written != 1 {
            return Err(format!("{} must have exactly one field: its type is `@oneOf`", self.path));
        }
        self.write("}");
        Ok(())
    }

    fn misfit(&self, json: &str, type_name: &Name) -> String {
        let path = &self.path;
        match json.len() <= QUOTED_BYTES_MAX {
            true => format!("{path} must be of type `{type_name}`, not {json}"),
            false => format!("{path} must be of type `{type_name}`"),
        }
    }

    fn write(&mut self, text: &str) {
        self.output.extend_from_slice(text.as_bytes());
    }
}

struct OutputText<'a>(&'a mut Vec<u8>);

impl std::fmt::Write for OutputText<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// A default value as JSON. It holds no variables: the document is valid.
fn write_literal(literal: &Node<Value>, json: &mut String) {
    match literal.as_ref() {
        Value::Null | Value::Variable(_) => json.push_str("null"),
        Value::Boolean(value) => json.push_str(if *value { "true" } else { "false" }),
        Value::Enum(name) => {
            let _ = write!(json, "\"{name}\"");
        }
        Value::Int(number) => json.push_str(number.as_str()),
        Value::Float(number) => json.push_str(number.as_str()),
        Value::String(text) => json.push_str(&serde_json::Value::from(text.as_str()).to_string()),
        Value::List(items) => {
            json.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write_literal(item, json);
            }
            json.push(']');
        }
        Value::Object(fields) => {
            json.push('{');
            for (index, (name, value)) in fields.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                let _ = write!(json, "\"{name}\":");
                write_literal(value, json);
            }
            json.push('}');
        }
    }
}
