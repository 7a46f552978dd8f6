//! Federation field sets: the `fields` of `@key`, `@requires` and `@provides`.

use apollo_compiler::ast::{Definition, Document, Selection};
use serde_json::{Map, Value};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSet {
    pub(crate) selections: Vec<Selected>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selected {
    Field { name: String, fields: FieldSet },
    Fragment { type_condition: Option<String>, fields: FieldSet },
}

impl FieldSet {
    /// Reads the text of a field set; braces around the whole are allowed, arguments are read over.
    pub(crate) fn parse(text: &str) -> Result<FieldSet, String> {
        let trimmed = text.trim();
        let braced = if trimmed.starts_with('{') { trimmed.to_owned() } else { format!("{{{trimmed}}}") };
        let refused = || format!("\"{text}\" is no field set");
        let document = Document::parse(braced, "field_set.graphql").map_err(|_| refused())?;
        let [Definition::OperationDefinition(operation)] = document.definitions.as_slice() else {
            return Err(refused());
        };
        Ok(FieldSet::from_selections(&operation.selection_set))
    }

    fn from_selections(selections: &[Selection]) -> FieldSet {
        let selections = selections.iter().filter_map(|selection| match selection {
            Selection::Field(field) if field.name == "__typename" => None,
            Selection::Field(field) => Some(Selected::Field {
                name: field.name.to_string(),
                fields: FieldSet::from_selections(field.selection_set.as_deref().unwrap_or_default()),
            }),
            Selection::InlineFragment(fragment) => Some(Selected::Fragment {
                type_condition: fragment.type_condition.as_ref().map(ToString::to_string),
                fields: FieldSet::from_selections(&fragment.selection_set),
            }),
            Selection::FragmentSpread(_) => None,
        });
        FieldSet { selections: selections.collect() }
    }

    /// The name of the field, if the set is one leaf field.
    pub(crate) fn single_field(&self) -> Option<&str> {
        match self.selections.as_slice() {
            [Selected::Field { name, fields }] if fields.selections.is_empty() => Some(name),
            _ => None,
        }
    }

    /// Names of the fields at the top of the set.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for selected in &self.selections {
            match selected {
                Selected::Field { name, .. } => names.push(name.as_str()),
                Selected::Fragment { fields, .. } => names.extend(fields.names()),
            }
        }
        names
    }

    /// The values of `object` that the set selects, as a text that is equal exactly when they are equal. The path
    /// of the first missing field is the error.
    ///
    /// A number and a string of the same digits count as equal, as they do for `ID`.
    pub(crate) fn text_of<'a>(
        &'a self,
        object: &'a Map<String, Value>,
        follow: &dyn Fn(&'a Value) -> Option<&'a Map<String, Value>>,
    ) -> Result<String, String> {
        let mut text = String::new();
        for selected in &self.selections {
            match selected {
                Selected::Field { name, fields } => {
                    let value = object.get(name).ok_or_else(|| name.clone())?;
                    fields.write_value(value, follow, &mut text).map_err(|path| joined(name, &path))?;
                    text.push(',');
                }
                Selected::Fragment { type_condition, fields } => {
                    let type_name = object.get("__typename").and_then(Value::as_str);
                    if type_condition.is_none() || type_name.is_none() || type_name == type_condition.as_deref() {
                        text.push_str(&fields.text_of(object, follow)?);
                    }
                }
            }
        }
        Ok(text)
    }

    fn write_value<'a>(
        &'a self,
        value: &'a Value,
        follow: &dyn Fn(&'a Value) -> Option<&'a Map<String, Value>>,
        text: &mut String,
    ) -> Result<(), String> {
        match value {
            Value::Array(items) => {
                text.push('[');
                for item in items {
                    self.write_value(item, follow, text)?;
                    text.push(',');
                }
                text.push(']');
            }
            Value::Null => text.push_str("null"),
            // Quoted, so that no value can look like two.
            _ if self.selections.is_empty() => text.push_str(&Value::from(leaf_text(value)).to_string()),
            _ => {
                let object = follow(value).ok_or_else(String::new)?;
                text.push('{');
                text.push_str(&self.text_of(object, follow)?);
                text.push('}');
            }
        }
        Ok(())
    }
}

/// A leaf as text: strings without quotes, everything else as JSON.
pub(crate) fn leaf_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn joined(name: &str, rest: &str) -> String {
    if rest.is_empty() { name.to_owned() } else { format!("{name}.{rest}") }
}
