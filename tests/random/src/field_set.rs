//! Field sets of `@key`, `@requires` and `@provides`: their text, and their values in the merged data or in a
//! representation.

use crate::world::{RecordIndex, Value, World};
use serde_json::{Map, Value as Json};
use std::fmt;

/// The value of a record's field, given its arguments.
pub(crate) type Values<'a> = dyn Fn(RecordIndex, &str, &Map<String, Json>) -> Value + 'a;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FieldSet(pub Vec<FieldSetItem>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldSetItem {
    /// Arguments are of types whose JSON is also their literal.
    Field {
        name: String,
        arguments: Map<String, Json>,
        children: FieldSet,
    },
    On {
        type_name: String,
        children: FieldSet,
    },
}

impl FieldSet {
    pub(crate) fn leaf(name: &str) -> FieldSet {
        FieldSet(vec![FieldSetItem::field(name, FieldSet::default())])
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn is_nested(&self) -> bool {
        self.0.iter().any(|item| match item {
            FieldSetItem::Field { children, .. } => !children.is_empty(),
            FieldSetItem::On { .. } => true,
        })
    }

    /// Leaves without arguments.
    pub(crate) fn is_plain(&self) -> bool {
        self.0.iter().all(|item| match item {
            FieldSetItem::Field { arguments, children, .. } => arguments.is_empty() && children.is_empty(),
            FieldSetItem::On { .. } => false,
        })
    }

    /// Names of the fields at the top.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.0
            .iter()
            .flat_map(|item| match item {
                FieldSetItem::Field { name, .. } => vec![name.as_str()],
                FieldSetItem::On { children, .. } => children.names(),
            })
            .collect()
    }

    /// Whether any part names `field`, at any depth.
    pub(crate) fn mentions(&self, field: &str) -> bool {
        self.0.iter().any(|item| match item {
            FieldSetItem::Field { name, children, .. } => name == field || children.mentions(field),
            FieldSetItem::On { children, .. } => children.mentions(field),
        })
    }

    /// Whether any type condition names `type_name`.
    pub(crate) fn mentions_type(&self, searched: &str) -> bool {
        self.0.iter().any(|item| match item {
            FieldSetItem::Field { children, .. } => children.mentions_type(searched),
            FieldSetItem::On { type_name, children } => type_name == searched || children.mentions_type(searched),
        })
    }
}

impl FieldSetItem {
    pub(crate) fn field(name: &str, children: FieldSet) -> FieldSetItem {
        FieldSetItem::Field { name: name.to_owned(), arguments: Map::new(), children }
    }
}

impl fmt::Display for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            match item {
                FieldSetItem::Field { name, arguments, children } => {
                    f.write_str(name)?;
                    if !arguments.is_empty() {
                        let arguments: Vec<String> =
                            arguments.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                        write!(f, "({})", arguments.join(", "))?;
                    }
                    if !children.is_empty() {
                        write!(f, " {{ {children} }}")?;
                    }
                }
                FieldSetItem::On { type_name, children } => write!(f, "... on {type_name} {{ {children} }}")?,
            }
        }
        Ok(())
    }
}

/// What a true representation of the record holds for the field set. `values` gives each field's value.
pub(crate) fn true_value(world: &World, record: RecordIndex, fields: &FieldSet, values: &Values<'_>) -> Json {
    let mut object = Map::new();
    write_true_fields(world, record, fields, values, &mut object);
    Json::Object(object)
}

fn write_true_fields(
    world: &World,
    record: RecordIndex,
    fields: &FieldSet,
    values: &Values<'_>,
    object: &mut Map<String, Json>,
) {
    for item in &fields.0 {
        match item {
            FieldSetItem::Field { name, arguments, children } => {
                let value = true_json(world, &values(record, name, arguments), children, values);
                object.insert(name.clone(), value);
            }
            FieldSetItem::On { type_name, children } => {
                if *type_name == world.records[record].type_name {
                    write_true_fields(world, record, children, values, object);
                }
            }
        }
    }
}

fn true_json(world: &World, value: &Value, children: &FieldSet, values: &Values<'_>) -> Json {
    match value {
        Value::Null | Value::Failed(_) => Json::Null,
        Value::Leaf(json) => json.clone(),
        Value::Record(record) => true_value(world, *record, children, values),
        Value::List(items) => Json::Array(items.iter().map(|item| true_json(world, item, children, values)).collect()),
    }
}

/// The part of a representation that the field set names, in the field set's order. A missing field is an error that
/// names it.
pub(crate) fn given_value(representation: &Json, fields: &FieldSet) -> Result<Json, String> {
    match representation {
        Json::Null => Ok(Json::Null),
        Json::Array(items) => {
            Ok(Json::Array(items.iter().map(|item| given_value(item, fields)).collect::<Result<_, _>>()?))
        }
        Json::Object(object) => {
            let mut given = Map::new();
            collect_given(object, fields, &mut given)?;
            Ok(Json::Object(given))
        }
        _ => Err(format!("expected an object with `{fields}`, found {representation}")),
    }
}

fn collect_given(object: &Map<String, Json>, fields: &FieldSet, given: &mut Map<String, Json>) -> Result<(), String> {
    for item in &fields.0 {
        match item {
            FieldSetItem::Field { name, children, .. } => {
                let value = object.get(name).ok_or_else(|| format!("`{name}` is missing"))?;
                let value = if children.is_empty() { value.clone() } else { given_value(value, children)? };
                given.insert(name.clone(), value);
            }
            FieldSetItem::On { type_name, children } => {
                let typename = object.get("__typename").and_then(Json::as_str);
                let typename = typename.ok_or("`__typename` of an abstract type is missing")?;
                if typename == type_name {
                    collect_given(object, children, given)?;
                }
            }
        }
    }
    Ok(())
}
