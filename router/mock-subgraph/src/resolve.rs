//! Where a field's value comes from: the representation, the data file, or nothing but its name.

mod entities;
mod forms;

use crate::{
    MockSubgraph,
    field_set::{FieldSet, Selected},
    given::{Given, GivenObject, RecordId},
    invent,
};
use apollo_compiler::ast::{FieldDefinition, Type};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Why a field has no value: becomes an entry of `errors`.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) extensions: Option<Map<String, Value>>,
}

impl Fault {
    pub(crate) fn new(message: String) -> Fault {
        Fault { message, extensions: None }
    }
}

/// An object whose fields are being asked for.
#[derive(Clone, Debug)]
pub(crate) struct Object<'a> {
    pub(crate) type_name: &'a str,
    /// JSON that came with the request: a representation, or part of an argument.
    supplied: Option<&'a Map<String, Value>>,
    /// An object written inline in the data file.
    inline: Option<&'a GivenObject>,
    record: Option<&'a GivenObject>,
    /// For inline objects: the field that it is the value of.
    around: Option<&'a Frame<'a>>,
    number: u64,
    /// How many invented objects it is inside of.
    depth: u8,
}

/// A field of an object, with its arguments: the place a form is evaluated at.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) object: &'a Object<'a>,
    pub(crate) field: &'a FieldDefinition,
    pub(crate) arguments: &'a Map<String, Value>,
}

/// A field's value before it is completed against its type.
#[derive(Debug)]
pub(crate) enum Resolved<'a> {
    Given(&'a Given),
    Json(Cow<'a, Value>),
    /// Sent as it is.
    Raw(&'a Value),
    List(Vec<Resolved<'a>>),
    Object(Object<'a>),
    Invented {
        number: u64,
        depth: u8,
    },
    Fault(Fault),
}

impl<'a> Object<'a> {
    /// The operation's root.
    pub(crate) fn root(type_name: &'a str) -> Object<'a> {
        Object::bare(type_name, 1, 0)
    }

    /// The root of a subscription's event, counted from 0.
    pub(crate) fn of_event(type_name: &'a str, given: Option<&'a GivenObject>, number: usize) -> Object<'a> {
        Object { inline: given, ..Object::bare(type_name, number as u64 + 1, 0) }
    }

    fn bare(type_name: &'a str, number: u64, depth: u8) -> Object<'a> {
        Object { type_name, supplied: None, inline: None, record: None, around: None, number, depth }
    }
}

impl MockSubgraph {
    /// `ResolveFieldValue` of the GraphQL specification.
    pub(crate) fn resolve_field<'a>(&'a self, frame: &'a Frame<'a>) -> Resolved<'a> {
        let (object, name) = (frame.object, frame.field.name.as_str());
        match (object.type_name, name) {
            (_, "_service") => return Resolved::Object(Object::root("_Service")),
            ("_Service", _) => return Resolved::Json(Cow::Owned(Value::from(self.sdl()))),
            (_, "_entities") => return self.resolve_entities(frame),
            _ => {}
        }
        if let Some(path) =
            self.schema.requires(object.type_name, name).and_then(|fields| self.first_missing(object, fields))
        {
            return Resolved::Fault(Fault::new(format!(
                "{}.{name} requires `{path}`, which is neither in the representation nor in the data",
                object.type_name
            )));
        }
        if let Some(value) = self.value_of(object, name) {
            return value;
        }
        if self.schema.is_only_external(object.type_name, name) {
            return Resolved::Fault(Fault::new(format!(
                "{}.{name} is external in subgraph \"{}\": it cannot be asked for here",
                object.type_name,
                self.name()
            )));
        }
        if !self.data_file.invent {
            return Resolved::Fault(Fault::new(format!("the data has no value for {}.{name}", object.type_name)));
        }
        self.invent_value(frame)
    }

    /// What the request or the data file says about a field; a representation wins over the record.
    fn value_of<'a>(&'a self, object: &Object<'a>, name: &str) -> Option<Resolved<'a>> {
        if let Some(value) = object.supplied.and_then(|supplied| supplied.get(name)) {
            return Some(Resolved::Json(Cow::Borrowed(value)));
        }
        let given = [object.inline, object.record].into_iter().flatten().find_map(|object| object.fields.get(name));
        given.or_else(|| self.data_file.general_value(object.type_name, name)).map(Resolved::Given)
    }

    /// The first field of the set that the object has no value for.
    fn first_missing(&self, object: &Object<'_>, fields: &FieldSet) -> Option<String> {
        fields.selections.iter().find_map(|selected| match selected {
            Selected::Field { name, fields } => match self.value_of(object, name) {
                None => Some(name.clone()),
                Some(Resolved::Json(value)) => missing_in(&value, fields).map(|path| format!("{name}.{path}")),
                Some(_) => None,
            },
            Selected::Fragment { type_condition, fields } => {
                let applies = type_condition
                    .as_deref()
                    .is_none_or(|condition| self.schema.is_possible_type(condition, object.type_name));
                if applies { self.first_missing(object, fields) } else { None }
            }
        })
    }

    /// A deterministic value for a field that nothing is said about. Records of the data file are preferred to
    /// invented objects.
    fn invent_value<'a>(&'a self, frame: &'a Frame<'a>) -> Resolved<'a> {
        let (object, ty) = (frame.object, &frame.field.ty);
        let type_name = ty.inner_named_type();
        let invented = Resolved::Invented { number: object.number, depth: object.depth };
        if !self.schema.is_composite(type_name) || ty.item_type().is_list() {
            return invented;
        }
        let (wanted, is_exact) = self.arguments_as_fields(frame, type_name);
        if self.data_file.has_records_of(&self.schema, type_name) {
            let ids = self.data_file.records_of(&self.schema, type_name);
            let found = ids.iter().filter(|id| self.has_values(id, &wanted));
            if ty.is_list() && self.schema.is_root(object.type_name) {
                return Resolved::List(found.map(|id| self.record_object(id)).collect());
            }
            if ty.is_list() {
                let window = 0..ids.len().min(2) as u64;
                let chosen =
                    window.filter_map(|step| invent::alternate(&ids, invent::item_number(object.number, step)));
                return Resolved::List(chosen.map(|id| self.record_object(id)).collect());
            }
            let chosen =
                if wanted.is_empty() { invent::alternate(&ids, object.number) } else { found.into_iter().next() };
            return chosen.map_or(Resolved::Json(Cow::Owned(Value::Null)), |id| self.record_object(id));
        }
        match wanted.first().map(|(_, value)| invent::number_of(value)) {
            Some(number) if !ty.is_list() => match self.invented_object(type_name, number, object.depth) {
                Some(invented) => {
                    Resolved::Object(Object { supplied: is_exact.then_some(frame.arguments), ..invented })
                }
                None => invented,
            },
            _ => invented,
        }
    }

    /// An object made of nothing but its type and number.
    pub(crate) fn invented_object<'a>(&'a self, declared: &str, number: u64, depth: u8) -> Option<Object<'a>> {
        let concrete = invent::alternate(self.schema.possible_types(declared), number)?;
        Some(Object::bare(concrete, number, depth.saturating_add(1)))
    }

    /// A leaf made up for the field at `frame`.
    pub(crate) fn invented_leaf(&self, frame: &Frame<'_>, number: u64) -> Value {
        let type_name = frame.object.type_name;
        let requires = self.schema.requires(type_name, &frame.field.name);
        let inputs = requires.zip(frame.object.supplied);
        let inputs = inputs.and_then(|(fields, supplied)| fields.text_of(supplied, &Value::as_object).ok());
        let inputs = inputs.map(|text| text.trim_end_matches(',').replace('"', ""));
        invent::leaf(&self.schema.graphql, type_name, frame.field, number, &inputs.unwrap_or_default())
    }

    /// An object that came as JSON in the request; the record with the same key has its other fields.
    pub(crate) fn json_object<'a>(
        &'a self,
        declared: &str,
        json: &'a Map<String, Value>,
        depth: u8,
    ) -> Result<Object<'a>, Fault> {
        let possible = self.schema.possible_types(declared);
        let named = json.get("__typename").and_then(Value::as_str).unwrap_or(declared);
        let Some(type_name) =
            possible.iter().find(|name| *name == named).or(possible.first().filter(|_| possible.len() == 1))
        else {
            return Err(Fault::new(format!("an object of type {declared} came without the `__typename` it has")));
        };
        let mut object = Object { supplied: Some(json), ..Object::bare(type_name, 1, depth) };
        for key in self.schema.keys(type_name) {
            let Ok(text) = key.fields.text_of(json, &Value::as_object) else { continue };
            let values = key.fields.names().into_iter().find_map(|name| json.get(name));
            object.number = values.map_or(1, invent::number_of);
            object.record = object.record.or_else(|| {
                self.data_file.record_by_key(type_name, &key.fields, &text).and_then(|id| self.data_file.record(id))
            });
        }
        Ok(object)
    }

    pub(crate) fn record_object<'a>(&'a self, id: &RecordId) -> Resolved<'a> {
        let Some(record) = self.data_file.record(id) else {
            return Resolved::Fault(Fault::new(format!("no record {} of {}", id.position, id.type_name)));
        };
        let number = record.number.unwrap_or(id.position as u64 + 1);
        Resolved::Object(Object { record: Some(record), ..Object::bare(&record.type_name, number, 0) })
    }

    /// Arguments that look like fields of the type: same name, same type. The flag says that no argument has the
    /// name of a field with another type.
    fn arguments_as_fields<'a>(&'a self, frame: &'a Frame<'a>, type_name: &str) -> (Vec<(&'a str, &'a Value)>, bool) {
        let mut is_exact = true;
        let mut wanted = Vec::new();
        for argument in &frame.field.arguments {
            let Ok(field) = self.schema.graphql.type_field(type_name, &argument.name) else { continue };
            let is_same = |ty: &Type| !ty.is_list() && ty.inner_named_type() == argument.ty.inner_named_type();
            if !is_same(&field.ty) || argument.ty.is_list() {
                is_exact = false;
            } else if let Some(value) = frame.arguments.get(argument.name.as_str()).filter(|value| !value.is_null()) {
                wanted.push((argument.name.as_str(), value));
            }
        }
        (wanted, is_exact)
    }

    fn has_values(&self, id: &RecordId, wanted: &[(&str, &Value)]) -> bool {
        let Some(record) = self.data_file.record(id) else { return false };
        wanted.iter().all(|(name, value)| match record.fields.get(*name) {
            Some(Given::Leaf(leaf)) => crate::field_set::leaf_text(leaf) == crate::field_set::leaf_text(value),
            _ => false,
        })
    }
}

fn missing_in(value: &Value, fields: &FieldSet) -> Option<String> {
    match value {
        Value::Object(object) if !fields.selections.is_empty() => fields.text_of(object, &Value::as_object).err(),
        Value::Array(items) => items.iter().find_map(|item| missing_in(item, fields)),
        _ => None,
    }
}
