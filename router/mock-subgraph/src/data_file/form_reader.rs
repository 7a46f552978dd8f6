//! Reads forms: objects with a key such as `__find`, and their options.

use super::{
    given_reader::{GivenReader, Surroundings},
    kind_of, pointer,
};
use crate::{
    given::{Condition, FieldPath, Form, Given, ListItems, Operand, RecordId, TemplatePart},
    load_error::nearest_name,
};
use apollo_compiler::{Name, ast::Type, schema::ExtendedType};
use serde_json::{Map, Value};

pub(super) const FORMS: [&str; 10] =
    ["__ref", "__find", "__list", "__arg", "__from", "__template", "__sum", "__counter", "__error", "__raw"];

/// What else may stand in an object with this form.
fn options(form: &str) -> &'static [&'static str] {
    match form {
        "__ref" => &["key"],
        "__find" => &["by"],
        "__list" => &["where", "skip", "first"],
        "__counter" => &["add"],
        "__error" => &["extensions"],
        _ => &[],
    }
}

/// The key that makes an object a form, known or not.
pub(super) fn form_name(object: &Map<String, Value>) -> Option<&str> {
    object.keys().map(String::as_str).find(|name| name.starts_with("__") && *name != "__typename")
}

/// Reads the form `name` of `object`, which stands where a value of type `ty` belongs.
pub(super) fn read<'a>(
    reader: &mut GivenReader<'a>,
    (at, object): (&str, &'a Map<String, Value>),
    name: &str,
    (ty, around): (&Type, &Surroundings<'a>),
) -> Given {
    let nothing = Given::Leaf(Value::Null);
    if !FORMS.contains(&name) {
        reader.problem(&pointer(at, name), format!("unknown form `{name}`"), nearest_name(name, FORMS.into_iter()));
        return nothing;
    }
    for other in object.keys().filter(|key| *key != name && !options(name).contains(&key.as_str())) {
        let advice = nearest_name(other, options(name).iter().copied());
        reader.problem(&pointer(at, other), format!("`{name}` has no option `{other}`"), advice);
    }
    if ty.is_list() && matches!(name, "__ref" | "__find") || !ty.is_list() && name == "__list" {
        let advice = if ty.is_list() { "put it in a list, or use `__list`" } else { "use `__find`" };
        reader.problem(at, format!("`{name}` does not make a value of type {ty}"), advice.to_owned());
        return nothing;
    }
    let value = &object[name];
    let mut form = FormReader { reader, at, object, around };
    let form = match name {
        "__ref" => return form.reference(ty.inner_named_type()).map_or(nothing, Given::Record),
        "__find" => form.find(value, ty.inner_named_type()),
        "__list" => form.list(value, ty),
        "__arg" => form.text(name, value, "the name of an argument").map(|path| Form::Argument(form.argument(path))),
        "__from" => form.text(name, value, "the name of a field").map(|path| Form::From(form.own_path(path))),
        "__template" => {
            form.text(name, value, "text with {field} in it").map(|text| Form::Template(form.template(text)))
        }
        "__sum" => form.sum(value),
        "__counter" => form.counter(value),
        "__error" => form.error(value),
        _ => Some(Form::Raw(value.clone())),
    };
    form.map_or(nothing, Given::Form)
}

struct FormReader<'a, 'r> {
    reader: &'r mut GivenReader<'a>,
    at: &'r str,
    object: &'a Map<String, Value>,
    around: &'r Surroundings<'a>,
}

impl<'a> FormReader<'a, '_> {
    fn problem(&mut self, key: &str, problem: String, advice: &str) {
        let at = pointer(self.at, key);
        self.reader.problem(&at, problem, advice.to_owned());
    }

    fn text(&mut self, key: &str, value: &'a Value, wants: &str) -> Option<&'a str> {
        let text = value.as_str();
        if text.is_none() {
            self.problem(key, format!("expected a string, found {}", kind_of(value)), &format!("write {wants}"));
        }
        text
    }

    fn find(&mut self, value: &'a Value, declared: &Name) -> Option<Form> {
        let type_name = self.text("__find", value, "the name of a type that entities has records of")?;
        self.check_item_type("__find", type_name, declared)?;
        let conditions = self.conditions("by", Some(type_name));
        if conditions.is_empty() {
            let advice = "write for example \"by\": {\"id\": \"$id\"}";
            self.problem("by", "`__find` needs the option `by`, an object with at least one field".to_owned(), advice);
        }
        Some(Form::Find { type_name: type_name.to_owned(), conditions })
    }

    fn list(&mut self, value: &'a Value, ty: &Type) -> Option<Form> {
        let declared = ty.inner_named_type();
        let is_composite = self.reader.schema.is_composite(declared);
        let (items, item_type) = match value {
            Value::String(type_name) => {
                self.check_item_type("__list", type_name, declared)?;
                (ListItems::Records(type_name.clone()), type_name.as_str())
            }
            Value::Array(items) => {
                let at = pointer(self.at, "__list");
                let read = |(position, item): (usize, &'a Value)| {
                    self.reader.value(&format!("{at}/{position}"), item, ty.item_type(), self.around)
                };
                (ListItems::Given(items.iter().enumerate().map(read).collect()), declared.as_str())
            }
            other => {
                let advice = "write the name of a type, or a list of values";
                self.problem("__list", format!("expected a string or a list, found {}", kind_of(other)), advice);
                return None;
            }
        };
        let conditions = self.conditions("where", is_composite.then_some(item_type));
        let skip = self.operand("skip");
        let first = self.operand("first");
        Some(Form::List { items, conditions, skip, first })
    }

    /// Checks that values of `type_name` can stand where `declared` is expected.
    fn check_item_type(&mut self, key: &str, type_name: &str, declared: &Name) -> Option<()> {
        let schema = self.reader.schema;
        let possible = schema.possible_types(type_name);
        if !possible.is_empty() && possible.iter().all(|concrete| schema.is_possible_type(declared, concrete)) {
            return Some(());
        }
        let right = std::iter::once(declared).chain(schema.possible_types(declared)).map(Name::as_str);
        let advice = nearest_name(type_name, right);
        self.problem(key, format!("`{type_name}` is no type that {declared} can be"), &advice);
        None
    }

    fn conditions(&mut self, key: &str, item_type: Option<&str>) -> Vec<Condition> {
        let Some(raw) = self.object.get(key) else { return Vec::new() };
        let (Value::Object(raw), Some(item_type)) = (raw, item_type) else {
            let advice = "write an object: field name to value or \"$argument\"";
            self.problem(key, format!("`{key}` needs an object, and items with fields"), advice);
            return Vec::new();
        };
        let at = pointer(self.at, key);
        let mut conditions = Vec::new();
        for (name, value) in raw {
            let at = pointer(&at, name);
            let path = self.path(&at, name, &[item_type]);
            conditions.push(Condition { path, operand: self.constant_or_argument(&at, value) });
        }
        conditions
    }

    fn operand(&mut self, key: &str) -> Option<Operand> {
        let value = self.object.get(key)?;
        let at = pointer(self.at, key);
        let operand = self.constant_or_argument(&at, value);
        if let Operand::Constant(constant) = &operand
            && !constant.is_i64()
        {
            let found = kind_of(value);
            self.problem(key, format!("expected a whole number or \"$argument\", found {found}"), "correct it");
        }
        Some(operand)
    }

    /// `"$name"` is an argument, `"$$text"` the text `$text`, everything else itself.
    fn constant_or_argument(&mut self, at: &str, value: &Value) -> Operand {
        match value.as_str().and_then(|text| text.strip_prefix('$')) {
            None => Operand::Constant(value.clone()),
            Some(rest) if rest.starts_with('$') => Operand::Constant(Value::from(rest)),
            Some(path) => Operand::Argument(self.argument_at(at, path)),
        }
    }

    fn argument(&mut self, path: &str) -> FieldPath {
        let at = pointer(self.at, "__arg");
        self.argument_at(&at, path.strip_prefix('$').unwrap_or(path))
    }

    /// Splits a path to an argument and checks that the field, or one around it, has it.
    fn argument_at(&mut self, at: &str, path: &str) -> FieldPath {
        let path = split(path);
        let around = self.around;
        let arguments =
            || around.fields.iter().flat_map(|field| &field.arguments).map(|argument| argument.name.as_str());
        let head = path.first().map(String::as_str).unwrap_or_default();
        if !arguments().any(|argument| argument == head) {
            let field = around.fields.first().map(|field| field.name.as_str()).unwrap_or_default();
            let advice = nearest_name(head, arguments());
            self.reader.problem(at, format!("the field `{field}` has no argument `{head}`"), advice);
        }
        path
    }

    fn own_path(&mut self, path: &str) -> FieldPath {
        let at = pointer(self.at, "__from");
        let types = self.around.types.clone();
        self.path(&at, path, &types)
    }

    /// Splits a path of fields and checks that it leads somewhere from one of `types`.
    fn path(&mut self, at: &str, path: &str, types: &[&str]) -> FieldPath {
        let path = split(path);
        let schema = self.reader.schema;
        let head = path.first().map(String::as_str).unwrap_or_default();
        let start = types.iter().find(|name| schema.graphql.type_field(name, head).is_ok());
        let mut type_name = start.or(types.first()).copied().unwrap_or_default();
        for step in &path {
            match schema.graphql.type_field(type_name, step) {
                Ok(definition) => type_name = definition.ty.inner_named_type(),
                // A custom scalar may hold anything, and a union's members are known only in a request.
                Err(_)
                    if matches!(
                        schema.graphql.types.get(type_name),
                        Some(ExtendedType::Scalar(_) | ExtendedType::Union(_))
                    ) =>
                {
                    break;
                }
                Err(_) => {
                    let advice = nearest_name(step, schema.field_names(type_name).into_iter());
                    self.reader.problem(at, format!("{type_name} has no field `{step}`"), advice);
                    break;
                }
            }
        }
        path
    }

    /// `{field}` and `{$argument}` are replaced; `{{` and `}}` are braces.
    fn template(&mut self, text: &str) -> Vec<TemplatePart> {
        let at = pointer(self.at, "__template");
        let types = self.around.types.clone();
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(position) = rest.find(['{', '}']) {
            plain.push_str(&rest[..position]);
            let brace = &rest[position..position + 1];
            rest = &rest[position + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let Some((name, after)) = rest.split_once('}').filter(|_| brace == "{") else {
                let advice = "close every { with }, and write {{ or }} for a brace itself";
                self.problem("__template", "a brace stands alone".to_owned(), advice);
                return parts;
            };
            rest = after;
            parts.push(TemplatePart::Text(std::mem::take(&mut plain)));
            parts.push(TemplatePart::Value(match name.strip_prefix('$') {
                Some(argument) => Operand::Argument(self.argument_at(&at, argument)),
                None => Operand::Field(self.path(&at, name, &types)),
            }));
        }
        plain.push_str(rest);
        parts.push(TemplatePart::Text(plain));
        parts
    }

    fn sum(&mut self, value: &Value) -> Option<Form> {
        let Value::Array(items) = value else {
            let advice = "write a list of field names, \"$arguments\" and numbers";
            self.problem("__sum", format!("expected a list, found {}", kind_of(value)), advice);
            return None;
        };
        let at = pointer(self.at, "__sum");
        let types = self.around.types.clone();
        let mut operands = Vec::new();
        for (position, item) in items.iter().enumerate() {
            let at = format!("{at}/{position}");
            operands.push(match item {
                Value::Number(_) => Operand::Constant(item.clone()),
                Value::String(text) => match text.strip_prefix('$') {
                    Some(argument) => Operand::Argument(self.argument_at(&at, argument)),
                    None => Operand::Field(self.path(&at, text, &types)),
                },
                other => {
                    let problem = format!("expected a string or a number, found {}", kind_of(other));
                    self.reader.problem(&at, problem, "name a field or an argument".to_owned());
                    return None;
                }
            });
        }
        Some(Form::Sum(operands))
    }

    fn counter(&mut self, value: &'a Value) -> Option<Form> {
        let name = self.text("__counter", value, "the counter's name, of your choice")?.to_owned();
        let add = self.operand("add").unwrap_or(Operand::Constant(Value::from(1)));
        Some(Form::Counter { name, add })
    }

    fn error(&mut self, value: &'a Value) -> Option<Form> {
        let message = self.text("__error", value, "the error's text")?.to_owned();
        let extensions = match self.object.get("extensions") {
            None => None,
            Some(Value::Object(extensions)) => Some(extensions.clone()),
            Some(other) => {
                let problem = format!("expected an object, found {}", kind_of(other));
                self.problem("extensions", problem, "write for example {\"code\": \"NOT_FOUND\"}");
                None
            }
        };
        Some(Form::Error { message, extensions })
    }

    /// The record that `__ref` names, if a value of type `declared` can be it.
    fn reference(&mut self, declared: &Name) -> Option<RecordId> {
        let reference = self.object.get("__ref").and_then(Value::as_str).unwrap_or_default();
        let (type_name, value) = match (reference.split_once(':'), self.object.get("key")) {
            (Some((type_name, value)), None) => (type_name, value),
            (None, Some(Value::Object(_))) => (reference, ""),
            _ => {
                let advice = "write \"Type:key\", or \"Type\" and \"key\": {…} for a key of several fields";
                self.problem("__ref", "a reference needs a type and a key".to_owned(), advice);
                return None;
            }
        };
        let (schema, entities, index) = (self.reader.schema, self.reader.entities, self.reader.index);
        let possible = schema.possible_types(type_name);
        if !possible.iter().any(|concrete| schema.is_possible_type(declared, concrete)) {
            let right = schema.possible_types(declared).iter().map(Name::as_str);
            let advice = nearest_name(type_name, right);
            self.problem("__ref", format!("`{type_name}` is no type that {declared} can be"), &advice);
            return None;
        }
        let records = |concrete: &Name| entities.get(concrete.as_str()).and_then(Value::as_array);
        let found = match self.object.get("key") {
            Some(Value::Object(wanted)) => possible.iter().find_map(|concrete| {
                let is_match = |record: &Value| wanted.iter().all(|(name, value)| record.get(name) == Some(value));
                let position = records(concrete)?.iter().position(is_match)?;
                Some(RecordId { type_name: concrete.to_string(), position })
            }),
            _ => index.by_reference(schema, type_name, value).cloned(),
        };
        if found.is_none() {
            let all = possible.iter().filter_map(records).flatten();
            let advice = nearest_name(value, all.filter_map(|record| record.get("id").and_then(Value::as_str)));
            let problem = format!("the section entities has no {type_name} with this key");
            self.problem("__ref", problem, &format!("add the record there; or {advice}"));
        }
        found
    }
}

fn split(path: &str) -> FieldPath {
    path.split('.').map(str::to_owned).collect()
}
