//! Selection sets, fields and values: the algorithms `CollectFields`, `ExecuteField` and `CompleteValue`.

use super::arguments::{coerce_argument_values, is_included};
use crate::{
    MockSubgraph, invent,
    leaf::coerce_result,
    resolve::{Fault, Frame, Object, Resolved},
};
use apollo_compiler::{
    ExecutableDocument, Name, Node,
    ast::{OperationType, Type},
    collections::IndexMap,
    executable::{Field, Operation, Selection, SelectionSet},
    validation::Valid,
};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

pub(super) struct Execution<'e> {
    mock: &'e MockSubgraph,
    document: &'e Valid<ExecutableDocument>,
    variables: Map<String, Value>,
    introspection: Map<String, Value>,
    errors: Vec<Value>,
    /// Response path of the position at work.
    path: Vec<Value>,
}

/// The position has no value and an error says why; the nearest nullable position around it becomes null.
struct Nulled;

type CollectedFields<'e> = IndexMap<&'e Name, Vec<&'e Node<Field>>>;

impl<'e> Execution<'e> {
    pub(super) fn new(
        mock: &'e MockSubgraph,
        document: &'e Valid<ExecutableDocument>,
        variables: Map<String, Value>,
        introspection: Map<String, Value>,
    ) -> Execution<'e> {
        Execution { mock, document, variables, introspection, errors: Vec::new(), path: Vec::new() }
    }

    /// Root fields run one after the other, which is what mutations need and queries allow.
    pub(super) fn execute_operation(self, operation: &'e Operation) -> Value {
        debug_assert!(operation.operation_type != OperationType::Subscription);
        self.execute_on(Object::root(operation.object_type()), operation)
    }

    /// `ExecuteSubscriptionEvent`.
    pub(super) fn execute_on(mut self, root: Object<'e>, operation: &'e Operation) -> Value {
        let data = self.execute_selection_set(&root, &[&operation.selection_set]).unwrap_or(Value::Null);
        if self.errors.is_empty() { json!({ "data": data }) } else { json!({ "data": data, "errors": self.errors }) }
    }

    fn execute_selection_set(&mut self, object: &Object<'_>, sets: &[&'e SelectionSet]) -> Result<Value, Nulled> {
        let mut collected = CollectedFields::default();
        for set in sets {
            self.collect_fields(object.type_name, set, &mut collected);
        }
        let mut response = Map::with_capacity(collected.len());
        for (response_name, fields) in collected {
            self.path.push(Value::from(response_name.as_str()));
            let value = self.execute_field(object, response_name, &fields);
            self.path.pop();
            response.insert(response_name.to_string(), value?);
        }
        Ok(Value::Object(response))
    }

    fn collect_fields(&self, type_name: &str, set: &'e SelectionSet, collected: &mut CollectedFields<'e>) {
        let applies = |condition: &Name| self.mock.schema.is_possible_type(condition, type_name);
        for selection in &set.selections {
            if !is_included(selection.directives(), &self.variables) {
                continue;
            }
            match selection {
                Selection::Field(field) => collected.entry(field.response_name()).or_default().push(field),
                Selection::InlineFragment(fragment) => {
                    if fragment.type_condition.as_ref().is_none_or(applies) {
                        self.collect_fields(type_name, &fragment.selection_set, collected);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(self.document)
                        && applies(fragment.type_condition())
                    {
                        self.collect_fields(type_name, &fragment.selection_set, collected);
                    }
                }
            }
        }
    }

    fn execute_field(
        &mut self,
        object: &Object<'_>,
        response_name: &Name,
        fields: &[&'e Node<Field>],
    ) -> Result<Value, Nulled> {
        let Some(field) = fields.first() else { return Ok(Value::Null) };
        match field.name.as_str() {
            "__typename" => return Ok(Value::from(object.type_name)),
            "__schema" | "__type" => {
                return Ok(self.introspection.get(response_name.as_str()).cloned().unwrap_or_default());
            }
            _ => {}
        }
        let mock = self.mock;
        let schema = &mock.schema.graphql;
        // The concrete type's definition: an interface's may have fewer arguments and a wider type.
        let definition = schema.type_field(object.type_name, &field.name);
        let definition = definition.map_or(&*field.definition, |definition| definition);
        let arguments = coerce_argument_values(schema, definition, field, &self.variables);
        let frame = Frame { object, field: definition, arguments: &arguments };
        let resolved = mock.resolve_field(&frame);
        self.complete_value(&definition.ty, resolved, &frame, fields)
    }

    fn complete_value<'a>(
        &mut self,
        ty: &Type,
        mut resolved: Resolved<'a>,
        frame: &'a Frame<'a>,
        fields: &[&'e Node<Field>],
    ) -> Result<Value, Nulled>
    where
        'e: 'a,
    {
        while let Resolved::Given(given) = resolved {
            resolved = self.mock.evaluate(given, frame);
        }
        if let Resolved::Raw(value) = resolved {
            return Ok(value.clone());
        }
        let completed = self.complete_nullable(ty, resolved, frame, fields);
        match completed {
            Ok(Value::Null) if ty.is_non_null() => {
                let place = format!("{}.{}", frame.object.type_name, frame.field.name);
                self.fail(Fault::new(format!("null for the non-null {place}")), fields)
            }
            Err(Nulled) if !ty.is_non_null() => Ok(Value::Null),
            completed => completed,
        }
    }

    fn complete_nullable<'a>(
        &mut self,
        ty: &Type,
        resolved: Resolved<'a>,
        frame: &'a Frame<'a>,
        fields: &[&'e Node<Field>],
    ) -> Result<Value, Nulled>
    where
        'e: 'a,
    {
        match resolved {
            Resolved::Fault(fault) => return self.fail(fault, fields),
            Resolved::Json(value) if value.is_null() => return Ok(Value::Null),
            _ => {}
        }
        let type_name = ty.inner_named_type();
        if ty.is_list() {
            return match list_items(resolved) {
                Some(items) => self.complete_list(ty.item_type(), items, frame, fields),
                None => self.fail(Fault::new(format!("the value of a {ty} is no list")), fields),
            };
        }
        if self.mock.schema.is_composite(type_name) {
            return self.complete_object(ty, resolved, fields);
        }
        match resolved {
            Resolved::Json(value) => match coerce_result(&self.mock.schema.graphql, type_name, &value) {
                Ok(value) => Ok(value),
                Err(problem) => self.fail(Fault::new(problem), fields),
            },
            Resolved::Invented { number, .. } => Ok(self.mock.invented_leaf(frame, number)),
            _ => self.fail(Fault::new(format!("the value of a {type_name} is a list or an object")), fields),
        }
    }

    fn complete_list<'a>(
        &mut self,
        item_type: &Type,
        items: Vec<Resolved<'a>>,
        frame: &'a Frame<'a>,
        fields: &[&'e Node<Field>],
    ) -> Result<Value, Nulled>
    where
        'e: 'a,
    {
        let mut completed = Vec::with_capacity(items.len());
        for (position, item) in items.into_iter().enumerate() {
            self.path.push(Value::from(position));
            let item = self.complete_value(item_type, item, frame, fields);
            self.path.pop();
            completed.push(item?);
        }
        Ok(Value::Array(completed))
    }

    fn complete_object<'a>(
        &mut self,
        ty: &Type,
        resolved: Resolved<'a>,
        fields: &[&'e Node<Field>],
    ) -> Result<Value, Nulled>
    where
        'e: 'a,
    {
        let mock = self.mock;
        let declared = ty.inner_named_type();
        let object = match resolved {
            Resolved::Object(object) => Ok(object),
            Resolved::Json(Cow::Borrowed(Value::Object(json))) => mock.json_object(declared, json, 0),
            Resolved::Invented { depth, .. } if depth >= invent::DEPTH_MAX && !ty.is_non_null() => {
                return Ok(Value::Null);
            }
            Resolved::Invented { number, depth } => mock
                .invented_object(declared, number, depth)
                .ok_or_else(|| Fault::new(format!("no object type implements {declared}"))),
            _ => Err(Fault::new(format!("the value of a {declared} is no object"))),
        };
        let object = object.and_then(|object| {
            if mock.schema.is_possible_type(declared, object.type_name) {
                return Ok(object);
            }
            Err(Fault::new(format!("{} is no type that {declared} can be", object.type_name)))
        });
        match object {
            Ok(object) => {
                let sets: Vec<&SelectionSet> = fields.iter().filter_map(|field| field.selection_set.as_ref()).collect();
                self.execute_selection_set(&object, &sets)
            }
            Err(fault) => self.fail(fault, fields),
        }
    }

    /// Notes an error for the position at work.
    fn fail(&mut self, fault: Fault, fields: &[&'e Node<Field>]) -> Result<Value, Nulled> {
        let mut error = Map::new();
        error.insert("message".to_owned(), Value::from(fault.message));
        let place = fields.first().and_then(|field| field.location());
        if let Some(place) = place.and_then(|span| span.line_column(&self.document.sources)) {
            error.insert("locations".to_owned(), json!([{ "line": place.line, "column": place.column }]));
        }
        error.insert("path".to_owned(), Value::Array(self.path.clone()));
        if let Some(extensions) = fault.extensions {
            error.insert("extensions".to_owned(), Value::Object(extensions));
        }
        self.errors.push(Value::Object(error));
        Err(Nulled)
    }
}

/// The items of a value, if it is a list.
fn list_items(resolved: Resolved<'_>) -> Option<Vec<Resolved<'_>>> {
    match resolved {
        Resolved::List(items) => Some(items),
        Resolved::Json(Cow::Borrowed(Value::Array(items))) => {
            Some(items.iter().map(|item| Resolved::Json(Cow::Borrowed(item))).collect())
        }
        Resolved::Json(Cow::Owned(Value::Array(items))) => {
            Some(items.into_iter().map(|item| Resolved::Json(Cow::Owned(item))).collect())
        }
        Resolved::Invented { depth, .. } if depth >= invent::DEPTH_MAX => Some(Vec::new()),
        Resolved::Invented { number, depth } => {
            let item = |position| Resolved::Invented { number: invent::item_number(number, position), depth };
            Some((0..invent::LIST_LENGTH).map(item).collect())
        }
        _ => None,
    }
}
