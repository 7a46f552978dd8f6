//! Reads the values of a data file against the types of the SDL, and says what does not fit.

use super::{form_reader, kind_of, pointer, record_index::RecordIndex};
use crate::{
    given::{Given, GivenObject, RecordId},
    invent,
    leaf::leaf_problem,
    load_error::{DataProblem, nearest_name},
    sdl::SubgraphSchema,
};
use apollo_compiler::{
    Name,
    ast::{FieldDefinition, Type},
};
use serde_json::{Map, Value};
use std::collections::HashMap;

pub(crate) struct GivenReader<'a> {
    pub(super) schema: &'a SubgraphSchema,
    pub(super) entities: &'a Map<String, Value>,
    pub(super) index: &'a RecordIndex,
    problems: &'a mut Vec<DataProblem>,
}

/// Where a value stands, innermost first: what paths and `$` names in forms can refer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings<'a> {
    pub(super) types: Vec<&'a str>,
    pub(super) fields: Vec<&'a FieldDefinition>,
}

impl<'a> GivenReader<'a> {
    pub(crate) fn new(
        schema: &'a SubgraphSchema,
        entities: &'a Map<String, Value>,
        index: &'a RecordIndex,
        problems: &'a mut Vec<DataProblem>,
    ) -> GivenReader<'a> {
        GivenReader { schema, entities, index, problems }
    }

    pub(crate) fn problem(&mut self, at: &str, problem: String, advice: String) {
        self.problems.push(DataProblem { pointer: at.to_owned(), problem, advice });
    }

    pub(crate) fn unknown_type(&mut self, at: &str, type_name: &str, is_root: bool) {
        let names = self.schema.object_types().filter(|name| !is_root || self.schema.is_root(name));
        let advice = nearest_name(type_name, names.map(Name::as_str));
        let kind = if is_root { "root" } else { "object" };
        self.problem(at, format!("the SDL has no {kind} type `{type_name}`"), advice);
    }

    /// A record, the fields of a root type, or the defaults of a type.
    pub(crate) fn record(&mut self, at: &str, type_name: &'a str, fields: &'a Map<String, Value>) -> GivenObject {
        self.object(at, type_name, fields, &Surroundings::default())
    }

    /// A value of a field, or a list's item.
    pub(super) fn value(&mut self, at: &str, raw: &'a Value, ty: &Type, around: &Surroundings<'a>) -> Given {
        let is_leaf = !self.schema.is_composite(ty.inner_named_type());
        // A custom scalar's JSON may have keys that start like a form's.
        if let Value::Object(object) = raw
            && let Some(name) = form_reader::form_name(object)
            && (form_reader::FORMS.contains(&name) || !self.is_custom_scalar(ty))
        {
            return form_reader::read(self, (at, object), name, (ty, around));
        }
        match raw {
            Value::Null => Given::Leaf(Value::Null),
            Value::Array(items) if ty.is_list() => {
                let item = |(position, item): (usize, &'a Value)| {
                    self.value(&format!("{at}/{position}"), item, ty.item_type(), around)
                };
                Given::List(items.iter().enumerate().map(item).collect())
            }
            _ if ty.is_list() => {
                let problem = format!("expected a list ({ty}), found {}", kind_of(raw));
                self.problem(at, problem, "put it in brackets".to_owned());
                Given::Leaf(Value::Null)
            }
            _ if is_leaf => {
                if let Some(problem) = leaf_problem(&self.schema.graphql, ty.inner_named_type(), raw) {
                    self.problem(at, problem, "correct it, or write {\"__raw\": …} to send it all the same".to_owned());
                }
                Given::Leaf(raw.clone())
            }
            Value::Object(fields) => match self.object_type(at, ty.inner_named_type(), fields) {
                Some(type_name) => Given::Object(self.object(at, type_name, fields, around)),
                None => Given::Leaf(Value::Null),
            },
            _ => {
                let advice = "write an object, or {\"__ref\": \"Type:key\"} for a record of the section entities";
                self.problem(at, format!("expected an object ({ty}), found {}", kind_of(raw)), advice.to_owned());
                Given::Leaf(Value::Null)
            }
        }
    }

    fn is_custom_scalar(&self, ty: &Type) -> bool {
        let definition = self.schema.graphql.types.get(ty.inner_named_type());
        definition.is_some_and(|definition| definition.is_scalar() && !definition.is_built_in())
    }

    fn object(
        &mut self,
        at: &str,
        type_name: &'a str,
        raw: &'a Map<String, Value>,
        around: &Surroundings<'a>,
    ) -> GivenObject {
        let schema = self.schema;
        let mut fields = HashMap::new();
        for (name, value) in raw.iter().filter(|(name, _)| *name != "__typename") {
            let at = pointer(at, name);
            let Ok(definition) = schema.graphql.type_field(type_name, name) else {
                let advice = nearest_name(name, schema.field_names(type_name).into_iter());
                self.problem(&at, format!("{type_name} has no field `{name}`"), advice);
                continue;
            };
            let mut inner = around.clone();
            inner.types.insert(0, type_name);
            inner.fields.insert(0, definition);
            fields.insert(name.clone(), self.value(&at, value, &definition.ty, &inner));
        }
        let key_values = schema.keys(type_name).iter().flat_map(|key| key.fields.names());
        let number = key_values.filter_map(|field| raw.get(field)).map(invent::number_of).next();
        GivenObject { type_name: type_name.to_owned(), fields, record: self.record_with_key_of(type_name, raw), number }
    }

    /// The record with the same key as an inline object of an entity type.
    fn record_with_key_of(&self, type_name: &str, raw: &'a Map<String, Value>) -> Option<RecordId> {
        self.schema.keys(type_name).iter().find_map(|key| {
            let follow = |value| self.index.follow(self.entities, self.schema, value);
            let text = key.fields.text_of(raw, &follow).ok()?;
            self.index.by_key(type_name, &key.fields, &text).cloned()
        })
    }

    fn object_type(&mut self, at: &str, declared: &Name, fields: &Map<String, Value>) -> Option<&'a str> {
        let possible = self.schema.possible_types(declared);
        let Some(named) = fields.get("__typename") else {
            if let [only] = possible {
                return Some(only.as_str());
            }
            let names: Vec<String> = possible.iter().map(|name| format!("`{name}`")).collect();
            let problem = format!("{declared} is abstract, and nothing says which type this is");
            self.problem(at, problem, format!("add \"__typename\", one of {}", names.join(", ")));
            return None;
        };
        let found = possible.iter().find(|name| named == name.as_str());
        if found.is_none() {
            let advice = nearest_name(named.as_str().unwrap_or_default(), possible.iter().map(Name::as_str));
            self.problem(&pointer(at, "__typename"), format!("{named} is no type that {declared} can be"), advice);
        }
        found.map(Name::as_str)
    }
}
